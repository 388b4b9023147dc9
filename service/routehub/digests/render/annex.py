"""An annex to an agenda as text and HTML, for the one party that reads it."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from routehub.core.language import _
from routehub.digests import words
from routehub.digests.render.page import SHOWN_SOURCES, PrepareView, points, prepare_view
from routehub.digests.render.reader import MARK_WORDS, MARKS, Reader
from routehub.journal.message import Message
from routehub_schemas.kinds.agenda_annex.payload import AgendaAnnex
from routehub_schemas.matters import Matter


@dataclass(frozen=True)
class MatterView:
    """One matter, without a number."""

    title: str
    outcome: str
    wants: str
    led_by: str
    points: str
    lines: tuple[str, ...]
    wanted: str | None
    why: str
    sources: tuple[str, ...]
    prepare: tuple[PrepareView, ...]


@dataclass(frozen=True)
class AnnexPage:
    """The words of an annex."""

    mark: str | None
    mark_words: str
    route: str
    heading: str
    intro: str
    compiled: str
    matters: tuple[MatterView, ...]
    subject: str
    handling: str
    url: str


def annex_page(message: Message, reader: Reader, zone: ZoneInfo) -> AnnexPage:
    """``zone``: that in which times are told."""
    annex = message.payload
    assert isinstance(annex, AgendaAnnex)
    name, mark = reader.name(annex.party, annex.compiled_at), MARKS.get(reader.route.marking)
    matters = words.count(len(annex.matters), "matter")
    return AnnexPage(
        mark,
        _(MARK_WORDS.get(mark or "", "")),
        reader.route.title,
        _("Annex for %(name)s, conference %(conference)s", name=name, conference=annex.conference),
        _(
            "%(matters)s that %(name)s may read and not everyone in the call. The numbered agenda does not hold it.",
            matters=matters,
            name=name,
        )
        if len(annex.matters) == 1
        else _(
            "%(matters)s that %(name)s may read and not everyone in the call. The numbered agenda does not hold them.",
            matters=matters,
            name=name,
        ),
        _("Compiled %(zone)s.", zone=words.when(annex.compiled_at, zone)),
        tuple(_matter(reader, annex, one, zone) for one in annex.matters),
        _(
            "Annex for %(name)s, conference %(conference)s: %(matters)s",
            name=name,
            conference=annex.conference,
            matters=matters,
        ),
        _("TLP:%(tlp)s. For %(name)s only.", tlp=message.tlp, name=name),
        f"{reader.public_url}/routes/{reader.route.code}/conference/{annex.conference}",
    )


def _matter(reader: Reader, annex: AgendaAnnex, one: Matter, zone: ZoneInfo) -> MatterView:
    asked = [asked for asked in one.prepare if asked.party == annex.party]
    return MatterView(
        one.title, words.outcome(one.outcome), one.outcome,
        reader.the(one.lead, annex.compiled_at) if one.lead else "", points(one.points),
        tuple(one.lines), one.wanted, one.why,
        tuple(reader.message(source) for source in one.sources[:SHOWN_SOURCES]),
        tuple(prepare_view(reader, each, zone, None) for each in asked),
    )  # fmt: skip
