"""A report in one line."""

from collections.abc import Mapping

from routehub_schemas.kinds.report.payload import Figure, Report
from routehub_schemas.numbers import written
from routehub_schemas.reference import indicators


def summary(report: Report, names: Mapping[str, str]) -> str:
    """`Greece, 20 October 2015: People entered 10,006, People left 8,083 and 3 more figures`."""
    head = f"{names.get(report.party, report.party)}, {report.day.day} {report.day:%B %Y}"
    if report.start is not None:
        head += f", hour from {report.start:%H:%M} UTC"
    if report.nothing_to_report:
        return f"{head}: nothing to report"
    shown = ", ".join(_figure(figure, names) for figure in report.figures[:3])
    more = len(report.figures) - 3
    return f"{head}: {shown}" + (f" and {more} more {'figure' if more == 1 else 'figures'}" if more > 0 else "")


def _figure(figure: Figure, names: Mapping[str, str]) -> str:
    indicator = indicators().get(figure.indicator)
    words = [indicator.label if indicator else figure.indicator]
    if figure.counterpart is not None:
        words.append(f"({names.get(figure.counterpart, figure.counterpart)})")
    if figure.place is not None:
        words.append(f"at {figure.place}")
    words.append("withdrawn" if figure.value is None else written(figure.value))
    return " ".join(words)
