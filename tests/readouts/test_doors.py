"""Readouts through the doors: the chair's work by HTTP, and what a stranger without a key reads."""

import io
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree

import httpx
import pytest
from pypdf import PdfReader

from routehub.app import create_app
from routehub.directory import people, sign_in
from routehub.directory.people import Nomination
from routehub.directory.principal import operator_principal
from routehub.directory.sessions import CSRF_HEADER
from routehub.formats.atom import ATOM
from routehub.journal.batch import Batch
from routehub.journal.jobs import Change
from tests.readouts.conftest import Conference

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"])
HOSTILE = "Greece informed about <script>alert(1)</script> and\u202f=1+1."


@dataclass
class Doors:
    """The chair, a party that is named in the text, one that is not, and a stranger."""

    chair: httpx.AsyncClient
    greece: httpx.AsyncClient
    albania: httpx.AsyncClient
    stranger: httpx.AsyncClient


@pytest.fixture
async def doors(thirteen: Conference) -> AsyncIterator[Doors]:
    hub = thirteen.world.hub
    tokens = await hub.writer.submit(Change(_people))
    await hub.db.read(hub.refresh)
    app = create_app(hub)

    def client(**headers: str) -> httpx.AsyncClient:
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        return httpx.AsyncClient(transport=transport, base_url="https://hub.example", headers=headers)

    chair, greece, albania = (
        client(**{"Cookie": f"__Host-routehub={token}", CSRF_HEADER: csrf, "Sec-Fetch-Site": "same-origin"})
        for token, csrf in tokens
    )
    found = Doors(chair, greece, albania, client())
    yield found
    for one in (chair, greece, albania, found.stranger):
        await one.aclose()


def _people(tx: Batch) -> list[tuple[str, str]]:
    found = []
    for party, role in (("EC", "chair"), ("GR", "contact_point"), ("AL", "contact_point")):
        given = Nomination.model_validate(
            {"name": f"Person of {party}", "email": f"{party.lower()}@example.org", "party": party, "roles": [role]}
        )
        person = people.nominate(tx, operator_principal("wbr"), given)
        begun = sign_in.begin(tx, person.id, "link", "tests", 12)
        found.append((begun.token, begun.csrf))
    tx.directory_changed()
    return found


async def test_the_chair_drafts_sends_and_publishes_and_a_stranger_reads_it_in_every_form(doors: Doors):
    at = "/v1/conferences/13/readout"
    assert (await doors.stranger.get("/v1/readouts")).json()["readouts"] == []
    assert (await doors.stranger.get(f"{at}-draft")).status_code == 401
    assert (await doors.greece.get(f"{at}-draft")).status_code == 403
    made = await doors.chair.post(f"{at}-draft")
    assert (made.status_code, made.headers["ETag"]) == (201, '"1"')
    draft: dict[str, Any] = made.json()["draft"]

    draft["sections"][1]["lines"][0]["text"] = HOSTILE
    kept = await doors.chair.put(f"{at}-draft", json=draft, headers={"If-Match": '"1"'})
    assert (kept.status_code, kept.json()["version"]) == (200, 2)
    stale = await doors.chair.put(f"{at}-draft", json=draft, headers={"If-Match": '"1"'})
    assert (stale.status_code, stale.json()["version"]) == (412, 2)
    assert stale.json()["current"]["sections"][1]["lines"][0]["text"] == HOSTILE
    wrong = draft | {"title": "", "sections": [{"heading": "x", "lines": [{"text": 5}]}], "more": 1}
    told = (await doors.chair.put(f"{at}-draft", json=wrong)).json()["problems"]
    assert {one["pointer"] for one in told} == {"/title", "/sections/0/lines/0/text", "/more"}

    checked = await doors.chair.post(f"{at}-check", json={"minutes": 60}, headers={"Idempotency-Key": "check-13"})
    ref = checked.json()["shortid"]
    again = await doors.chair.post(f"{at}-check", json={"minutes": 60}, headers={"Idempotency-Key": "check-13"})
    assert (again.status_code, again.json()["id"]) == (200, checked.json()["id"])
    assert (await doors.greece.get(f"/v1/readout-checks/{ref}")).json()["state"] == "running"
    hidden, nothing = [await doors.albania.get(f"/v1/readout-checks/{one}") for one in (ref, "RC-2222")]
    assert (hidden.status_code, hidden.content) == (404, nothing.content)
    todo = (await doors.greece.get("/v1/status")).json()["todo"]
    assert any("to say nothing is to accept it" in one["text"] for one in todo)
    early = await doors.chair.post(at, json={})
    assert early.status_code == 409
    assert "may still ask for a change" in early.json()["detail"]
    assert (await doors.chair.post(at, json={"reason": "All agreed in the call."})).status_code == 201

    found = (await doors.stranger.get("/v1/readouts/13")).json()
    assert (found["reason"], found["checked"]["parties"][0]) == ("All agreed in the call.", "GR")
    await read_back(doors.stranger)


async def read_back(stranger: httpx.AsyncClient) -> None:
    """Every form that everybody can have, read by other programs than ours."""
    page = await stranger.get("/readouts/13")
    assert (page.status_code, page.headers["Cache-Control"]) == (200, "public, max-age=60")
    assert "&lt;script&gt;" in page.text
    assert "<script>alert" not in page.text
    assert "C13" not in page.text
    feed = ElementTree.fromstring((await stranger.get("/v1/readouts.atom")).content)
    assert [one.findtext(f"{{{ATOM}}}author/{{{ATOM}}}name") for one in feed.iter(f"{{{ATOM}}}entry")] == [
        "European Commission"
    ]
    paper = await stranger.get("/v1/readouts/13.pdf")
    found = PdfReader(io.BytesIO(paper.content))
    root: Any = found.trailer["/Root"]
    assert (root["/Lang"], root["/MarkInfo"]["/Marked"]) == ("en", True)
    assert found.metadata is not None
    assert "thirteenth video conference" in str(found.metadata.title)
    assert paper.content == (await stranger.get("/v1/readouts/13.pdf")).content
    assert "thirteenth video conference" in (await stranger.get("/v1/readouts/13.txt")).text


async def test_an_erratum_is_numbered_shown_in_its_place_and_makes_the_readout_newer(
    thirteen: Conference, doors: Doors
):
    assert (await doors.chair.post("/v1/readouts/13/errata", json={"wrong": "a", "right": "b"})).status_code == 404
    await doors.chair.post("/v1/conferences/13/readout-draft")
    bare = await doors.chair.post("/v1/conferences/13/readout", json={})
    assert [(one["pointer"], one["code"]) for one in bare.json()["problems"]] == [("/reason", "missing")]
    await doors.chair.post("/v1/conferences/13/readout", json={"reason": "In haste."})
    said = {"wrong": "25 February", "right": "25 January"}
    made = await doors.chair.post("/v1/readouts/13/errata", json=said)
    assert (made.status_code, made.json()["data"]["number"]) == (201, 1)
    assert (await doors.greece.post("/v1/readouts/13/errata", json=said)).status_code == 403
    page = (await doors.stranger.get("/readouts/13")).text
    assert "<ins>25 January</ins>" in page
    assert "25 February" in page
    assert 'id="erratum-1"' in page
    found = (await doors.stranger.get("/v1/readouts/13")).json()
    assert found["updated_at"] > found["published_at"]
    assert "25 January" in str(found["corrected"])
    assert "25 January" not in str(found["text"])


async def test_the_template_of_a_series_fills_known_places_and_names_the_others(doors: Doors):
    kept = (await doors.chair.get("/v1/readout-template")).json()
    assert kept["version"] == 1
    wrong = kept["template"] | {"closing": "Again on {nxt}, with {number.real}.", "opening": "Two people came."}
    told = (await doors.chair.put("/v1/readout-template", json=wrong)).json()["problems"]
    assert [(one["pointer"], one["code"], one.get("suggestion")) for one in told] == [
        ("/opening", "small-count", "fewer than 5 people"), ("/closing", "unknown-place", "next"),
        ("/closing", "unknown-place", "number"),
    ]  # fmt: skip
    stale = await doors.chair.put("/v1/readout-template", json=kept["template"], headers={"If-Match": '"7"'})
    assert stale.status_code == 412
    odd = await doors.chair.put("/v1/readout-template", json=kept["template"], headers={"If-Match": "seven"})
    assert odd.status_code == 400
