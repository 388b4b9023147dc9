"""Builds the sample in an empty exercise hub, through intake like everything else, with the clock moved along."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from routehub.app import Hub
from routehub.boards.conferences.queries import ConferenceView, conferences
from routehub.chairing.agenda import CLOSES_BEFORE
from routehub.chairing.readouts.desk import ReadoutDesk
from routehub.core import state
from routehub.core.clock import MovableClock
from routehub.core.ids import uuid7
from routehub.digests import series, upcoming
from routehub.digests.bulletin import times
from routehub.directory import grants as grants_office
from routehub.directory import install, key_office, people
from routehub.directory.keys import known_scopes
from routehub.directory.principal import Principal, person_principal
from routehub.directory.reporting_day import instant
from routehub.directory.snapshot import PersonView
from routehub.directory.visibility import readable
from routehub.intake.receive import Post
from routehub.journal.jobs import Recorded
from routehub.sample import acting, commitments, conference, requests, story

OPERATOR = Principal(story.ROUTE, "EC", "The sample", "operator", frozenset({"operator"}))


BULLETINS = timedelta(days=7)
"""For how long before its last day the sample has bulletins."""


@dataclass(frozen=True)
class Built:
    """What the sample made: keys by party, shown once, and the moment at which its clock stands."""

    keys: dict[str, str]
    now: datetime


class SampleBuilder:
    """Fills one hub. ``tell`` is called with (done, of) as the days go in."""

    def __init__(self, hub: Hub, tell: Callable[[int, int], None]) -> None:
        assert isinstance(hub.clock, MovableClock)
        self.hub, self.clock, self._tell = hub, hub.clock, tell
        self._made: dict[str, str] = {}

    async def build(self) -> Built:
        hub = self.hub
        hub.writer.change(self._directory)
        hub.db.read_sync(hub.refresh)
        route = hub.directory.route(story.ROUTE)
        now = instant(datetime.now(UTC).astimezone(route.zone).date(), story.NOW, route.zone)
        keys = {party: self._key(party) for party in (*story.STATES, *story.COORDINATORS)}
        hub.db.read_sync(hub.refresh)
        await self._figures(now.astimezone(route.zone).date(), now)
        self._move(now)
        hub.writer.change(lambda tx: state.set_clock_offset(tx.conn, self.clock.offset))
        return Built(keys, now)

    def _directory(self, tx: Any) -> None:
        install.install_route(tx.conn, "wbr", marking="sample")
        for party, name in story.STATES.items():
            self._person(tx, party, name, "contact point", ["contact_point", "party_office"])
            self._person(tx, party, name, "deputy", ["deputy"])
        for party, name in story.COORDINATORS.items():
            roles = ["contact_point", "party_office", *(["chair"] if party == "EC" else [])]
            self._person(tx, party, name, "contact point", roles)
        people.nominate(
            tx, OPERATOR,
            people.Nomination(name="Sample operator", email="operator@example.org", party="EC", roles=["operator"]),
        )  # fmt: skip
        zone = ZoneInfo("Europe/Brussels")
        series.add(tx.conn, series.weekly(story.ROUTE, zone, "EC", plan="wbr-2015-final", first_number=13), tx.now)
        grants_office.allow(tx, OPERATOR, grants_office.Grant(actor="FRONTEX", party="GR"))
        # Where a national system may try: the same parties and people, and nothing in it yet.
        install.derive_route(tx.conn, story.ROUTE, title=story.EXERCISE_TITLE)

    def _person(self, tx: Any, party: str, name: str, function: str, roles: list[Any]) -> None:
        label = party.lower() if function != "deputy" else f"{party.lower()}-deputy"
        given = people.Nomination(
            name=f"{name} {function}", email=f"{label}@example.org", party=party, roles=roles,
        )  # fmt: skip
        people.nominate(tx, OPERATOR, given)

    def _key(self, party: str) -> str:
        kinds = frozenset(self.hub.registry)
        scopes = ["read:feed", "post:*", "bind", *(["chair", "set:clock"] if party == "EC" else [])]
        new = key_office.NewKey(system="sample system", party=party, scopes=scopes, days=90)
        return self.hub.writer.change(lambda tx: key_office.make(tx, OPERATOR, new, known_scopes(kinds)).text)

    def _move(self, moment: datetime) -> None:
        self.clock.set(moment)

    def _who(self, party: str) -> Principal:
        person = self._contact(party)
        return person_principal(person, story.ROUTE, self.hub.directory.value, datetime.now(UTC))

    def _contact(self, party: str) -> PersonView:
        return self.hub.directory.value.people_by_email[f"{party.lower()}@example.org"]

    async def _post(self, party: str, kind: str, data: dict[str, Any]) -> Recorded:
        post = Post(self.hub.registry[kind], data, key=uuid7(datetime.now(UTC)))
        return await self.hub.intake.receive(self._who(party), post)

    async def _figures(self, today: date, now: datetime) -> None:
        route = self.hub.directory.route(story.ROUTE)
        posts = list(story.posts(today))
        before, told = posts[0][0], None
        for done, (day, at, party) in enumerate(posts, 1):
            if day != before:
                await self._afternoon(before)
                await self._commitments(before, today)
                before = day
            if at > times.USUAL and told != day and today - day < BULLETINS:
                await self._morning(day, today, now)
                told = day
            member = route.membership(party, day)
            assert member is not None
            self._move(instant(day, at, member.zone))
            data: dict[str, Any] = {"party": party, "day": day.isoformat()}
            if party == story.QUIET:
                data["nothing_to_report"] = True
            else:
                data["figures"] = story.figures(party, day, today)
            if party == "RS" and day == today:
                await self._post(party, "report", _too_many(data))
                data["reason"] = "Two buses were counted twice."
                self._move(instant(day, time(6, 44), member.zone))
            await self._post(party, "report", data)
            self._tell(done, len(posts))

    async def _morning(self, day: date, today: date, now: datetime) -> None:
        """The hour of the bulletin, on the last day after the events of its night."""
        zone = self.hub.directory.route(story.ROUTE).zone
        if day == today:
            await self._events(now)
        self._move(instant(day, times.USUAL, zone))
        if not self.hub.db.read_sync(times.every):
            before = instant(day, time(0), zone)
            self.hub.writer.change(
                lambda tx: times.set_time(tx.conn, times.BulletinTime(story.ROUTE, times.USUAL, zone), before)
            )
        await self.hub.schedule.tick()

    async def _conference(self, day: date) -> None:
        """The minutes of the first conference, and its readout: checked, published, and corrected."""
        hub, who = self.hub, self._who("EC")
        view = next(
            (one for one in self._conferences()[:1] if one.start.astimezone(ZoneInfo(one.zone)).date() == day), None
        )
        if view is None:
            return
        self._move(view.ends + timedelta(hours=1))
        data = conference.minutes(view.number, view.start, view.start + timedelta(days=7))
        await self._post("EC", "minutes", data)
        desk = ReadoutDesk(hub.db, hub.writer, hub.intake, hub.directory, hub.clock)
        await desk.draft(who, "weekly", view.number)
        await desk.send(who, "weekly", view.number, window=conference.WINDOW)
        self._move(view.ends + timedelta(hours=1) + conference.WINDOW)
        await desk.publish(who, "weekly", view.number)
        self._move(view.ends + timedelta(hours=3))
        wrong, right = conference.erratum(view.start)
        await desk.correct(who, "weekly", view.number, wrong, right)

    def _conferences(self) -> list[ConferenceView]:
        def read(conn: Connection) -> list[ConferenceView]:
            return conferences(conn, readable(conn, story.ROUTE, "EC"), story.ROUTE, "weekly")

        return self.hub.db.read_sync(read)

    async def _closing(self, day: date) -> None:
        """The hour at which the agenda of the day's conference closes: the hub closes none that is over."""
        for view in self._conferences():
            if view.start.astimezone(ZoneInfo(view.zone)).date() == day:
                self._move(view.start - CLOSES_BEFORE)
                await self.hub.schedule.tick()

    async def _afternoon(self, day: date) -> None:
        """The hour at which the agenda digest is compiled, if it is the day for it; before it, the minutes."""
        await self._closing(day)
        await self._conference(day)
        self._move(instant(day, time(16), self.hub.directory.route(story.ROUTE).zone))
        await self.hub.schedule.tick()

    async def _commitments(self, day: date, today: date) -> None:
        """What was pledged on a day, and how far it was: after the hour of the agenda."""
        for one in commitments.made(today):
            if one.day == day:
                data = one.data | ({"parent": self._made[one.parent]} if one.parent else {})
                self._made[one.name] = (await self._post(one.party, "commitment", data)).message_id
        for one in commitments.made(today):
            for step in one.steps:
                if step.day == day:
                    told = {"commitment": self._made[one.name], "stage": step.stage, "value": step.value}
                    more = {"as_of": day.isoformat()} | ({"text": step.text} if step.text else {})
                    await self._post(one.party, "progress", told | more)

    async def _events(self, now: datetime) -> None:
        """Alerts with acknowledgements, and proposals for the conference."""
        await requests.build(self._post, self._move, now)
        zone = self.hub.directory.route(story.ROUTE).zone
        await acting.build(self._post, self._move, now.astimezone(zone))
        self._move(now - timedelta(hours=12, minutes=30))
        strike = await self._post("GR", "alert", _alert(
            now + timedelta(days=2), "transport_disrupted", "Minor", "Future", "Possible",
            "Ferry strike announced, Piraeus", place="GR/piraeus", points=["wbr-2015-final/13"],
        ))  # fmt: skip
        self._move(now - timedelta(hours=2, minutes=7))
        trains = await self._post("HR", "alert", _alert(
            now + timedelta(hours=7), "transport_disrupted", "Moderate", "Immediate", "Observed",
            "Trains Tovarnik to Dobova suspended until 14:00", place="RS-HR/tovarnik",
            description="About 300 people wait at Tovarnik. A heated shelter is open.", points=["wbr-2015-final/13"],
        ))  # fmt: skip
        self._move(now - timedelta(hours=1, minutes=22))
        await self._post("MK", "alert", _alert(
            now + timedelta(hours=22), "reception_nearly_full", "Severe", "Expected", "Likely",
            "Gevgelija transit centre nearly full", place="MK/gevgelija-centre", audience=["neighbours"],
            description="1,980 of 2,000 places are taken. Arrivals from Greece are above departures since 22:00.",
            points=["wbr-2015-final/4", "wbr-2015-final/6"],
        ))  # fmt: skip
        self._move(now - timedelta(hours=1))
        for record, parties in ((strike, ("SI", "MK", "EC")), (trains, ("SI", "RS", "EC", "FRONTEX"))):
            for party in parties:
                await self._post(party, "response", {"to": record.message_id, "act": "acknowledge"})
        await self._post("SI", "agenda_item", {
            "title": "Advance notice of trains to Dobova", "outcome": "decide", "minutes": 10,
            "text": "A fixed time for notices would let us keep staff where they are needed.",
            "points": ["wbr-2015-final/3"],
        })  # fmt: skip
        await self._announce(now)

    async def _announce(self, now: datetime) -> None:
        """The next conference by the rule of the series, unless its digest has called it already."""

        def read(conn: Connection) -> tuple[series.Series, list[ConferenceView]]:
            found = series.one(conn, story.ROUTE, series.MAIN)
            assert found is not None
            return found, conferences(conn, readable(conn, story.ROUTE, "EC"), story.ROUTE, series.MAIN)

        weekly, known = self.hub.db.read_sync(read)
        if not any(one.start > now for one in known):
            start = weekly.proposed(now, 1)[0]
            _, data = upcoming.call(weekly, upcoming.Open(upcoming.next_number(weekly, known), start))
            await self._post("EC", "conference", data)


def _too_many(data: dict[str, Any]) -> dict[str, Any]:
    """The same report with the entries from the south counted 200 too many, to be corrected at once."""
    rows = [
        row | {"value": row["value"] + 200} if row["indicator"] == "arrivals" and row["counterpart"] == "MK" else row
        for row in data["figures"]
    ]
    return data | {"figures": rows}


def _alert(
    expires: datetime, category: str, severity: str, urgency: str, certainty: str, headline: str, **more: Any
) -> dict[str, Any]:
    return {
        "category": category, "severity": severity, "urgency": urgency, "certainty": certainty,
        "headline": headline, "expires": expires.isoformat(), "status": "Exercise", **more,
    }  # fmt: skip
