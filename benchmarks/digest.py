"""The agenda of one conference and the bulletin of one morning, after a few weeks and after two years: hourly and
daily figures of all who report, and in each week before it the same alerts, measures, movements, requests, commitments
and proposals as in the last. What grows is what lies before the window.
"""

import asyncio
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from benchmarks.bulk import END, ROUTE, Bulk
from routehub.app import Hub
from routehub.boards.conferences.queries import conference
from routehub.core.clock import MovableClock
from routehub.core.db import Database
from routehub.core.settings import Settings
from routehub.digests.agenda import compile_agenda
from routehub.digests.agenda.annex import compile_annexes
from routehub.digests.bulletin.compiling import compile_bulletin
from routehub.digests.bulletin.times import USUAL, BulletinTime
from routehub.digests.occurrences import Due
from routehub.digests.series import weekly
from routehub.directory.principal import Principal, hub_principal
from routehub.intake.receive import Post
from routehub.migrate import upgrade
from routehub.views import overnight, shared
from routehub.views.changes import Line

SIZES = {"8 weeks": 8, "2 years": 104}
QUICK = {"2 weeks": 2, "8 weeks": 8}
TURNS = 9
HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(days=7)
PARTIES = ("MK", "RS", "HR", "SI", "AT", "GR", "DE", "HU", "BG", "RO")
PLAN = "wbr-2015-final"


class Told:
    """Posts what is told in a week through the intake of a hub whose clock is moved along."""

    def __init__(self, hub: Hub) -> None:
        self.hub, self.messages = hub, 0

    async def post(self, party: str, kind: str, *, hub: bool = False, **data: Any) -> str:
        person = Principal(ROUTE, party, party, f"person:{party}", frozenset({"contact_point", "chair"}))
        self.messages += 1
        post = Post(self.hub.registry[kind], data)
        return (await self.hub.intake.receive(hub_principal(ROUTE) if hub else person, post)).message_id

    async def week(self, number: int, begin: datetime) -> None:
        clock = self.hub.clock
        assert isinstance(clock, MovableClock)
        clock.set(begin + HOUR)
        start = (begin + WEEK + 18 * HOUR).isoformat()
        await self.post("EC", "conference", number=number, title="Conference", start=start, chair="EC")
        for at, party in enumerate(PARTIES):
            await self.post(
                party, "alert", category="other", severity="Severe" if at < 2 else "Minor", urgency="Expected",
                certainty="Likely", headline=f"Alert {at} of week {number}", status="Exercise",
                expires=(begin + 7 * DAY).isoformat(), audience=["*"] if at % 2 else ["neighbours"],
            )  # fmt: skip
        await self._planned(begin)
        await self._asked(begin)
        for at, party in enumerate(PARTIES[:3]):
            await self.post(party, "agenda_item", title=f"Item {at} of week {number}", points=[f"{PLAN}/1"])

    async def _planned(self, begin: datetime) -> None:
        """Two measures with an objection, withdrawn, and five movements, of which one is not agreed."""
        for leg in ("GR-MK", "SI-AT"):
            measure = await self.post(
                leg[-2:], "measure", type="daily_cap", title="580 a day", legs=[leg], reasons="Full.",
                caps=[{"counts": "in_transit", "people": 580}], start=(begin + 10 * HOUR).isoformat(),
            )  # fmt: skip
            await self.post(leg[:2], "response", to=measure, act="object", text="Trains would stand.")
            await self.post(leg[-2:], "response", to=measure, act="withdraw", text="Room again.")
        for number in range(5):
            movement = await self.post(
                "HR", "movement", leg="HR-SI", people=500 + number, transport="train",
                at=(begin + 3 * DAY).isoformat(), answer_by=(begin + 2 * DAY).isoformat(),
            )  # fmt: skip
            if number:
                await self.post("SI", "response", to=movement, act="agree")

    async def _asked(self, begin: datetime) -> None:
        """Three requests, of which one is answered late; two commitments, one reached and one open."""
        for number in range(3):
            due = (begin + 2 * DAY).isoformat()
            asked = await self.post("SI", "request", category="information", title="Trains", asked=["HR"], due=due)
            await self.post("HR", "response", to=asked, act="answer", text="Two.")
            if number:
                await self.post("SI", "response", to=asked, act="close")
        for party in ("AT", "RS"):
            made = await self.post(
                party, "commitment", title="Places", target=100, unit="places", points=[f"{PLAN}/6"],
                deadline={"date": (begin + 5 * DAY).date().isoformat()},
            )  # fmt: skip
            day = begin.date().isoformat()
            await self.post(party, "progress", commitment=made, stage="in_place", value=100, as_of=day)


def build(folder: Path, weeks: int) -> tuple[Database, Hub, str]:
    """A database with that many weeks before END; answers it with its hub, and what there is in words."""
    file = folder / f"{weeks}.db"
    url = f"sqlite:///{file}"
    db = Database(url)
    upgrade(db)
    db.close()
    bulk = Bulk(str(file), weeks * 7, notes_an_hour=0)
    for _ in bulk.write():
        pass
    hub = Hub(Settings(database_url=url, mode="exercise"))
    hub.db.read_sync(hub.refresh)
    hub.writer.start()
    told = Told(hub)

    async def tell() -> None:
        for number in range(1, weeks + 1):
            await told.week(number, END - (weeks + 1 - number) * WEEK)

    asyncio.run(tell())
    hub.writer.stop()
    said = f"{bulk.figures:,} figures, {bulk.sequence + told.messages:,} messages"
    return hub.db, hub, said


def measure(hub: Hub, weeks: int) -> dict[str, float]:
    """How much there is to discuss, and how long it takes to find it: the medians of some turns."""
    directory = hub.directory.value
    route = directory.routes[ROUTE]
    series = weekly(ROUTE, route.zone, "EC", plan=PLAN)

    def agenda(conn: Connection) -> dict[str, Any]:
        held = conference(conn, shared.audiences(conn, route, END), ROUTE, "weekly", weeks)
        assert held is not None
        return compile_agenda(conn, hub.registry, directory, route, series, held, END)

    def annexes(conn: Connection) -> dict[str, Any]:
        held = conference(conn, shared.audiences(conn, route, END), ROUTE, "weekly", weeks)
        assert held is not None
        return compile_annexes(conn, hub.registry, directory, route, series, held, END)

    at = BulletinTime(ROUTE, USUAL, route.zone)
    morning = Due(ROUTE, "bulletin:daily", END.date(), END)

    def bulletin(conn: Connection) -> dict[str, Any]:
        return compile_bulletin(conn, directory, route, at, morning, END)

    def own_lines(conn: Connection) -> list[Line]:
        return overnight.for_party(conn, directory, route, "EC", END, END - DAY)

    data, narrow = hub.db.read_sync(agenda), hub.db.read_sync(annexes)
    changes = float(len(hub.db.read_sync(bulletin)["changes"]))
    found = {"items": float(len(data["items"])), "annexes": float(len(narrow)), "changes": changes}
    for what, read in (
        ("agenda", agenda), ("annexes of all parties", annexes), ("bulletin", bulletin),
        ("a coordinator's own lines", own_lines),
    ):  # fmt: skip
        wall, cpu = _median(hub.db, read)
        found |= {f"{what}, ms": wall, f"… of the processor, ms ({what})": cpu}
    return found


def _median(db: Database, read: Callable[[Connection], Any]) -> tuple[float, float]:
    """Milliseconds by the clock and of the processor."""
    wall, cpu = [], []
    for _ in range(TURNS):
        began, used = time.perf_counter(), time.thread_time()
        db.read_sync(read)
        wall.append(1000 * (time.perf_counter() - began))
        cpu.append(1000 * (time.thread_time() - used))
    return statistics.median(wall), statistics.median(cpu)


def run(quick: bool = False) -> None:
    """Build, measure and print. ``quick``: two and eight weeks."""
    with tempfile.TemporaryDirectory(prefix="routehub-digest-") as name:
        found = {}
        for size, weeks in (QUICK if quick else SIZES).items():
            db, hub, said = build(Path(name), weeks)
            print(f"built: {size}, hourly: {said}")
            found[size] = measure(hub, weeks)
            db.close()
    small, large = found
    print(f"\n{'one digest':<48}{small:>12}{large:>12}{'growth':>9}")
    for what, value in found[small].items():
        growth = f"{found[large][what] / value:.2f}" if "ms" in what else ""
        print(f"{what:<48}{value:>12.0f}{found[large][what]:>12.0f}{growth:>9}")
