"""Lines of the record as a page tells them: no long ids, no codes of places, no UTC."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from routehub.core.language import using
from routehub.web.record_words import telling
from routehub.web.render import Shown, spoken_in

LONG = "01a1c2d3-0000-7000-8000-0123456789ab"


@dataclass(frozen=True)
class Place:
    name: str


@dataclass(frozen=True)
class Route:
    places: dict[str, Place]


ROUTE: Any = Route({"HR-SI/dobova": Place("Harmica – Dobova")})
SHOWN = Shown(ZoneInfo("Europe/Brussels"), datetime(2026, 1, 21, 7, 2, tzinfo=UTC))


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (f"concerns about {LONG}: why", "concerns about M-8KTD: why"),
        (f"agreed to {LONG[:-1]}c", f"agreed to {LONG[:-1]}c"),
        ("960 people, 23 January 2026 08:30 UTC, HR-SI/dobova", "960 people, Fri 23 Jan, 09:30, Harmica – Dobova"),
        ("until 21 January 2026 11:00 UTC", "until 12:00"),
        ("at HR-SI/«dobova» now", "at «Harmica – Dobova» now"),
        ("31 February 2026 11:00 UTC, HR-SI/nowhere", "31 February 2026 11:00 UTC, HR-SI/nowhere"),
        ("<b>AND/or</b>", "<b>AND/or</b>"),
    ],
)
def test_ids_places_and_times_are_told_as_their_reader_knows_them(line: str, told: str):
    assert telling(ROUTE, SHOWN, {LONG: "M-8KTD"})(line) == told


def test_a_language_is_named_where_somebody_said_it_and_it_is_not_the_pages():
    with using("de"):
        assert (str(spoken_in("sl")), str(spoken_in("de")), str(spoken_in(None))) == (' lang="sl"', "", "")
        assert str(spoken_in('"><script>')) == ' lang="&#34;&gt;&lt;script&gt;"'
