"""Taking the minutes of a conference: each item has notes with a version and a lock of its own, so that two who
write do not overwrite each other."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, RowMapping, delete, insert, select, update

from routehub.boards.conferences.queries import ConferenceView
from routehub.boards.minutes.queries import numbers_given
from routehub.chairing.notes import Head, NewItem, Noted, Present, ids_of, numbered, own_ids, parties_of
from routehub.chairing.tables import item_notes, meeting_notes
from routehub.core.canonical import dumps
from routehub.core.errors import Conflict, Refused, Stale, Unknown
from routehub.directory.principal import Principal
from routehub.directory.snapshot import Directory, RouteView
from routehub.journal.message import Transaction
from routehub_schemas.errors import Problem
from routehub_schemas.kinds.minutes.payload import Attendee, Minutes

EARLY = timedelta(hours=1)
"""How long before its time a conference may begin; earlier it is moved first, so that everybody knows."""
HELD = timedelta(minutes=2)
"""How long a lock holds without a sign of the one who writes; each save renews it."""
MOST_ITEMS = 200

_m, _i = meeting_notes.c, item_notes.c


class Held(Conflict):
    """Somebody else writes under this item at the moment."""

    status, code, title = 409, "held", "Somebody else is writing here"


@dataclass(frozen=True)
class ItemNote:
    """One item with what is noted. ``held_by``: who writes in it until ``held_until`` (wall time)."""

    number: int
    head: Head
    noted: Noted
    version: int
    changed_by: str
    changed_at: datetime
    held_by: str | None
    held_name: str | None
    held_until: datetime | None

    def held(self, who: Principal, wall: datetime) -> bool:
        """Whether somebody else writes here now."""
        return self.held_by not in (None, who.actor) and self.held_until is not None and self.held_until > wall


@dataclass(frozen=True)
class Meeting:
    """A conference that is minuted. ``state``: running, ended or correcting; ``minutes``: the message of its newest
    edition."""

    conference: ConferenceView
    state: str
    edition: int
    agenda: str | None
    began: datetime
    ended: datetime | None
    begun_by: str
    attendance: tuple[Attendee, ...]
    version: int
    changed_by: str
    changed_at: datetime
    minutes: str | None
    items: tuple[ItemNote, ...]

    @property
    def open(self) -> bool:
        """Whether notes can be taken."""
        return self.state != "ended"

    def item(self, number: int) -> ItemNote:
        found = next((one for one in self.items if one.number == number), None)
        if found is None:
            raise Unknown(f"Conference {self.conference.number} has no item {number}.")
        return found


def load(conn: Connection, route: str, held: ConferenceView) -> Meeting | None:
    """The notes of a conference; None before it was started."""
    row = conn.execute(
        select(meeting_notes).where(_m.route == route, _m.series == held.series, _m.conference == held.number)
    ).mappings().first()  # fmt: skip
    if row is None:
        return None
    rows = conn.execute(
        select(item_notes)
        .where(_i.route == route, _i.series == held.series, _i.conference == held.number)
        .order_by(_i.number)
    ).mappings()
    same = (
        "state", "edition", "agenda", "began", "ended", "begun_by", "version", "changed_by", "changed_at", "minutes",
    )  # fmt: skip
    return Meeting(
        conference=held, attendance=tuple(Present.model_validate_json(row["attendance"]).attendance),
        items=tuple(_note(one) for one in rows), **{name: row[name] for name in same},
    )  # fmt: skip


def _note(row: RowMapping) -> ItemNote:
    return ItemNote(
        row["number"], Head.model_validate_json(row["head"]), Noted.model_validate_json(row["notes"]), row["version"],
        row["changed_by"], row["changed_at"], row["held_by"], row["held_name"], row["held_until"],
    )  # fmt: skip


# --- beginning ---


def start(
    tx: Transaction, who: Principal, held: ConferenceView, attendance: Iterable[Attendee],
    agenda: tuple[str, Iterable[Mapping[str, Any]]] | None,
) -> Meeting:  # fmt: skip
    """The agenda becomes the minutes.

    agenda: the message of the closed agenda with its items. Errors: 409 when it was started or cancelled, or is more
    than an hour away.
    """
    if load(tx.conn, who.route, held) is not None:
        raise Conflict(f"Conference {held.number} was started already.")
    if held.state == "cancelled":
        raise Conflict(f"Conference {held.number} was cancelled.")
    if tx.now < held.start - EARLY:
        raise Conflict(f"Conference {held.number} begins at {held.start:%Y-%m-%d %H:%M} UTC. Move it to begin earlier.")
    _begin(tx, who, held, "running", 1, tx.now, None, attendance, agenda[0] if agenda else None, None)
    for item in agenda[1] if agenda else ():
        _add(tx, who, held, int(item["number"]), head_of(item), Noted())
    _audit(tx, who, held, "conference-started")
    return _loaded(tx, who, held)


def head_of(item: Mapping[str, Any]) -> Head:
    """What the notes keep of an item of the agenda, or of minutes."""
    given = {name: item[name] for name in Head.model_fields if item.get(name) is not None}
    return Head.model_validate(given)


def correct(tx: Transaction, who: Principal, held: ConferenceView, message_id: str, minutes: Minutes) -> Meeting:
    """Open minutes that were sent for a correction: the notes begin with what they say.

    Errors: 409 while a correction is open.
    """
    known = load(tx.conn, who.route, held)
    if known is not None and known.open:
        raise Conflict(f"The minutes of conference {held.number} are open already.")
    agenda = known.agenda if known else None
    _clear(tx, who.route, held)
    _begin(
        tx, who, held, "correcting", minutes.edition + 1, minutes.began, minutes.ended, minutes.attendance, agenda,
        message_id,
    )  # fmt: skip
    for item in minutes.items:
        data = item.model_dump(mode="json")
        noted = Noted.model_validate_json(dumps({name: data[name] for name in Noted.model_fields}))
        _add(tx, who, held, item.number, head_of(data), noted)
    _audit(tx, who, held, "minutes-opened", edition=minutes.edition + 1)
    return _loaded(tx, who, held)


def _begin(
    tx: Transaction, who: Principal, held: ConferenceView, state: str, edition: int, began: datetime,
    ended: datetime | None, attendance: Iterable[Attendee], agenda: str | None, minutes: str | None,
) -> None:  # fmt: skip
    tx.conn.execute(
        insert(meeting_notes).values(
            route=who.route, series=held.series, conference=held.number, state=state, edition=edition, agenda=agenda,
            began=began, ended=ended, begun_by=who.name, attendance=_json(attendance), version=1,
            changed_by=who.name, changed_at=tx.now, minutes=minutes,
        )
    )  # fmt: skip


def _json(attendance: Iterable[Attendee]) -> str:
    return Present(attendance=list(attendance)).model_dump_json(exclude_none=True)


def _add(tx: Transaction, who: Principal, held: ConferenceView, number: int, head: Head, noted: Noted) -> None:
    tx.conn.execute(
        insert(item_notes).values(
            route=who.route, series=held.series, conference=held.number, number=number, head=head.model_dump_json(),
            notes=noted.model_dump_json(exclude_none=True), version=1, changed_by=who.name, changed_at=tx.now,
        )
    )  # fmt: skip


def _clear(tx: Transaction, route: str, held: ConferenceView) -> None:
    for table in (item_notes, meeting_notes):
        c = table.c
        tx.conn.execute(
            delete(table).where(c.route == route, c.series == held.series, c.conference == held.number)
        )  # fmt: skip


# --- writing ---


def present(
    tx: Transaction, who: Principal, directory: Directory, route: RouteView, held: ConferenceView,
    version: int | None, sent: Present,
) -> Meeting:  # fmt: skip
    """Who takes part. Errors: 409 before the start and after the end, 412 when somebody changed it meanwhile, 422 for
    parties that are not on the route, or are named twice."""
    known = _open(tx, who, held)
    if version is not None and version != known.version:
        raise Stale(f"{known.changed_by} changed who is present since you read it.", current=known.version)
    problems = list(_unknown(directory, route, tx.now, _attending(sent)))
    codes = [one.party for one in sent.attendance]
    problems += [
        Problem(f"/attendance/{at}/party", "repeated", "A party stands here once.", code)
        for at, code in enumerate(codes)
        if code in codes[:at]
    ]
    problems += [
        Problem(f"/attendance/{at}/represented_by", "contradiction", "Who is present speaks for itself.", code)
        for at, one in enumerate(sent.attendance)
        if (code := one.represented_by) is not None and (one.present or code == one.party)
    ]
    if problems:
        raise Refused(problems[0].message, problems)
    if tuple(sent.attendance) == known.attendance:
        return known
    tx.conn.execute(
        update(meeting_notes)
        .where(_m.route == route.code, _m.series == held.series, _m.conference == held.number)
        .values(
            attendance=_json(sent.attendance), version=known.version + 1, changed_by=who.name, changed_at=tx.now
        )
    )  # fmt: skip
    _audit(tx, who, held, "attendance-noted", version=known.version + 1)
    return _loaded(tx, who, held)


def _attending(sent: Present) -> Iterator[tuple[str, str]]:
    for at, one in enumerate(sent.attendance):
        yield f"/attendance/{at}/party", one.party
        if one.represented_by is not None:
            yield f"/attendance/{at}/represented_by", one.represented_by


def hold(tx: Transaction, who: Principal, held: ConferenceView, number: int, *, take_over: bool = False) -> ItemNote:
    """Write under an item alone for a while. Errors: 409 (``held``) when somebody else does, unless taken over."""
    note = _open(tx, who, held).item(number)
    if note.held(who, tx.wall) and not take_over:
        raise Held(f"{note.held_name} is writing under item {number}.", held_by=note.held_name)
    _lock(tx, who, held, number, tx.wall + HELD)
    if note.held(who, tx.wall):
        _audit(tx, who, held, "item-taken-over", item=number, held_by=note.held_by)
    return _loaded(tx, who, held).item(number)


def release(tx: Transaction, who: Principal, held: ConferenceView, number: int) -> None:
    """Let go of an item; nothing where somebody else has it."""
    note = _open(tx, who, held).item(number)
    if note.held_by == who.actor:
        _lock(tx, who, held, number, None)


def _lock(tx: Transaction, who: Principal, held: ConferenceView, number: int, until: datetime | None) -> None:
    by, name = (who.actor, who.name) if until else (None, None)
    tx.conn.execute(
        update(item_notes).where(*_is(who.route, held, number)).values(held_by=by, held_name=name, held_until=until)
    )


def save(
    tx: Transaction, who: Principal, directory: Directory, route: RouteView, held: ConferenceView, number: int,
    version: int | None, sent: Noted,
) -> ItemNote:  # fmt: skip
    """What is noted under an item, in the place of what was.

    version: that the writer saw; None: whatever it is now. Errors: 409 while somebody else writes there, 412 when it
    was changed meanwhile, 422 for unknown parties and numbers.
    """
    known = _open(tx, who, held)
    note = known.item(number)
    if note.held(who, tx.wall):
        raise Held(f"{note.held_name} is writing under item {number}.", held_by=note.held_name)
    if version is not None and version != note.version:
        raise Stale(f"{note.changed_by} changed item {number} since you read it.", current=note.version)
    problems = [*own_ids(sent, note.noted), *_unknown(directory, route, tx.now, parties_of(sent))]
    if problems:
        raise Refused(problems[0].message if len(problems) == 1 else f"{len(problems)} problems were found.", problems)
    given = ids_of(one.noted for one in known.items) | numbers_given(tx.conn, route.code, held.series, held.number)
    noted = numbered(sent, held.number, given)
    values: dict[str, Any] = {"held_by": who.actor, "held_name": who.name, "held_until": tx.wall + HELD}
    if noted != note.noted:
        values |= {
            "notes": noted.model_dump_json(exclude_none=True), "version": note.version + 1, "changed_by": who.name,
            "changed_at": tx.now,
        }  # fmt: skip
        _audit(tx, who, held, "minutes-noted", item=number, version=note.version + 1)
    tx.conn.execute(update(item_notes).where(*_is(route.code, held, number)).values(**values))
    return _loaded(tx, who, held).item(number)


def add_item(
    tx: Transaction, who: Principal, directory: Directory, route: RouteView, held: ConferenceView, sent: NewItem
) -> ItemNote:
    """Something that came up in the call, behind the others."""
    known = _open(tx, who, held)
    if len(known.items) >= MOST_ITEMS:
        raise Conflict(f"A conference has at most {MOST_ITEMS} items.")
    if sent.lead is not None and (problems := list(_unknown(directory, route, tx.now, [("/lead", sent.lead)]))):
        raise Refused(problems[0].message, problems)
    number = max((one.number for one in known.items), default=0) + 1
    _add(tx, who, held, number, Head(title=sent.title, points=sent.points, lead=sent.lead), Noted())
    _audit(tx, who, held, "item-added", item=number)
    return _loaded(tx, who, held).item(number)


def _is(route: str, held: ConferenceView, number: int) -> tuple[Any, ...]:
    return _i.route == route, _i.series == held.series, _i.conference == held.number, _i.number == number


def _open(tx: Transaction, who: Principal, held: ConferenceView) -> Meeting:
    found = load(tx.conn, who.route, held)
    if found is None:
        raise Conflict(f"Conference {held.number} has not been started.")
    if not found.open:
        raise Conflict(f"Conference {held.number} is over and its minutes are sent. Open them for a correction.")
    return found


def _loaded(tx: Transaction, who: Principal, held: ConferenceView) -> Meeting:
    found = load(tx.conn, who.route, held)
    assert found is not None
    return found


def _unknown(
    directory: Directory, route: RouteView, now: datetime, named: Iterable[tuple[str, str]]
) -> Iterator[Problem]:
    on = now.astimezone(route.zone).date()
    for pointer, code in named:
        if route.membership(directory.party_code(code) or code, on) is None:
            words = f"{code} is not a party of this route."
            yield Problem(pointer, "unknown-party", words, code, suggestion=directory.near_party(code))


# --- the end ---


def ended(
    tx: Transaction, who: Principal, held: ConferenceView, seen: Meeting, message_id: str, edition: int
) -> None:  # fmt: skip
    """Close the notes in the transaction that stores the minutes. Errors: 412 when somebody wrote meanwhile."""
    known = _open(tx, who, held)
    if _stamp(known) != _stamp(seen):
        raise Stale("Somebody wrote in the minutes while they were being sent. Look at them once more.")
    tx.conn.execute(
        update(meeting_notes)
        .where(_m.route == who.route, _m.series == held.series, _m.conference == held.number)
        .values(
            state="ended", ended=known.ended or tx.now, minutes=message_id, edition=edition, changed_by=who.name,
            changed_at=tx.now,
        )
    )  # fmt: skip
    tx.conn.execute(
        update(item_notes)
        .where(_i.route == who.route, _i.series == held.series, _i.conference == held.number)
        .values(held_by=None, held_name=None, held_until=None)
    )
    _audit(tx, who, held, "conference-ended", edition=edition)


def _stamp(meeting: Meeting) -> tuple[object, ...]:
    return meeting.state, meeting.version, tuple((one.number, one.version) for one in meeting.items)


def _audit(tx: Transaction, who: Principal, held: ConferenceView, act: str, **more: Any) -> None:
    tx.audit(act, who.route, who.party, who.actor, {"series": held.series, "conference": held.number, **more})
