"""Files of figures through the real door: what the documentation says, and what offices do to spreadsheets."""

import io
import re
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest
import xlsxwriter

from tests.fixtures.furnished import Inside

CSV = "text/csv"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PAGE = Path(__file__).resolve().parents[2] / "docs" / "spreadsheets.md"
EXAMPLE = re.compile(r"(?:Sent with `([^`]+)`:\n\n)?```csv\n(.*?)```\n\n```text\n(.*?)```", re.DOTALL)


async def send(hub: Inside, body: bytes | str, query: str = "", media: str = CSV, **headers: str) -> httpx.Response:
    content = body if isinstance(body, bytes) else body.encode()
    async with hub.client(headers.pop("party", "MK")) as client:
        return await client.post(f"/v1/reports{query}", content=content, headers={"Content-Type": media, **headers})


def told(found: dict[str, Any]) -> list[str]:
    """An answer as lines, as the documentation shows it."""
    lines = []
    for result in found["results"]:
        figures = ", ".join(f"{named(figure)} {figure['value']}" for figure in result["data"]["figures"])
        lines.append(f"{result['party']} {result['day']}: {figures}")
    for problem in found.get("problems", []):
        lines.append(problem["message"] + (f" ({problem['suggestion']}?)" if "suggestion" in problem else ""))
    lines += [f"warning: {warning['message']}" for warning in found["warnings"]]
    return lines + [f"row {skipped['row']}: {skipped['why']}" for skipped in found["skipped"]]


def named(figure: dict[str, Any]) -> str:
    other = f".{figure['counterpart']}" if "counterpart" in figure else ""
    return str(figure["indicator"]) + other + (f"@{figure['place']}" if "place" in figure else "")


def problems(answer: httpx.Response) -> dict[str, str]:
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    return {problem["pointer"]: problem["code"] for problem in answer.json()["problems"]}


async def values(hub: Inside, party: str = "MK") -> dict[tuple[str, str], int]:
    found = (await hub.get(party, f"/v1/figures?party={party}&from=2015-10-01&to=2015-11-30")).json()["figures"]
    return {(item["day"], named({k: v for k, v in item.items() if v is not None})): item["value"] for item in found}


@pytest.mark.parametrize("database_kind", ["sqlite"])
async def test_every_example_of_the_documentation_is_true(hub: Inside):
    examples = EXAMPLE.findall(PAGE.read_text(encoding="utf-8"))
    assert len(examples) == PAGE.read_text(encoding="utf-8").count("```csv") >= 7
    for query, body, expected in examples:
        address = "?dry_run=true" + (f"&{quote(query, safe='=&:')}" if query else "")
        assert told((await send(hub, body, address)).json()) == expected.splitlines(), body


def ministry() -> bytes:
    """A workbook as a ministry sends it: a cover sheet, merged headers, texts for numbers, a hidden row, a total."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out)
    book.add_worksheet("Cover").write(0, 0, "Situation report")
    sheet = book.add_worksheet("Figures")
    day = book.add_format({"num_format": "dd.mm.yyyy"})
    sheet.merge_range(0, 0, 0, 4, "Ministry of the Interior – daily figures")
    sheet.merge_range(2, 0, 3, 0, "Date")
    sheet.merge_range(2, 1, 2, 2, "Arrivals")
    sheet.write_row(3, 1, ["from Greece", "from Bulgaria"])
    sheet.merge_range(2, 3, 3, 3, "Departures")
    sheet.merge_range(2, 4, 3, 4, "People present")
    sheet.write_datetime(4, 0, datetime(2015, 10, 20), day)
    sheet.write_row(4, 1, ["1.902", 12.0, "1.840,0"])
    sheet.write_formula(4, 4, "=B5-D5", None, 62)
    sheet.write_datetime(5, 0, datetime(2015, 10, 21), day)
    sheet.write_row(5, 1, ["2.045", "-", "1.999,0", 108])
    sheet.set_row(5, None, None, {"hidden": True})
    sheet.write_row(6, 0, ["Total", "3.947", 12, "3.839,0"])
    sheet.write(8, 0, "* preliminary figures")
    book.close()
    return out.getvalue()


async def test_a_ministrys_workbook_is_imported_and_the_same_again_changes_nothing(hub: Inside):
    first = await send(hub, ministry(), "", XLSX, **{"Idempotency-Key": "october"})
    found = first.json()
    assert (first.status_code, found["accepted"], found["sheet"]) == (201, 2, "Figures")
    assert [(r["day"], r["figures"], r["rows"]) for r in found["results"]] == [
        ("2015-10-20", 4, [5, 5]), ("2015-10-21", 3, [6, 6]),
    ]  # fmt: skip
    assert [w["code"] for w in found["warnings"]] == ["hidden-rows"]
    assert await values(hub) == {
        ("2015-10-20", "arrivals.GR"): 1902, ("2015-10-20", "arrivals.BG"): 12, ("2015-10-20", "departures"): 1840,
        ("2015-10-20", "present"): 62, ("2015-10-21", "arrivals.GR"): 2045, ("2015-10-21", "departures"): 1999,
        ("2015-10-21", "present"): 108,
    }  # fmt: skip
    again = await send(hub, ministry(), "", XLSX, **{"Idempotency-Key": "october"})
    assert (again.status_code, [r["id"] for r in again.json()["results"]]) == (200, [r["id"] for r in found["results"]])
    other = await send(hub, ministry(), "", XLSX, **{"Idempotency-Key": "another"})
    assert (other.status_code, (await hub.get("MK", "/v1/messages")).json()["head"]) == (200, "1.2")


BAD = """date,arrivals,present,place
2015-10-20,1902,,
2015-10-21,-5,1.5,
2015-10-22,7,,Gevgelia
2015-10-23,8,9,Idomeni – Gevgelija
2015-13-40,5,,
2015-10-24,5,#REF!,
2015-10-20,4,,
2099-10-20,4,,
"""


async def test_every_bad_cell_is_named_and_nothing_is_stored(hub: Inside):
    expected = {
        "/rows/3/B": "no-count-negative", "/rows/3/C": "no-count-decimal", "/rows/4/D": "unknown-place",
        "/rows/6/A": "no-date", "/rows/7/C": "no-count-other", "/rows/8/B": "repeated", "/rows/9/B": "period-ahead",
    }  # fmt: skip
    answer = await send(hub, BAD)
    assert (answer.status_code, problems(answer)) == (422, expected)
    assert answer.json()["detail"] == "7 problems in 6 rows; nothing was stored."
    assert (await hub.get("MK", "/v1/messages")).json()["messages"] == []
    part = await send(hub, BAD.replace("2015-10-20,4,,\n", ""), "?partial=true")
    assert (part.status_code, part.json()["accepted"]) == (207, 2)
    assert {p["pointer"] for p in part.json()["problems"]} == set(expected) - {"/rows/8/B", "/rows/9/B"} | {"/rows/8/B"}
    assert await values(hub) == {
        ("2015-10-20", "arrivals"): 1902, ("2015-10-23", "arrivals@GR-MK/gevgelija"): 8,
        ("2015-10-23", "present@GR-MK/gevgelija"): 9,
    }  # fmt: skip
    changed = await send(hub, "date,arrivals\n2015-10-20,1950\n")
    assert problems(changed) == {"/rows/2/B": "reason-needed"}
    assert (await send(hub, "date,arrivals\n2015-10-20,1950\n", "?reason=recount")).status_code == 201


@pytest.mark.parametrize("database_kind", ["sqlite"])
async def test_unusual_figures_are_warned_of_at_their_cell(hub: Inside):
    rows = "".join(f"2015-10-{day},{1000 + day}\n" for day in range(10, 20))
    answer = await send(hub, f"date,arrivals\n{rows}2015-10-20,5\n")
    assert answer.status_code == 201
    assert [(w["pointer"], w["code"]) for w in answer.json()["warnings"]] == [("/rows/12/B", "unusual"), ("", "no-id")]


@pytest.mark.parametrize("database_kind", ["sqlite"])
async def test_a_file_of_a_day_and_a_file_for_another_party(hub: Inside):
    async with hub.client("MK") as client:
        put = await client.put(
            "/v1/parties/MK/reports/2015-10-20", content=b"arrivals;present\n1;2\n", headers={"Content-Type": CSV}
        )
        wrong = await client.put(
            "/v1/parties/MK/reports/2015-10-20", content=b"day,arrivals\n2015-10-21,1\n", headers={"Content-Type": CSV}
        )
    assert (put.status_code, put.json()["results"][0]["rows"]) == (201, [2, 2])
    assert problems(wrong) == {"/rows/2/A": "contradicts-address"}
    foreign = await send(hub, "day,country,arrivals\n2015-10-20,Serbia,4\n")
    assert (foreign.status_code, problems(foreign)) == (403, {"/rows/2": "not-allowed"})


@pytest.mark.parametrize("database_kind", ["sqlite"])
async def test_what_the_hub_exports_it_takes_back(hub: Inside):
    await hub.put_report("MK", "2015-10-20", [
        {"indicator": "arrivals", "value": 7, "counterpart": "GR", "status": "provisional"},
        {"indicator": "occupied", "value": 3, "service": "shelter", "note": "=1+1"},
    ])  # fmt: skip
    hour = {"party": "MK", "day": "2015-10-20", "period": "hour", "start": "2015-10-20T01:00:00Z"}
    await hub.post("MK", "reports", hour | {"figures": [{"indicator": "arrivals", "value": 1}]})
    for bucket in ("reporting_day", "hour"):
        address = f"/v1/figures?party=MK&from=2015-10-01&to=2015-11-30&bucket={bucket}&hxl=true"
        for media in (CSV, XLSX):
            async with hub.client("MK") as client:
                exported = await client.get(address, headers={"Accept": media})
            assert exported.headers["content-type"].startswith(media)
            answer = await send(hub, exported.content, "?zone=UTC", media)
            assert (answer.status_code, answer.json().get("problems")) == (200, None), answer.text
            assert answer.json()["accepted"] == 1


@pytest.mark.shared_data
@pytest.mark.parametrize("database_kind", ["sqlite"])
async def test_the_real_tables_are_imported_or_refused_in_words(hub: Inside, shared_data: Path):
    flows = (shared_data / "flows" / "daily_arrivals_2015-10-01_2016-01-14.csv").read_bytes()
    others = "".join(f"&map={name}:-" for name in
                     ("IT", "GR_islands", "GR_mainland_departures", "RS", "HR", "HU", "SI", "AT"))  # fmt: skip
    answer = await send(hub, flows, f"?period=calendar_day&map=MK:arrivals{others}")
    assert (answer.status_code, answer.json()["accepted"]) == (201, 106)
    aegean = (shared_data / "reception" / "greece_aegean_national_situational_picture.csv").read_bytes()
    query = ("?partial=true&map=reception_centre_occupancy:occupied&map=reception_centre_capacity:places"
             "&map=total_present_on_island:present&map=transfers_to_mainland:departures&map=source:-"
             "&map=source_language:-")  # fmt: skip
    answer = await send(hub, aegean, query, party="GR")
    found = answer.json()
    assert (answer.status_code, found["accepted"]) == (207, 7)
    assert {p["sent"] for p in found["problems"]} == {"Other islands"}
    assert [skipped["why"] for skipped in found["skipped"]] == ["a total"] * 7
    serbia = (shared_data / "reception" / "serbia_asylum_centre_capacity_2022.csv").read_bytes()
    answer = await send(hub, serbia, "?day=2022-06-01&map=source:-", party="RS")
    assert set(problems(answer).values()) == {"unknown-place"}
