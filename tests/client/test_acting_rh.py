"""Measures and movements from two terminals."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.client.test_journey import Place, place
from tests.client.test_journey_rh import signed_in

__all__ = ["place"]
pytestmark = pytest.mark.timeout(300)


def test_a_measure_and_a_movement_are_told_answered_and_shown(place: Place, tmp_path: Path) -> None:
    slovenia, croatia = (signed_in(place, tmp_path, party) for party in ("SI", "HR"))
    tell = ("measure", "tell", "daily_cap", "--title", "580 a day", "--leg", "HR-SI", "--from", "12h")
    words = (*tell, "--cap", "in_transit=580", "--reasons", "Full.")
    tried = slovenia(*words, "-n")
    assert (tried.code, "the hub cannot say what the cap of 580 a day does" in tried.out) == (0, True), tried.err
    told = slovenia("-q", *words)
    assert told.code == 0, told.err
    (id,) = told.lines
    assert croatia("measure", "view", id, "object").code == 2, "an objection says why"
    assert croatia("measure", "view", id, "object", "--text", "Trains would stand.").code == 0
    shown = croatia("measure", "show", id).out
    assert "short notice" in shown
    assert "object: Trains would stand." in shown

    asked = croatia("-q", "movement", "propose", "--to", "SI", "--people", "960", "--at", "2d", "--vehicles", "2")
    (id,) = asked.lines
    assert f"Agree or object to {id}" in slovenia("status").out
    assert slovenia("movement", "agree", id).code == 0
    assert croatia("movement", "show", id, "--json").json["state"] == "agreed"
