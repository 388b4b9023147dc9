"""The trends of the week: one row per party that is to report, of its own figures. Rows are never added up."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from routehub.core.language import _, later
from routehub.core.words import whole_percent
from routehub.digests import words
from routehub.digests.render.reader import Reader
from routehub.views.route import level
from routehub_schemas.kinds.agenda.payload import Agenda, WeekRow

LEVEL_WORDS = {
    "room": later("Room"), "filling": later("Filling"), "nearly_full": later("Nearly full"),
    "over_capacity": later("Over capacity"),
}  # fmt: skip
LEVEL_CLASSES = {"room": "ink", "filling": "mid", "nearly_full": "full", "over_capacity": "full"}


@dataclass(frozen=True)
class WeekView:
    """One party's row of the week. ``change``: on the week before; ``peak``: its highest day; ``level``: the style of
    its reception."""

    code: str
    name: str
    entered: str
    change: str
    peak: str
    reception: str
    level: str


def caption(agenda: Agenda) -> str:
    if not agenda.days:
        return ""
    return _(
        "People entered: a day, on average over the days reported, %(days)s to %(last)s. "
        "Highest: the day that ends then. Reception: places taken, newest figures.",
        days=words.count(len(agenda.days), "day"), last=words.day(agenda.days[-1]),
    )  # fmt: skip


def week_rows(reader: Reader, agenda: Agenda) -> tuple[WeekView, ...]:
    """One row per party that is to report; a party without figures says so."""
    rows: dict[str, dict[str, WeekRow]] = {row.party: {} for row in agenda.reporting}
    heard = {row.party for row in agenda.reporting if row.received}
    for row in agenda.week:
        rows.setdefault(row.party, {})[row.indicator] = row
    found = []
    for party, known in rows.items():
        reception, style = _reception(known.get("occupied"), known.get("places"))
        entered, change = _entered(known.get("arrivals"), len(agenda.days))
        if entered is None:
            entered = _("reported, no figures") if party in heard else _("no figures")
        peak = _peak(known.get("arrivals"), agenda.days)
        name = reader.name(party, agenda.compiled_at)
        found.append(WeekView(party, name, entered, change, peak, reception, style))
    return tuple(found)


def _peak(row: WeekRow | None, days: Sequence[date]) -> str:
    """The highest of the days that were reported, the latest of equal ones."""
    told = [(value, day) for value, day in zip(row.values, days, strict=True) if value is not None] if row else []
    if len(told) < 2:
        return ""
    value, day = max(told)
    return _("%(value)s to %(day)s", value=words.number(value), day=words.day(day))


def _entered(row: WeekRow | None, days: int) -> tuple[str | None, str]:
    """The mean of a day and its change on the week before; None without a figure."""
    told = [value for value in row.values if value is not None] if row else []
    if row is None or not told:
        return None, ""
    average = words.number(round(sum(told) / len(told)))
    if len(told) < days:
        return _("%(average)s (%(told)s of %(days)s days)", average=average, told=len(told), days=days), ""
    whole = row.total is not None and row.previous is not None
    return average, words.change(row.total or 0, row.previous or 0) if whole else ""


def _reception(occupied: WeekRow | None, places: WeekRow | None) -> tuple[str, str]:
    taken, there = _newest(occupied), _newest(places)
    if taken is None or there is None or not there:
        return _("not shared"), "ink"
    name = level(taken, there)
    said = _(
        "%(taken)s of %(there)s (%(share)s) %(level)s", taken=words.number(taken), there=words.number(there),
        share=words.percent(whole_percent(taken, there)), level=_(LEVEL_WORDS[name]),
    )  # fmt: skip
    return said, LEVEL_CLASSES[name]


def _newest(row: WeekRow | None) -> int | None:
    return next((value for value in reversed(row.values) if value is not None), None) if row else None
