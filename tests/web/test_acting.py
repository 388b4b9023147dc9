"""Measures and movements by page, without scripts: tell, preview, give a view; propose, agree, say what took place."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from tests.web.conftest import ON_SQLITE

pytestmark = ON_SQLITE


BRUSSELS = ZoneInfo("Europe/Brussels")


def local(**ahead: float) -> str:
    """As it is typed, in the zone of the route; not in the hour that comes twice when the clocks change."""
    at = (datetime.now(UTC) + timedelta(**ahead)).astimezone(BRUSSELS)
    if at.replace(fold=0).utcoffset() != at.replace(fold=1).utcoffset():
        at += timedelta(hours=2)
    return at.strftime("%Y-%m-%dT%H:%M")


def tell(paper, **typed):
    said = {
        "type": "daily_cap", "title": "580 a day at Dobova", "legs": "HR-SI", "start": local(hours=5),
        "in_transit": "580", "reasons": "Reception is full.", "audience": "*",
    } | typed  # fmt: skip
    return paper.press(paper.open("/measures/new"), "See what it would do", **said)


def test_a_measure_is_previewed_told_and_answered_and_nobody_agrees_to_it(stage, paper):
    slovenia, croatia = paper("SI"), paper("HR")
    page = tell(slovenia)
    assert page.status == 200, page.words
    assert "What it would do" in page.words
    assert "readers see it marked as short notice" in page.words
    assert "No measures are planned" in croatia.open("/measures").words, "nothing was sent yet"
    told = slovenia.press(page, "Tell neighbours")
    assert "Neighbours were told." in told.words
    assert "Short notice" in told.words

    seen = croatia.open(told.path)
    assert "Consultation: Slovenia decides." in seen.words
    assert "Agree" not in seen.words
    form = croatia.open(f"{told.path}/view")
    wrong = croatia.press(form, "Give Croatia’s view", act="object")
    assert wrong.title.startswith("Error:")
    given = croatia.press(form, "Give Croatia’s view", act="object", text="Trains would stand.")
    assert "objects: Trains would stand." in given.words

    change = slovenia.open(f"{told.path}/change")
    sure = slovenia.press(change, "See what it would do", in_transit="300", title="300 a day at Dobova")
    late = slovenia.open(f"{told.path}/change")
    changed = slovenia.press(sure, "Tell the change")
    clash = slovenia.press(late, "See what it would do", title="Otherwise")
    assert clash.status == 412, "two who change it at the same time"
    assert "changed this measure" in clash.words
    assert clash.form("See what it would do").fields["title"] == ["Otherwise"]
    assert slovenia.press(clash, "See what it would do").status == 200
    assert "The change was told." in changed.words
    assert "before the change" in changed.words
    assert "0 to do" not in croatia.open("/").words
    done = slovenia.press(slovenia.open(f"{told.path}/withdraw"), "Withdraw measure")
    assert "Measure withdrawn." in done.words


def test_a_wrong_notice_names_each_field(stage, paper):
    slovenia = paper("SI")
    page = tell(slovenia, type="", start="tomorrow", in_transit="5.8", reasons="")
    assert page.title.startswith("Error:")
    for words in ("Choose what kind", "Write a date and a time", "Write a whole number", "Write why it is needed"):
        assert words in page.words


def test_agreeing_repeats_party_what_number_place_and_time_before_it_binds(stage, paper):
    croatia, slovenia = paper("HR"), paper("SI")
    form = croatia.open("/movements/new")
    page = croatia.press(
        form, "Propose the movement", leg="HR-SI", people="960", at=local(days=2), answer_by=local(days=1),
        transport="train", vehicles="2", place="HR-SI/dobova",
    )  # fmt: skip
    assert page.status == 200, page.words
    assert "No answer means not agreed." in page.words
    assert paper("RS").open(page.path).status == 404, "it is between the two and the coordinators"
    assert "Agree or object to" in slovenia.open("/").words

    sure = slovenia.open(f"{page.path}/agree")
    for words in ("Slovenia agrees to", "2 trains", "960 people", "Dobova", "Croatia"):
        assert words in sure.words
    said = [message for message in stage.messages("SI") if ".response." in message["type"]]
    assert said == [], "opening it agrees to nothing"
    form = slovenia.open(f"{page.path}/agree-with-conditions")
    assert slovenia.press(form, "Agree with conditions for Slovenia").title.startswith("Error:")
    slovenia.press(form, "Agree with conditions for Slovenia", text="One train only.")
    assert "the movement is not agreed" in croatia.open(page.path).words
    accepted = croatia.press(croatia.open(f"{page.path}/accept-conditions"), "Accept the conditions for Croatia")
    assert "it is agreed" in accepted.words
    ledger = paper("EC").open("/movements").words
    assert "Croatia to Slovenia" in ledger
    assert "Numbers of different parties are not added up." in ledger
