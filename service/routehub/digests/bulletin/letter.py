"""The bulletin as a letter, for mail and as text: the five changes that come first, who has not reported, and what
waits for the reader."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection

from routehub.core.language import _, later
from routehub.delivery.mail import Mail, MailContext
from routehub.delivery.rendering import Letter, Part, foot
from routehub.digests import words
from routehub.digests.bulletin import reading
from routehub.digests.bulletin.reading import Reading
from routehub.directory.principal import Principal
from routehub.directory.visibility import readable
from routehub.journal.message import Message
from routehub.views import briefing
from routehub.views import route as route_view
from routehub.views.changes import Line, Todo
from routehub_schemas.kinds.bulletin.payload import Bulletin, ReportingRow

LATE = timedelta(minutes=15)
MOST_TODO = 4
BADGES = {
    "!": later("ALERT"),
    "^": later("UNUSUAL FLOW"),
    "m": later("MEASURE"),
    ">": later("MOVEMENT"),
    "r": later("CORRECTED"),
    "-": later("REPORTING"),
    "#": later("RECEPTION"),
}
PAGES = {"!": "alerts", "m": "measures", ">": "movements"}
STATES = (
    ("late", later("late")), ("due", later("due")), ("silent", later("silent")), ("excused", later("excused")),
)  # fmt: skip


def bulletin_mail(conn: Connection, message: Message, context: MailContext) -> Mail:
    """The mail for one reader. What waits for the party is said without what it is about: that may be TLP:RED."""
    found = reading.read(conn, context.directory, context.route, message, context.party)
    return letter_of(found, context, todo(conn, context)).mail(subject_of(found.bulletin))


def subject_of(bulletin: Bulletin, changes_of_reader: int | None = None) -> str:
    """``Bulletin, Wed 21 Jan: 8 of 11 reported, 2 due, 1 silent; 7 changes``. One line: its parts are numbers.

    changes_of_reader: how many there are for one reader, who may know of more than everyone."""
    count = len(bulletin.changes) + bulletin.more if changes_of_reader is None else changes_of_reader
    changes = words.count(count, "change") if count else _("nothing changed")
    return _(
        "Bulletin, %(date)s: %(bulletin)s; %(changes)s",
        date=words.day(bulletin.date),
        bulletin=reported(bulletin),
        changes=changes,
    )


def reported(bulletin: Bulletin) -> str:
    """``8 of 11 reported, 2 due, 1 silent``."""
    states = [row.state for row in bulletin.reporting]
    there = sum(state in ("in", "nothing_to_report") for state in states)
    more = [f"{states.count(state)} {_(word)}" for state, word in STATES if state in states]
    return ", ".join([_("%(there)s of %(n)s reported", there=there, n=len(states)), *more])


def is_late(bulletin: Bulletin) -> bool:
    return bulletin.due_at is not None and bulletin.compiled_at - bulletin.due_at > LATE


def todo(conn: Connection, context: MailContext) -> list[Todo]:
    """What waits for the reader's party now."""
    ids = readable(conn, context.route.code, context.party)
    picture = route_view.load(conn, context.directory, context.route, ids, context.now)
    who = Principal(context.route.code, context.party, context.name, "", frozenset())
    return briefing.load(conn, context.directory, context.route, who, ids, picture, context.now).todo


def letter_of(found: Reading, context: MailContext, wanted: Sequence[Todo] = ()) -> Letter:
    """A bulletin in the parts of a letter."""
    bulletin = found.bulletin
    begin, end = _time(found.since, context), _time(bulletin.compiled_at, context)
    changed = (
        _("What changed from %(begin)s to %(end)s:", begin=begin, end=end)
        if found.lines
        else _("Nothing changed from %(begin)s to %(end)s.", begin=begin, end=end)
    )
    return Letter(
        _("Bulletin, %(date)s", date=words.full_day(bulletin.date)),
        (f"{reported(bulletin)}.", changed),
        _facts(found, context, wanted),
        lead=(_("Late: it was due %(time)s.", time=_time(bulletin.due_at, context)),)
        if bulletin.due_at and is_late(bulletin)
        else (),
        parts=tuple(_part(line, context) for line in found.first),
        link=context.page("bulletin", bulletin.date.isoformat()),
        foot=foot(context),
    )


def _part(line: Line, context: MailContext) -> Part:
    badge = _(line.severity).upper() if line.severity else _(BADGES[line.mark])
    name = context.directory.name(line.party, context.now.date())
    number = f", {line.ref}" if line.ref and line.mark in PAGES else ""
    return Part(badge, f"{name}: {line.text}", f"{_time(line.at, context)}{number}", page_of(line, context))


def page_of(line: Line, context: MailContext) -> str:
    """Where its record is."""
    if line.ref is None:
        return context.page()
    return context.page(PAGES.get(line.mark, "messages"), line.ref)


def _facts(found: Reading, context: MailContext, wanted: Sequence[Todo]) -> tuple[tuple[str, str], ...]:
    bulletin, rows = found.bulletin, found.bulletin.reporting
    party = context.directory.name(context.party, context.now.date())
    facts = [
        (_("More"), _("%(rest)s, on its page", rest=words.count(found.rest, "more change")) if found.rest else ""),
        (_("For %(party)s", party=party), "; ".join(_act(one, context) for one in wanted[:MOST_TODO])),
        (_("Late"), _several(rows, "late", context)),
        (_("Due"), _several(rows, "due", context)),
        (_("Silent"), _several(rows, "silent", context)),
        (_("Excused"), _several(rows, "excused", context)),
        (_("Monitoring"), _monitoring(bulletin, context)),
        (_("Handling"), f"TLP:{found.tlp}"),
    ]
    return tuple((label, text) for label, text in facts if text)


def _act(one: Todo, context: MailContext) -> str:
    """``Acknowledge A-7F3K``, ``Post figures by 08:00 CET``: the act and by when."""
    by = _(" by %(time)s", time=_time(one.due, context)) if one.due is not None else ""
    return one.text.partition(": ")[0] + by


def _several(rows: Iterable[ReportingRow], state: str, context: MailContext) -> str:
    """``Greece and Bulgaria by Wed 21 Jan, 07:00 CET; Serbia by Wed 21 Jan, 08:00 CET``"""
    found: dict[str, list[str]] = {}
    for row in rows:
        if row.state == state:
            found.setdefault(_how(row, context), []).append(context.directory.name(row.party, row.day))
    return "; ".join(f"{words.listed(names)}{how}" for how, names in found.items())


def _how(row: ReportingRow, context: MailContext) -> str:
    if row.state == "silent":
        return _(" for %(days)s", days=words.count(row.silent_days or 0, "day"))
    if row.state == "excused":
        return f": {row.reason}" if row.reason else ""
    said = later(" by %(time)s") if row.state == "due" else later(" since %(time)s")
    return _(said, time=_time(row.due_at, context))


def _monitoring(bulletin: Bulletin, context: MailContext) -> str:
    if bulletin.week is None:
        return ""
    address = f"{context.page('report')}?week={bulletin.week}"
    return _("Week %(week)s is over; its report: %(address)s", week=bulletin.week, address=address)


def _time(moment: datetime, context: MailContext) -> str:
    return words.when(moment, context.zone)
