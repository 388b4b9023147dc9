"""Measures, movements and the ledger of movements, each as a table."""

from collections.abc import Iterable

from routehub.api.sheets.records import MARKED
from routehub.boards.measures.queries import MeasureView
from routehub.boards.movements.queries import Account, MovementView
from routehub.formats.sheets.table import Column, Row, Table
from routehub_schemas.kinds.measure.summary import cap_words

MEASURES = (
    Column("short_id", "#meta+short_id"), Column("party", "#org+code"), Column("type", "#event+type"),
    Column("state", "#status+state"), Column("title", "#event+name"), Column("legs", "#meta+legs"),
    Column("places", "#loc+code+list"), Column("notified_at", "#date+notified"), Column("start", "#date+start"),
    Column("until", "#date+end"), Column("views_by", "#date+views"), Column("hours_of_notice", "#meta+notice+num"),
    Column("short_notice", "#meta+short_notice"), Column("unilateral", "#meta+unilateral"),
    Column("changed_at", "#date+changed"), Column("caps", "#meta+caps"), Column("no_objection", "#org+agrees+list"),
    Column("concerns", "#org+concerns+list"), Column("object", "#org+objects+list"),
    Column("waiting_for", "#org+waiting+list"), Column("co_authors", "#org+authors+list"),
    Column("reasons", "#description+reasons"), Column("points", "#meta+points"), Column("message", "#meta+id"), *MARKED,
)  # fmt: skip
MOVEMENTS = (
    Column("short_id", "#meta+short_id"), Column("from", "#org+from+code"), Column("to", "#org+to+code"),
    Column("leg", "#meta+leg"), Column("state", "#status+state"), Column("policy", "#meta+policy"),
    Column("people", "#affected+planned"), Column("at", "#date+planned"), Column("transport", "#meta+transport"),
    Column("vehicles", "#meta+vehicles+num"), Column("place", "#loc+code"), Column("proposed_at", "#date+proposed"),
    Column("answer_by", "#date+answer"), Column("answer", "#status+answer"), Column("conditions", "#description+terms"),
    Column("accepted_at", "#date+accepted"), Column("took_place_people", "#affected+moved"),
    Column("without_agreement", "#meta+without_agreement"), Column("message", "#meta+id"), *MARKED,
)  # fmt: skip
LEDGER = (
    Column("from", "#org+from+code"), Column("to", "#org+to+code"), Column("leg", "#meta+leg"),
    Column("proposed", "#meta+proposed+num"), Column("waiting", "#meta+waiting+num"),
    Column("agreed", "#meta+agreed+num"), Column("not_agreed", "#meta+not_agreed+num"),
    Column("prior_notice", "#meta+prior_notice+num"), Column("withdrawn", "#meta+withdrawn+num"),
    Column("took_place", "#meta+took_place+num"), Column("without_agreement", "#meta+without_agreement+num"),
    Column("unreported", "#meta+unreported+num"), Column("people_agreed", "#affected+agreed"),
    Column("people_took_place", "#affected+moved"), Column("people_without_agreement", "#affected+without_agreement"),
    Column("marking", "#meta+marking"),
)  # fmt: skip


def measures(views: Iterable[MeasureView], marking: str) -> Table:
    return Table("measures", MEASURES, [_measure(view, marking) for view in views])


def _measure(view: MeasureView, marking: str) -> Row:
    said = view.said

    def given(act: str) -> str:
        return " ".join(v.party for v in view.views if v.current is not None and v.current.act == act)

    return (
        view.short_id, view.party, said.type, view.state, said.title, " ".join(view.legs), " ".join(said.places),
        view.notified_at, said.start, said.until, said.views_by, view.latest.hours, view.short_notice,
        "; ".join(view.unilateral), view.changed_at, "; ".join(cap_words(cap) for cap in said.caps),
        given("no_objection"), given("concerns"), given("object"),
        " ".join(v.party for v in view.views if view.waits_for(v.party)), " ".join(said.co_authors), said.reasons,
        " ".join(said.points), view.latest.message_id, view.latest.tlp, marking,
    )  # fmt: skip


def movements(views: Iterable[MovementView], marking: str) -> Table:
    return Table("movements", MOVEMENTS, [_movement(view, marking) for view in views])


def _movement(view: MovementView, marking: str) -> Row:
    placed = view.took_place
    return (
        view.short_id, view.party, view.asked, view.leg, view.state, view.policy, view.people, view.at, view.transport,
        view.vehicles, view.place, view.proposed_at, view.answer_by, view.answer.act if view.answer else None,
        view.conditions, view.accepted_at, placed.people if placed else None, view.without_agreement, view.id,
        view.tlp, marking,
    )  # fmt: skip


def ledger(accounts: Iterable[Account], marking: str) -> Table:
    rows = [
        (
            a.party, a.asked, a.leg, a.proposed, a.waiting, a.agreed, a.not_agreed, a.prior_notice, a.withdrawn,
            a.took_place, a.without_agreement, a.unreported, a.people_agreed, a.people_took_place,
            a.people_without_agreement, marking,
        )
        for a in accounts
    ]  # fmt: skip
    return Table("ledger", LEDGER, rows)
