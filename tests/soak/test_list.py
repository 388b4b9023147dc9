"""The list of promises is whole, and names tests that are there."""

import ast

from tests.fixtures.accounting import CHECKOUT, promises

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
