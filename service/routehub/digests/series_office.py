"""Beginning a series and changing its terms: coordinators begin one, its chair and coordinators change it. Everyone on
the route may read which series there are, sub-groups too: who meets is no secret, what they say is theirs."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, time
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import BaseModel, Field
from sqlalchemy import Connection

from routehub.core.errors import Conflict, NotAllowed, Refused, Stale, Unknown
from routehub.digests import series
from routehub.digests.series import TITLE, Series
from routehub.directory.principal import Principal
from routehub.directory.snapshot import Directory, RouteView
from routehub.journal.message import Transaction
from routehub_schemas.errors import Problem, near
from routehub_schemas.kind import STRICT
from routehub_schemas.reference import plans
from routehub_schemas.vocab import UNIQUE_ITEMS, Line, Link, PartyCode, Slug, Unique, Zone

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
LocalTime = Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$", examples=["10:00"])]


class Terms(BaseModel):
    """What a series proposes. Times are local to ``zone``."""

    model_config = STRICT

    title: Line = TITLE
    """What its invitations say."""
    rule: Literal["weekly", "called"] = "weekly"
    """`weekly`: by weekday and time; `called`: each conference is called by the chair."""
    weekday: Weekday = "thursday"
    """The day on which it meets."""
    at: LocalTime = "10:00"
    """When it meets."""
    zone: Zone = "Europe/Brussels"
    """The zone of its times."""
    minutes: Annotated[int, Field(ge=5, le=480)] = 45
    """How long a conference lasts."""
    digest_weekday: Weekday = "wednesday"
    """The day on which its agenda goes out; for a sub-group, its invitation."""
    digest_at: LocalTime = "16:00"
    """When that is."""
    chair: PartyCode
    """The party that leads it."""
    link: Link | None = None
    """Where to join."""
    plan: Slug | None = None
    """The plan by whose points its agenda is grouped."""
    participants: Annotated[list[PartyCode], Unique] = Field(default=[], max_length=100, json_schema_extra=UNIQUE_ITEMS)
    """The parties of a sub-group; none: every party of the route."""
    reports_to: Slug | None = None
    """The series that hears the outcomes of this one."""
    first_number: Annotated[int, Field(ge=1, le=9_999)] = 1
    """The number of its first conference."""

    @classmethod
    def of(cls, one: Series) -> Self:
        """The terms of a series as they stand."""
        return cls(
            title=one.title, rule="weekly" if one.by_rule else "called", weekday=one.weekday,  # type: ignore[arg-type]
            at=f"{one.at:%H:%M}", zone=one.zone.key, minutes=one.minutes,
            digest_weekday=one.digest_weekday,  # type: ignore[arg-type]
            digest_at=f"{one.digest_at:%H:%M}", chair=one.chair, link=one.link, plan=one.plan,
            participants=list(one.participants), reports_to=one.reports_to, first_number=one.first_number,
        )  # fmt: skip


def visible(conn: Connection, directory: Directory, who: Principal, on: date) -> list[Series]:
    """The series of a route, for those whom ``*`` means: observers are told of none."""
    route = directory.routes[who.route]
    member = route.membership(who.party, on)
    if member is None or member.role not in ("member", "coordinator"):
        return []
    return series.every(conn, who.route)


def may_begin(who: Principal) -> bool:
    return "coordinator" in who.roles


def may_change(who: Principal, one: Series) -> bool:
    """Coordinators, and the chair of the series."""
    return may_begin(who) or ("chair" in who.roles and who.party == one.chair)


def put(
    tx: Transaction, directory: Directory, who: Principal, name: str, terms: Terms, version: int | None
) -> tuple[Series, bool]:  # fmt: skip
    """Begin a series, or change it; answers it as it stands, and whether it is new.

    version: of the terms that were read, None for a series that is to begin. Errors: 403 for others; 404 for a version
    of no series; 409 for one that is there already; 412 for terms that were changed meanwhile; 422 with all problems.
    """
    today = tx.now.astimezone(directory.routes[who.route].zone).date()
    known = next((one for one in visible(tx.conn, directory, who, today) if one.name == name), None)
    if known is None and version is not None:
        raise Unknown(f"There is no series {name} that you can see.")
    if not (may_change(who, known) if known is not None else may_begin(who)):
        raise NotAllowed("Coordinators begin a series; its chair and coordinators change it.")
    if known is not None and version is None:
        raise Conflict(f"There is a series {name} already. Send the ETag of what you have read as If-Match.")
    wanted = _series(directory, who.route, name, terms, series.every(tx.conn, who.route), today)
    act = "series-changed"
    if known is None:
        series.add(tx.conn, wanted, tx.now)
        act = "series-begun"
    elif version != known.version:
        raise Stale(f"The series {name} was changed meanwhile: it is at version {known.version}.")
    elif _same(known, wanted):
        return known, False
    else:
        series.change(tx.conn, wanted, known.version)
    found = series.one(tx.conn, who.route, name)
    assert found is not None
    tx.audit(act, who.route, who.party, who.actor, {"series": name, "version": found.version})
    return found, known is None


def _same(known: Series, wanted: Series) -> bool:
    return replace(wanted, looked_until=known.looked_until, version=known.version) == known


def _series(
    directory: Directory, route: str, name: str, terms: Terms, others: Sequence[Series], today: date
) -> Series:  # fmt: skip
    """The series that the terms describe. Errors: 422 with all that does not fit the route."""
    view = directory.routes[route]
    chair, participants = _code(directory, terms.chair), [_code(directory, code) for code in terms.participants]
    problems = [*_unknown_parties(view, chair, participants, terms, today), *_unknown_words(terms, name, others)]
    if problems:
        raise Refused("The terms of the series do not fit.", problems)
    return Series(
        route, name, terms.title, terms.weekday, time.fromisoformat(terms.at), ZoneInfo(terms.zone), terms.minutes,
        terms.digest_weekday, time.fromisoformat(terms.digest_at), chair, terms.link, terms.plan, terms.first_number,
        None, terms.rule, tuple(participants), terms.reports_to,
    )  # fmt: skip


def _code(directory: Directory, party: str) -> str:
    return directory.party_code(party) or party


def _unknown_parties(
    view: RouteView, chair: str, participants: list[str], terms: Terms, today: date
) -> list[Problem]:  # fmt: skip
    on_route = [member.party for member in view.members(today, "member", "coordinator")]
    named = [("/chair", chair, terms.chair)]
    named += [(f"/participants/{at}", code, terms.participants[at]) for at, code in enumerate(participants)]
    problems = [
        Problem(pointer, "not-on-route", f"{code} is no party of this route.", sent, on_route, near(code, on_route))
        for pointer, code, sent in named
        if code not in on_route
    ]
    problems += [
        Problem(f"/participants/{at}", "repeated", f"{code} is named already.", terms.participants[at])
        for at, code in enumerate(participants)
        if code in participants[:at]
    ]
    return problems


def _unknown_words(terms: Terms, name: str, others: Sequence[Series]) -> list[Problem]:
    problems = []
    try:
        ZoneInfo(terms.zone)
    except (LookupError, ValueError, OSError):
        problems.append(Problem("/zone", "unknown-zone", "not a zone of the IANA database", terms.zone))
    if terms.plan is not None and terms.plan not in plans():
        known = sorted(plans())
        problems.append(Problem("/plan", "unknown-plan", "There is no such plan.", terms.plan, known))
    names = [one.name for one in others if one.name != name]
    if terms.reports_to is not None and terms.reports_to not in names:
        words = "It reports to another series of the route."
        problems.append(Problem("/reports_to", "unknown-series", words, terms.reports_to, names))
    if terms.plan is None and terms.reports_to is None and terms.participants:
        words = "A sub-group says to which series it reports."
        problems.append(Problem("/reports_to", "missing", words, None, names))
    return problems
