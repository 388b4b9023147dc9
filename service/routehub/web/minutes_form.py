"""The form in which notes are taken under one item: rows for interventions, conclusions and actions, and one empty row
of each for what comes next."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from routehub.chairing.notes import Noted
from routehub.core.errors import HubError
from routehub.core.language import later
from routehub.directory.snapshot import Directory
from routehub.web.forms import Faults, Form
from routehub_schemas import reference
from routehub_schemas.errors import Invalid

BETWEEN = re.compile(r"\s*(?:,|;|\n|\band\b)\s*|\s+")
MOST = 100
USUAL = "informed about"
"""Stands in the box of a new intervention: what is said begins with a verb, as it follows the names of parties."""
LISTS = {"i": "interventions", "c": "conclusions", "a": "actions"}
"""The letter of each row's fields, and the list that the rows are."""
FIELDS = {
    "i": {"parties": "parties", "text": "text", "public": "public"},
    "c": {"id": "id", "text": "text", "publish": "publish", "points": "points"},
    "a": {"id": "id", "owners": "owners", "what": "what", "due": "due"},
}
WORDS = {
    "parties": later("Write who spoke, by the names or codes of the parties, such as Greece or GR"),
    "owners": later("Write who does it, by the names or codes of the parties, such as Greece or UNHCR"),
    "due": later("Give the last day for it, such as 2016-01-27"),
    "text": later("Write it in a sentence"),
    "what": later("Write what is to be done"),
    "points": later("Write points with their plan, such as wbr-2015-final/5"),
}


@dataclass(frozen=True)
class Row:
    """One row as it was typed: ``name`` begins the names of its fields, such as ``c0``."""

    name: str
    values: dict[str, str]

    @property
    def empty(self) -> bool:
        said = {key: value for key, value in self.values.items() if key not in ("id", "publish", "public")}
        return all(value in ("", USUAL) for value in said.values())


@dataclass(frozen=True)
class NotesForm:
    """What was typed, by the letter of the list."""

    rows: dict[str, tuple[Row, ...]]
    version: int | None

    @classmethod
    def of(cls, form: Form) -> "NotesForm":
        version = form.text("version")
        return cls(
            {letter: tuple(_sent(form, letter)) for letter in FIELDS},
            int(version) if version.isascii() and version.isdigit() and len(version) < 10 else None,
        )

    @classmethod
    def showing(cls, noted: Noted, version: int) -> "NotesForm":
        rows = {
            "i": [
                {"parties": ", ".join(one.parties), "text": one.text, "public": "yes" if one.public else ""}
                for one in noted.interventions
            ],
            "c": [
                {"id": one.id or "", "text": one.text, "publish": one.publish, "points": ", ".join(one.points)}
                for one in noted.conclusions
            ],
            "a": [
                {"id": one.id or "", "owners": ", ".join(one.owners), "what": one.what, "due": one.due.isoformat()}
                for one in noted.actions
            ],
        }  # fmt: skip
        return cls({k: tuple(Row(f"{k}{at}", one) for at, one in enumerate(some)) for k, some in rows.items()}, version)

    def with_room(self) -> dict[str, tuple[Row, ...]]:
        """The rows that say something and an empty one behind them."""
        found = {}
        for letter, rows in self.rows.items():
            said = [row for row in rows if not row.empty]
            blank = dict.fromkeys(FIELDS[letter], "")
            found[letter] = tuple(
                Row(f"{letter}{at}", values) for at, values in enumerate([*(row.values for row in said), blank])
            )
        return found

    def data(self, directory: Directory) -> tuple[dict[str, Any], dict[str, str]]:
        """What goes to the chair's office, and the field of each JSON Pointer into it."""
        found: dict[str, Any] = {}
        places: dict[str, str] = {}
        for letter, rows in self.rows.items():
            said = [row for row in rows if not row.empty]
            found[LISTS[letter]] = [_values(letter, row, directory) for row in said]
            for at, row in enumerate(said):
                places |= {f"/{LISTS[letter]}/{at}/{name}": f"{row.name}-{name}" for name in FIELDS[letter]}
        return found, places


def _sent(form: Form, letter: str) -> Iterator[Row]:
    for at in range(MOST):
        values = {name: form.text(f"{letter}{at}-{name}") for name in FIELDS[letter]}
        if any(values.values()):
            yield Row(f"{letter}{at}", values)


def _values(letter: str, row: Row, directory: Directory) -> dict[str, Any]:
    typed = row.values
    if letter == "i":
        text = "" if typed["text"] == USUAL else typed["text"]
        return {"parties": codes(typed["parties"], directory), "text": text, "public": bool(typed["public"])}
    given: dict[str, Any] = {"id": typed["id"]} if typed["id"] else {}
    if letter == "c":
        given |= {"text": typed["text"], "publish": typed["publish"] or "parties"}
        return given | ({"points": words_of(typed["points"])} if typed["points"] else {})
    return given | {"owners": codes(typed["owners"], directory), "what": typed["what"], "due": typed["due"]}


def words_of(text: str) -> list[str]:
    return list(dict.fromkeys(filter(None, BETWEEN.split(text.strip()))))


def codes(text: str, directory: Directory) -> list[str]:
    """The parties of a field, by code or by any name they have had, each once; what is neither stays as it was typed,
    so that the fault names it."""
    names = _names(directory)
    either = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))
    told = re.sub(rf"(?<!\w)(?:the )?({either})(?!\w)", lambda found: f", {names[found[1]]}, ", text.lower())
    # Codes that were typed keep their own letters: what stays unknown is shown as it was.
    typed = {word.lower(): word for word in words_of(text)}
    found = [typed.get(word.lower(), word) for word in words_of(told)]
    known = (directory.party_code(word) or directory.party_code(word.upper()) or word for word in found)
    return list(dict.fromkeys(known))


def _names(directory: Directory) -> dict[str, str]:
    """Each name of a party in small letters, official or short, with its code."""
    found = {name.lower(): code for code, party in directory.parties.items() for _, _, name in party.names}
    for code, party in reference.parties().items():
        if code in directory.parties:
            found |= {name.short.lower(): code for name in party.names}
    return found


def faults_of(error: Invalid | HubError, places: dict[str, str]) -> Faults:
    """Each problem at the field in which it was typed."""
    faults = Faults()
    for problem in error.problems:
        pointer = problem.pointer
        while pointer and pointer not in places:
            pointer = pointer.rpartition("/")[0]
        field = places.get(pointer, "")
        name = field.rpartition("-")[2]
        known = isinstance(error, Invalid) and WORDS.get(name)
        if field not in {fault.field for fault in faults.found}:
            faults.add(field or "i0-text", known or problem.message)
    if not error.problems and isinstance(error, HubError):
        faults.add("i0-text", error.detail)
    return faults
