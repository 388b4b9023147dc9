"""A party's figures form for one day: what it stands on, what was typed, and what follows from it."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection

from routehub.boards.figures.queries import FigureValue
from routehub.boards.reporting.queries import version_of
from routehub.core.errors import HubError, NotAllowed, Unknown
from routehub.core.language import _
from routehub.core.words import signed_percent
from routehub.directory.reporting_day import Period, current_day, due_at, reporting_day
from routehub.directory.snapshot import Membership
from routehub.directory.visibility import readable
from routehub.journal.jobs import Recorded
from routehub.web import figure_fields
from routehub.web.context import WebContext
from routehub.web.figure_fields import Field
from routehub.web.forms import Faults, Form, fresh_key
from routehub.web.numbers import NotANumber, count, read_count
from routehub.web.render import Names
from routehub.web.visitor import Visitor
from routehub.web.who_posted import Posted, posted

QUALITIES = {
    "provisional": ("provisional", "counted"),
    "confirmed": ("confirmed", "counted"),
    "estimate": ("confirmed", "estimated"),
}
"""The three answers to "these figures are", as status and method of each figure."""


@dataclass(frozen=True)
class Sheet:
    """Everything about one party and day that the form stands on."""

    member: Membership
    period: Period
    due: datetime
    fields: list[Field]
    version: str
    before: Posted | None
    running: bool
    """Whether this is the current reporting day: then the page may say today and yesterday."""

    @property
    def party(self) -> str:
        return self.member.party

    @property
    def correcting(self) -> bool:
        return bool(self.version) and not self.partly

    @property
    def there(self) -> int:
        """How many of the figures are on record."""
        return sum(field.today is not None for field in self.fields)

    @property
    def partly(self) -> bool:
        """Whether something is on record and something that is asked for is not, as when a system sends a part."""
        return self.there > 0 and any(field.required and field.today is None for field in self.fields)


@dataclass(frozen=True)
class Typed:
    """What stands in the form: texts by field name, and the answers below them.

    was: what was on record, by field name, when the form was made. What is posted follows from the form alone, so
    that sending it twice says the same twice; a field that the form did not have yet is not asked for. carried: names
    of fields that were copied from the day before and not counted again.
    """

    texts: Mapping[str, str]
    quality: str
    reason: str
    comment: str
    version: str
    key: str
    was: Mapping[str, str]
    seen: frozenset[str] = frozenset()
    carried: frozenset[str] = frozenset()

    @classmethod
    def of(cls, form: Form, sheet: Sheet) -> "Typed":
        sent = {name for name, _ in form.pairs}
        return cls(
            {field.name: form.text(field.name) for field in sheet.fields if field.name in sent},
            form.text("quality") if form.text("quality") in QUALITIES else "provisional",
            form.text("reason"), form.text("comment"), form.text("version"), form.text("key") or fresh_key(),
            dict(mark.split("=", 1) for mark in form.every("was") if "=" in mark), frozenset(form.every("seen")),
            _carried(form, sheet),
        )  # fmt: skip

    @classmethod
    def at_first(cls, sheet: Sheet) -> "Typed":
        texts = {f.name: "" if f.prefilled is None else count(f.prefilled) for f in sheet.fields}
        known = [f.today for f in sheet.fields if f.today is not None]
        carried = frozenset(f.name for f in sheet.fields if f.today is not None and f.today.carried_over)
        return cls(texts, _quality(known), "", "", sheet.version, fresh_key(), on_record(sheet), carried=carried)

    def copied(self, sheet: Sheet) -> "Typed":
        """With the figures of the day before in every field that is empty, marked as carried over."""
        empty = {f.name: count(f.yesterday) for f in sheet.fields if f.yesterday is not None and not self.at(f)}
        return replace(self, texts={**self.texts, **empty}, carried=self.carried | set(empty))

    def at(self, field: Field) -> str:
        return self.texts.get(field.name, "")


def _carried(form: Form, sheet: Sheet) -> frozenset[str]:
    """The fields marked as copied that still hold the number of the day before, or the copy that is on record."""
    marked = set(form.every("carried"))
    return frozenset(f.name for f in sheet.fields if f.name in marked and _is_copy(f, form.text(f.name)))


def _is_copy(field: Field, text: str) -> bool:
    kept = field.today.value if field.today is not None and field.today.carried_over else field.yesterday
    try:
        return read_count(text) == kept
    except NotANumber:
        return False


def _mark(value: int | None, status: str, method: str, *, carried: bool = False) -> str:
    return f"{value} {status} {method}" + (" carried" if carried else "")


def on_record(sheet: Sheet) -> dict[str, str]:
    return {
        f.name: _mark(f.today.value, f.today.status, f.today.method, carried=f.today.carried_over)
        for f in sheet.fields if f.today is not None
    }  # fmt: skip


def _quality(on_record: list[FigureValue]) -> str:
    for name, (status, method) in QUALITIES.items():
        if any((value.status, value.method) == (status, method) for value in on_record):
            return name
    return "provisional"


@dataclass(frozen=True)
class Unusual:
    """A number to look at again. ``mark`` says which number was looked at."""

    field: Field
    value: int
    words: str

    @property
    def mark(self) -> str:
        return f"{self.field.name}={self.value}"

    @property
    def apart(self) -> str:
        """``524 more than the day before (+38%)``"""
        before = self.field.yesterday or 0
        many = count(abs(self.value - before))
        if self.value > before:
            words = _("%(many)s more than the day before", many=many)
        else:
            words = _("%(many)s fewer than the day before", many=many)
        return f"{words} ({signed_percent(self.value, before)})" if before else words


def reporting_member(ctx: WebContext, who: Visitor, party: str) -> Membership:
    code = ctx.directory.value.party_code(party)
    today = ctx.clock.now().astimezone(who.route.zone).date()
    member = who.route.membership(code, today) if code else None
    if member is None or not member.reports:
        raise Unknown(_("No party of this route with the code %(party)s posts figures.", party=party))
    if "report" not in who.may or member.party not in who.reports_for:
        name = ctx.directory.value.name(member.party, today)
        raise NotAllowed(
            _("The figures of %(name)s are posted by its own contact points, deputies and systems.", name=name)
        )
    return member


def load(conn: Connection, ctx: WebContext, who: Visitor, member: Membership, day: date) -> Sheet:
    ids = readable(conn, who.route.code, who.party)
    fields = figure_fields.load(conn, ids, who.route, member, day, Names(ctx.directory.value, day))
    version = version_of(conn, ids, who.route.code, member.party, "reporting_day", day) or ""
    before = posted(conn, who, version) if version else None
    running = current_day(member, ctx.clock.now()) == day
    return Sheet(member, reporting_day(member, day), due_at(member, day), fields, version, before, running)


def read_numbers(sheet: Sheet, typed: Typed, *, nothing: bool) -> tuple[dict[str, int], Faults]:
    """The typed numbers by field name, and what is wrong, in the order of the fields."""
    numbers: dict[str, int] = {}
    faults = Faults()
    for field in sheet.fields:
        if field.name not in typed.texts:
            continue
        text = typed.texts[field.name]
        if nothing:
            if field.flow and text and not sheet.correcting:
                faults.add(field.id, _("Clear this number, or post figures instead of nothing to report"))
            continue
        try:
            numbers[field.name] = read_count(text)
        except NotANumber as fault:
            if fault.why == "blank" and not (field.required or field.today is not None):
                continue
            faults.add(field.id, _words(field, fault.why))
    if not nothing and not numbers and not faults:
        faults.add(sheet.fields[0].id, _("Enter at least one figure, or say that there is nothing to report"))
    return numbers, faults


def not_a_number(field: Field) -> str:
    """What is said about a text that is no count."""
    return _words(field, "other")


def _words(field: Field, why: str) -> str:
    label = field.label
    if why == "blank":
        return _("Enter the number of %(ask)s, or 0", ask=field.ask)
    if why == "negative":
        return _("%(label)s: the number cannot be less than 0", label=label)
    if why == "too-large":
        return _("%(label)s: this number is larger than the hub takes; check it", label=label)
    example = count(field.yesterday) if field.yesterday else count(1902)
    return _("%(label)s must be a whole number, like %(example)s", label=label, example=example)


def changed_figures(sheet: Sheet, typed: Typed, numbers: Mapping[str, int]) -> dict[str, dict[str, Any]]:
    """The figures to post by field name: new ones, and those that differ from what was on record. Others stay."""
    status, method = QUALITIES[typed.quality]
    found = {}
    for field in sheet.fields:
        value = numbers.get(field.name)
        carried = field.name in typed.carried
        if value is not None and typed.was.get(field.name) != _mark(value, status, method, carried=carried):
            found[field.name] = dict(field.series) | {"value": value, "status": status, "method": method}
            found[field.name] |= {"carried_over": True} if carried else {}
    return found


@dataclass(frozen=True)
class Compared:
    """One figure as somebody else posted it and as it stands in the form."""

    label: str
    theirs: int | None
    yours: str

    @property
    def differs(self) -> bool:
        return self.yours != ("" if self.theirs is None else count(self.theirs))


def compared(sheet: Sheet, typed: Typed) -> list[Compared]:
    """Both versions side by side, in the order of the form; what neither has is left out."""
    found = []
    for field in sheet.fields:
        theirs, yours = field.today.value if field.today else None, typed.at(field)
        with suppress(NotANumber):
            yours = count(read_count(yours))
        if theirs is not None or yours:
            found.append(Compared(field.label, theirs, yours))
    return found


def unusual_figures(sheet: Sheet, changed: Mapping[str, dict[str, Any]], tried: Recorded) -> tuple[Unusual, ...]:
    by_name = {field.name: field for field in sheet.fields}
    order = list(changed)
    found = []
    for caution in tried.cautions:
        parts = caution.pointer.split("/")
        if caution.code == "unusual" and len(parts) > 2 and parts[1] == "figures":
            name = order[int(parts[2])]
            found.append(Unusual(by_name[name], changed[name]["value"], caution.message))
    return tuple(found)


def seen_field(sheet: Sheet, typed: Typed) -> str:
    seen = {mark.rpartition("=")[0] for mark in typed.seen}
    return next((field.id for field in sheet.fields if field.name in seen), "")


def refused(sheet: Sheet, typed: Typed, changed: Mapping[str, dict[str, Any]], error: HubError) -> tuple[Typed, Faults]:
    """The contract's problems at the fields of the form. An id that was used before gets a new one."""
    faults = Faults()
    by_name = {field.name: field for field in sheet.fields}
    order = list(changed)
    for problem in error.problems:
        parts = problem.pointer.split("/")
        if problem.code == "reason-needed":
            if not faults.of("reason"):
                faults.add("reason", _("Say why the figures change"))
        elif len(parts) > 2 and parts[1] == "figures" and parts[2].isdigit():
            faults.add(by_name[order[int(parts[2])]].id, problem.message)
        elif parts[1:2] in (["reason"], ["comment"]):
            faults.add(parts[1], problem.message)
        else:
            faults.add("form", problem.message)
    if not error.problems:
        faults.add("form", error.detail)
        typed = replace(typed, key=fresh_key())
    return typed, faults
