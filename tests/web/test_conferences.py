"""Conferences by page, without scripts: a sub-group is begun, called, moved and answered; what is wrong is said."""

from datetime import UTC, datetime, timedelta

from tests.web.conftest import ON_SQLITE

pytestmark = ON_SQLITE


def test_a_sub_group_is_begun_called_answered_and_moved(stage, paper):
    chair, slovenia = paper("EC"), paper("SI")
    begin = chair.open("/conference/series/new")
    wrong = chair.press(begin, "Begin the series", name="Police!", title="", minutes="soon")
    assert chair.press(begin, "Begin the series", name="police", title="Police", minutes="6²").status == 422
    assert wrong.status == 422
    for words in ("short name in lower case", "what the invitations say", "how many minutes"):
        assert words in wrong.words
    begun = chair.press(
        wrong, "Begin the series", name="police", title="National police authorities", minutes="60", rule="called",
        chair="EC",
    )  # fmt: skip
    assert begun.status == 200, begun.words
    assert "It meets as the chair calls it" in begun.words
    form = chair.open("/conference/new?series=police")
    missing = chair.press(form, "Call it and invite", start="2027-03-28 02:30")
    assert "02:30 does not exist in Europe/Brussels on 28 March 2027" in missing.words
    twice = chair.press(missing, "Call it and invite", start="2027-10-31 02:30")
    assert "This hour comes twice that night: choose which one" in twice.words
    start = (datetime.now(UTC) + timedelta(days=3)).replace(hour=9, minute=0)
    called = chair.press(
        twice, "Call it and invite", start=f"{start:%Y-%m-%d %H:%M}", title='<i>Winter</i>, "places"',
        link="https://call.example/1", zone="Europe/Athens",
    )  # fmt: skip
    assert called.status == 200, called.words
    assert called.path == "/conference/1/invitation"
    path = "/conference/1/invitation?series=police"
    page = slovenia.open(path)
    assert '<i>Winter</i>, "places"' in page.words
    assert "09:00 in Athens, Bucharest and Sofia" in page.words
    unsaid = slovenia.press(page, "Answer for Slovenia")
    assert "Choose whether your party attends" in unsaid.words
    done = slovenia.press(unsaid, "Answer for Slovenia", act="attend", delegates="Ana Kovač, border police")
    assert "Slovenia has answered." in done.words
    assert "Ana Kovač, border police" in paper("HR").open(path).words
    assert "Join for Slovenia" not in slovenia.open(path).words  # not before the last hour
    moving = chair.open("/conference/1/move?series=police")
    refused = chair.press(moving, "Move conference 1")
    assert "Write why" in refused.words
    later = f"{start + timedelta(days=1):%Y-%m-%d %H:%M}"
    moved = chair.press(refused, "Move conference 1", reason="The Council meets.", start=later)
    assert "Conference 1 is moved." in moved.words
    assert "it answered for an earlier time" in moved.words
    ended = chair.press(chair.open("/conference/1/cancel?series=police"), "Cancel conference 1", reason="Snow.")
    assert "Conference 1 is cancelled." in ended.words
    assert "Answer for Slovenia" not in slovenia.open(path).words
    assert "National police authorities" in slovenia.open("/conference").words


def test_only_those_who_lead_are_offered_to_and_what_is_hidden_is_not_there(stage, paper):
    slovenia = paper("SI")
    assert "Call conference" not in slovenia.open("/conference").words
    for path in ("/conference/new", "/conference/series/new"):
        assert slovenia.open(path).status == 403
    for path in ("/conference/7/invitation", "/conference/7/invitation?series=none", "/conference/series/none"):
        assert slovenia.open(path).status == 404


def test_two_who_change_the_terms_of_a_series_see_each_other_s(stage, paper):
    chair = paper("EC")
    chair.press(chair.open("/conference/series/new"), "Begin the series", name="main", title="Contact points")
    first, second = (chair.open("/conference/series/main/change") for _ in range(2))
    assert "Fridays at noon" in chair.press(first, "Change the terms", title="Fridays at noon").words
    conflict = chair.press(second, "Change the terms", title="Mondays")
    assert conflict.status == 422
    assert "They say now: Fridays at noon, Thursday 10:00" in conflict.words
    assert chair.press(conflict, "Change the terms", title="Mondays").status == 200
