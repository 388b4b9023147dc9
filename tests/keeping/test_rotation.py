"""Which backups stay."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from routehub.core.errors import HubError
from routehub.keeping import manifest as manifests
from routehub.keeping.content import Content
from routehub.keeping.manifest import Manifest
from routehub.keeping.rotation import Keep, Made, superfluous
from tests.fixtures.office import Terminal

NOON = datetime(2026, 3, 31, 12, tzinfo=UTC)


def made(*ages: timedelta, proven: bool = True) -> list[Made]:
    return [Made(f"{(NOON - age):%Y-%m-%d %H}", NOON - age, proven) for age in ages]


def left(backups: list[Made], keep: str) -> list[str]:
    gone = superfluous(backups, Keep.parse(keep))
    return sorted(one.name for one in backups if one.name not in gone)


def test_a_year_of_nights_leaves_days_weeks_and_months():
    nights = made(*(timedelta(days=age) for age in range(400)))
    assert left(nights, "3 days, 3 weeks, 4 months") == [
        "2025-12-31 12", "2026-01-31 12", "2026-02-28 12", "2026-03-22 12", "2026-03-29 12", "2026-03-30 12",
        "2026-03-31 12",
    ]  # fmt: skip


def test_running_it_every_night_comes_to_the_same_as_once():
    keep = Keep.parse("3 days, 3 weeks, 4 months")
    nights = made(*(timedelta(days=age) for age in reversed(range(400))))
    there: list[Made] = []
    for night in nights:
        there.append(night)
        gone = superfluous(there, keep)
        there = [one for one in there if one.name not in gone]
    assert sorted(one.name for one in there) == left(nights, "3 days, 3 weeks, 4 months")


def test_days_without_a_backup_are_not_counted():
    assert len(left(made(*(timedelta(days=20 * age) for age in range(5))), "4 days")) == 4


def test_the_newest_proven_one_stays_whatever_came_after_it():
    old = made(timedelta(days=30), timedelta(days=40))
    unproven = made(timedelta(days=1), timedelta(days=2), timedelta(days=35), proven=False)
    assert left(old + unproven, "1 days") == ["2026-03-01 12", "2026-03-29 12", "2026-03-30 12"]
    assert superfluous(unproven, Keep.parse("1 day")) == []


def test_a_backup_minutes_after_another_does_not_remove_it():
    just_now = made(*(timedelta(seconds=age) for age in range(5)))
    just_now = [Made(f"{number}", one.at, True) for number, one in enumerate(just_now)]
    assert left(just_now, "1 months") == ["0", "1", "2"]


def test_the_last_of_before_a_restore_stays_beside_those_after_it():
    before = [Made("before", NOON - timedelta(days=5), True, 1), Made("older", NOON - timedelta(days=9), True, 1)]
    after = [Made("after", NOON, True, 2), Made("first", NOON - timedelta(days=1), True, 2)]
    assert left(before + after, "1 hours") == ["after", "before"]


@pytest.mark.parametrize("text", ["", "many", "7", "0 days", "7 days; 5 weeks", "-1 days"])
def test_a_rule_that_cannot_be_read_is_refused(text: str):
    with pytest.raises(HubError):
        Keep.parse(text)


def test_room_is_made_without_another_backup(tmp_path: Path, terminal: Terminal):
    for age in range(5):
        at = NOON - timedelta(days=age)
        folder = tmp_path / f"routehub-{at:%Y%m%dT%H%M%SZ}"
        folder.mkdir()
        held = Content(
            revision="0004", epoch=1, deployment="ab"[age > 3], sequence=1, chain="", audit=1, audit_chain="", feeds=0,
            feeds_digest="", newest_at=at, rows={},
        )  # fmt: skip
        made_of = Manifest(made_at=at, version="1", database="sqlite", content=held, files=[], proven_at=at)
        manifests.write(folder, made_of)
    prune = ("sqlite:////nowhere.sqlite", "backups", "prune", "--in", str(tmp_path))
    assert "backups of 2 hubs" in terminal(*prune, fails=True), "this hub's rule is not the other's"
    assert "Removed 2, kept 3" in terminal(*prune, "--keep", "2 days")
    assert sorted(path.name[9:17] for path in tmp_path.iterdir()) == ["20260327", "20260330", "20260331"]
