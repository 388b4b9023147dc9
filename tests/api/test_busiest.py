"""The short way of the busiest doors answers like the long one."""

from typing import Any

import httpx
import pytest

from tests.fixtures.furnished import Inside

FIGURES = {"figures": [{"indicator": "arrivals", "value": 5}]}
ASKED = [
    ("POST", "/v1/notes", {"to": ["SI"], "subject": "s", "text": "t"}),
    ("POST", "/v1/notes", {"to": ["XX"], "subject": 7}),
    ("POST", "/v1/notes", b'{"to": ["SI"'),
    ("POST", "/v1/agendas", {}),
    ("PUT", "/v1/parties/AT/reports/2015-10-20", FIGURES),
    ("PUT", "/v1/parties/SI/reports/2015-10-20", FIGURES),
    ("PUT", "/v1/parties/AT/reports/2015-02-30", FIGURES),
    ("PUT", "/v1/parties/ZZ/reports/2015-10-20", FIGURES),
]
OF_ITS_OWN = ("id", "web", "time", "cursor", "feed", "previous", "senderid")


def without_its_own(document: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in document.items() if name not in OF_ITS_OWN}


@pytest.mark.parametrize("database_kind", ["sqlite"])
@pytest.mark.parametrize(("method", "path", "body"), ASKED)
async def test_both_ways_answer_alike(hub: Inside, method: str, path: str, body: Any):
    await hub.set_clock("2015-10-21T05:30:00Z")
    answers: list[httpx.Response] = []
    async with hub.client("AT") as client:
        for more in ({}, {"Accept-Language": "en"}):  # with any other header a request goes the long way
            given = {"content": body} if isinstance(body, bytes) else {"json": body}
            headers = {"Content-Type": "application/json", **more}
            if method == "PUT" and answers:
                given = {"json": {"figures": [{"indicator": "departures", "value": 5}]}}
            answers.append(await client.request(method, path, headers=headers, **given))
    short, long = answers
    assert short.status_code == long.status_code
    assert {*short.headers} == {*long.headers}
    if short.status_code >= 400:
        assert short.json() == long.json()
    else:
        assert without_its_own(short.json()).keys() == without_its_own(long.json()).keys()
        assert without_its_own(short.json())["type"] == without_its_own(long.json())["type"]
