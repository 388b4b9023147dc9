"""What is asked when a conference is called or moved, and how the answers become a message."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from routehub.boards.conferences.queries import ConferenceView
from routehub.core.language import _
from routehub.digests.series import Series
from routehub.web.forms import Faults, Form, fresh_key, whole
from routehub.web.local_times import comes_twice, find_local, iso, write_time

SHORTEST, LONGEST = 5, 480
"""Minutes of a conference."""
KEPT = (
    "audience", "points", "language", "series", "number", "title", "minutes", "zone", "link", "chair", "participants",
    "extra", "about",
)  # fmt: skip
"""What a change of a conference says again."""


@dataclass(frozen=True)
class ConferenceForm:
    """What stands in the form. ``which``: first or second, of a local time that comes twice."""

    series: str = ""
    number: str = ""
    title: str = ""
    start: str = ""
    zone: str = ""
    which: str = ""
    minutes: str = ""
    chair: str = ""
    link: str = ""
    participants: tuple[str, ...] = ()
    extra: str = ""
    about: str = ""
    reason: str = ""
    key: str = ""

    @classmethod
    def of(cls, form: Form) -> "ConferenceForm":
        words = {name: form.text(name) for name in cls.__dataclass_fields__ if name != "participants"}
        made = cls(**words, participants=form.every("participants"))
        return replace(made, key=made.key or fresh_key())

    @classmethod
    def proposing(cls, one: Series, number: int, start: datetime | None, *, extra: bool) -> "ConferenceForm":
        """The form of a new conference, filled with what its series proposes."""
        return cls(
            series=one.name, number=str(number), title=one.title,
            start="" if extra else _typed(start, one.zone), zone=one.zone.key, minutes=str(one.minutes),
            chair=one.chair, link=one.link or "", participants=one.participants, extra="yes" if extra else "",
            key=fresh_key(),
        )  # fmt: skip

    @classmethod
    def moving(cls, view: ConferenceView) -> "ConferenceForm":
        """The form of a move: the time at which it stands now."""
        zone = ZoneInfo(view.zone)
        return cls(
            series=view.series, number=str(view.number), start=_typed(view.start, zone), zone=view.zone,
            minutes=str(view.minutes), link=view.link or "", key=fresh_key(),
        )  # fmt: skip

    @property
    def place(self) -> ZoneInfo | None:
        """The zone in which the time is meant."""
        return ZoneInfo(self.zone) if self.zone in available_timezones() else None

    @property
    def twice(self) -> tuple[datetime, datetime] | None:
        """The two instants that the typed time may mean."""
        return comes_twice(self.start, self.place) if self.place is not None else None

    def begins(self) -> datetime | None:
        if self.place is None:
            return None
        return find_local(self.start, self.place, second=self.which == "second")[0]


def check(form: ConferenceForm) -> Faults:
    """What the contract would not say in the words of the form."""
    faults = Faults()
    zone = form.place
    if zone is None:
        faults.add("zone", _("Choose the zone in which the time is announced, such as Europe/Brussels"))
    else:
        _way, words = find_local(form.start, zone)
        if words:
            faults.add("start", words)
        elif form.twice is not None and form.which not in ("first", "second"):
            faults.add("which", _("This hour comes twice that night: choose which one"))
    if not _whole(form.minutes, SHORTEST, LONGEST):
        faults.add(
            "minutes",
            _("Write how many minutes it lasts, from %(shortest)s to %(longest)s", shortest=SHORTEST, longest=LONGEST),
        )
    if form.link and not form.link.startswith("https://"):
        faults.add("link", _("Write an address that begins with https://"))
    return faults


def _typed(start: datetime | None, zone: ZoneInfo) -> str:
    """As it stands in the field: ``2026-01-29T10:00``."""
    return write_time(start, zone)


def _whole(text: str, least: int, most: int) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 6 and least <= int(text) <= most


def payload(form: ConferenceForm) -> dict[str, Any]:
    """A new conference as the contract has it."""
    begins = form.begins()
    assert begins is not None
    data: dict[str, Any] = {
        "series": form.series, "number": form.number if (number := whole(form.number)) is None else number,
        "title": form.title, "start": iso(begins), "minutes": int(form.minutes), "zone": form.zone,
        "chair": form.chair,
    }  # fmt: skip
    more: dict[str, Any] = {
        "link": form.link, "participants": list(form.participants), "about": form.about, "extra": bool(form.extra),
    }  # fmt: skip
    return data | {name: value for name, value in more.items() if value}


def moved(form: ConferenceForm, said: Mapping[str, Any]) -> dict[str, Any]:
    """The same conference at another time. said: the data of the newest message about it."""
    begins = form.begins()
    assert begins is not None
    data = {name: said[name] for name in KEPT if name in said}
    data |= {"start": iso(begins), "minutes": int(form.minutes), "zone": form.zone, "reason": form.reason}
    data.pop("link", None)
    return data | {"state": "moved"} | ({"link": form.link} if form.link else {})


def cancelled(said: Mapping[str, Any], reason: str) -> dict[str, Any]:
    """The same conference, which does not take place."""
    data = {name: said[name] for name in (*KEPT, "start") if name in said}
    return data | {"state": "cancelled", "reason": reason}
