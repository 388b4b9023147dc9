"""The draft of a readout as a form: one field for each text, a box for each line that can be taken."""

import json
from typing import Any

from routehub.chairing.readouts.content import Draft
from routehub.core.errors import HubError
from routehub.core.language import later
from routehub.web.forms import Faults, Form

WINDOWS = (
    ("60", later("1 hour"), ""), ("120", later("2 hours"), later("as usual")), ("240", later("4 hours"), ""),
    ("1440", later("24 hours"), ""),
)  # fmt: skip
ORIGINS = {
    "intervention": later("From an intervention"),
    "conclusion": later("From a conclusion"),
    "progress": later("From a commitment"),
    "typed": later("Written here"),
}


def typed(form: Form) -> dict[str, Any]:
    """The draft as the form has it: what was typed, over the draft on which the page was made.

    A line whose field was emptied is gone; a new line or section is at the end.
    """
    try:
        known = json.loads(form.raw("base"))
    except ValueError:
        known = {}
    data: dict[str, Any] = known if isinstance(known, dict) else {}
    data |= {name: form.text(name) for name in ("title", "opening", "closing")}
    sections = data.get("sections")
    data["sections"] = [
        _section(form, at, section)
        for at, section in enumerate(sections if isinstance(sections, list) else ())
        if isinstance(section, dict)
    ]
    heading, text = _line(form, "new-heading"), form.text("new-text")
    if heading or text:
        data["sections"].append({"heading": heading, "lines": [_new(text)] if text else []})
    return data


def _section(form: Form, at: int, section: dict[str, Any]) -> dict[str, Any]:
    lines = section.get("lines")
    kept = []
    for number, line in enumerate(lines if isinstance(lines, list) else ()):
        text = form.text(f"s{at}-l{number}")
        if text and isinstance(line, dict):
            kept.append(line | {"text": text, "taken": form.text(f"s{at}-t{number}") == "yes"})
    if more := form.text(f"s{at}-new"):
        kept.append(_new(more))
    return section | {
        "heading": _line(form, f"s{at}-heading"), "lead_in": form.text(f"s{at}-lead") or None, "lines": kept,
    }  # fmt: skip


def _line(form: Form, name: str) -> str:
    """A heading is one line, in a field that shows all of it."""
    return " ".join(form.text(name).split())


def _new(text: str) -> dict[str, Any]:
    return {"text": text, "origin": "typed", "taken": True}


def base(draft: Draft) -> str:
    """The draft as the hidden field of the form holds it."""
    return draft.model_dump_json()


def faults_of(error: HubError) -> Faults:
    """The problems at the fields of the form."""
    faults = Faults()
    for problem in error.problems:
        faults.add(field(problem.pointer), problem.message)
    if not error.problems:
        faults.add("title", error.detail)
    return faults


def field(pointer: str) -> str:
    """``/sections/0/lines/2/text`` is the field ``s0-l2``."""
    steps = pointer.strip("/").split("/")
    if steps[0] == "sections" and len(steps) >= 4 and steps[2] == "lines":
        return f"s{steps[1]}-l{steps[3]}"
    if steps[0] == "sections" and len(steps) >= 2:
        return f"s{steps[1]}-{'lead' if steps[-1] == 'lead_in' else 'heading'}"
    return steps[0] if steps[0] in ("title", "opening", "closing", "minutes") else "title"
