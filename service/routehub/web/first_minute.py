"""The first minute: what somebody who is here for the first time does first, by what they are (issue: guided, and put
away for good by one button)."""

from dataclasses import dataclass

from routehub.core.language import later
from routehub.views.changes import Todo
from routehub.views.route import RoutePicture
from routehub.web.visitor import Visitor


@dataclass(frozen=True)
class FirstStep:
    """One thing to do. ``done``: it is done already, by whomever of the party."""

    words: str
    path: str
    done: bool = False


@dataclass(frozen=True)
class FirstMinute:
    """The steps, and the guide for the visitor's role."""

    steps: tuple[FirstStep, ...]
    guide: str


GUIDE_OF = (("chair", "chair"), ("contact_point", "contact-point"), ("deputy", "contact-point"),
            ("party_office", "contact-point"), ("coordinator", "coordinator"))  # fmt: skip


def first_minute(who: Visitor, picture: RoutePicture, todo: list[Todo]) -> FirstMinute | None:
    """None for who has put it away."""
    if who.person.guided_at is not None:
        return None
    roles = who.principal.roles
    guide = next((guide for role, guide in GUIDE_OF if role in roles), "")
    return FirstMinute(tuple(_steps(who, picture, todo))[:3], f"/help/{guide}" if guide else "/help")


def _steps(who: Visitor, picture: RoutePicture, todo: list[Todo]) -> list[FirstStep]:
    found = []
    station = picture.station(who.party)
    if "report" in who.may and who.reports_for:
        reported = station is not None and station.freshness.state in ("in", "nothing_to_report", "excused")
        found.append(FirstStep(later("Post the figures of today"), "/figures", reported))
    if "response" in who.may:
        # Never ticked off: what has to be acknowledged may come while the page is open.
        waits = any(item.at_once for item in todo)
        found.append(
            FirstStep(later("Acknowledge what is new") if waits else later("See which alerts are open"), "/alerts")
        )
    if "chair" in who.principal.roles:
        found.append(FirstStep(later("Look at the next agenda"), "/conference"))
    found.append(FirstStep(later("Choose what reaches you"), "/settings/notifications"))
    found.append(FirstStep(later("See what parties post"), "/parties"))
    return found
