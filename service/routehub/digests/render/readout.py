"""A published readout as a page: every day and time in words, every correction in its place, so that HTML, text and PDF
only lay it out. The page in HTML is the reference version (UX 11)."""

import textwrap
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from routehub.boards.readouts.correcting import Run, Runs, standing
from routehub.boards.readouts.queries import ReadoutView
from routehub.core.language import _
from routehub.digests import naming, words
from routehub.digests.render.reader import MARK_WORDS, MARKS
from routehub.directory.snapshot import Directory, RouteView
from routehub_schemas.publication import FurtherReading

WIDTH = 76


@dataclass(frozen=True)
class SectionView:
    """``heading``, ``lead_in`` and ``lines`` with what was corrected in them."""

    anchor: str
    heading: Runs
    lead_in: Runs
    lines: tuple[Runs, ...]


@dataclass(frozen=True)
class ErratumWords:
    number: int
    wrong: str
    right: str
    where: str
    published: str
    at: datetime


@dataclass(frozen=True)
class ReadoutPage:
    """``checked``: how the parties named were asked, or why they were not."""

    mark: str | None
    mark_words: str
    route: str
    number: int
    title: Runs
    day: str
    opening: Runs
    sections: tuple[SectionView, ...]
    closing: Runs
    next: str | None
    standing: tuple[Runs, ...]
    links: tuple[FurtherReading, ...]
    contact: Runs
    published: str
    checked: str
    errata: tuple[ErratumWords, ...]
    url: str
    language: str
    at: datetime


def readout_page(view: ReadoutView, route: RouteView, directory: Directory, public_url: str) -> ReadoutPage:
    """Lay out a published readout."""
    places, zone = view.places, ZoneInfo(view.text.zone)
    mark = MARKS.get(route.marking)
    return ReadoutPage(
        mark, MARK_WORDS.get(mark or "", ""), route.title, view.conference, places["/title"],
        words.full_day(view.text.day), places["/opening"], _sections(view, places), places["/closing"],
        words.when(view.text.next, zone) if view.text.next else None,
        tuple(places[f"/standing/{at}"] for at in range(len(view.text.standing))), tuple(view.text.links),
        places.get("/contact", ()),
        _("Published %(at)s by %(party)s.", at=_full(view.published_at, zone),
          party=naming.prose(directory, view.party, view.day)),
        how_checked(view, directory, zone),
        tuple(
            ErratumWords(one.number, one.wrong, one.right, one.where, _full(one.published_at, zone), one.published_at)
            for one in view.errata
        ),
        address(view, route, public_url), view.language, view.updated_at,
    )  # fmt: skip


def address(view: ReadoutView, route: RouteView, public_url: str) -> str:
    """The public page."""
    series = "" if view.series == "weekly" else f"?series={view.series}"
    return f"{public_url}/routes/{route.code}/readouts/{view.conference}{series}"


def _sections(view: ReadoutView, places: Mapping[str, Runs]) -> tuple[SectionView, ...]:
    found = []
    for at, section in enumerate(view.text.sections):
        below = f"/sections/{at}"
        found.append(
            SectionView(
                f"section-{at + 1}", places[f"{below}/heading"], places.get(f"{below}/lead_in", ()),
                tuple(places[f"{below}/lines/{number}/text"] for number in range(len(section.lines))),
            )
        )  # fmt: skip
    return tuple(found)


def _full(at: datetime, zone: ZoneInfo) -> str:
    local = at.astimezone(zone)
    return f"{words.full_day(local.date())}, {local:%H:%M} {local:%Z}"


def how_checked(view: ReadoutView, directory: Directory, zone: ZoneInfo) -> str:
    """Who was asked before publication and until when, or the recorded reason why not."""
    told = []
    if view.until is not None:
        told.append(_asked(view, naming.listed(directory, view.asked, view.day), view.until, zone))
    if view.reason is not None:
        before = view.until is not None and view.published_at < view.until
        with_check = (
            _("Published before the end of the check: %(reason)s", reason=view.reason) if before
            else _("Published although a change was asked for: %(reason)s", reason=view.reason)
        )  # fmt: skip
        told.append(with_check if told else _("Not sent for check: %(reason)s", reason=view.reason))
    return " ".join(told)


def _asked(view: ReadoutView, names: str, until: datetime, zone: ZoneInfo) -> str:
    if view.reason is None and view.published_at < until:
        by = words.when(view.published_at, zone)
        return _("Sent for check to the parties named in it: %(names)s. All of them had accepted by %(by)s.",
                 names=names, by=by)  # fmt: skip
    end = words.when(until, zone)
    if view.sent_at is None:
        return _("Sent for check to the parties named in it to %(end)s: %(names)s.", end=end, names=names)
    return _("Sent for check to the parties named in it from %(begin)s to %(end)s: %(names)s.",
             begin=words.when(view.sent_at, zone), end=end, names=names)  # fmt: skip


def text(page: ReadoutPage) -> str:
    """Plain text, 76 columns wide. A correction stands in the line as ``[erratum 1: not “…”]``."""
    parts = [page.mark_words] if page.mark else []
    parts += [f"{_wrap(plain(page.title))}\n{'=' * min(len(plain(page.title)), WIDTH)}", _wrapped(page.opening)]
    for section in page.sections:
        heading = plain(section.heading)
        parts.append(f"{_wrap(heading)}\n{'-' * min(len(heading), WIDTH)}")
        parts += [_wrapped(section.lead_in)] if section.lead_in else []
        if len(section.lines) == 1:
            parts.append(_wrapped(section.lines[0]))
        else:
            parts.append("\n".join(_wrap(_noted(line), "  * ", "    ") for line in section.lines))
    parts.append(_wrapped(page.closing))
    parts += [_wrapped(paragraph) for paragraph in page.standing]
    if page.links:
        parts.append("\n".join(["Further reading", *(f"  * {one.title}: {one.link}" for one in page.links)]))
    parts += [_wrapped(page.contact)] if page.contact else []
    parts.append("\n".join([_wrap(page.published), _wrap(page.checked), page.url]))
    if page.errata:
        told = [
            _wrap(
                f"{one.number}. {one.where}: “{one.wrong}” should read “{one.right}”. {one.published}.", "  ", "     "
            )
            for one in page.errata
        ]  # fmt: skip
        parts.append("\n".join(["Errata", *told]))
    return "\n\n".join(part for part in parts if part) + "\n"


def plain(runs: Runs) -> str:
    """The words as they read now, on one line."""
    return " ".join(standing(runs).split())


def _noted(runs: Runs) -> str:
    return "".join(_note(run) for run in runs)


def _note(run: Run) -> str:
    return f" [erratum {run.struck}: not “{run.text}”] " if run.struck else run.text


def _wrapped(runs: Runs) -> str:
    return "\n\n".join(_wrap(" ".join(part.split())) for part in _noted(runs).split("\n\n"))


def _wrap(line: str, first: str = "", rest: str = "") -> str:
    return textwrap.fill(
        " ".join(part for part in line.split(" ") if part), WIDTH, initial_indent=first, subsequent_indent=rest,
        break_long_words=False, break_on_hyphens=False,
    )  # fmt: skip
