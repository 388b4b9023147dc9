"""Words in the reader's language: gettext, with catalogues in ``locale/`` (docs/languages.md).

The English text is the key. A sentence stands whole in one call, with named gaps for its values, because other
languages put them elsewhere; what has no translation is said in English.

- said at once, in a page or a mail: ``_("Report by %(time)s", time=…)``,
  ``plural("%(n)s day", "%(n)s days", days)``;
- in a constant, which is made before anybody reads: ``later("Overview")`` marks it for the catalogue, and ``_(word)``
  says it when it is shown;
- in a template: ``{{ _("…") }}``, ``{% trans n=… %}…{% endtrans %}``;
  ``{{ word|spoken }}`` says what ``later`` marked.

In which language follows from the task: a page's from its reader (``web/tongue.py``), a mail's from its recipient::

    with using(of_person(person.language)):
        mail = render(…)

once for each language among the recipients, not once for each of them. The current language goes along into tasks
and into reading threads (``Database.read``). What keeps a text for several readers has ``current()`` in its key.
Words of the record, such as what a journaled payload says, are never translated: they are their author's. What the
hub itself writes down, ``for_the_record``, is English.
"""

from collections.abc import Awaitable, Callable, Coroutine, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache, wraps
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from babel import Locale
from jinja2 import Environment

P = ParamSpec("P")
T = TypeVar("T")

ENGLISH = "en"
FOLDER = Path(__file__).parent.parent / "locale"
"""``LANGUAGE/messages.po``; a folder more is a language more."""
LOCALES = {ENGLISH: "en_GB"}
"""Where a language alone would mean another country's days and numbers."""

_current: ContextVar[str] = ContextVar("language", default=ENGLISH)


@cache
def languages() -> tuple[str, ...]:
    """The languages that there are, English first."""
    return (ENGLISH, *sorted(found.parent.name for found in FOLDER.glob("*/messages.po")))


def current() -> str:
    """The language of the present task, such as ``de``."""
    return _current.get()


@contextmanager
def using(language: str) -> Iterator[None]:
    """Say everything inside in a language."""
    before = _current.set(language)
    try:
        yield
    finally:
        _current.reset(before)


def for_the_record(act: Callable[P, Awaitable[T]]) -> Callable[P, Coroutine[Any, Any, T]]:
    """For what is written down, whoever's page it began on: it speaks the one language that all records have."""

    @wraps(act)
    async def in_english(*args: P.args, **more: P.kwargs) -> T:
        with using(ENGLISH):
            return await act(*args, **more)

    return in_english


def choose(language: str) -> None:
    """Say the rest of the present task in a language."""
    _current.set(language)


def of_person(wish: str) -> str:
    """The language of somebody who is written to: their setting where there is such a catalogue, else English."""
    return wish if wish in languages() else ENGLISH


def accepted(header: str) -> str:
    """The best language for ``Accept-Language`` (RFC 9110, 12.5.4); English for everything that is not understood."""
    wanted: list[tuple[float, int, str]] = []
    for place, part in enumerate(header[:500].split(",")):
        tag, _sep, weight = part.strip().partition(";")
        try:
            quality = float(weight.strip().removeprefix("q=")) if weight else 1.0
        except ValueError:
            continue
        if 0 < quality <= 1:
            wanted.append((-quality, place, tag.strip().lower().partition("-")[0]))
    return next((tag for _quality, _place, tag in sorted(wanted) if tag in languages()), ENGLISH)


@cache
def catalogue(language: str) -> NullTranslations:
    """The messages of a language, compiled in memory: nothing that is made from the texts is kept beside them."""
    if language == ENGLISH or language not in languages():
        return NullTranslations()
    from babel.messages.mofile import write_mo  # a tenth of a second that a hub without other readers never needs
    from babel.messages.pofile import read_po

    with (FOLDER / language / "messages.po").open("rb") as file:
        written = read_po(file, locale=language)
    compiled = BytesIO()
    write_mo(compiled, written)
    compiled.seek(0)
    return GNUTranslations(compiled)


@cache
def _locale(language: str) -> Locale:
    return Locale.parse(LOCALES.get(language, language))


def locale() -> Locale:
    """How the current language writes days and lists."""
    return _locale(current())


def own_name(language: str) -> str:
    """A language as its own speakers call it: ``Deutsch``."""
    name = Locale.parse(language).get_language_name(language) or language
    return name[:1].upper() + name[1:]


def into(templates: Environment) -> None:
    """Give templates the words of the reader's language. Their ``_`` always fills gaps, so ``%`` is ``%%`` there."""
    templates.add_extension("jinja2.ext.i18n")
    templates.policies["ext.i18n.trimmed"] = True
    templates.install_gettext_callables(  # type: ignore[attr-defined]
        gettext, ngettext, newstyle=True, pgettext=pgettext, npgettext=npgettext
    )
    templates.filters["spoken"] = gettext
    templates.filters["lowered"] = lowered
    templates.filters["listed"] = listed


def lowered(words: str) -> str:
    """Small letters for words in the middle of a sentence, in English: other languages have nouns that keep theirs."""
    return words.lower() if current() == ENGLISH else words


def gettext(message: str) -> str:
    """The message in the current language, its gaps as they are. The empty message is empty: in a catalogue it is
    the heading."""
    return catalogue(current()).gettext(message) if message else message


def ngettext(one: str, many: str, number: float) -> str:
    return catalogue(current()).ngettext(one, many, _counted(number))


def _counted(number: float) -> int:
    """Catalogues count in whole numbers; of 2.7 days one speaks as of several."""
    return int(number) if number == int(number) else 2


def pgettext(context: str, message: str) -> str:
    return catalogue(current()).pgettext(context, message)


def npgettext(context: str, one: str, many: str, number: float) -> str:
    return catalogue(current()).npgettext(context, one, many, _counted(number))


def _(message: str, /, **values: object) -> str:
    """Say a message now, with its gaps ``%(name)s`` filled; without values a ``%`` is a ``%``."""
    return gettext(message) % values if values else gettext(message)


def plural(one: str, many: str, number: float, /, **values: object) -> str:
    """The same for a number of things, ``n`` in the message: ``plural("%(n)s day", "%(n)s days", days)``."""
    return ngettext(one, many, number) % {"n": number, **values}


def later(message: str) -> str:
    """Marks a word of a constant for the catalogues; said by ``_`` when it is shown."""
    return message


def listed(words: Sequence[str]) -> str:
    """``Croatia, Slovenia and Austria``"""
    if len(words) < 2:
        return "".join(words)
    return _("%(several)s and %(last)s", several=", ".join(words[:-1]), last=words[-1])
