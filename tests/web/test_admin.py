"""Administration: for the operator, of settings and people, and never of content."""

import json
from datetime import UTC, date, datetime, timedelta

from tests.web.conftest import ON_SQLITE
from tests.web.stage import Stage, address, arrivals

pytestmark = ON_SQLITE
PAGES = ("/admin", "/admin/route", "/admin/people", "/admin/early-warning", "/admin/audit")


def test_administration_is_the_operator_s_and_holds_no_content(stage: Stage, stranger):
    stage.report("SI", stage.today("SI"), arrivals(987_654, "HR"))
    ref = stage.alert("SI", "canary headline")
    operator, slovenia = stranger(stage).sign_in("FRONTEX", "operator"), stranger(stage).sign_in("SI")
    assert "Administration" not in slovenia.open("/").words
    for path in PAGES:
        page = operator.open(path)
        assert page.status == 200, (path, page.words)
        for canary in ("canary headline", "987 654", "987654", ref):
            assert canary not in page.words, path
        refused = slovenia.open(path)
        assert refused.status == 403
        assert "Administration is for the operator" in refused.words
        assert stranger(stage).open(path).path == "/sign-in"
    audit = operator.open("/admin/audit?act=sign-in")
    assert "Contact of SI" in audit.words
    assert "how: password" in audit.words
    assert operator.open("/admin/audit?before=nonsense").status == 404


def test_a_name_and_times_hold_from_a_day_on(stage: Stage, stranger):
    operator = stranger(stage).sign_in("FRONTEX", "operator")
    page = operator.open("/admin/route")
    today = datetime.now(UTC).date()
    bad = operator.press(page, "Set the name", **{"name-party": "XQ", "name-name": "", "name-start": "soon"})
    assert (bad.status, bad.title.startswith("Error:")) == (422, True)
    assert 'href="#name-start"' in bad.answer.text
    done = operator.press(
        page, "Set the name", **{"name-party": "MK", "name-name": "New name", "name-start": str(today)}
    )
    assert "The name is set." in done.words
    stage.hub.hub.db.read_sync(stage.hub.hub.refresh)
    directory = stage.hub.hub.directory.value
    assert directory.name("MK", today) == "New name"
    assert directory.name("MK", date(2015, 10, 1)) != "New name"

    start = today + timedelta(days=3)
    typed = {"times-party": "SI", "times-due": "09:30", "times-period_end": "07:00", "times-zone": "Europe/Ljubljana"}
    early = operator.press(page, "Set the times", **typed | {"times-start": str(today)})
    assert "the day after tomorrow" in early.words.lower()
    assert "The times are set." in operator.press(page, "Set the times", **typed | {"times-start": str(start)}).words
    stage.hub.hub.db.read_sync(stage.hub.hub.refresh)
    route = stage.hub.hub.directory.value.routes["wbr"]
    before, after = route.membership("SI", today), route.membership("SI", start)
    assert before is not None
    assert after is not None
    assert (before.due.hour, after.due.hour, after.position) == (8, 9, before.position)
    assert len([m for m in route.members(start) if m.party == "SI"]) == 1

    page = operator.press(page, "Keep the place", **{"place-code": "SI/new-centre", "place-name": "New centre"})
    assert "New centre" in page.words
    assert operator.press(page, "Keep the place", **{"place-code": "QQ/x", "place-name": "Nowhere"}).status == 422


def test_thresholds_are_set_with_every_problem_at_once(stage: Stage, stranger):
    operator = stranger(stage).sign_in("FRONTEX", "operator")
    page = operator.open("/admin/early-warning")
    for wrong, said in (("{", "parameters"), ("[]", "braces"), ('{"surge": {"nothing": 1}, "odd": 2}', "/odd")):
        bad = operator.press(page, "Set the thresholds", parameters=wrong)
        assert bad.status == 422, wrong
        assert said in bad.answer.text, wrong
    done = operator.press(page, "Set the thresholds", parameters=json.dumps({"silence": {}}))
    assert "The thresholds are set." in done.words
    assert "Contact of FRONTEX" in done.words


def test_a_reset_asks_first_and_ends_every_sign_in(stage: Stage, stranger):
    operator, slovenia = stranger(stage).sign_in("FRONTEX", "operator"), stranger(stage).sign_in("SI")
    page = operator.open("/admin/people")
    at = next(link for link in page.links if link.endswith("/reset") and "Contact of SI" in page.words)
    people = stage.hub.hub.directory.value.people_by_email
    confirm = operator.open(f"/admin/people/{people[address('SI')].id}/reset")
    assert "Reset how Contact of SI signs in?" in confirm.words
    assert slovenia.open("/").path == "/", "asking changes nothing"
    assert "signs this person in from now on" in operator.press(confirm, "Reset how Contact of SI").words
    assert slovenia.open("/").path == "/sign-in"
    assert slovenia.send(at, {}).status in (401, 403)
