"""Which backups stay: the newest of each of so many hours, days, weeks and months."""

import re
import shutil
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from routehub.core.errors import HubError
from routehub.keeping import manifest as manifests


@dataclass(frozen=True)
class Keep:
    """Of how many hours, days, weeks and months with a backup the newest one stays. Hours and days are those of UTC,
    weeks end on Sunday (ISO 8601)."""

    hours: int
    days: int
    weeks: int
    months: int

    @classmethod
    def parse(cls, text: str) -> "Keep":
        """``24 hours, 7 days, 5 weeks, 12 months``; what is not named keeps none. Errors: HubError."""
        found = {"hour": 0, "day": 0, "week": 0, "month": 0}
        for part in text.split(","):
            match = re.fullmatch(r"\s*(\d{1,4})\s+(hour|day|week|month)s?\s*", part)
            if match is None:
                raise HubError(
                    f"“{text}” does not say how many backups to keep. Write: 24 hours, 7 days, 5 weeks, 12 months"
                )
            found[match[2]] = int(match[1])
        if not any(found.values()):
            raise HubError("At least one hour, day, week or month has to keep a backup.")
        return cls(found["hour"], found["day"], found["week"], found["month"])


AT_LEAST = 3
"""So many of one day stay, whatever the rule says."""


@dataclass(frozen=True)
class Made:
    """A backup that is there."""

    name: str
    at: datetime
    proven: bool
    epoch: int = 1


_PERIODS: tuple[tuple[str, Callable[[datetime], tuple[int, ...]]], ...] = (
    ("hours", lambda at: (at.year, at.month, at.day, at.hour)),
    ("days", lambda at: (at.year, at.month, at.day)),
    ("weeks", lambda at: tuple(at.isocalendar()[:2])),
    ("months", lambda at: (at.year, at.month)),
)


def superfluous(backups: Iterable[Made], keep: Keep) -> list[str]:
    """The names of those that may go. The newest proven one always stays, with those of the day before it, three in
    all: one that is made before something is tried is not the end of the one before. So do unproven ones after it: they
    may be all there is of the last days. Older unproven ones keep nobody's place."""
    there = sorted(backups, key=lambda one: one.at, reverse=True)
    proven = [one for one in there if one.proven]
    if not proven:
        return []
    recent = [one.name for one in proven[:AT_LEAST] if proven[0].at - one.at < timedelta(days=1)]
    stays = {*recent, *_last_of_each_epoch(proven), *(one.name for one in there if one.at > proven[0].at)}
    for name, period in _PERIODS:
        stays |= _newest_of_each(proven, period, getattr(keep, name))
    return [one.name for one in there if one.name not in stays]


def remove_old(folder: Path, keep: Keep, deployment: str) -> list[str]:
    """Remove what may go, of one hub's own backups only; answers their names."""
    there = [
        Made(path.name, found.made_at, found.proven_at is not None, found.content.epoch)
        for path, found in manifests.all_in(folder)
        if found.content.deployment == deployment
    ]
    gone = superfluous(there, keep)
    for name in gone:
        shutil.rmtree(folder / name)
    return gone


def _last_of_each_epoch(newest_first: Sequence[Made]) -> list[str]:
    """What a hub was restored from may have been the wrong moment: the last of before is not removed for the first of
    after."""
    return list({one.epoch: one.name for one in reversed(newest_first)}.values())


def _newest_of_each(newest_first: Sequence[Made], period: Callable[[datetime], tuple[int, ...]], most: int) -> set[str]:
    found: dict[tuple[int, ...], str] = {}
    for one in newest_first:
        found.setdefault(period(one.at), one.name)
    return set(list(found.values())[:most])
