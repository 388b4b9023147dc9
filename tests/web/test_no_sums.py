"""Nothing adds up crossings of different borders or counts of different parties (UX 14: A12).

Each count is a number between 1,100,000 and 1,199,999, so that any sum of two to eight of them, and nothing else, lies
between 2.2 and 9.6 million: such a number anywhere is a total that must not be.
"""

import json
import re
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from tests.fixtures.addresses import addresses
from tests.web.conftest import ON_SQLITE
from tests.web.stage import Stage, arrivals, departures

LINE = ("GR", "MK", "RS", "HR", "SI")
NUMBER = re.compile(r"(?<![\w.,-])(\d{1,3}(?:[\u202f\u00a0,]\d{3})+|\d{7})(?![\w,-])")
SUMS = range(2_200_000, 9_700_000)
FILLED = {
    "number": "14", "party": "MK", "leg": "MK-RS", "plan": "wbr-2015-final", "name": "weekly", "form": "html",
    "person": "x", "ref": "x", "key": "x", "sub": "x", "act": "x", "item": "1", "file": "x", "token": "x",
}  # fmt: skip
ENDLESS = ("/v1/events", "/v1/stream", "/openapi", "/asyncapi", "/docs", "/schemas", "/static", "/metrics")


def count_all(stage: Stage) -> None:
    """Both sides of every border of the main line, each with a count of its own."""
    for place, (one, other) in enumerate(pairwise(LINE)):
        stage.report(one, stage.today(one), departures(1_100_003 + 20_011 * place, other))
        stage.report(other, stage.today(other), arrivals(1_110_007 + 20_011 * place, one))


def sums(text: str) -> set[str]:
    """Numbers in a text that can only be sums."""
    found = NUMBER.findall(re.sub(r' (?:d|points|viewBox|transform)="[^"]*"', "", text))
    return {one for one in found if int(re.sub(r"\D", "", one)) in SUMS}


@ON_SQLITE
def test_no_page_door_or_paper_shows_a_sum_of_crossings(stage: Stage, paper):
    count_all(stage)
    chair = paper("EC")
    csrf = chair.open("/conference").form("Sign out").fields["csrf"][0]
    start = (datetime.now(UTC) + timedelta(minutes=30)).isoformat(timespec="seconds")
    call = {"number": 14, "title": "Video conference", "start": start, "chair": "EC", "minutes": 45}
    answer = chair.client.post("/v1/conferences", json=call, headers={"X-CSRF-Token": csrf})
    assert answer.status_code == 201, answer.text
    assert "of 45 minutes" in chair.press(chair.open("/conference/14/draft"), "Compile the agenda now").words
    wrong, shown = {}, 0
    fill = FILLED | {"day": str(stage.today("MK"))}
    for party in ("RS", "EC"):
        client = paper(party).client if party == "RS" else chair.client
        for door in addresses(stage.hub.app, "GET"):
            if not door.path.startswith(ENDLESS):
                said = client.get(door.fill(fill), headers={"Accept": "text/html, */*;q=0.5"})
                shown += bool(re.search(r"1[\u202f,]?1\d\d[\u202f,]?\d{3}", said.text)) and said.status_code == 200
                if found := sums(said.text):
                    wrong[f"{door.path} for {party}"] = found
    assert wrong == {}
    assert shown > 20, "the counts themselves are there"


def test_a_planted_sum_is_found():
    assert sums("<td>2\u202f220\u202f010</td>") == {"2\u202f220\u202f010"}
    assert sums(json.dumps({"total": 4_520_100})) == {"4520100"}
    assert (
        sums('{"value": 1100003}, <path d="M1 2 3333333"/>, <td>1\u202f100\u202f003</td> 20261122 a5555555b') == set()
    )
