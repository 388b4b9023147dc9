"""What a form sent: read within bounds, as plain text fields."""

import secrets
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

from fastapi import Request

from routehub.core.bounded import within
from routehub.core.errors import Malformed, TooLarge, WrongType
from routehub.core.language import _

MOST_FIELDS = 3_000
FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class Form:
    """Fields by name. Line ends are made plain; a browser sends CRLF."""

    pairs: tuple[tuple[str, str], ...]

    def text(self, name: str) -> str:
        """The first value of a field without space around it; empty when it was not sent."""
        return next((value.strip() for key, value in self.pairs if key == name), "")

    def raw(self, name: str) -> str:
        """The first value exactly as sent: passwords."""
        return next((value for key, value in self.pairs if key == name), "")

    def every(self, name: str) -> tuple[str, ...]:
        return tuple(value for key, value in self.pairs if key == name)

    def without(self, *names: str) -> tuple[tuple[str, str], ...]:
        return tuple((key, value) for key, value in self.pairs if key not in names)


@dataclass(frozen=True)
class Fault:
    """One thing to mend in a form: the field's id and words that say what to do."""

    field: str
    words: str


@dataclass
class Faults:
    """The faults of a form, in the order of its fields."""

    found: list[Fault] = field(default_factory=list)

    def add(self, name: str, words: str) -> None:
        self.found.append(Fault(name, words))

    def of(self, name: str) -> str | None:
        return next((fault.words for fault in self.found if fault.field == name), None)

    def __bool__(self) -> bool:
        return bool(self.found)

    def __len__(self) -> int:
        return len(self.found)


async def read_form(request: Request, most: int) -> Form:
    """The fields of an urlencoded form. Answers the same form again when it was read before.

    Errors: 415 for another type, 413 beyond ``most`` bytes, 400 for what is no UTF-8.
    """
    known = getattr(request.state, "form", None)
    if isinstance(known, Form):
        return known
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != FORM:
        raise WrongType(_("This address takes forms."), allowed=[FORM])
    body = await within(request.stream(), most)
    if body is None:
        raise TooLarge(_("A form has at most %(most)s bytes.", most=most))
    try:
        found = parse_qsl(body.decode("ascii"), keep_blank_values=True, max_num_fields=MOST_FIELDS, errors="strict")
    except ValueError:
        raise Malformed(_("The form could not be read as UTF-8.")) from None
    form = Form(tuple((name, value.replace("\r\n", "\n").replace("\r", "\n")) for name, value in found))
    request.state.form = form
    return form


def whole(text: str, digits: int = 9) -> int | None:
    """A whole number as it was typed; None for anything else, such as ², which is a digit and no number."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= digits else None


def fresh_key() -> str:
    """A random id for one rendering of a form: the key of what it posts, so that sending twice posts once."""
    return "web-" + secrets.token_urlsafe(16)
