"""The list of promises is whole, and names tests that are there; runs are added up as what they are."""

import ast
from typing import Any

from tests.fixtures.accounting import CHECKOUT, NAME, Account, promises
from tests.soak.report import joined, tried

ROWS = ["A1", "A2", "A3", "A4", "A5", "A6", "A7", "A8", "B1", "B2", "B3", "B4", "B5", "B6",
        "C1", "C2", "D1", "D2", "D3", "D4", "D5", "E1"]  # fmt: skip


def test_every_promise_is_proved_by_tests_that_exist():
    listed = promises()
    assert list(listed) == ROWS
    missing = []
    for one in listed.values():
        assert one["tests"]
        for name in one["tests"]:
            file, _, test = name.partition("::")
            found = (
                ast.parse((CHECKOUT / file).read_text("utf-8")) if (CHECKOUT / file).exists() else ast.Module([], [])
            )
            names = {n.name for n in found.body if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)}
            if test not in names:
                missing.append(name)
    assert missing == []


def a_run(seed: int, kills: int, outcome: str = "passed", found: tuple[str, ...] = ()) -> dict[str, Any]:
    figures = Account({"kills": kills}, accepted=10 * kills, found=list(found)).figures()
    case = {"promise": "A1", "test": "t", "outcome": outcome, "seconds": 1.0, "seed": seed, "part": kills / 100}
    return {"cases": [case | {NAME: figures}]}


def test_runs_of_different_seeds_add_up_and_of_one_seed_the_last_stands():
    (case,) = joined([a_run(0, 40), a_run(1, 10), a_run(1, 30), a_run(2, 50)])["cases"]
    assert tried([case]) == "0 in 120 kills, 1,200 messages"
    assert (case["part"], case["runs"], case["outcome"]) == (1.0, 3, "passed")


def test_what_failed_in_one_run_has_failed():
    (case,) = joined([a_run(0, 90, "failed", ("number 7 twice",)), a_run(1, 99)])["cases"]
    assert case["outcome"] == "failed"
    assert tried([case]) == "1 in 189 kills, 1,890 messages"
