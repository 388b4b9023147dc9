"""The catalogues of words: nothing lost, nothing outside of them, and translations that fit their messages."""

import importlib.util
import re
from datetime import date, datetime
from pathlib import Path
from types import ModuleType
from zoneinfo import ZoneInfo

import pytest
from babel.messages.catalog import Message

from routehub.core import language, words
from routehub.core.language import accepted, gettext, pgettext, plural, using
from routehub.web import times

CHECKOUT = Path(__file__).parents[2]
TEMPLATES = sorted((language.FOLDER.parent / "web" / "templates").glob("*.html"))
GAPS = re.compile(r"%\(\w+\)s|%%")
TAGS = re.compile(r"</?[a-z]+")


def _tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("words", CHECKOUT / "tools" / "words.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_catalogue_has_exactly_the_messages_that_there_are():
    assert _tool().main("--check") == 0, "run: make words"


def _pairs(message: Message) -> list[tuple[str, str]]:
    ids = message.id if isinstance(message.id, (tuple, list)) else [message.id]
    said = message.string if isinstance(message.string, (tuple, list)) else [message.string]
    return [(ids[min(number, len(ids) - 1)], text) for number, text in enumerate(said) if text]


@pytest.mark.parametrize("path", sorted(language.FOLDER.glob("*/messages.po")), ids=lambda path: path.parent.name)
def test_a_translation_has_the_gaps_the_tags_and_the_edges_of_its_message(path: Path):
    wrong = []
    for message in _tool().written(path):
        for told, said in _pairs(message):
            fits = (
                sorted(set(GAPS.findall(told))) == sorted(set(GAPS.findall(said)))
                and sorted(TAGS.findall(told)) == sorted(TAGS.findall(said))
                and (told[:1].isspace(), told[-1:].isspace()) == (said[:1].isspace(), said[-1:].isspace())
                and ('"' in told or '"' not in said)  # it may stand in an attribute
            )
            if message.id and not fits:
                wrong.append(f"{told!r}: {said!r}")
    assert not wrong, "\n".join(wrong)


TAG = r'<[/a-zA-Z!](?:\{\{.*?\}\}|\{%.*?%\}|"(?:\{\{.*?\}\}|\{%.*?%\}|[^"])*"|[^>"])*>'
CALLS = re.compile(r"\{#.*?#\}|\{%[-+]? *trans\b.*?endtrans *[-+]?%\}|\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)
SPOKEN = re.compile(r'(?:aria-label|title|placeholder|alt|data-say)="([^"]*)"')
NO_WORDS = re.compile(r'Routehub|&[a-z]+;|[\w-]+="[^"]*"')


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.stem)
def test_a_template_has_no_words_outside_of_the_catalogues(template: Path):
    text = re.sub(r"<(script|style|pre|code)\b.*?</\1>", "", template.read_text(), flags=re.DOTALL)
    spoken = [CALLS.sub("", value) for value in SPOKEN.findall(CALLS.sub("", text))]
    plain = CALLS.sub("", re.sub(TAG, " ", CALLS.sub(" ", text), flags=re.DOTALL))
    found = [line for line in (*plain.splitlines(), *spoken) if re.search(r"[A-Za-z]{3,}", NO_WORDS.sub("", line))]
    assert not found, f"mark these with _(…) or trans: {found}"


@pytest.mark.parametrize(
    ("header", "chosen"),
    [
        ("de-AT,de;q=0.9,en;q=0.8", "de"), ("fr, de;q=0.5", "de"), ("en,de", "en"), ("de;q=0, en", "en"),
        ("de;q=0.1, en;q=0.2", "en"), ("", "en"), ("*", "en"), ("de;q=many", "en"), (", " * 9_000, "en"),
        ("../de", "en"),
    ],
)  # fmt: skip
def test_the_best_language_that_there_is_is_chosen(header: str, chosen: str):
    assert accepted(header) == chosen


def test_days_names_and_numbers_of_things_follow_the_language():
    day, zone = date(2026, 1, 21), ZoneInfo("Europe/Brussels")
    assert (times.day(day), words.day(day), times.long_day(day)) == (
        "Wed 21 Jan",
        "Wed 21 Jan",
        "Wednesday 21 January 2026",
    )
    with using("de"):
        assert (times.day(day), words.day(day)) == ("Mi 21. Jan", "Mi 21. Jan")
        assert times.long_day(day) == "Mittwoch, 21. Januar 2026"
        assert times.zone_words(zone, datetime(2026, 1, 21, tzinfo=zone)) == "Brüssel (CET)"
        assert pgettext("party", "the former Yugoslav Republic of Macedonia").startswith("ehemalige")
        assert gettext("") == ""
        assert gettext("what no catalogue knows, such as 100%") == "what no catalogue knows, such as 100%"
        one = "reports again, after %(n)s day without a report"
        assert plural(one, "reports again, after %(n)s days without a report", 1).endswith("1 Tag ohne Meldung")
        assert plural(one, "reports again, after %(n)s days without a report", 2.7).endswith("2.7 Tagen ohne Meldung")
        with using("en"):
            assert times.day(day) == "Wed 21 Jan"
    assert language.own_name("de") == "Deutsch"
