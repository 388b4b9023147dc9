"""After a restore: nobody is signed in, and nobody gets twice what may have been sent before."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import delete, select

from routehub.core import state
from routehub.core.canonical import iso
from routehub.core.clock import wall
from routehub.core.ids import uuid7
from routehub.delivery import outgoing
from routehub.delivery.dispatcher import NAME
from routehub.delivery.tables import attempts, deliveries
from routehub.directory import sign_in
from routehub.journal import follow
from routehub.keeping.anew import Anew, begin_anew
from tests.fixtures.office import Office, open_door
from tests.fixtures.waiting import eventually

MADE = datetime(2026, 1, 21, 6, 24, tzinfo=UTC)
ALERT = {
    "category": "crossing_changed", "severity": "Severe", "urgency": "Expected", "certainty": "Likely",
    "headline": "Crossing at Gevgelija closes from 18:00", "expires": iso(wall() + timedelta(days=1)),
}  # fmt: skip


def again(office: Office, *, send: bool = False) -> Anew:
    with office.db.write() as conn:
        return begin_anew(conn, exercise=False, how="restore", back_to=MADE, send_uncertain=send)


def due(office: Office, channel: str, state_: str = "due") -> str:
    made = outgoing.row(
        uuid7(wall()), f"person:{channel}-{state_}", "m", "message", "wbr", "MK", channel, "alert", wall(), urgent=True
    )
    office.change(lambda tx: outgoing.add(tx, [made | {"state": state_}]))
    return str(made["id"])


def states(office: Office) -> dict[str, tuple[str, str]]:
    query = select(deliveries.c.id, deliveries.c.state, deliveries.c.outcome)
    return {row.id: (row.state, row.outcome) for row in office.db.read_sync(lambda conn: conn.execute(query).all())}


def test_what_was_due_is_marked_and_what_was_sent_stays_sent(office: Office):
    mail, sent, webhook = due(office, "email"), due(office, "email", "sent"), due(office, "webhook")
    assert again(office).uncertain == 1
    found = states(office)
    assert found[mail] == (
        "dead",
        "uncertain: due on 2026-01-21 at 06:24 UTC, then the hub was restored; it may have been sent before",
    )
    assert (found[sent][0], found[webhook][0]) == ("sent", "due")


def test_an_operator_may_have_them_sent(office: Office):
    mail = due(office, "email")
    assert again(office, send=True).uncertain == 0
    assert states(office)[mail][0] == "due"


def test_sessions_and_links_end_and_the_epoch_never_comes_again(office: Office):
    ana = office.person("ana").id
    office.change(lambda tx: sign_in.begin(tx, ana, "link", "a browser", 12))
    link = office.change(lambda tx: sign_in.make_link(tx.conn, ana, wall()))
    first = again(office)
    assert first.sessions == 1
    assert office.change(lambda tx: sign_in.redeem(tx.conn, link, wall())) is None
    assert again(office).epoch > first.epoch
    assert office.db.read_sync(state.epoch) > first.epoch
    assert abs(datetime.strptime(str(first.epoch), "%Y%m%d%H%M%S").replace(tzinfo=UTC) - wall()) < timedelta(minutes=5)


async def test_messages_that_were_not_dispatched_yet_are_marked_when_they_are(office: Office, tmp_path: Path):
    async def of(states_of: set[str]) -> Any:
        return (found := {one[0] for one in states(office).values()}) and found <= states_of and found

    async with open_door(office, tmp_path) as door:
        mira = await door.of("mira")
        answer = await mira.post("/v1/alerts", json=ALERT)
        assert answer.status_code == 201, answer.text
        await eventually(lambda: of({"sent", "due", "dead"}))

    def forget(tx: Any) -> None:
        tx.conn.execute(delete(attempts))
        tx.conn.execute(delete(deliveries))
        follow.set_checkpoint(tx.conn, NAME, 0)

    office.change(forget)
    again(office)
    async with open_door(office, tmp_path) as door:
        assert await eventually(lambda: of({"dead"})) == {"dead"}
        assert all("it may have been sent before" in words for _, words in states(office).values())
        mira = await door.of("mira")
        before = set(states(office))
        assert (await mira.post("/v1/alerts", json=ALERT | {"headline": "Ten more buses"})).status_code == 201
        await eventually(lambda: of({"dead", "sent", "due"}))
        await eventually(lambda: _more(office, before))


async def _more(office: Office, before: set[str]) -> bool:
    return any(found[0] in ("due", "sent") for one, found in states(office).items() if one not in before)
