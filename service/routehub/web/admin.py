"""Administration: for who runs the hub. It shows settings and logs, never what parties tell each other."""

from collections.abc import Callable, Mapping
from typing import Annotated, Any

from fastapi import Depends
from pydantic import BaseModel

from routehub.core.errors import Conflict, NotAllowed, Refused
from routehub.core.language import _
from routehub.web.account import require_fresh
from routehub.web.context import WebContext
from routehub.web.forms import Faults, Form
from routehub.web.people_forms import change
from routehub.web.visitor import SignedIn, Visitor
from routehub_schemas import parse
from routehub_schemas.errors import Invalid


async def _operator(who: SignedIn) -> Visitor:
    if "operator" not in who.principal.roles:
        raise NotAllowed(
            _("Administration is for the operator of the hub. Your party's office looks after its own people.")
        )
    return who


Operator = Annotated[Visitor, Depends(_operator)]


async def _fresh_operator(who: Operator) -> Visitor:
    words = _("You signed in more than half an hour ago. Sign in again to change how others sign in.")
    return require_fresh(who, words)


FreshOperator = Annotated[Visitor, Depends(_fresh_operator)]
"""An operator who has signed in within the last half hour."""


async def put(
    ctx: WebContext, form: Form, model: type[BaseModel], prefix: str, words: Mapping[str, str],
    apply: Callable[[Any, Any], object],
) -> tuple[dict[str, str], Faults]:  # fmt: skip
    """Take one of a page's forms in: what was typed, and its faults at their fields, which begin with ``prefix``.

    apply: called in the writer with the transaction and the model; words: what to say at a field whose form is wrong.
    """
    names = tuple(model.model_fields)
    typed = {name: form.text(prefix + name) for name in names}
    faults = Faults()
    try:
        given = parse.validate(model, {name: value for name, value in typed.items() if value})
        await change(ctx, lambda tx: apply(tx, given))
    except (Invalid, Refused, Conflict) as error:
        for problem in error.problems:
            name = problem.pointer.strip("/")
            said = words.get(name) if isinstance(error, Invalid) else None
            faults.add(prefix + (name if name in names else names[0]), said or problem.message)
        if not faults:
            faults.add(prefix + names[0], getattr(error, "detail", str(error)))
    return {prefix + name: value for name, value in typed.items()}, faults
