"""The accounting report: what `make soak` tried, and what it found, as tables; and docs/promises.md made from it.

usage: python -m tests.soak.report [RUN.json …]     writes docs/promises.md, from var/soak.json or from several runs:
                                                    those of different seeds are added up, and of one seed the last goes
"""

import json
import sys
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.fixtures.accounting import CHECKOUT, NAME, REPORT, promises

Case = Mapping[str, Any]
PAGE = CHECKOUT / "docs/promises.md"
BEGIN, END = "<!-- figures: begin -->", "<!-- figures: end -->"


def tables(cases: Sequence[Case]) -> list[str]:
    """What was proved, by promise; then what became of everything that was accepted."""
    found = ["", "Promises", f"{'':4}{'held':>6}{'failed':>8}  {'in':<60}"]
    for code in promises():
        some = [case for case in cases if code in case["promise"].split()]
        if some:
            failed = sum(case["outcome"] not in ("passed", "skipped") for case in some)
            held = sum(case["outcome"] == "passed" for case in some)
            found.append(f"{code:4}{held:>6}{failed:>8}  {tried(some)}")
    counted = [case for case in cases if _tells(case)]
    if counted:
        found += ["", "Accounts"]
        for case in counted:
            found += [_name(case), *(f"    {line}" for line in _account(case[NAME]))]
    return found


def tried(cases: Iterable[Case]) -> str:
    """``0 in 1,000 kills, 12,345 messages``: what was found, in how much of everything."""
    totals: dict[str, int] = {}
    wrong = 0
    for case in cases:
        given = case.get(NAME)
        if given is None:
            continue
        wrong += len(given["found"])
        for what, number in given["tried"].items():
            totals[what] = totals.get(what, 0) + number
        if given["accepted"]:
            totals["messages"] = totals.get("messages", 0) + given["accepted"]
    if not totals:
        return ""
    return f"{wrong} in " + ", ".join(f"{number:,} {what}" for what, number in totals.items())


def _name(case: Case) -> str:
    name = case["test"].rpartition("::")[2]
    return f"{case['promise']}: {name.removeprefix('test_').replace('_', ' ')}"


def _tells(case: Case) -> bool:
    given = case.get(NAME, {})
    return bool(given.get("accepted") or given.get("notes") or given.get("found"))


def _account(given: Mapping[str, Any]) -> list[str]:
    lines = [tried([{NAME: given}])]
    if given["journaled"]:
        lines.append(f"accepted {given['accepted']:,}, journaled {given['journaled']:,}")
    for name in given["delivered"]:
        lines.append(
            f"{name}: delivered {given['delivered'][name]:,}, doubled {given['doubled'].get(name, 0):,}, "
            f"missing {given['missing'].get(name, 0):,}"
        )
    if given["outage"] is not None:
        lines.append(f"longest time without an answer {given['outage']:g} s")
    if given["memory"]:
        lines.append(
            "memory {:g} MB at the start, {:g} MB at the end".format(*given["memory"])
            + "; descriptors {} and {}".format(*given["descriptors"])
        )
    lines += [f"{name}: {_plain(value)}" for name, value in given["notes"].items() if value != {}]
    return lines + [f"FOUND {fault}" for fault in given["found"][:20]]


def _plain(value: Any) -> str:
    return ", ".join(f"{n} {v:g}" for n, v in value.items()) if isinstance(value, dict) else f"{value:g}"


def page(run: Mapping[str, Any]) -> list[str]:
    """The part of docs/promises.md that is made from a run."""
    cases: list[Case] = run["cases"]
    hours = sum(case["seconds"] for case in cases) / 3600
    lines = [
        f"{run['made'][:10]}, on {run['cores']} cores, Linux {run['kernel']}, Python {run['python']}; {hours:.1f} h.",
        "",
        "| | promise | result | of the full size | command |",
        "| --- | --- | --- | --- | --- |",
    ]
    for code, one in promises().items():
        some = [case for case in cases if code in case["promise"].split()]
        lines.append(f"| {code} | {one['says']} | {_result(some)} | {_size(some)} | `make soak PROMISE={code}` |")
    lines += _cut_short(cases)
    lines += ["", "What became of everything that was accepted:", "", "```"]
    for case in cases:
        if _tells(case):
            lines += [_name(case), *(f"    {line}" for line in _account(case[NAME]))]
    return [*lines, "```"]


def _result(some: Sequence[Case]) -> str:
    """``5 of 5 hold: 0 in 1,000 kills``, and what failed or was skipped."""
    if not some:
        return "no figure: not part of this run"
    counts = Counter(case["outcome"] for case in some)
    found = f"{counts['passed']} of {len(some)} hold"
    if counts["skipped"]:
        found += f" ({counts['skipped']} skipped)"
    return f"{found}: {figures}" if (figures := tried(some)) else found


def _size(some: Sequence[Case]) -> str:
    """The whole, or the least part that a case of it came to."""
    return "" if not some else _share(min(case["part"] for case in some))


def _share(part: float) -> str:
    return "all" if part >= 1 else f"{100 * part:.2g} %"


def _cut_short(cases: Sequence[Case]) -> list[str]:
    """By name what was not tried at its full size: the figures above say how much of it was."""
    some = [case for case in cases if case["part"] < 1 and case["outcome"] != "skipped"]
    if not some:
        return []
    said = [f"- {_name(case)}: {_share(case['part'])}" for case in sorted(some, key=lambda case: case["promise"])]
    return ["", "Not tried at the full size; what was tried holds as far as it went:", "", *said]


def write(run: Mapping[str, Any], to: Path = PAGE) -> None:
    """Put the figures of a run between the two marks of the page."""
    text = to.read_text("utf-8")
    head, _, rest = text.partition(BEGIN)
    _, _, tail = rest.partition(END)
    to.write_text("\n".join([head + BEGIN, "", *page(run), "", END + tail]), "utf-8")


def joined(runs: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Several runs as one: of each test the last of each seed, and those of different seeds added up."""
    latest = {(case["test"], case.get("seed", 0)): case for run in runs for case in run["cases"]}
    by_test: dict[str, list[Case]] = {}
    for (test, _), case in latest.items():
        by_test.setdefault(test, []).append(case)
    return {**runs[-1], "cases": [_added(some) for some in by_test.values()]}


def _added(some: Sequence[Case]) -> dict[str, Any]:
    """What a test came to in all its runs: failed where one of them failed, as long without an answer as the longest,
    and with the memory and the notes of the one that went furthest."""
    if len(some) == 1:
        return dict(some[0])
    some = [case for case in some if case["outcome"] != "skipped"] or some
    furthest = max(some, key=lambda case: case["part"])
    failed = [case["outcome"] for case in some if case["outcome"] not in ("passed", "skipped")]
    whole = {
        **furthest, "outcome": failed[0] if failed else furthest["outcome"], "runs": len(some),
        "part": min(1.0, sum(case["part"] for case in some)),
        "seconds": round(sum(case["seconds"] for case in some), 1),
    }  # fmt: skip
    accounts = [case[NAME] for case in some if NAME in case]
    if accounts:
        whole[NAME] = {
            **furthest.get(NAME, accounts[0]),
            **{
                name: _sums(account[name] for account in accounts)
                for name in ("tried", "delivered", "doubled", "missing")
            },
            "found": [fault for account in accounts for fault in account["found"]],
            "accepted": sum(account["accepted"] for account in accounts),
            "journaled": sum(account["journaled"] for account in accounts),
            "outage": max((a["outage"] for a in accounts if a["outage"] is not None), default=None),
        }
    return whole


def _sums(counts: Iterable[Mapping[str, int]]) -> dict[str, int]:
    found: dict[str, int] = {}
    for one in counts:
        for name, number in one.items():
            found[name] = found.get(name, 0) + number
    return found


if __name__ == "__main__":
    files = [Path(name) for name in sys.argv[1:]] or [REPORT]
    write(joined([json.loads(file.read_text("utf-8")) for file in files]))
