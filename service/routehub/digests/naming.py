"""Parties as a readout names them: the name of the day (UX 10), short where everybody knows the short one, and with the
article that English wants. Another language has the bare name: its articles would have to follow the sentence."""

import re
from collections.abc import Iterable
from datetime import date

from routehub.core import language
from routehub.directory.snapshot import Directory
from routehub_schemas import reference

_SHORT = frozenset({"institution", "agency", "un_body", "police", "bank", "presidency"})
"""Kinds of parties whose official name is longer than what anybody says."""
_ARTICLE = frozenset({"institution", "un_body", "presidency", "bank", "regional_group"})
_NAMES = frozenset({"Czech Republic", "Netherlands", "United Kingdom"})
"""States with an article before their name."""


def prose(directory: Directory, code: str, on: date) -> str:
    """``the Commission``, ``Frontex``, ``the former Yugoslav Republic of Macedonia``: in the middle of a sentence."""
    known = reference.parties().get(code)
    if known is None:
        return directory.name(code, on)
    name = language.pgettext("party", known.named(on).short) if known.kind in _SHORT else directory.name(code, on)
    return (
        f"the {name}" if language.current() == language.ENGLISH and (known.kind in _ARTICLE or name in _NAMES) else name
    )


def official(directory: Directory, code: str, on: date) -> str:
    """The official name with its article: ``the European Commission``, ``Greece``."""
    return with_article(code, directory.name(code, on), on)


def with_article(code: str, name: str, on: date) -> str:
    """Whatever a party is called that day, as it stands in the middle of a sentence."""
    known = reference.parties().get(code)
    if known is None or language.current() != language.ENGLISH:
        return name
    long = known.kind in _SHORT and name != known.named(on).short  # «the European Border and …», but «Frontex»
    return f"the {name}" if long or known.kind in _ARTICLE or name in _NAMES else name


def listed(directory: Directory, codes: Iterable[str], on: date) -> str:
    """``Greece, Serbia and the Commission``."""
    return language.listed([prose(directory, code, on) for code in codes])


def sentence(text: str) -> str:
    """With a capital at the beginning and a full stop at the end."""
    said = " ".join(text.split())
    return said[:1].upper() + said[1:] + ("" if said.endswith((".", "!", "?", "…", ":")) else ".")


def found(directory: Directory, codes: Iterable[str], on: date, text: str) -> list[str]:
    """The parties whose name of that day stands in a text; the official one, or the short one."""
    named = []
    for code in codes:
        known = reference.parties().get(code)
        names = {directory.name(code, on)} | ({known.named(on).short} if known is not None else set())
        if any(re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text) for name in names):
            named.append(code)
    return named
