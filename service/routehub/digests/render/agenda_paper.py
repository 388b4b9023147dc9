"""The agenda as a paper for PDF: the same words as its page, in blocks."""

from collections.abc import Iterator
from datetime import datetime

from routehub.core.language import _
from routehub.digests.render.page import AgendaPage, ItemView, PrepareView
from routehub.digests.render.pdf import Block, Bullets, Column, Heading, Link, Paper, Paragraph, Run, Strong, Table


def agenda_paper(page: AgendaPage, at: datetime) -> Paper:
    """``at``: when it was compiled, which is the date of the file."""
    return Paper(
        title=page.subject, over=f"Routehub, {page.route}", heading=page.heading, lead=tuple(_lead(page)),
        blocks=(*_asked(page), *_overview(page), *_items(page), *_by_points(page), *_week(page)), foot=page.handling,
        at=at, mark=page.mark, mark_words=page.mark_words,
    )  # fmt: skip


def _lead(page: AgendaPage) -> Iterator[tuple[Run, ...]]:
    if page.when:
        yield (Strong(page.when), f". {page.elsewhere}." if page.elsewhere else "")
        yield (_("%(title)s. Chaired by %(chair)s.", title=page.title, chair=page.chair),)
    yield (Strong(page.summary), f" {page.compiled} {page.proposing}".rstrip())
    if page.late:
        yield (Strong(page.late),)
    if page.link:
        yield (Link(_("Join the conference"), page.link), " · ", Link(_("Open the agenda"), page.url))
    else:
        yield (Link(_("Open the agenda"), page.url),)


def _asked(page: AgendaPage) -> Iterator[Block]:
    if page.prepare:
        yield Heading(page.prepare_title)
        yield Bullets(tuple(asked_runs(one) for one in page.prepare))


def asked_runs(one: PrepareView) -> tuple[Run, ...]:
    """``Agree or object to M-2QXW, by Thu 28 Jan, 18:00 CET (item 3)``"""
    what: Run = Link(one.text, one.link) if one.link else one.text
    due: tuple[Run, ...] = (", ", Strong(one.due)) if one.due else ()
    return (what, *due, *((" ", _("(item %(item)s)", item=one.item)) if one.item else ()))


def _overview(page: AgendaPage) -> Iterator[Block]:
    yield Heading(_("Agenda"))
    columns = (
        Column(_("No.")), Column(_("Item"), wide=True), Column(_("Led by")), Column(_("Time"), right=True),
        Column(_("Wanted")),
    )  # fmt: skip
    rows = tuple((str(item.number), item.title, item.lead, item.minutes, item.outcome) for item in page.items)
    yield Table(_("The items in the order of the call"), columns, rows)


def _items(page: AgendaPage) -> Iterator[Block]:
    yield Heading(_("Item by item"))
    for item in page.items:
        yield Heading(f"{item.number}. {item.title}", 3)
        yield from _item(item)
    yield Paragraph((page.closing,), muted=True)


def _item(item: ItemView) -> Iterator[Block]:
    led = _(", led by %(party)s", party=item.led_by) if item.led_by else ""
    late = f", {_('added after the close')}" if item.late else ""
    under = f". {item.points}" if item.points else ""
    yield Paragraph((Strong(item.outcome), f", {item.minutes}{led}{late}{under}"), muted=True)
    if item.lines:
        yield Bullets(tuple((line,) for line in item.lines))
    if item.wanted:
        yield Paragraph((Strong(f"{_('Wanted:')} "), item.wanted))
    yield Paragraph((f"{_('Why it is here:')} {item.why}", *_sources(item)), muted=True)


def _sources(item: ItemView) -> Iterator[Run]:
    if item.sources:
        yield f" {_('Sources:')} "
        for number, url in enumerate(item.sources, 1):
            yield Link(_("source %(index)s", index=number), url)
            yield ", " if number < len(item.sources) else ""
        yield f" {_('and %(n)s more', n=item.more_sources)}." if item.more_sources else "."


def _by_points(page: AgendaPage) -> Iterator[Block]:
    if page.groups:
        yield Heading(page.groups_title)
        yield Bullets(tuple((Strong(f"{g.points}: "), f"{g.items}. {g.titles}") for g in page.groups))


def _week(page: AgendaPage) -> Iterator[Block]:
    if page.week:
        yield Heading(_("Trends of the week"))
        columns = (
            Column(_("Party")), Column(_("Entered a day"), right=True), Column(_("Week before"), right=True),
            Column(_("Highest"), right=True), Column(_("Reception"), wide=True),
        )  # fmt: skip
        rows = tuple((f"{w.code} {w.name}", w.entered, w.change, w.peak, w.reception) for w in page.week)
        yield Table(page.week_caption, columns, rows)
        told = _("Do not add rows together: one person can cross several borders.")
        yield Paragraph((" ".join((*page.notes, told)),), muted=True)
