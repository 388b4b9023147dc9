"""Commitments from the terminal, with a real hub."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.client.conftest import Rh
from tests.client.test_journey import Place, place

__all__ = ["place"]

pytestmark = pytest.mark.timeout(300)


def test_a_commitment_is_made_reported_on_changed_and_withdrawn(place: Place, tmp_path: Path) -> None:
    slovenia, croatia = (Rh(tmp_path / party, place.process.url, place.keys[party]) for party in ("SI", "HR"))
    made = slovenia(
        "-q", "commitment", "make", "2,000 places", "--point", "wbr-2015-final/6", "--target", "2 000",
        "--unit", "places", "--rate", "50/day", "--by", "within two months",
    )  # fmt: skip
    assert made.code == 0, made.err
    (ref,) = made.lines
    assert slovenia("commitment", "progress", ref, "in_place", "500", "--text", "Dobova is ready.").code == 0
    back = slovenia("commitment", "progress", ref, "in_place", "400")
    assert (back.code, "say why" in back.err) == (3, True)
    shown = croatia("commitment", "show", ref)
    assert "500 of 2\u202f000 places" in shown.out
    assert "÷ 50 a day = 30 days" in shown.out
    assert slovenia("commitment", "change", ref, "--target", "2500").code == 0
    listed = croatia("commitment", "list", "--json").json
    assert [(one["short_id"], one["target"], one["percent"]) for one in listed] == [(ref, 2_500, 20)]
    assert slovenia("commitment", "withdraw", ref, "--reason", "Taken over.").code == 0
    assert slovenia("commitment", "progress", ref, "in_place", "600").code == 6
    report = croatia("report", "--plain")
    assert [line.split("\t")[1:5] for line in report.lines if line.startswith("6\t")] == [
        ["2,000 places", "withdrawn", "new", "500 of 2\u202f500 places"]
    ]
    assert croatia("bulletin").code == 5
    status = croatia("plan", "status", "--plain").out
    assert [line.split("\t")[2] for line in status.splitlines() if line.startswith("6\t")] == ["withdrawn"]
