"""The thirteenth conference (seed 000): from its minutes to a published and corrected readout."""

import re
from dataclasses import replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from routehub.boards.readouts.correcting import corrected
from routehub.boards.readouts.queries import CheckView, ReadoutView, checks, readout
from routehub.chairing.readouts import content
from routehub.chairing.readouts.desk import place_of
from routehub.core.errors import Conflict, NotAllowed, Refused, Stale, Unknown
from routehub.digests.render.readout import how_checked, readout_page, text
from routehub.directory.visibility import readable
from routehub_schemas.publication import Section
from tests.digests.world import ROUTE, local, person
from tests.readouts.conftest import CHAIR, Conference

GOLDEN = Path(__file__).with_name("golden") / "thirteenth.txt"
SQLITE = pytest.mark.parametrize("database_kind", ["sqlite"])


async def published(here: Conference) -> ReadoutView:
    found = await here.world.read(readout, ROUTE, "weekly", 13)
    assert isinstance(found, ReadoutView)
    return found


async def sent(here: Conference, party: str = "GR") -> CheckView:
    found = await here.world.read(lambda conn: checks(conn, readable(conn, ROUTE, party), ROUTE))
    assert isinstance(found[0], CheckView)
    return found[0]


def words(here: Conference, view: ReadoutView) -> str:
    hub = here.world.hub
    return text(readout_page(view, hub.directory.route(ROUTE), hub.directory.value, "https://hub.example"))


def _place(view: ReadoutView, second: Section) -> str:
    """What an erratum to the second section says of its place, if that were this one."""
    first, _, *others = view.text.sections
    text_ = view.text.model_copy(update={"sections": [first, second, *others]})
    return place_of(replace(view, text=text_, errata=()), "25 February")


async def test_from_minutes_to_a_readout_that_is_checked_published_and_corrected(thirteen: Conference):
    desk = thirteen.desk
    await desk.draft(CHAIR, "weekly", 13)
    draft = (await desk.standing(CHAIR, "weekly", 13)).draft
    assert draft is not None
    assert [section.points for section in draft.draft.sections] == [
        ["wbr-2015-final/1", "wbr-2015-final/9"], ["wbr-2015-final/13"], ["wbr-2015-final/5", "wbr-2015-final/6"],
    ]  # fmt: skip
    check = await desk.send(CHAIR, "weekly", 13)
    assert check.message is not None
    view = await sent(thirteen)
    assert view.until == local("2016-01-22 16:00")
    assert {"GR", "MK", "AT", "HR", "DE", "RS", "SI", "EC", "UNHCR"} <= set(view.named)
    with pytest.raises(Conflict, match="may still ask"):
        await desk.publish(CHAIR, "weekly", 13)
    await thirteen.answer("GR", view.id, "accept")
    await thirteen.world.at(local("2016-01-22 16:01"))
    await desk.publish(CHAIR, "weekly", 13)
    await thirteen.world.at(local("2016-01-29 10:00"))
    with pytest.raises(Refused, match="does not say this"):
        await desk.correct(CHAIR, "weekly", 13, "25 March", "25 January")
    with pytest.raises(Refused, match="times"):
        await desk.correct(CHAIR, "weekly", 13, "Greece", "Hellas")
    await desk.correct(CHAIR, "weekly", 13, "25 February", "25 January")
    found = await published(thirteen)
    assert [(one.number, one.where) for one in found.errata] == [
        (1, "Leaders' statement, Point 13 on border management")
    ]  # fmt: skip
    long = found.text.sections[1].model_copy(update={"heading": "wordy " * 40})
    assert _place(found, long) == "Point 13"
    clipped = _place(found, long.model_copy(update={"points": []}))
    assert (set(clipped.split()), len(clipped) <= 160) == ({"wordy", "…"}, True)
    early = replace(found, published_at=local("2016-01-22 15:01"))
    told = how_checked(early, thirteen.world.hub.directory.value, ZoneInfo("Europe/Brussels"))
    assert "All of them had accepted by" in told
    assert "from" not in told.partition(":")[0]
    now = corrected(found.text, found.errata)
    assert "25 January" in now.sections[1].lines[3].text
    assert "25 February" in found.text.sections[1].lines[3].text
    told = words(thirteen, found)
    if not GOLDEN.exists():
        GOLDEN.parent.mkdir(exist_ok=True)
        GOLDEN.write_text(told)
    assert told == GOLDEN.read_text(), f"if the change is meant, delete {GOLDEN.name} and look at the new one"


@pytest.mark.shared_data
@SQLITE
async def test_the_readout_has_the_structure_figures_and_dates_of_the_real_one(thirteen: Conference, shared_data: Path):
    seed = next((shared_data.parent / "seeds").glob("000_*.txt")).read_text()
    body = seed[: seed.index("On Wednesday 21 October")]
    await thirteen.desk.draft(CHAIR, "weekly", 13)
    found = (await thirteen.desk.standing(CHAIR, "weekly", 13)).text
    assert found is not None
    ours = "\n".join([s.heading + "\n" + "\n".join(one.text for one in s.lines) for s in found.sections])
    headings = re.findall(r"Leaders' Statement Points? ([\d and]+?) (?:on|relating)", body)
    assert headings == ["1 and 9", "13", "5 and 6"]
    assert re.findall(r"Points? ([\d and]+?) on", ours) == headings
    assert body.count("•") == len(found.sections[1].lines) == 4
    figures = {re.sub(r"\D", "", number) for number in re.findall(r"\d[\d.,]*\d{2}(?! (?:October|January))", body)}
    figures -= {"2016"}
    assert figures == {"20000", "50000", "1000", "12150", "150", "2400"}
    plain = re.sub(r"(?<=\d)[\u202f,](?=\d)", "", ours)
    assert all(re.search(rf"\b{number}\b", plain) for number in figures)
    assert "28 January" in body
    assert "28 January 2016" in found.closing
    assert "25 February" in body
    assert "25 February" in ours


@SQLITE
async def test_a_change_that_is_asked_for_is_made_or_answered_publicly(thirteen: Conference):
    desk = thirteen.desk
    await desk.draft(CHAIR, "weekly", 13)
    await desk.send(CHAIR, "weekly", 13)
    view = await sent(thirteen)
    with pytest.raises(Refused, match="named in it"):
        await thirteen.answer("EUAA", view.id, "ask_change", text="Name us too.")
    with pytest.raises(Refused) as wordless:
        await thirteen.answer("SI", view.id, "ask_change")
    assert [problem.pointer for problem in wordless.value.problems] == ["/text"]
    await thirteen.answer("SI", view.id, "ask_change", text="Say controls, not practices.")
    await thirteen.world.at(local("2016-01-22 16:05"))
    with pytest.raises(Conflict, match="SI asked for a change"):
        await desk.publish(CHAIR, "weekly", 13)
    with pytest.raises(Conflict, match="is over"):
        await thirteen.answer("HR", view.id, "ask_change", text="So do we.")
    standing = await desk.standing(CHAIR, "weekly", 13)
    assert standing.draft is not None
    data = standing.draft.draft.model_dump(mode="json")
    data["sections"][1]["lines"][2]["text"] = "These states informed about present controls at their borders."
    changed = content.read(data)
    await desk.save(CHAIR, "weekly", 13, changed, standing.draft.version)
    with pytest.raises(Stale) as stale:
        await desk.save(CHAIR, "weekly", 13, changed, standing.draft.version)
    assert stale.value.extra["version"] == standing.draft.version + 1
    with pytest.raises(Conflict, match="changed after it was sent"):
        await desk.publish(CHAIR, "weekly", 13)
    await desk.publish(CHAIR, "weekly", 13, reason="Slovenia asked for this one word; the others agreed by telephone.")
    told = words(thirteen, await published(thirteen))
    assert "Not sent for check: Slovenia asked for this one word" in told.replace("\n", " ")
    with pytest.raises(Conflict, match="is published"):
        await desk.save(CHAIR, "weekly", 13, changed, None)


@SQLITE
async def test_nothing_is_published_without_a_check_or_a_reason_nor_by_anybody_but_the_chair(thirteen: Conference):
    desk, world = thirteen.desk, thirteen.world
    with pytest.raises(Unknown, match="begun"):
        await desk.publish(CHAIR, "weekly", 13)
    await desk.draft(CHAIR, "weekly", 13)
    with pytest.raises(Refused) as unchecked:
        await desk.publish(CHAIR, "weekly", 13)
    assert [(p.pointer, p.code) for p in unchecked.value.problems] == [("/reason", "missing")]
    with pytest.raises(NotAllowed):
        await desk.publish(person("SI"), "weekly", 13, reason="We may.")
    with pytest.raises(NotAllowed):
        await desk.standing(person("SI"), "weekly", 13)
    with pytest.raises(Unknown, match="nothing to correct"):
        await desk.correct(CHAIR, "weekly", 12, "a", "b")
    erratum = {"conference": 12, "number": 1, "wrong": "a", "right": "b", "where": "x"}
    with pytest.raises(Refused, match="nothing to correct"):
        await world.post(CHAIR, "erratum", tlp="CLEAR", **erratum)
    standing = await desk.standing(CHAIR, "weekly", 13)
    assert standing.text is not None
    data: dict[str, Any] = {"conference": 13, "text": standing.text.model_dump(mode="json"), "reason": "In haste."}
    with pytest.raises(Refused, match="marking"):
        await world.post(CHAIR, "readout", tlp="GREEN", **data)
    until = {"check": "RC-2222", "until": "2016-01-22T13:00:00Z", "parties": []}
    with pytest.raises(Refused) as claimed:
        await world.post(CHAIR, "readout", tlp="CLEAR", **data, checked=until)
    assert claimed.value.problems[0].code == "unknown-check"


@SQLITE
async def test_what_was_not_marked_public_stays_with_the_parties(thirteen: Conference):
    """And what is public does not tell how much there was besides: no numbers of conclusions in it."""
    await thirteen.desk.draft(CHAIR, "weekly", 13)
    await thirteen.desk.publish(CHAIR, "weekly", 13, reason="Agreed word for word in the call.")
    told = words(thirteen, await published(thirteen))
    for kept in ("08:00", "by telephone", "report back", "C13", "A13.1", "item 2"):
        assert kept not in told
