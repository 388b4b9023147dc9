"""Parameters per route: what is named replaces its default, and all that is wrong is said at once."""

import json
from pathlib import Path

import pytest

from routehub.core.errors import Refused
from routehub.warning.parameters import Parameters


def test_what_is_named_replaces_its_default() -> None:
    made = Parameters.from_json({"surge": {"watch_z": 3}, "forecast": {"lags": {"days": 28}}})
    assert (made.surge.watch_z, made.surge.share, made.forecast.lags.days) == (3, 0.30, 28)
    assert Parameters.from_json({}) == Parameters()


def test_defaults_written_out_read_back_equal() -> None:
    assert Parameters.from_json(json.loads(json.dumps(Parameters().to_json()))) == Parameters()


def test_the_documented_parameters_are_the_defaults() -> None:
    shown = Path(__file__).parents[2] / "docs" / "examples" / "backtest" / "parameters.json"
    assert json.loads(shown.read_text()) == Parameters().to_json()


def test_all_that_is_wrong_is_said_at_once() -> None:
    with pytest.raises(Refused) as refused:
        Parameters.from_json({
            "surge": {"watch_zz": 3, "people": "ten", "again": 1.5},
            "drop": {"baseline": {"days": 90}},
            "growth": [],
            "surges": {},
        })  # fmt: skip
    assert [p.pointer for p in refused.value.problems] == [
        "/surges", "/drop/baseline/days", "/growth", "/surge/watch_zz", "/surge/again", "/surge/people",
    ]  # fmt: skip


@pytest.mark.parametrize("said", [None, [], "x", {"surge": {"z": float("nan")}}, {"surge": {"watch_z": float("nan")}}])
def test_odd_values_are_refused(said: object) -> None:
    with pytest.raises(Refused):
        Parameters.from_json(said)
