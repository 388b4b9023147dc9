"""Figures as a table: one row per value, as one party gave it."""

from collections.abc import Iterable, Mapping

from routehub.boards.figures.queries import FigureValue
from routehub.formats.sheets.table import Column, Row, Table

DIMENSIONS = ("mode", "service", "modality", "sex", "age_band", "nationality")
COLUMNS = (
    Column("party", "#org+code"), Column("indicator", "#indicator+code"), Column("place", "#loc+code"),
    Column("counterpart", "#org+counterpart+code"), Column("mode", "#meta+mode"), Column("service", "#sector+code"),
    Column("modality", "#modality"), Column("sex", "#meta+sex"), Column("age_band", "#meta+age"),
    Column("nationality", "#country+origin+code+v_iso2"), Column("period", "#meta+period"),
    Column("day", "#date+reported"), Column("start", "#date+start"), Column("end", "#date+end"),
    Column("value", "#indicator+value+num"), Column("status", "#status+code"), Column("method", "#meta+method"),
    Column("coverage", "#meta+coverage"), Column("carried_over", "#meta+carried_over"),
    Column("revised", "#meta+revised"), Column("note", "#description+note"), Column("reason", "#description+reason"),
    Column("posted_at", "#date+posted"), Column("message", "#meta+id"), Column("tlp", "#meta+tlp"),
    Column("marking", "#meta+marking"),
)  # fmt: skip


def row(value: FigureValue, tlp: str, marking: str) -> Row:
    return (
        value.party, value.indicator, value.place, value.counterpart,
        *(value.dimensions.get(name) for name in DIMENSIONS), value.bucket, value.day, value.start, value.end,
        value.value, value.shown_status, value.method, value.coverage, value.carried_over, value.revised, value.note,
        value.reason, value.accepted_at, value.message_id, tlp, marking,
    )  # fmt: skip


def table(values: Iterable[FigureValue], tlps: Mapping[str, str], marking: str) -> Table:
    """``tlps``: the marking of each message by id."""
    return Table("figures", COLUMNS, rows(values, tlps, marking))


def rows(values: Iterable[FigureValue], tlps: Mapping[str, str], marking: str) -> list[Row]:
    return [row(value, tlps.get(value.message_id, "AMBER"), marking) for value in values]
