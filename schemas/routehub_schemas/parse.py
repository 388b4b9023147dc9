"""Strict on the way in, lenient on the way out.

`loads` reads bytes and refuses what JSON libraries let through; `payload` and `incoming` check the content. All of
them name every problem at once. `read` is for readers of a hub that may be newer than they are.

The success path is cheap: one scan by a regular expression, the C scanner of `json`, one validation in Rust. What is
slower (finding where a problem sits, near matches) is done only for input that is refused.
"""

import difflib
import math
import re
import reprlib
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from json.decoder import JSONDecodeError, JSONDecoder
from types import UnionType
from typing import Any, NoReturn, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from routehub_schemas.envelope import Envelope, Incoming
from routehub_schemas.errors import Invalid, Problem
from routehub_schemas.kind import Kind, Payload
from routehub_schemas.registry import Registry
from routehub_schemas.vocab import AUDIENCE_PATTERN, AUDIENCE_WORDS, FORMS, UNSAFE

MAX_DEPTH = 32
"""No message nests deeper than six; far deeper input is an attack on recursive readers."""
MOST_PROBLEMS = 100
"""A body of a thousand wrong figures gets an answer of bounded size."""

_Model = TypeVar("_Model", bound=BaseModel)

# Anything that could turn into an unsafe character, an oversized number or infinity. It may suspect too much: then
# the walk finds nothing. It never suspects too little.
_SUSPECT = re.compile(rf"{UNSAFE.pattern}|\\[ubf]|[0-9]{{19}}|[0-9][eE][+-]?[0-9]{{3}}")
_INT64 = 2**63


class _Repeated(dict[str, Any]):
    """An object in which a name came twice; JSON libraries silently keep the last."""

    names: tuple[str, ...] = ()


class _NoNumber:
    """Something that stood where a number should and is none that others could read."""

    def __init__(self, text: str, why: str) -> None:
        self.text, self.why = text, why


def loads(raw: bytes, *, max_depth: int = MAX_DEPTH) -> Any:
    """Read JSON (RFC 8259, I-JSON of RFC 7493) and raise `Invalid` (400) for what is malformed or ambiguous.

    Refused: a byte order mark, anything but UTF-8, names that come twice, NaN and Infinity, integers beyond 64 bits,
    numbers that overflow, nesting beyond `max_depth`, lone surrogates, control characters and bidirectional controls.
    """
    text = _decoded(raw)
    suspect = _SUSPECT.search(text) is not None
    repeated = False

    def members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        nonlocal repeated
        found = dict(pairs)
        if len(found) == len(pairs):
            return found
        repeated = True
        names = [name for name, _ in pairs]
        twice = _Repeated(found)
        twice.names = tuple(dict.fromkeys(name for name in names if names.count(name) > 1))
        return twice

    def constant(name: str) -> _NoNumber:
        nonlocal suspect
        suspect = True
        return _NoNumber(name, f"{name} is not a number in JSON")

    decoder = JSONDecoder(
        object_pairs_hook=members, parse_constant=constant, parse_int=_bounded_int if suspect else None
    )
    try:
        value = decoder.decode(text)
    except RecursionError:
        _malformed("too_deep", f"nested deeper than {max_depth} levels", allowed=max_depth)
    except JSONDecodeError as error:
        _malformed("malformed", f"not JSON: {error.msg} at line {error.lineno}, column {error.colno}")
    if suspect or repeated or (raw.count(b"[") + raw.count(b"{") > max_depth and _deeper(value, max_depth)):
        problems = _walk(value, max_depth)
        if problems:
            raise Invalid(problems, status=400)
    return value


def payload(kind: Kind, data: Any, pointer: str = "/data") -> Payload:
    """The typed payload of a message of this kind, or `Invalid` (422) with every problem.

    Rules between fields are looked at once each field is right by itself.
    """
    made = validate(kind.payload, data, pointer)
    problems = [*_common(made), *kind.check(made)]
    if problems:
        raise Invalid(problem.below(pointer) for problem in problems[:MOST_PROBLEMS])
    return made


def incoming(data: Any, pointer: str = "") -> Incoming:
    """One CloudEvent on the way in, or `Invalid` (422). Its `data` is still to be checked by `payload`."""
    return validate(Incoming, data, pointer)


def validate(model: type[_Model], data: Any, pointer: str = "") -> _Model:
    """Any strict model, with problems told in the same way."""
    try:
        return model.model_validate(data)
    except ValidationError as error:
        raise Invalid(_told(model, data, pointer, error)) from None


def read(registry: Registry, obj: Mapping[str, Any]) -> Envelope:
    """A message that a hub sent, with its typed payload as `content` where this reader knows the kind and version.

    Attributes and fields that a newer hub has added are ignored at every level; what cannot be read as its kind keeps
    its `data` and has no `content`. Only an object that is no envelope at all is `Invalid`.
    """
    try:
        envelope = Envelope.model_validate(obj)
    except ValidationError as error:
        raise Invalid(_told(Envelope, obj, "", error)) from None
    kind = registry.get(envelope.kind)
    if kind is not None and kind.type == envelope.type:
        with suppress(ValidationError):
            envelope.attach(kind.payload.model_validate(envelope.data, extra="ignore"))
    return envelope


def escape(token: str | int) -> str:
    """One token of a JSON Pointer (RFC 6901, section 3), with its slash; unsafe characters written out."""
    return "/" + _safe_text(str(token).replace("~", "~0").replace("/", "~1"), 100)


def shown(value: Any) -> Any:
    """A short copy of what was sent that can be printed, logged and put into JSON whatever it was."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return (
            value if abs(value) < 2**53 else _safe_text(f"{value:e}" if abs(value) < 10**300 else "a huge number", 80)
        )
    if isinstance(value, float):
        return value if math.isfinite(value) else repr(value)
    if isinstance(value, str):
        return _safe_text(value, 80)
    return _safe_text(reprlib.repr(value), 80)


def near(word: Any, words: Iterable[str]) -> str | None:
    """The word that was probably meant."""
    if not isinstance(word, str) or len(word) > 100:
        return None
    known = list(words)
    if word in known:
        return None
    folded = {name.casefold().replace("-", "_"): name for name in known}
    matches = difflib.get_close_matches(word.casefold().replace("-", "_").strip(), folded, n=1, cutoff=0.6)
    return folded[matches[0]] if matches else None


# --- bytes -----------------------------------------------------------------------------------------------------


def _decoded(raw: bytes) -> str:
    if raw.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
        _malformed("encoding", "begins with a byte order mark; JSON is sent as plain UTF-8 (RFC 8259, section 8.1)")
    if b"\x00" in raw[:4]:
        _malformed("encoding", "looks like UTF-16 or UTF-32; JSON is sent as UTF-8 (RFC 8259, section 8.1)")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        _malformed("encoding", f"not UTF-8: byte {error.start} does not belong there")


def _malformed(code: str, message: str, allowed: Any = None) -> NoReturn:
    raise Invalid([Problem("", code, message, allowed=allowed)], status=400) from None


def _bounded_int(digits: str) -> int | _NoNumber:
    if len(digits) <= 20:
        value = int(digits)
        if -_INT64 <= value < _INT64:
            return value
    return _NoNumber(digits, "a whole number beyond 64 bits")


def _deeper(value: Any, max_depth: int) -> bool:
    """Whether containers nest deeper than this; looks at nothing else."""
    level: list[Any] = [value]
    for _ in range(max_depth + 1):
        level = [
            member
            for item in level
            if isinstance(item, (dict, list))
            for member in (item.values() if isinstance(item, dict) else item)
            if isinstance(member, (dict, list))
        ]
        if not level:
            return False
    return True


def _walk(value: Any, max_depth: int) -> list[Problem]:
    """Every problem inside a value, level by level, so that depth costs no stack."""
    problems: list[Problem] = []
    level: list[tuple[str, Any]] = [("", value)]
    depth = 0
    while level and len(problems) < MOST_PROBLEMS:
        below: list[tuple[str, Any]] = []
        for pointer, item in level:
            if isinstance(item, dict):
                if depth >= max_depth:
                    return [Problem(pointer, "too_deep", f"nested deeper than {max_depth} levels", allowed=max_depth)]
                if isinstance(item, _Repeated):
                    problems += [_repeated(pointer, name) for name in item.names]
                for name, member in item.items():
                    if UNSAFE.search(name):
                        problems.append(_unsafe(pointer + escape(name), name, "the name"))
                    below.append((pointer + escape(name), member))
            elif isinstance(item, list):
                if depth >= max_depth:
                    return [Problem(pointer, "too_deep", f"nested deeper than {max_depth} levels", allowed=max_depth)]
                below += [(f"{pointer}/{index}", member) for index, member in enumerate(item)]
            elif isinstance(item, str):
                if UNSAFE.search(item):
                    problems.append(_unsafe(pointer, item, "the text"))
            elif isinstance(item, _NoNumber):
                problems.append(Problem(pointer, "number", item.why, sent=_safe_text(item.text, 40)))
            elif isinstance(item, float) and not math.isfinite(item):
                problems.append(Problem(pointer, "number", "a number too large to be kept", sent=repr(item)))
        level, depth = below, depth + 1
    return problems[:MOST_PROBLEMS]


def _repeated(pointer: str, name: str) -> Problem:
    return Problem(pointer + escape(name), "repeated_name", "this name comes more than once in its object")


def _unsafe(pointer: str, text: str, what: str) -> Problem:
    found = UNSAFE.search(text)
    point = f"U+{ord(found.group()):04X}" if found else ""
    return Problem(
        pointer,
        "unsafe_text",
        f"{what} contains a control character or half a character ({point})",
        sent=shown(text),
    )


def _safe_text(text: str, most: int) -> str:
    cut = text if len(text) <= most else text[: most - 1] + "…"
    return "".join(char if char.isprintable() else f"\\u{ord(char):04x}" for char in cut)


# --- rules that every kind shares ------------------------------------------------------------------------------


def _common(made: Payload) -> Sequence[Problem]:
    if made.audience is None:
        return ()
    if "public" in made.audience and not made.may_be_public:
        at = f"/audience/{made.audience.index('public')}"
        return [Problem(at, "not_public", "only a readout can be public", sent="public", allowed=AUDIENCE_WORDS[:4])]
    if "*" in made.audience and len(made.audience) > 1 and set(made.audience) - {"*", "observers", "public"}:
        return [Problem("/audience", "audience", "* already means every party of the route", sent=made.audience)]
    return ()


# --- telling pydantic's errors ---------------------------------------------------------------------------------


def _told(model: type[BaseModel], data: Any, pointer: str, error: ValidationError) -> list[Problem]:
    details = error.errors(include_url=False)[:MOST_PROBLEMS]
    return [_problem(model, data, pointer, detail) for detail in details]


def _problem(model: type[BaseModel], data: Any, pointer: str, detail: ErrorDetails) -> Problem:
    path = detail["loc"]
    at = pointer + "".join(escape(token) for token in path)
    code, context, sent = detail["type"], detail.get("ctx", {}), _sent(data, path)
    if code == "missing":
        return Problem(at, "missing", "this field is needed")
    if code == "extra_forbidden":
        return _unknown_field(_model_at(model, path[:-1]), at, str(path[-1]), _sent(data, path[:-1]), sent)
    if code in ("literal_error", "enum"):
        allowed = re.findall(r"'([^']*)'", str(context.get("expected", "")))
        return Problem(at, "not_allowed", "not one of the allowed words", shown(sent), allowed, near(sent, allowed))
    if code == "string_pattern_mismatch":
        pattern = str(context.get("pattern", ""))
        form = FORMS.get(pattern, pattern)
        meant = near(sent, AUDIENCE_WORDS) if pattern == AUDIENCE_PATTERN else None
        return Problem(at, "form", f"should be {form}", shown(sent), form, meant or _upper(sent, pattern))
    if code == "form":
        return Problem(at, "form", f"should be {context['form']}", shown(sent), context["form"])
    if code in _BOUNDS:
        word, message = _BOUNDS[code]
        bound = next(context[name] for name in ("ge", "gt", "le", "lt", "min_length", "max_length") if name in context)
        return Problem(at, code, message.format(bound), shown(sent), {word: bound})
    if code in _TYPES:
        return Problem(at, "type", f"should be {_TYPES[code]}", shown(sent), _TYPES[code], _unquoted(code, sent))
    return Problem(at, code, detail["msg"], shown(sent))


_BOUNDS: dict[str, tuple[str, str]] = {
    "greater_than_equal": ("minimum", "should be at least {}"),
    "greater_than": ("above", "should be more than {}"),
    "less_than_equal": ("maximum", "should be at most {}"),
    "less_than": ("below", "should be less than {}"),
    "string_too_short": ("min_length", "should have at least {} characters"),
    "string_too_long": ("max_length", "should have at most {} characters"),
    "too_short": ("min_items", "should have at least {} items"),
    "too_long": ("max_items", "should have at most {} items"),
}
_TYPES: dict[str, str] = {
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "int_parsing_size": "a whole number within its bounds",
    "float_type": "a number",
    "bool_type": "true or false",
    "string_type": "text",
    "string_unicode": "text without half characters",
    "list_type": "a list",
    "dict_type": "an object",
    "model_type": "an object",
    "model_attributes_type": "an object",
}


def _unknown_field(model: type[BaseModel] | None, at: str, name: str, siblings: Any, sent: Any) -> Problem:
    fields = list(model.model_fields) if model is not None else []
    given = siblings if isinstance(siblings, dict) else {}
    meant = near(name, [known for known in fields if known not in given])
    return Problem(at, "unknown_field", "there is no such field", shown(sent), fields, meant)


def _sent(data: Any, path: Sequence[str | int]) -> Any:
    """What stood at this place; None if nothing did."""
    for token in path:
        if isinstance(data, Mapping):
            data = data.get(token)
        elif isinstance(data, list) and isinstance(token, int) and token < len(data):
            data = data[token]
        else:
            return None
    return data


def _model_at(model: type[BaseModel], path: Sequence[str | int]) -> type[BaseModel] | None:
    """The model of the object at this place, through lists and options."""
    found: type[BaseModel] | None = model
    for token in path:
        if isinstance(token, int):
            continue
        member = found.model_fields.get(token) if found is not None else None
        found = _model_in(member.annotation) if member is not None else None
    return found


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    if get_origin(annotation) in (Union, UnionType, list) or hasattr(annotation, "__metadata__"):
        return next(filter(None, map(_model_in, get_args(annotation))), None)
    return None


def _upper(sent: Any, pattern: str) -> str | None:
    """`mk` was meant as `MK`."""
    if not isinstance(sent, str) or len(sent) > 100:
        return None
    return next(
        (
            word
            for word in (sent.strip(), sent.strip().upper(), sent.strip().lower())
            if word != sent and re.fullmatch(pattern.removeprefix("^").removesuffix("$"), word)
        ),
        None,
    )


def _unquoted(code: str, sent: Any) -> str | None:
    """`"12"` was meant as `12`, `12.0` too."""
    if code not in ("int_type", "int_from_float"):
        return None
    if isinstance(sent, str) and re.fullmatch(r"[0-9]{1,15}", sent.strip()):
        return str(int(sent))
    if isinstance(sent, float) and sent.is_integer() and abs(sent) < 2**53:
        return str(int(sent))
    return None
