"""A back-test's result as a document for programs, and as tables for people."""

from collections.abc import Iterable, Sequence
from typing import Any

from routehub.core import words
from routehub.core.words import MINUS, number
from routehub.warning.backtest import Lead, Result, Table
from routehub.warning.graph import RouteGraph
from routehub.warning.numbers import mean
from routehub.warning.scoring import ForecastScore, Scored


def as_document(result: Result, table: Table, graph: RouteGraph, route: str, notes: Sequence[str]) -> dict[str, Any]:
    """Everything; errors in people a day, days as ISO dates, shares between 0 and 1; null where nothing can be said."""
    covered, counted = result.covered
    return {
        "route": route,
        "first": table.first,
        "last": table.last,
        "days": (table.last - table.first).days + 1,
        "series": [
            {
                "series": key, "leg": graph.leg_label(key), "legs": list(graph.legs_of(key)),
                "upstream": [{"series": s.key, "configured_lag": s.lag} for s in graph.sources[key]],
            }
            for key in graph.flows
        ],
        "notes": list(notes),
        "series_days": result.series_days,
        "false_alarms": result.false_alarms,
        "false_alarms_per_100_series_days": _rounded(result.per_hundred),
        "detectors": [
            {
                "rule": d.rule, "alerts": d.alerts, "true": d.true, "false": d.false, "precision": d.precision,
                "median_lead_days": d.median_lead,
            }
            for d in result.detectors
        ],
        "alerts": [_alert(one, graph) for one in result.scored],
        "watches": [_alert(one, graph) for one in result.watches],
        "events": [_lead(lead) for lead in result.leads],
        "coverage": {
            "covered": covered, "n": counted, "share": _rounded(covered / counted if counted else None),
            "promised": 0.8,
        },
        "forecasts": [_forecast(score, result, graph) for score in result.forecasts],
        "forecasts_together": _together(result.forecasts),
    }  # fmt: skip


def _alert(one: Scored, graph: RouteGraph) -> dict[str, Any]:
    f = one.finding
    return {
        "day": f.day, "series": f.series[0] if f.series else f.subject, "subject": f.subject, "legs": list(f.legs),
        "rule": f.rule, "level": f.level.value, "score": f.score, "direction": f.direction, "severity": f.severity,
        "urgency": f.urgency, "certainty": f.certainty, "headline": f.headline, "arithmetic": list(f.arithmetic),
        "expects": f.expects, "true": one.true, "lead_days": one.lead, "events": list(one.events),
    }  # fmt: skip


def _lead(lead: Lead) -> dict[str, Any]:
    return {
        "name": lead.event.name, "first": lead.event.first, "last": lead.event.last, "on": sorted(lead.event.on),
        "alerts": lead.alerts, "lead_days": lead.days,
        "first_alert": None if lead.finding is None else {
            "day": lead.finding.day, "series": lead.finding.subject, "rule": lead.finding.rule,
            "headline": lead.finding.headline,
        },
    }  # fmt: skip


def _forecast(s: ForecastScore, result: Result, graph: RouteGraph) -> dict[str, Any]:
    newest = next(f for f in reversed(result.played.forecasts) if (f.key, f.horizon) == (s.key, s.horizon))
    links = {link.source: link for link in newest.links}
    source = next((up.key for up in graph.sources[s.key] if up.key in links), None)
    return {
        "leg": graph.leg_label(s.key), "series": s.key, "horizon": s.horizon, "n": s.days,
        "lag": links[source].lag.days if source else graph.sources[s.key][0].lag,
        "lag_learned": source is not None and links[source].lag.correlation is not None,
        "upstream": source,
        "lags": [
            {
                "series": link.source, "lag": link.lag.days, "correlation": _rounded(link.lag.correlation),
                "pass_through": _rounded(link.ratio), "days": link.ratios,
            }
            for link in newest.links
        ],
        "error": _rounded(s.error), "last_value_error": _rounded(s.last_value_error),
        "seven_day_mean_error": _rounded(s.seven_day_mean_error), "better_naive_error": _rounded(s.better_naive),
        "ratio_to_better_naive": _rounded(s.ratio), "coverage": _rounded(s.coverage), "coverage_n": s.counted,
        "interval_width": _rounded(s.width),
        "weights": {name: _rounded(share) for name, share in newest.shares.items()},
    }  # fmt: skip


def _together(scores: Sequence[ForecastScore]) -> list[dict[str, Any]]:
    """Over all legs, by horizon: the mean of the ratios, and on how many legs it is the better one."""
    found = []
    for horizon in sorted({s.horizon for s in scores}):
        ratios = [s.ratio for s in scores if s.horizon == horizon and s.ratio is not None]
        if ratios:
            found.append({
                "horizon": horizon, "legs": len(ratios), "mean_ratio": _rounded(mean(ratios)),
                "worst_ratio": _rounded(max(ratios)), "better_on": sum(r < 1 for r in ratios),
            })  # fmt: skip
    return found


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


def as_text(result: Result, table: Table, graph: RouteGraph, notes: Sequence[str]) -> str:
    """The tables of docs/early-warning.md."""
    covered, counted = result.covered
    parts = [
        f"{table.first} to {table.last}: {(table.last - table.first).days + 1} days, {len(graph.flows)} series.",
        f"{result.series_days} series-days after the warm-up.",
        *(f"Note: {note}." for note in notes),
        "",
        f"False alarms: {result.false_alarms} of {len(result.scored)} alerts"
        + (f" = {result.per_hundred:.2f} per 100 series-days" if result.per_hundred is not None else ""),
        "",
        *_table(
            ("rule", "alerts", "true", "precision", "median lead, days"),
            ((d.rule, d.alerts, d.true, _percent(d.precision), _signed(d.median_lead)) for d in result.detectors),
        ),
    ]
    if result.leads:
        parts += ["", *_table(
            ("event", "days", "lead, days", "first alert"),
            ((lead.event.name, _span(lead), _signed(lead.days), _first(lead)) for lead in result.leads),
        )]  # fmt: skip
    parts += ["", *_table(
        ("leg", "days ahead", "lag", "n", "error", "last value", "7-day mean", "ratio to better", "coverage"),
        (_row(s, result, graph) for s in result.forecasts),
    )]  # fmt: skip
    parts += ["", *(
        f"{one['horizon']} ahead: mean ratio {one['mean_ratio']:.2f}, worst {one['worst_ratio']:.2f}, better than both "
        f"naive forecasts on {one['better_on']} of {one['legs']} legs."
        for one in _together(result.forecasts)
    )]  # fmt: skip
    if counted:
        parts.append(f"The 80 % interval held on {covered} of {counted} days: {covered / counted:.1%}.")
    return "\n".join(parts)


def _row(s: ForecastScore, result: Result, graph: RouteGraph) -> tuple[object, ...]:
    said = _forecast(s, result, graph)
    ratio = "–" if s.ratio is None else f"{s.ratio:.2f}"
    return (
        said["leg"], s.horizon, said["lag"], s.days, number(round(s.error)),
        number(round(s.last_value_error)), number(round(s.seven_day_mean_error)), ratio, _percent(s.coverage),
    )  # fmt: skip


def _span(lead: Lead) -> str:
    first, last = lead.event.first, lead.event.last
    return words.day(first) if first == last else f"{words.day(first)} to {words.day(last)}"


def _first(lead: Lead) -> str:
    if lead.finding is None:
        return "no alert"
    return f"{words.day(lead.finding.day)}, {lead.finding.rule} on {lead.finding.subject}"


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{share:.0%}"


def _signed(value: float | None) -> str:
    return "–" if value is None else f"{value:+g}".replace("-", MINUS).replace("+0", "0")


def _table(head: Sequence[str], body: Iterable[Sequence[object]]) -> list[str]:
    """A Markdown table with aligned columns, readable in a terminal too."""
    cells = [[str(cell) for cell in row] for row in body]
    widths = [max(len(row[n]) for row in [list(head), *cells]) for n in range(len(head))]
    rows = [list(head), ["-" * width for width in widths], *cells]
    return ["| " + " | ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)) + " |" for row in rows]
