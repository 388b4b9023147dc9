"""Words that stand in the tables of offices on the route, folded (see ``fold``). Data, not rules."""

import re
import unicodedata

ROLES: dict[str, str] = {
    word: role
    for role, words in {
        "day": "day, date, reporting day, report date, datum, dan, tag, data, dátum, ημερομηνία, дата, датум, ден",
        "party": "party, country, state, party code, country code, reporting party, reporting country",
        "start": "start, hour, time, from hour, hour from, hour start",
        "period": "period, bucket",
        "indicator": "indicator, indicator code, indicator name",
        "value": "value, number, count, figure",
        "place": "place, location, site, crossing, crossing point, centre, center, place code",
        "counterpart": "counterpart, other side, neighbour, neighbor, other party",
        "mode": "mode, mode of travel",
        "service": "service, sector",
        "modality": "modality, accommodation",
        "sex": "sex, gender",
        "age_band": "age band, age, age group",
        "nationality": "nationality, citizenship",
        "non_refoulement_check": "non refoulement check",
        "status": "status",
        "method": "method",
        "coverage": "coverage",
        "carried_over": "carried over",
        "note": "note, notes, remark, remarks",
        "reason": "reason",
        "comment": "comment, comments",
        "-": "end, revised, posted at, message, tlp, marking, is total",
    }.items()
    for word in words.split(", ")
}
"""A header -> what the column holds. Those of ``-`` are the hub's own in its exports, and left out on the way in."""

INDICATORS: dict[str, str] = {
    "arrived": "arrivals", "entries": "arrivals", "entered": "arrivals", "people arrived": "arrivals",
    "departed": "departures", "exits": "departures", "people departed": "departures",
    "capacity": "places", "beds": "places", "occupancy": "occupied", "occupied places": "occupied",
    "asylum seekers registered": "asylum_applications", "applications for asylum": "asylum_applications",
    "expected entries": "expected_arrivals", "expected exits": "expected_departures",
}  # fmt: skip
"""What indicators are called besides their name and label in the catalogue."""

FILLERS = frozenset((
    "from", "to", "for", "by", "at", "in", "of", "via", "the", "total", "number", "people", "persons", "no",
    "nr", "new", "daily",
))  # fmt: skip
"""Words of a header that say nothing about which figure it is."""

AGAINST: dict[str, frozenset[str]] = {
    name: frozenset(words)
    for names, words in (
        (("arrivals", "expected_arrivals"), ("to", "in", "at")),
        (("departures", "expected_departures"), ("from", "in", "at")),
    )
    for name in names
}
"""Words by which a party in a header is not the other side: "arrivals in Croatia" are those that Croatia counts."""

UNITS = frozenset((
    "#", "n", "no", "nr", "number", "numbers", "count", "persons", "person", "people", "individuals", "pax",
    "beds", "places", "cases", "officers", "detections", "hours", "h", "date", "yyyy-mm-dd", "dd.mm.yyyy",
    "dd/mm/yyyy", "code", "iso", "iso2", "text", "unit", "units", "personen", "anzahl", "osoba", "osobe",
    "лица", "бр",
))  # fmt: skip
LARGE_UNITS = ("thousand", "in 1000", "1 000s", "'000", "000s", "tausend", "tsd", "hiljad", "million", "%", "percent")
"""Units in which a number would mean another."""

_TOTALS = (
    "total", "totals", "sum", "subtotal", "grand total", "sub total", "overall", "gesamt", "gesamtsumme", "summe",
    "insgesamt", "итого", "всего", "вкупно", "ukupno", "укупно", "svega", "skupaj", "razem", "σύνολο", "συνολο",
    "totale", "totali", "összesen", "общо", "toplam", "suma", "celkem", "spolu", "∑", "σ",
)  # fmt: skip
_TOTAL = re.compile(rf"(?:{'|'.join(sorted(_TOTALS, key=len, reverse=True))})(?![^\W\d_])", re.IGNORECASE)

BLANKS = frozenset((
    "-", "–", "—", "−", "--", "---", "n/a", "na", "n.a.", "n.a", "..", "...", "…", "x", ":", "nd", "n/d",
    "n.d.", "k.a.", "not available", "not reported", "no data",
))  # fmt: skip
"""What stands in a cell whose number is not known. It is not zero."""

YES = {"yes": True, "true": True, "1": True, "y": True, "no": False, "false": False, "0": False, "n": False}


_SCALED = re.compile(
    r"\b(?:in|u|v|na|во|в|у|σε)\s+(?:thousands?|millions?|1[ .,]?000s?|tausend|tsd|mio|hiljad\w*|tisu[cć]\w*|tisoč\w*"
    r"|хиљад\w*|илјад\w*|хиляд\w*|χιλιάδες)\b|(?<!\w)(?:['’]000s?|000s)\b",
    re.IGNORECASE,
)


def says_scale(text: str) -> bool:
    """``Arrivals by crossing (in thousands)``: then 12 in the table is not twelve."""
    return _SCALED.search(text) is not None


def fold(text: str) -> str:
    """Lower case, one space between words, no punctuation: ``Reporting_day:`` is ``reporting day``."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return " ".join(re.sub(r"[_\-–—:;,.()\[\]*/|\s]+", " ", plain).split())


def is_total(text: str) -> bool:
    """``TOTAL (stated)``, ``Ukupno:``."""
    return _TOTAL.match(text.strip("* \t").casefold()) is not None
