"""The form of a person's quiet hours."""

import re
from dataclasses import dataclass
from datetime import time
from zoneinfo import ZoneInfo, available_timezones

from routehub.core.language import _, later
from routehub.delivery.escalation.quiet import DAYS, Quiet, Wish, night
from routehub.web.forms import Faults, Form

DAY_WORDS = tuple(
    zip(
        DAYS,
        (later("Mon"), later("Tue"), later("Wed"), later("Thu"), later("Fri"), later("Sat"), later("Sun")),
        strict=True,
    )
)
WAYS = (
    ("hub", later("The hub's night"), later("As the operator has set it, in your own time zone")),
    ("own", later("My own hours"), later("As below")),
    ("none", later("Never"), later("Everything comes at once, at night too")),
)
CLOCK = re.compile(r"([01]?[0-9]|2[0-3])[:.h]?([0-5][0-9])")


@dataclass(frozen=True)
class QuietForm:
    """What stands in the form. ``way``: hub, own or none."""

    way: str
    starts: str
    ends: str
    zone: str
    days: tuple[str, ...]

    @classmethod
    def of(cls, form: Form) -> "QuietForm":
        return cls(form.text("way"), form.text("starts"), form.text("ends"), form.text("zone"), form.every("days"))

    @classmethod
    def of_wish(cls, wish: Wish | None, setting: str, zone: str) -> "QuietForm":
        """What a person has set; else the hub's night as a start."""
        usual = night(setting or "22:00-06:00", ZoneInfo(zone))
        assert usual is not None
        quiet = (wish.quiet if wish is not None else None) or usual
        way = "hub" if wish is None else "own" if wish.quiet is not None else "none"
        return cls(way, f"{quiet.starts:%H:%M}", f"{quiet.ends:%H:%M}", quiet.zone.key, quiet.days)

    def wish(self, person: str) -> Wish | None:
        """What is to be kept; None for the hub's night. Only of a form without faults."""
        if self.way != "own":
            return Wish(person, None) if self.way == "none" else None
        starts, ends = _clock(self.starts), _clock(self.ends)
        assert starts is not None
        assert ends is not None
        return Wish(person, Quiet(starts, ends, ZoneInfo(self.zone), tuple(day for day in DAYS if day in self.days)))


def check(form: QuietForm) -> Faults:
    faults = Faults()
    if form.way not in {way for way, _, _ in WAYS}:
        faults.add("way", _("Choose when"))
    if form.way != "own":
        return faults
    starts, ends = _clock(form.starts), _clock(form.ends)
    for name, found in (("starts", starts), ("ends", ends)):
        if found is None:
            faults.add(name, _("Enter a time of 24 hours, such as 22:00"))
    if starts is not None and starts == ends:
        faults.add("ends", _("Enter another time than the one at which they begin"))
    if form.zone not in available_timezones():
        faults.add("zone", _("Enter a time zone, such as Europe/Ljubljana"))
    if not set(form.days) & set(DAYS):
        faults.add("days", _("Choose at least one night"))
    return faults


def _clock(text: str) -> time | None:
    found = CLOCK.fullmatch(text)
    return time(int(found[1]), int(found[2])) if found else None
