"""The catalogues of words: take them from the code and templates, and bring every language up to date.

    words.py           rewrite each ``locale/LANGUAGE/messages.po``: new words come in empty, gone ones go
    words.py --check   say what a run would change; touches nothing
    words.py --empty   print what has no translation yet, by language

A language more: make ``service/routehub/locale/LANGUAGE/`` and run this (docs/languages.md).
"""

import sys
from io import BytesIO
from pathlib import Path
from typing import get_args

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from routehub.core.language import FOLDER
from routehub.digests.series import WEEKDAYS
from routehub.web.assets import SAID, files
from routehub_schemas.kinds.measure.summary import COUNTS, TYPES
from routehub_schemas.kinds.request.summary import WORDS
from routehub_schemas.reference import indicators, parties, plans
from routehub_schemas.registry import Registry
from routehub_schemas.vocab import SEVERITIES, FigureStatus, Method, Modality, Mode, Service, Sex

CODE = FOLDER.parent
METHODS = [
    ("**/templates/**.html", "jinja2.ext:babel_extract"),
    ("**/templates/**.j2", "jinja2.ext:babel_extract"),
    ("**.py", "python"),
]
TEMPLATES = {
    "trimmed": "true", "trim_blocks": "true", "lstrip_blocks": "true", "newstyle_gettext": "true", "silent": "false",
}  # fmt: skip
OPTIONS = {"**/templates/**.html": TEMPLATES, "**/templates/**.j2": TEMPLATES}
KEYWORDS: dict[str, tuple[int | tuple[int, str], ...] | None] = {
    "_": None, "gettext": None, "later": None, "plural": (1, 2), "ngettext": (1, 2), "pgettext": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}  # fmt: skip
STATES = (
    "Actual",
    "Exercise",
    "System",
    "Test",
    "open",
    "Open",
    "Ended",
    "Expired",
    "ended",
    "expired",
    "changed",
    "live",
    "exercise",
    "sample",
    "Immediate",
    "Expected",
    "Future",
    "Past",
    "Observed",
    "Likely",
    "Possible",
    "Unlikely",
    "Unknown",
)
"""Words of the vocabulary that pages show with a capital or as they are."""
LISTS = (FigureStatus, Method, Mode, Service, Modality, Sex)
CODES = (
    "Active", "Revoked", "coordinator", "observer", "party", *(day.capitalize() for day in WEEKDAYS),
    *(one.replace("_", " ") for codes in LISTS for one in get_args(codes)),
)  # fmt: skip
"""States of keys, roles of parties, days of the week and the dimensions of figures."""
CATEGORIES = (
    "surge", "reception nearly full", "crossing changed", "people stranded", "transport disrupted", "other", "Surge",
    "Reception nearly full", "Crossing changed", "People stranded", "Transport disrupted", "Other",
)  # fmt: skip
"""What alerts are about."""
COUNTED = ("item", "change", "more change", "message", "minute", "day", "matter")
"""What ``digests.words.count`` counts."""


def found() -> Catalog:
    """Every message that the hub can say: of its code and templates, and of the data that it comes with."""
    catalogue = Catalog(charset="utf-8", fuzzy=False)
    for _file, _line, message, _comments, context in extract_from_dir(
        CODE, METHODS, OPTIONS, keywords=KEYWORDS
    ):  # fmt: skip
        if message and message != ("", ""):
            catalogue.add(message, context=context)
    for content, _hash in files().values():
        for words in SAID.findall(content.decode()):
            catalogue.add(words)
    for one in indicators().values():
        catalogue.add(one.label)
        catalogue.add(one.name.replace("_", " "))
    for word in (*SEVERITIES, *STATES):
        catalogue.add(word)
    for counted in COUNTED:
        catalogue.add((f"%(n)s {counted}", f"%(n)s {counted}s"))
    for kind in Registry.shipped().values():
        catalogue.add(kind.title)
    for word in (*TYPES.values(), *COUNTS.values(), *WORDS.values(), *CATEGORIES, *CODES):
        catalogue.add(word)
    for plan in plans().values():
        catalogue.add(plan.title, context="plan")
        catalogue.add(plan.version)
    for party in parties().values():
        for name in party.names:
            catalogue.add(name.name, context="party")
            catalogue.add(name.short, context="party")
    return catalogue


def written(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale=path.parent.name)


def brought_up_to_date(path: Path, template: Catalog) -> bytes:
    """A language's catalogue with exactly the messages that there are, in the order of the alphabet: two who add words
    at once meet in few lines."""
    known = written(path)
    fresh = Catalog(locale=path.parent.name, charset="utf-8", fuzzy=False, header_comment=known.header_comment)
    for message in template:
        if message.id:
            old = (
                known.get(message.id, message.context)
                if not isinstance(message.id, tuple)
                else known.get(message.id[0], message.context)
            )
            same = old is not None and old.id == message.id
            fresh.add(message.id, old.string if old is not None and same else "", context=message.context)
    made = BytesIO()
    write_po(made, fresh, width=0, no_location=True, omit_header=False, sort_output=True)
    return b"\n".join(line for line in made.getvalue().split(b"\n") if not line.startswith(DATED))


DATED = (
    b'"POT-Creation-Date',
    b'"PO-Revision-Date',
    b'"Generated-By',
    b'"Last-Translator',
    b'"Report-Msgid',
    b'"Project-Id',
)


def empty(path: Path) -> list[str]:
    """What a language does not say yet."""
    return [str(message.id) for message in written(path) if message.id and not any(_strings(message.string))]


def _strings(said: object) -> list[str]:
    return [str(one) for one in said] if isinstance(said, (tuple, list)) else [str(said or "")]


def main(*asked: str) -> int:
    template, stale = found(), 0
    for path in sorted(FOLDER.glob("*/messages.po")):
        made = brought_up_to_date(path, template)
        if "--empty" in asked:
            print(f"{path.parent.name}: {len(empty(path))} of {len(template)} without a translation")
            print("\n".join(f"  {message}" for message in empty(path)))
        elif made != path.read_bytes():
            stale += 1
            if "--check" in asked:
                print(f"{path.relative_to(CODE)} is not up to date: make words")
            else:
                path.write_bytes(made)
                print(f"written: {path.relative_to(CODE)}, {len(template)} messages")
    return 1 if stale and "--check" in asked else 0


if __name__ == "__main__":
    raise SystemExit(main(*sys.argv[1:]))
