"""docs/permissions.md as data: the rules with their actors, and the doors with their rules."""

import re
from dataclasses import dataclass
from pathlib import Path

FILE = Path(__file__).parents[2] / "docs" / "permissions.md"
FORMS = re.compile(r"(?<=[a-z}])\.(csv|xlsx|json|ics|atom|cloudevents|txt|html|md|pdf|cap)$")
"""A form of an answer, which is behind the same door."""
KEPT = ("/openapi.json", "/asyncapi.json", "/schemas/{name}.json")
WORDS = {"yes": "in", "no": "no", "sign in": "sign in", "not there": "not there"}


@dataclass(frozen=True)
class Permissions:
    """rules: what each actor gets under a rule; doors: ``GET /v1/alerts`` and its rule."""

    rules: dict[str, dict[str, str]]
    doors: dict[str, str]

    def expected(self, door: str) -> dict[str, str]:
        return self.rules[self.doors[door]]


def read() -> Permissions:
    rules, doors = {}, {}
    actors: list[str] = []
    for line in FILE.read_text().splitlines():
        cells = [cell.strip().strip("`") for cell in line.strip().strip("|").split("|")] if line.startswith("|") else []
        if cells[:1] == ["rule"]:
            actors = cells[1:]
        elif len(cells) == len(actors) + 1 and not cells[0].startswith("-"):
            rules[cells[0]] = dict(zip(actors, (WORDS[cell] for cell in cells[1:]), strict=True))
        elif len(cells) == 2 and " /" in cells[0]:
            doors[cells[0]] = cells[1]
    return Permissions(rules, doors)


def door_of(method: str, path: str) -> str:
    """How a door is called in the document: without the form of its answer."""
    return f"{method} {path if path in KEPT else FORMS.sub('', path)}"


def change(lines: list[str], gone: list[str]) -> None:
    """Put lines of doors into the document, in their order, and take those out that are there no more."""
    head, sign, table = FILE.read_text().partition("| door | rule |\n| --- | --- |\n")
    kept = [line for line in table.splitlines() if line.startswith("|") and line.split("`")[1] not in gone]
    rows = sorted({*kept, *lines}, key=lambda line: (line.split("`")[1].partition(" ")[2], line))
    FILE.write_text(head + sign + "\n".join(rows) + "\n")
