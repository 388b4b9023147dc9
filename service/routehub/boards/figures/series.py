"""Series of figures: the text by which one is found again, and its number."""

from collections.abc import Mapping, Sequence

from sqlalchemy import func, select

from routehub.boards.figures.tables import figure_series
from routehub.core.statements import Query, write_rows
from routehub.directory.snapshot import Directory
from routehub.journal.message import Message, Transaction
from routehub_schemas.kinds.report.payload import Figure, Report

DIMENSIONS = ("place", "counterpart", "mode", "service", "modality", "sex", "age_band", "nationality")
_s = figure_series.c
_NUMBERS = Query(lambda keys: select(_s.key, _s.id).where(_s.key.in_(keys)))
_HIGHEST = select(func.coalesce(func.max(_s.id), 0))


def key_of(route: str, party: str, figure: Figure, directory: Directory) -> str:
    """The text by which a series is found again."""
    other = figure.counterpart
    return "|".join(
        (
            route, party, figure.indicator, figure.place or "", (directory.party_code(other) or other) if other else "",
            figure.mode or "", figure.service or "", figure.modality or "", figure.sex or "", figure.age_band or "",
            figure.nationality or "",
        )
    )  # fmt: skip


def numbers(tx: Transaction, keys: Sequence[str]) -> dict[str, int]:
    """The numbers of those series that are there; most are known from earlier messages."""
    known = tx.known.of_board("figures")
    found: dict[str, int] = {}
    unknown = []
    for key in keys:
        number = known.get(key)
        if number is None:
            unknown.append(key)
        else:
            found[key] = number
    if unknown:
        read = dict(tx.read(_NUMBERS, {}, unknown))
        found |= read
        _keep_in_mind(tx, read)
    return found


def _keep_in_mind(tx: Transaction, numbers: Mapping[str, int]) -> None:
    def learnt() -> None:
        known = tx.known.of_board("figures")
        for key, number in numbers.items():
            known.put(key, number)

    if numbers:
        tx.learn(learnt)


def make(
    tx: Transaction, message: Message, report: Report, keys: Sequence[str], there: Mapping[str, int],
    directory: Directory,
) -> dict[str, int]:  # fmt: skip
    """The numbers of all series of a report: those that are new get one."""
    if len(there) == len(keys):
        return dict(there)
    conn = tx.conn
    number = int(conn.execute(_HIGHEST).scalar_one())
    new: dict[str, int] = {}
    rows = []
    for key, figure in zip(keys, report.figures, strict=True):
        if key in there:
            continue
        number += 1
        new[key] = number
        dimensions = {name: getattr(figure, name) for name in DIMENSIONS}
        if figure.counterpart:
            dimensions["counterpart"] = directory.party_code(figure.counterpart) or figure.counterpart
        rows.append(
            {
                "id": number, "key": key, "route": message.route, "party": message.reported_party,
                "indicator": figure.indicator, **dimensions,
            }
        )  # fmt: skip
    write_rows(conn, figure_series, (), rows)
    _keep_in_mind(tx, new)
    return {**there, **new}
