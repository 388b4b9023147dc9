"""What pydantic found wrong, told so that the sender can mend it.

Used only for input that is refused, so it may be slow.
"""

import re
from collections.abc import Mapping, Sequence
from types import UnionType
from typing import Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from routehub_schemas.errors import MOST_PROBLEMS, Problem, escape, near, shown
from routehub_schemas.vocab import AUDIENCE_PATTERN, AUDIENCE_WORDS, FORMS


def problems(model: type[BaseModel], data: Any, pointer: str, error: ValidationError) -> list[Problem]:
    """Pydantic's errors about `data`, which sits at `pointer` of what was sent."""
    details = error.errors(include_url=False, include_input=False)[:MOST_PROBLEMS]
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
        return Problem(at, "not-allowed", "not one of the allowed words", shown(sent), allowed, near(sent, allowed))
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
        return Problem(at, code.replace("_", "-"), message.format(bound), shown(sent), {word: bound})
    if code in _TYPES:
        return Problem(at, "type", f"should be {_TYPES[code]}", shown(sent), _TYPES[code], _unquoted(code, sent))
    return Problem(at, code.replace("_", "-"), detail["msg"], shown(sent))


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
    return Problem(at, "unknown-field", "there is no such field", shown(sent), fields, meant)


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
