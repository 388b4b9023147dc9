"""Every CAP file of real issuers and of the standard, through the door: each is accepted, or refused in words.

The table in docs/cap.md is written by this test: look at its difference in review, then write it anew with
ROUTEHUB_TEST_WRITE_GOLDEN=1.
"""

import json
import os
from pathlib import Path
from typing import Any

import httpx
import pytest
from lxml import etree

from routehub.formats.cap.into_alert import into_alert
from routehub.formats.cap.reading import read
from routehub_schemas.kinds.alert.cap import Cap
from tests.boards.test_imported_alerts import codes, send
from tests.fixtures.furnished import Inside

pytestmark = pytest.mark.shared_data

PAGE = Path(__file__).parents[2] / "docs" / "cap.md"
BEGIN = "<!-- the table begins -->\n"
HEAD = "| file | version | signed | answer | told with it |\n| --- | --- | --- | --- | --- |\n"


def files(folder: Path) -> list[Path]:
    """Real ones and the standard's examples, in the order in which they were sent."""
    found = [*folder.glob("real/*/*.xml"), *folder.glob("spec_examples/*/*.xml")]
    return sorted(found, key=lambda file: (file.parts[-3], file.parent.name, _sent(file), file.name))


def _sent(file: Path) -> str:
    return next((e.text or "" for e in etree.parse(file).iter("{*}sent")), "")


def _row(file: Path, status: int, body: dict[str, Any], *, first: bool) -> str:
    root = etree.parse(file).getroot()
    version = str(etree.QName(root).namespace).rstrip("/")[-3:]
    signed = "yes" if root.find("{http://www.w3.org/2000/09/xmldsig#}Signature") is not None else ""
    if status in (200, 201):
        answer = "accepted" if status == 201 else "accepted: says the same as one before it"
        if not first:
            answer = "accepted by itself; refused (422) under the id of one before it that says something else"
        told = ", ".join(dict.fromkeys(codes(body)))
    else:
        what = "; ".join(
            f"`{p['pointer']}` {p['message'][:1].lower()}{p['message'][1:]}" for p in body.get("problems", ())
        )
        answer, told = f"refused ({status}): {body['detail'] if len(body.get('problems', ())) < 2 else what}", ""
    return f"| {file.parent.name}/{file.stem} | {version} | {signed} | {answer} | {told} |\n"


async def _send(hub: Inside, content: bytes) -> tuple[httpx.Response, bool]:
    """The answer to one party, or to the first of several who had no other message under this id before."""
    for party in ("GR", "AT", "RS", "HR", "SI", "HU", "BG"):
        answer = await send(hub, content, party, **{"Text-Checked": "yes"})  # some name their authority's mailbox
        problems = answer.json().get("problems", [])
        if not problems or problems[0]["code"] != "other-content":
            break
    return answer, party == "GR"


def _valid(schema: etree.XMLSchema, content: bytes) -> bool:
    return bool(schema.validate(etree.fromstring(content)))


def _meaning(cap: Cap) -> dict[str, Any]:
    return cap.model_dump(exclude={"original", "version"})


@pytest.mark.parametrize("database_kind", ["sqlite"])
async def test_every_file_is_accounted_for_kept_and_goes_out_valid_with_all_its_meaning(hub: Inside, shared_data: Path):
    await hub.set_clock("2026-11-01T12:00:00Z")
    schema = etree.XMLSchema(etree.parse(shared_data / "cap" / "schema" / "CAP-v1.2.xsd"))
    rows = []
    for file in files(shared_data / "cap"):
        content = file.read_bytes()
        answer, first = await _send(hub, content)
        rows.append(_row(file, answer.status_code, answer.json(), first=first))
        if answer.status_code == 201:
            address = f"/v1/alerts/{answer.json()['id']}.cap"
            assert (await hub.get("MK", address)).content == content
            anew = (await hub.get("MK", f"{address}?original=false")).content
            assert _valid(schema, anew), schema.error_log
            assert _meaning(read(anew).cap) == _meaning(read(content).cap)
            assert len(json.dumps(into_alert(read(content).cap).data)) < 500_000, "it has to fit a listener's buffer"
    page = PAGE.read_text(encoding="utf-8")
    written = page.partition(BEGIN)[0] + BEGIN + HEAD + "".join(rows)
    if os.environ.get("ROUTEHUB_TEST_WRITE_GOLDEN") == "1":
        PAGE.write_text(written, encoding="utf-8")
    assert page == written


@pytest.mark.parametrize("database_kind", ["sqlite"])
async def test_the_hubs_own_alerts_are_valid_too(hub: Inside, shared_data: Path):
    schema = etree.XMLSchema(etree.parse(shared_data / "cap" / "schema" / "CAP-v1.2.xsd"))
    await hub.set_clock("2016-02-17T18:00:00Z")
    examples = hub.hub.registry["alert"].examples / "valid"
    until = {"expires": "2016-02-20T00:00:00Z"}
    begun = (await hub.post("MK", "alerts", json.loads((examples / "shortest.json").read_text()) | until)).json()
    for example in sorted(examples.glob("*.json")):
        data = json.loads(example.read_text()) | until
        if data.get("status") == "Exercise":
            continue  # a live route takes none
        for name in ("onset", "effective", "rule", "on_behalf_of", "thread", "references", "cap"):
            data.pop(name, None)
        if data.get("msg_type", "Alert") == "Update":
            data |= {"references": [begun["id"]]}
            data.pop("audience", None)
        elif data.get("msg_type") == "Cancel":
            continue
        posted = await hub.post("MK", "alerts", data)
        assert posted.status_code == 201, (example.name, posted.text)
        given = (await hub.get("MK", f"/v1/alerts/{posted.json()['id']}.cap")).content
        assert _valid(schema, given), (example.name, schema.error_log)
