"""Bytes to values: JSON without the liberties that JSON libraries take.

The success path is cheap: the C scanner of `json`, and a search of the text for what could hide something.
Where a problem sits is found out only for input that is refused.
"""

import math
import re
from collections import Counter
from json.decoder import JSONDecodeError, JSONDecoder
from typing import Any, NoReturn

from routehub_schemas.errors import MOST_PROBLEMS, Invalid, Problem, escape, printable, shown
from routehub_schemas.vocab import UNSAFE

MAX_DEPTH = 32
"""No message nests deeper than six; far deeper input is an attack on recursive readers."""

# Escapes that could turn into an unsafe character.
_ESCAPES = re.compile(r"\\[ubf]")
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

    Refused: a byte order mark, anything but UTF-8, names that come twice, NaN and Infinity, integers beyond
    64 bits, numbers that overflow, nesting beyond `max_depth`, lone surrogates, control characters and
    bidirectional controls.
    """
    text = _decoded(raw)
    suspect = _may_hide(text)

    def members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        nonlocal suspect
        found = dict(pairs)
        if len(found) == len(pairs):
            return found
        suspect = True
        twice = _Repeated(found)
        twice.names = tuple(name for name, times in Counter(name for name, _ in pairs).items() if times > 1)
        return twice

    def constant(name: str) -> _NoNumber:
        nonlocal suspect
        suspect = True
        return _NoNumber(name, f"{name} is not a number in JSON")

    def whole(digits: str) -> int | _NoNumber:
        nonlocal suspect
        if len(digits) < 19:
            return int(digits)
        if len(digits) <= 20 and -_INT64 <= (value := int(digits)) < _INT64:
            return value
        suspect = True
        return _NoNumber(digits, "a whole number beyond 64 bits")

    def broken(digits: str) -> float | _NoNumber:
        nonlocal suspect
        value = float(digits)
        if math.isfinite(value):
            return value
        suspect = True
        return _NoNumber(digits, "a number too large to be kept")

    decoder = JSONDecoder(object_pairs_hook=members, parse_constant=constant, parse_int=whole, parse_float=broken)
    try:
        value = decoder.decode(text)
    except RecursionError:
        raise Invalid([_too_deep("", max_depth)], status=400) from None
    except JSONDecodeError as error:
        _malformed("malformed", f"not JSON: {error.msg} at line {error.lineno}, column {error.colno}")
    if suspect or (raw.count(b"[") + raw.count(b"{") > max_depth and _deeper(value, max_depth)):
        problems = _walk(value, max_depth)
        if problems:
            raise Invalid(problems, status=400)
    return value


def _decoded(raw: bytes) -> str:
    if raw.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
        _malformed("encoding", "begins with a byte order mark; JSON is sent as plain UTF-8 (RFC 8259, section 8.1)")
    if b"\x00" in raw[:4]:
        _malformed("encoding", "looks like UTF-16 or UTF-32; JSON is sent as UTF-8 (RFC 8259, section 8.1)")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        _malformed("encoding", f"not UTF-8: byte {error.start} does not belong there")


def _malformed(code: str, message: str) -> NoReturn:
    raise Invalid([Problem("", code, message)], status=400) from None


def _may_hide(text: str) -> bool:
    """Whether an unsafe character may be in it, plain or escaped; then each text is looked at by itself."""
    if "\x7f" in text or ("\\" in text and _ESCAPES.search(text)):
        return True
    return not text.isascii() and UNSAFE.search(text) is not None


def _deeper(value: Any, max_depth: int) -> bool:
    """Whether containers nest deeper than this; looks at nothing else."""
    level: list[Any] = [value]
    for _ in range(max_depth):
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
    """Every problem inside a value, level by level: depth costs no stack."""
    problems: list[Problem] = []
    level: list[tuple[str, Any]] = [("", value)]
    depth = 0
    while level and len(problems) < MOST_PROBLEMS:
        below: list[tuple[str, Any]] = []
        for pointer, item in level:
            if len(problems) >= MOST_PROBLEMS:
                break
            if depth >= max_depth and isinstance(item, (dict, list)):
                return [_too_deep(pointer, max_depth)]
            if isinstance(item, dict):
                if isinstance(item, _Repeated):
                    problems += [_repeated(pointer, name) for name in item.names]
                for name, member in item.items():
                    if UNSAFE.search(name):
                        problems.append(_unsafe(pointer + escape(name), name, "the name"))
                    below.append((pointer + escape(name), member))
            elif isinstance(item, list):
                below += [(f"{pointer}/{index}", member) for index, member in enumerate(item)]
            elif isinstance(item, str):
                if UNSAFE.search(item):
                    problems.append(_unsafe(pointer, item, "the text"))
            elif isinstance(item, _NoNumber):
                problems.append(Problem(pointer, "number", item.why, sent=printable(item.text, 40)))
        level, depth = below, depth + 1
    return problems[:MOST_PROBLEMS]


def _too_deep(pointer: str, max_depth: int) -> Problem:
    return Problem(pointer, "too-deep", f"nested deeper than {max_depth} levels", allowed=max_depth)


def _repeated(pointer: str, name: str) -> Problem:
    return Problem(pointer + escape(name), "repeated-name", "this name comes more than once in its object")


def _unsafe(pointer: str, text: str, what: str) -> Problem:
    found = UNSAFE.search(text)
    point = f"U+{ord(found.group()):04X}" if found else ""
    return Problem(
        pointer,
        "unsafe-text",
        f"{what} contains a control character or half a character ({point})",
        sent=shown(text),
    )
