"""An alert that nobody acknowledges climbs: through a real mail server, with the clock moved, on both databases."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from routehub.core.canonical import iso
from routehub.core.clock import wall
from routehub.delivery.escalation.tables import acknowledgement_links, escalation_steps
from routehub.delivery.tables import deliveries
from tests.delivery.calls import bearer, client, get, post
from tests.delivery.local import LocalHub
from tests.delivery.office import SCOPES, Office
from tests.fixtures.mail import Letter, Mail, SmtpSink
from tests.fixtures.waiting import wait_for
from tests.fixtures.webhooks import WebhookReceiver

ON_SQLITE = pytest.mark.parametrize("database_kind", ["sqlite"])
"""The journeys run on both databases; what stands on the same queries runs on one."""
NOON = datetime(2026, 1, 21, 12, tzinfo=UTC)
BEFORE = datetime(2026, 1, 21, 6, 25, tzinfo=UTC)


class Stage:
    """A hub whose clock stands where a test puts it, with people at MK, SI and the coordinator EC."""

    def __init__(self, office: Office, start: Callable[..., LocalHub], sink: SmtpSink, **settings: Any) -> None:
        self.office, self.sink, self.start = office, sink, start
        self.gr, self.mk, self.si = (office.key(party) for party in ("GR", "MK", "SI"))
        self.ec = office.key("EC", scopes=SCOPES | {"set:clock"})
        self.people = {
            name: office.person(name, party, *roles)
            for name, party, *roles in (
                ("ana", "MK", "contact_point"), ("boris", "MK", "deputy"), ("eva", "SI", "contact_point"),
                ("clara", "EC", "contact_point"),
            )
        }  # fmt: skip
        self.settings = {"mode": "exercise", "look_seconds": 0.1, "smtp_url": sink.url} | settings
        self.hub = start(**self.settings)

    def at(self, moment: datetime) -> None:
        self.now = moment
        done = client().put(f"{self.hub.url}/v1/clock", headers=bearer(self.ec), json={"now": iso(moment)})
        assert done.status_code == 200, done.text

    def after(self, minutes: float) -> None:
        self.at(self.now + timedelta(minutes=minutes))

    def alert(self, **fields: Any) -> dict[str, Any]:
        data = {
            "category": "surge", "severity": "Severe", "urgency": "Expected", "certainty": "Likely",
            "headline": "Gevgelija fills up", "expires": iso(self.now + timedelta(days=2)), "audience": ["MK", "EC"],
        } | fields  # fmt: skip
        return post(self.hub, self.gr, "alerts", {name: value for name, value in data.items() if value is not None})

    def acknowledge(self, key: str, sent: dict[str, Any]) -> None:
        post(self.hub, key, "responses", {"to": sent["id"], "act": "acknowledge"})

    def letters(self, *to: str) -> list[Letter]:
        """Wait until exactly these have got one more mail, in any order; the mails in the order of the names."""
        new = self.sink.wait(self.seen + len(to))[self.seen :]
        self.seen += len(new)
        found = {letter.rcpt_tos[0].partition("@")[0]: letter for letter in new}
        assert sorted(found) == sorted(to), [letter.subject for letter in new]
        return [found[name] for name in to]

    def quiet(self) -> None:
        """Nothing more has come since, and nothing is on its way."""
        wait_for(lambda: self.escalation_looked(), 10)
        assert [letter.subject for letter in self.sink.messages[self.seen :]] == []

    def escalation_looked(self) -> bool:
        """The watch has seen the hub's present time, and no mail is due."""
        looked = self.hub.hub.escalation._looked
        return looked is not None and abs(looked[0] - self.hub.hub.clock.now()) < timedelta(seconds=12)

    seen = 0
    now = NOON


@pytest.fixture
def set_stage(office: Office, start: Callable[..., LocalHub], smtp_sink: SmtpSink) -> Callable[..., Stage]:
    def make(**settings: Any) -> Stage:
        stage = Stage(office, start, smtp_sink, **settings)
        stage.at(NOON)
        return stage

    return make


@pytest.fixture
def stage(set_stage: Callable[..., Stage]) -> Iterator[Stage]:
    return set_stage()  # type: ignore[return-value]


def link_in(letter: Letter) -> str:
    found = re.search(r"/acknowledge/([A-Za-z0-9_-]+)", letter.part("text/plain"))
    assert found, letter.part("text/plain")
    return found[0]


def test_a_severe_alert_climbs_to_deputy_and_coordinators_and_stops_when_acknowledged(stage: Stage):
    sent = stage.alert()
    stage.letters("ana", "clara")
    stage.after(15)
    (first,) = stage.letters("ana", "clara")[:1]
    assert first.subject == "SEVERE, reminder 1 of 2 – GR: Gevgelija fills up"
    assert "Reminder 1 of 2. Nobody at" in first.part("text/plain")
    assert "the deputy is told at 13:35 CET, the coordinators are told at 13:45 CET" in first.part("text/plain")
    stage.acknowledge(stage.ec, sent)  # one party's word does not stop the other's reminders
    stage.after(15)
    stage.letters("ana")
    stage.after(5)
    deputy, _ = stage.letters("boris", "ana")
    assert deputy.subject == "SEVERE, to the deputy – GR: Gevgelija fills up"
    stage.after(10)
    (told,) = stage.letters("clara")
    assert told.subject == "SEVERE, not acknowledged by MK – Gevgelija fills up"
    assert "Boris: boris@mk.example" in told.part("text/plain")
    assert {letter.message["References"] for letter in stage.sink.messages} == {first.message["References"]}
    own = get(stage.hub, stage.mk, f"alerts/{sent['shortid']}/escalation")
    assert [(step["step"], step["state"], step["people"]) for step in own["own"]["steps"]] == [
        ("first", "done", ["Ana"]), ("reminder-1", "done", ["Ana"]), ("reminder-2", "done", ["Ana"]),
        ("deputy", "done", ["Boris", "Ana"]), ("coordinators", "done", ["Clara"]),
    ]  # fmt: skip
    assert own["parties"] == []
    seen = get(stage.hub, stage.gr, f"alerts/{sent['shortid']}/escalation")
    assert [(one["party"], one["reminders"]) for one in seen["parties"]] == [("EC", 1), ("MK", 2)]
    assert "people" not in str(seen["parties"])


@ON_SQLITE
def test_acknowledging_stops_at_once_and_only_a_rise_or_the_sender_asks_again(stage: Stage):
    sent = stage.alert()
    first, _ = stage.letters("ana", "clara")
    assert stage.hub.url in first.part("text/html")
    for key in (stage.mk, stage.ec):
        stage.acknowledge(key, sent)
    stage.after(50)
    stage.quiet()
    update = {"msg_type": "Update", "references": [sent["id"]], "audience": None}
    stage.alert(**update)
    stage.letters("ana", "clara")
    stage.after(60)
    stage.quiet()
    stage.alert(**update, ask_again=True)
    stage.letters("ana", "clara")
    stage.after(15)
    stage.letters("ana", "clara")
    stage.alert(**update | {"msg_type": "Cancel"})
    stage.letters("ana", "clara")
    stage.after(60)
    stage.quiet()


def test_a_restart_neither_repeats_nor_forgets_a_step(stage: Stage):
    stage.alert(audience=["MK"])
    stage.letters("ana")
    stage.after(16)
    stage.letters("ana")
    stage.hub.stop()
    stage.hub = stage.start(**stage.settings)
    stage.after(0)
    stage.quiet()
    stage.after(40)  # reminder, deputy and coordinators have passed meanwhile: nobody is told twice at once
    stage.letters("ana", "boris")
    rows = stage.office.db.read_sync(lambda conn: conn.execute(escalation_steps.select()).all())
    assert {row.step: row.told for row in rows} == {
        "reminder-1": True, "reminder-2": False, "deputy": True, "coordinators": False,
    }  # fmt: skip


@ON_SQLITE
@pytest.mark.parametrize("severity", ["Extreme", "Unknown"])
def test_what_no_channel_brings_climbs_within_five_minutes(
    stage: Stage, webhook_receiver: WebhookReceiver, severity: str
):
    """Ana's mailbox refuses and her party's receiver fails: the deputy, then the coordinators hear of it."""
    made = client().post(
        f"{stage.hub.url}/v1/subscriptions", headers=bearer(stage.mk),
        json={"channel": "webhook", "target": webhook_receiver.url},
    )  # fmt: skip
    assert made.status_code == 201, made.text
    webhook_receiver.always(500)
    stage.sink.script(Mail.REFUSE_RECIPIENT)
    sent = stage.alert(severity=severity, audience=["MK", "EC", "SI"])
    wait_for(lambda: len(stage.sink.messages) >= 2, 10)
    reached = {letter.rcpt_tos[0] for letter in stage.sink.messages}
    assert len(reached) == 2
    unreached = ({"ana@mk.example", "eva@si.example", "clara@ec.example"} - reached).pop()
    stage.seen = 2
    code = unreached.partition("@")[2].partition(".")[0].upper()
    stage.after(2)
    wait_for(lambda: len(stage.sink.messages) >= 3, 10)
    stage.after(2.5)
    told = (
        wait_for(lambda: [x for x in stage.sink.messages if f"not acknowledged by {code}" in x.subject], 10)
        if code != "EC"
        else []
    )
    assert all("no channel reached it" in letter.part("text/plain") for letter in told)
    found = get(stage.hub, stage.gr, f"alerts/{sent['shortid']}/escalation")
    chain = next(one for one in found["parties"] if one["party"] == code)
    assert not chain["reached"]
    assert datetime.fromisoformat(chain["deputy_at"]) - stage.now < timedelta(minutes=5)


def test_a_link_in_the_mail_acknowledges_once_and_opening_it_changes_nothing(stage: Stage):
    sent = stage.alert(audience=["MK"])
    (letter,) = stage.letters("ana")
    url = stage.hub.url + link_in(letter)
    token = url.rpartition("/")[2]
    rows = stage.office.db.read_sync(lambda conn: conn.execute(acknowledgement_links.select()).all())
    assert token not in str(rows)
    pages = [client().get(url) for _ in range(3)]
    assert {page.status_code for page in pages} == {200}
    assert "Acknowledge for" in pages[0].text
    assert get(stage.hub, stage.gr, f"alerts/{sent['shortid']}")["acknowledgements"][0]["state"] == "waiting"
    for _ in range(2):
        done = client().post(url, data={"x": "y"}, follow_redirects=True)
        assert done.status_code == 200
        assert "Acknowledged for" in done.text
        assert "<form" not in done.text
    (ack,) = get(stage.hub, stage.gr, f"alerts/{sent['shortid']}")["acknowledgements"]
    assert (ack["state"], ack["by"], ack["channel"]) == ("acknowledged", "Ana", "link")
    stage.after(60)
    stage.quiet()


@ON_SQLITE
def test_a_link_ends_with_its_alert_and_with_its_person(stage: Stage):
    stage.alert(audience=["MK"])
    (first,) = stage.letters("ana")
    again = stage.alert(audience=["MK"], expires=iso(stage.now + timedelta(hours=1)))
    (second,) = stage.letters("ana")
    stage.at(stage.now + timedelta(minutes=61))
    over = client().post(stage.hub.url + link_in(second), data={"x": "y"}, follow_redirects=True)
    assert "This alert is over." in over.text
    assert get(stage.hub, stage.gr, f"alerts/{again['shortid']}")["acknowledgements"][0]["state"] == "waiting"
    stage.office.withdraw(stage.people["ana"])
    url = stage.hub.url + link_in(first)
    wait_for(lambda: client().get(url).status_code == 404, 10)
    gone = client().get(url)
    unknown = client().get(f"{stage.hub.url}/acknowledge/nothing-like-it")
    assert (unknown.status_code, "does not work any more" in gone.text) == (404, True)
    assert client().post(url, data={"x": "y"}).status_code == 404


@ON_SQLITE
def test_a_link_shows_nothing_of_an_alert_that_became_red_not_even_when_it_is_over(stage: Stage):
    sent = stage.alert(audience=["MK"])
    (letter,) = stage.letters("ana")
    url = stage.hub.url + link_in(letter)
    red = {"references": [sent["id"]], "audience": None, "tlp": "RED", "headline": "a canary that sings"}
    stage.alert(msg_type="Update", **red)
    pages = [client().get(url)]
    stage.acknowledge(stage.mk, sent)
    pages.append(client().get(url))
    stage.alert(msg_type="Cancel", **red)
    pages.append(client().get(url))
    assert ["marked TLP:RED now" in page.text for page in pages] == [True] * 3
    assert not any("canary" in page.text or "Gevgelija" in page.text for page in pages)


@ON_SQLITE
def test_a_link_works_as_long_as_its_alert_also_when_an_update_prolongs_it(stage: Stage):
    sent = stage.alert(audience=["MK"], expires=iso(stage.now + timedelta(hours=1)))
    (letter,) = stage.letters("ana")
    stage.alert(msg_type="Update", references=[sent["id"]], audience=None)
    stage.after(61)
    done = client().post(stage.hub.url + link_in(letter), data={"x": "y"}, follow_redirects=True)
    assert "Acknowledged for" in done.text


@ON_SQLITE
def test_what_is_sent_once_more_counts_as_brought_and_wakes_no_deputy(stage: Stage):
    sent = stage.alert(audience=["MK"])
    stage.letters("ana")

    def own() -> dict[str, Any]:
        return dict(get(stage.hub, stage.mk, f"alerts/{sent['shortid']}/escalation")["own"])

    wait_for(lambda: own()["reached"], 10)
    replayed = update(deliveries).values(state="due", attempts=0, due_at=wall() + timedelta(hours=1))
    stage.office.change(lambda tx: tx.conn.execute(replayed))
    stage.after(5)
    stage.quiet()
    assert (own()["reached"], own()["steps"][0]["people"], own()["deputy_at"]) == (True, ["Ana"], None)


@ON_SQLITE
def test_red_and_a_hub_that_wants_sign_in_send_no_link(set_stage: Callable[..., Stage]):
    stage = set_stage(acknowledge_links=False)
    stage.alert(audience=["MK"])
    (letter,) = stage.letters("ana")
    assert "/acknowledge/" not in letter.part("text/html") + letter.part("text/plain")
    stage.alert(audience=["MK"], tlp="RED", headline="a canary that sings")
    stage.letters("ana")
    stage.after(15)
    stage.sink.wait(4)
    assert not any(b"canary" in letter.raw for letter in stage.sink.messages)
    assert sum("reminder 1 of 2 – TLP:RED" in letter.subject for letter in stage.sink.messages) == 1


def test_at_night_what_can_wait_waits_and_comes_as_one_mail(set_stage: Callable[..., Stage]):
    stage = set_stage(night="22:00-06:00")
    stage.at(NOON.replace(hour=23))
    for number in range(3):
        stage.alert(audience=["MK"], severity="Moderate", headline=f"Queue {number}", legs=["GR-MK"])
    stage.alert(audience=["MK"], severity="Severe", headline="Bridge closed", legs=["GR-MK"])
    (grave,) = stage.letters("ana")
    assert "Bridge closed" in grave.subject
    stage.at(NOON.replace(day=22, hour=5))
    (letter,) = wait_for(lambda: [one for one in stage.sink.messages if "3 alerts" in one.subject], 10)
    assert letter.subject.startswith("MODERATE – 3 alerts about GR-MK: Queue 2")
    text = letter.part("text/plain")
    assert [text.count(f"Queue {number}") for number in range(3)] == [1, 1, 1]
    assert len(re.findall(r"/routes/wbr/alerts/[0-9a-f-]{36}", text)) == 3


@ON_SQLITE
def test_a_flood_on_one_leg_is_joined_and_own_quiet_hours_hold(stage: Stage):
    eva = stage.office.session(stage.people["eva"])
    put = client().put(
        f"{stage.hub.url}/v1/me/quiet-hours", headers=eva, json={"starts": "12:00", "ends": "14:00", "zone": "UTC"}
    )
    assert put.status_code == 200, put.text
    assert put.json()["set_by"] == "you"
    for number in range(4):
        stage.alert(audience=["MK", "SI"], severity="Moderate", headline=f"Queue {number}", place="GR-MK/gevgelija")
    stage.letters("ana")
    stage.after(15)
    (joined,) = stage.letters("ana")
    assert "3 alerts" in joined.subject
    stage.after(45.1)
    (reminder,) = stage.letters("ana")
    assert reminder.subject.startswith("MODERATE, reminder – 4 alerts about Idomeni – Gevgelija")
    stage.at(NOON.replace(hour=14))

    def of_eva() -> list[Letter]:
        return [letter for letter in stage.sink.messages if letter.rcpt_tos == ("eva@si.example",)]

    (first,) = wait_for(of_eva, 10)
    assert "4 alerts" in first.subject
    stage.after(60.1)  # she is reminded as long after she got them as anybody
    wait_for(lambda: len(of_eva()) > 1, 10)
    assert "reminder – 4 alerts" in of_eva()[1].subject


def test_a_report_that_is_missing_is_asked_for_and_each_change_is_told_once(stage: Stage):
    day = "2026-01-21"
    stage.at(BEFORE)
    stage.quiet()
    stage.after(6)
    before, _ = stage.letters("ana", "eva")
    assert before.subject == "Post figures by 08:00 CET – North Macedonia, Wed 21 Jan"
    figures = {"figures": [{"indicator": "arrivals", "counterpart": "HR", "value": 20}]}
    done = client().put(f"{stage.hub.url}/v1/parties/SI/reports/{day}", headers=bearer(stage.si), json=figures)
    assert done.status_code == 201, done.text
    stage.after(50)
    late, _ = stage.letters("ana", "boris")
    assert late.subject.startswith("Late since 08:00 CET")
    stage.after(110)
    (told,) = stage.letters("clara")
    assert "MK" in told.subject
    assert "SI" not in told.subject
    stage.hub.stop()
    stage.hub = stage.start(**stage.settings)
    stage.after(1)
    stage.quiet()
    figures["figures"][0]["counterpart"] = "GR"
    done = client().put(f"{stage.hub.url}/v1/parties/MK/reports/{day}", headers=bearer(stage.mk), json=figures)
    assert done.status_code == 201, done.text
    stage.after(1)
    (back,) = stage.letters("clara")
    assert back.subject == "Reporting – MK reported again"
    # A mail server that was away: what it would bring now is no longer true.
    d = deliveries.c
    late_ones = d.about.like("report.MK.%")
    again = update(deliveries).where(late_ones).values(state="due", due_at=wall())
    stage.office.change(lambda tx: tx.conn.execute(again))
    left = select(d.state).where(late_ones).distinct()
    wait_for(lambda: stage.office.db.read_sync(lambda conn: conn.execute(left).scalars().all()) == ["dropped"], 10)
    stage.quiet()
