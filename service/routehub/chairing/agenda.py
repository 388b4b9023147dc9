"""The agenda of a conference as the chair works on it: read, changed with a version, put into the form of a
message."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, select

from routehub.boards.conferences.attendance import invited
from routehub.boards.conferences.queries import (
    AgendaRef,
    ConferenceView,
    ProposalView,
    agendas,
    conference,
    proposals_of,
)
from routehub.chairing.edits import AgendaChange, Edits, Item, PaperItem, laid_over, merged
from routehub.chairing.tables import agenda_drafts
from routehub.core.canonical import iso
from routehub.core.columns import upsert
from routehub.core.errors import Conflict, Refused, Stale
from routehub.digests.agenda.compile import closing
from routehub.digests.agenda.order import duration, time_of, too_long
from routehub.digests.agenda.rules.proposals import AT_CLOSE, why
from routehub.digests.circle import named, read_by, readers
from routehub.digests.words import clip
from routehub.directory.principal import Principal
from routehub.directory.snapshot import Directory, RouteView
from routehub.journal import targets
from routehub.journal.follow import event_of
from routehub.journal.message import Transaction
from routehub.views import shared
from routehub_schemas.errors import Problem, near

PROPOSED_FOR = "weekly"
"""The series for which parties propose items."""
PROPOSAL = "proposal"
LINE, REMARK = 160, 1_000


@dataclass(frozen=True)
class Paper:
    """An agenda in work. ``items``: those on it; ``dropped``: those taken off, with their reasons; ``late``: proposals
    that were accepted after it had been closed and that no edition holds yet; ``stamp``: names this very state."""

    conference: ConferenceView
    ref: AgendaRef
    data: dict[str, Any]
    version: int
    edits: Edits
    items: tuple[PaperItem, ...]
    dropped: tuple[PaperItem, ...]
    late: tuple[Item, ...]
    proposals: tuple[ProposalView, ...]
    changed_by: str | None
    changed_at: datetime | None

    @property
    def closed(self) -> bool:
        return self.ref.state == "closed"

    @property
    def stamp(self) -> str:
        return f"{self.version}-{self.ref.message_id[-12:]}"

    @property
    def minutes(self) -> int:
        """How long it takes, any other business too."""
        return time_of(one.item["minutes"] for one in self.items)

    @property
    def duration(self) -> str:
        return duration(self.minutes, self.conference.minutes)

    @property
    def over(self) -> str:
        """``6 minutes more than the call has``; empty when it fits."""
        return too_long(self.minutes, self.conference.minutes)

    @property
    def closes_at(self) -> datetime:
        """As everywhere (``closing``); once it is closed, when that was."""
        said = self.data.get("closes_at")
        if self.closed and said:
            return datetime.fromisoformat(said)
        return closing(self.conference.start, self.ref.compiled_at)  # it may have been moved since it was compiled

    @property
    def undecided(self) -> tuple[ProposalView, ...]:
        return tuple(p for p in self.proposals if p.state == "open")

    def one(self, key: str) -> PaperItem | None:
        return next((one for one in (*self.items, *self.dropped) if one.key == key), None)


def load(conn: Connection, directory: Directory, route: RouteView, held: ConferenceView, now: datetime) -> Paper | None:
    """The newest edition with the chair's changes; None before anything was compiled.

    It rests on what everyone on the route may read, as the agenda itself does (DECISIONS 1).
    """
    ids = shared.audiences(conn, route, now)
    found = agendas(conn, read_with(conn, route, held, now), route.code, held.series, held.number, limit=1)
    event = event_of(conn, found[0].message_id) if found else None
    if event is None:
        return None
    ref, data = found[0], event["data"]
    d = agenda_drafts.c
    row = conn.execute(
        select(agenda_drafts).where(d.route == route.code, d.series == held.series, d.conference == held.number)
    ).first()
    edits = Edits.model_validate_json(row.edits) if row is not None else Edits()
    proposed = _proposals(conn, ids, route, held)
    closed = ref.state == "closed"
    new = [_item(directory, route, held, p, now) for p in _new(proposed, ref, data, held, closed)]
    papers = laid_over(data["items"], [] if closed else new, Edits() if closed else edits)
    if not closed:
        papers = _decided(directory, route, papers, proposed, now)
    return Paper(
        held, ref, data, row.version if row is not None else 0, edits,
        tuple(one for one in papers if one.dropped is None), tuple(one for one in papers if one.dropped is not None),
        tuple(new) if closed else (), tuple(_meant(proposed, ref, data, held)),
        row.changed_by if row is not None else None, row.changed_at if row is not None else None,
    )  # fmt: skip


def read_with(conn: Connection, route: RouteView, held: ConferenceView, now: datetime) -> frozenset[int]:
    """The audiences in which papers of a conference may lie: everyone's, and that of the few who were told of it."""
    return shared.audiences(conn, route, now) | read_by(conn, route, readers(conn, route, held, now), now)


def _proposals(conn: Connection, ids: Iterable[int], route: RouteView, held: ConferenceView) -> list[ProposalView]:
    if held.series != PROPOSED_FOR:
        return []
    return [p for p in proposals_of(conn, ids, route.code) if p.tlp != "RED" and p.conference in (None, held.number)]


def _held(data: dict[str, Any]) -> set[str]:
    """The proposals that are items already."""
    return {source for item in data["items"] if item["rule"] == PROPOSAL for source in item.get("sources", [])}


def _new(
    proposed: list[ProposalView], ref: AgendaRef, data: dict[str, Any], held: ConferenceView, closed: bool
) -> Iterator[ProposalView]:
    """What came after the compiling: all that is not declined; once it is closed, what the chair accepted since."""
    there = _held(data)
    for p in proposed:
        if p.message_id in there or p.state == "declined" or p.accepted_at >= held.ends:
            continue
        after_all = p.decision is not None and p.state == "accepted" and p.decision.at > ref.compiled_at
        if after_all if closed else (p.conference is not None or p.accepted_at > ref.window_end):
            yield p


def _meant(
    proposed: list[ProposalView], ref: AgendaRef, data: dict[str, Any], held: ConferenceView
) -> Iterator[ProposalView]:
    """The proposals that belong on the conference's page."""
    there = _held(data)
    for p in proposed:
        recent = ref.window_end < p.accepted_at < held.ends
        if p.conference == held.number or p.message_id in there or recent:
            yield p


def _item(
    directory: Directory, route: RouteView, held: ConferenceView, proposal: ProposalView, now: datetime
) -> dict[str, Any]:
    """A proposal as an item, in the words of the rule that puts it on a compiled agenda."""
    today = now.astimezone(route.zone).date()
    who = directory.name(proposal.party, today)
    return {
        "title": clip(f"{who}: {proposal.title}", LINE), "rule": PROPOSAL, "why": why(who, proposal.state),
        "points": list(proposal.points), "outcome": proposal.outcome, "minutes": proposal.minutes,
        "lead": proposal.party if route.membership(proposal.party, today) else held.chair,
        "lines": [clip(proposal.text, REMARK)] if proposal.text else [], "sources": [proposal.message_id],
    }  # fmt: skip


def _decided(
    directory: Directory, route: RouteView, papers: list[PaperItem], proposed: list[ProposalView], now: datetime
) -> list[PaperItem]:
    """Each proposal with what the chair has decided since: in why it is here, or dropped with the words of the
    decline."""
    known, today = {p.message_id: p for p in proposed}, now.astimezone(route.zone).date()
    return [_with_decision(one, known.get(one.proposal or ""), directory, today) for one in papers]


def _with_decision(one: PaperItem, proposal: ProposalView | None, directory: Directory, today: date) -> PaperItem:
    if proposal is None or proposal.decision is None:
        return one
    if proposal.state == "declined":
        words = f"Declined: {proposal.decision.text or 'without a reason'}"
        return replace(one, dropped=one.dropped or words)
    return replace(one, item={**one.item, "why": why(directory.name(proposal.party, today), proposal.state)})


# --- changes ---


def change(
    tx: Transaction, who: Principal, directory: Directory, route: RouteView, held: ConferenceView, stamp: str | None,
    sent: AgendaChange,
) -> Paper:  # fmt: skip
    """One step of the chair. ``stamp``: the state that the chair saw; None: whatever it is now.

    Errors: 409 before it is compiled and after it is closed, 412 when somebody changed it meanwhile, 422 for items that
    are not there.
    """
    paper = load(tx.conn, directory, route, held, tx.now)
    if paper is None:
        raise Conflict(f"The agenda of conference {held.number} is not compiled yet.")
    if paper.closed:
        raise Conflict(f"The agenda of conference {held.number} is closed. What is accepted now is a late item.")
    if stamp is not None and stamp != paper.stamp:
        raise changed(paper)
    if problems := list(_problems(paper, route, directory, sent, tx.now)):
        raise Refused(problems[0].message if len(problems) == 1 else f"{len(problems)} problems were found.", problems)
    edits = merged(paper.edits, sent)
    if edits == paper.edits:
        return paper
    row = {
        "route": route.code, "series": held.series, "conference": held.number, "version": paper.version + 1,
        "edits": edits.model_dump_json(exclude_unset=True), "changed_by": who.name, "changed_at": tx.now,
    }  # fmt: skip
    tx.conn.execute(upsert(tx.conn, agenda_drafts, "route", "series", "conference"), row)
    detail = {"series": held.series, "conference": held.number, "version": paper.version + 1}
    if sent.order is not None:
        detail["moved"] = True
    detail |= {name: sorted(keys) for name, keys in _acts(sent).items()}
    tx.audit("agenda-draft", route.code, who.party, who.actor, detail)
    found = load(tx.conn, directory, route, held, tx.now)
    assert found is not None
    return found


def _lead_problems(
    at: str, lead: str, paper: Paper, route: RouteView, directory: Directory, on: date
) -> Iterator[Problem]:
    """Who introduces an item takes part in the conference."""
    code = directory.party_code(lead) or lead
    if route.membership(code, on) is None:
        words = f"{lead} is not a party of this route."
        yield Problem(at, "unknown-party", words, lead, suggestion=directory.near_party(lead))
    elif code not in (able := invited(route, paper.conference)):
        words = f"{lead} does not take part in conference {paper.conference.number}."
        yield Problem(at, "not-invited", words, lead, allowed=list(able))


def _acts(sent: AgendaChange) -> dict[str, list[str]]:
    """What was done with which items, for the audit: no texts."""
    found: dict[str, list[str]] = {}
    for key, edit in sent.items.items():
        for name in edit.model_fields_set:
            what = ("dropped" if edit.dropped else "restored") if name == "dropped" else name
            found.setdefault(what, []).append(key)
    return found


def _problems(
    paper: Paper, route: RouteView, directory: Directory, sent: AgendaChange, now: datetime
) -> Iterator[Problem]:
    known = {one.key: one for one in (*paper.items, *paper.dropped)}
    on = now.astimezone(route.zone).date()
    for key, edit in sent.items.items():
        at = f"/items/{key.replace('~', '~0').replace('/', '~1')}"
        if key not in known:
            words = "There is no such item on the agenda."
            yield Problem(at, "unknown-item", words, key, sorted(known), near(key, known))
            continue
        if edit.lead is not None:
            yield from _lead_problems(f"{at}/lead", edit.lead, paper, route, directory, on)
        if edit.dropped is not None and known[key].pinned:
            yield Problem(f"{at}/dropped", "standing-item", "This item stands on every agenda.", key)
    if sent.order is None:
        return
    left = [one.key for one in paper.items if not (e := sent.items.get(one.key)) or e.dropped is None]
    back = [one.key for one in paper.dropped if (e := sent.items.get(one.key)) and "dropped" in e.model_fields_set]
    wanted = {*left, *back}
    for index, key in enumerate(sent.order):
        if key not in wanted:
            yield Problem(f"/order/{index}", "unknown-item", "There is no such item on the agenda.", key)
    if missing := sorted(wanted - set(sent.order)):
        yield Problem("/order", "missing", f"The order names every item: {', '.join(missing)}.", allowed=sorted(wanted))
    if len(set(sent.order)) < len(sent.order):
        yield Problem("/order", "repeated", "Each item stands in the order once.")


# --- the edition that is made of it ---


def closed_data(conn: Connection, route: RouteView, paper: Paper, now: datetime) -> dict[str, Any]:
    """The data of the closed edition: the chair's items by number, and what was dropped with the reasons. It is never
    written anew, so no item says there that the chair has not decided `yet`."""
    waiting = {p.message_id for p in paper.undecided}
    items = [
        {**one.item, "why": one.item["why"].replace(*AT_CLOSE)} if one.proposal in waiting else dict(one.item)
        for one in paper.items
    ]
    data = _edition(conn, route, paper, now, items)
    dropped = [
        {
            "title": one.item["title"], "rule": one.item["rule"], "reason": one.dropped,
            "sources": _seen_by_all(conn, route, now, one.item.get("sources", []), named(paper.data)),
        }
        for one in paper.dropped
    ]  # fmt: skip
    return data | ({"dropped": dropped} if dropped else {})


def late_data(conn: Connection, route: RouteView, paper: Paper, now: datetime) -> dict[str, Any]:
    """The data of an edition that has the late items too."""
    items = [dict(one.item) for one in paper.items] + [{**item, "late": True} for item in paper.late]
    return _edition(conn, route, paper, now, items)


def _edition(
    conn: Connection, route: RouteView, paper: Paper, now: datetime, items: list[dict[str, Any]]
) -> dict[str, Any]:
    seen = {source for item in items for source in item.get("sources", [])}
    seen |= {one["source"] for item in items for one in item.get("prepare", []) if one.get("source")}
    few, of = named(paper.data), paper.conference
    ids = read_by(conn, route, few, now)
    # As all its readers know it: a chair may have been told of a change that is not for all who read the agenda.
    held = conference(conn, ids, route.code, of.series, of.number)
    around = {held.message_id} if held is not None else set()
    known = set(_seen_by_all(conn, route, now, sorted(seen | around), few))
    data = {k: v for k, v in paper.data.items() if k not in ("thread", "references", "due_at", "dropped")}
    meeting = dict(data.get("meeting", {}))
    if held is not None and held.message_id in known:
        data |= {"thread": held.message_id, "references": [held.message_id]}
        meeting |= {
            "title": held.title, "start": iso(held.start), "minutes": held.minutes, "zone": held.zone,
            "chair": held.chair, "revision": held.revision, "told_at": iso(held.accepted_at),
        }  # fmt: skip
        meeting |= {"link": held.link} if held.link else {}
    return data | {
        "edition": paper.ref.edition + 1, "state": "closed", "compiled_at": iso(now),
        "closes_at": iso(now) if not paper.closed else data.get("closes_at", iso(now)), "meeting": meeting,
        "points": sorted({point for item in items for point in item.get("points", [])})[:50],
        "items": [_numbered(at, item, known) for at, item in enumerate(items, start=1)],
    }  # fmt: skip


def _numbered(at: int, item: dict[str, Any], known: set[str]) -> dict[str, Any]:
    """The item at its place, without sources that a party which has joined meanwhile could not open."""
    found = item | {"number": at, "sources": [s for s in item.get("sources", []) if s in known]}
    if "prepare" in item:
        found["prepare"] = [p for p in item["prepare"] if p.get("source") is None or p["source"] in known]
    return found


def _seen_by_all(
    conn: Connection, route: RouteView, now: datetime, refs: Iterable[str], few: frozenset[str] | None
) -> list[str]:
    """Those of the messages that everyone on the route reads today, or the few who get the papers. What is TLP:RED is
    named only to a circle: its papers have the marking of its conference."""
    all_of_them = few or shared.everyone(route, now.astimezone(route.zone).date())
    wanted = tuple(refs)
    found = targets.find(conn, route.code, "HUB", wanted)
    open_ = [ref for ref in wanted if ref in found and (few is not None or found[ref].tlp != "RED")]
    return [ref for ref in open_ if found[ref].readers >= all_of_them]


def unchanged(directory: Directory, route: RouteView, held: ConferenceView, paper: Paper) -> Any:
    """A guard: refuses an edition that was made from a state that is no more."""

    def guard(tx: Transaction) -> None:
        found = load(tx.conn, directory, route, held, tx.now)
        if found is None or (found.stamp, found.closed, found.late) != (paper.stamp, paper.closed, paper.late):
            raise Stale("The agenda was changed in the same moment.", current=found.stamp if found else None)

    return guard


def changed(paper: Paper) -> Stale:
    """What tells a chair that the agenda is not as it was when it was read."""
    return Stale(f"{paper.changed_by or 'The hub'} changed the agenda since you read it.", current=paper.stamp)
