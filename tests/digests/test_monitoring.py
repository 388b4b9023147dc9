"""The monitoring report: every point over a week or any days, as was known then."""

import io
from datetime import date
from typing import Any

from pypdf import PdfReader
from sqlalchemy import Connection

from routehub.digests.render.monitoring_paper import monitoring_paper
from routehub.digests.render.pdf import pdf
from routehub.directory.visibility import readable
from routehub.views import monitoring
from routehub.views.monitoring import Followed, MonitoringReport
from routehub_schemas import reference
from tests.digests.world import ROUTE, World, local, person

PLAN = reference.plans()["wbr-2015-final"]


async def report(world: World, first: str, last: str, party: str = "EC") -> MonitoringReport:
    route = world.hub.directory.value.routes[ROUTE]
    days = monitoring.span(route, date.fromisoformat(first), date.fromisoformat(last), world.clock.now())
    assert days is not None

    def read(conn: Connection) -> MonitoringReport:
        return monitoring.load(conn, readable(conn, ROUTE, party), route, PLAN, days)

    found: MonitoringReport = await world.read(read)
    return found


async def commit(world: World, at: str, party: str, title: str, **more: Any) -> str:
    await world.at(local(at))
    data = {"title": title, "owners": [party], "category": "pledge", "points": ["wbr-2015-final/6"], **more}
    return (await world.post(person(party), "commitment", **data)).message_id


async def progress(world: World, at: str, party: str, commitment: str, value: int, **more: Any) -> None:
    await world.at(local(at))
    data = {"commitment": commitment, "stage": "in_place", "value": value, "as_of": at[:10], **more}
    await world.post(person(party), "progress", **data)


async def two_weeks(world: World) -> dict[str, str]:
    """Slovenia goes on, Croatia is late and says nothing, Serbia begins in the second week."""
    slovenia = await commit(world, "2026-01-06 10:00", "SI", "2,000 places", target=2000, unit="places")
    croatia = await commit(
        world, "2026-01-06 10:05", "HR", "3,000 places", target=3000, unit="places", deadline={"date": "2026-01-14"}
    )
    await progress(world, "2026-01-08 10:00", "SI", slovenia, 500)
    await progress(world, "2026-01-13 10:00", "SI", slovenia, 1200, text="Dobova is ready.")
    serbia = await commit(
        world, "2026-01-15 10:00", "RS", "400 officers", target=400, unit="officers", points=["wbr-2015-final/13"]
    )
    await world.at(local("2026-01-20 12:00"))
    return {"SI": slovenia, "HR": croatia, "RS": serbia}


def of(found: MonitoringReport, title: str) -> Followed:
    return next(one for one in found.commitments if one.now.view.now.title == title)


async def test_it_says_of_every_point_what_was_added_said_and_missed(world: World):
    await two_weeks(world)
    found = await report(world, "2026-01-12", "2026-01-18")
    assert [one.point.number for one in found.points] == [point.number for point in PLAN.points]
    slovenia, croatia, serbia = (of(found, title) for title in ("2,000 places", "3,000 places", "400 officers"))
    assert (slovenia.change, [step.value for step in slovenia.steps]) == (700, [1200])
    assert (croatia.now.standing.days_overdue, croatia.heard) == (4, False)
    assert (serbia.made, serbia.change) == (True, None)
    assert found.overdue == [croatia]
    assert found.silent == [croatia]
    point = next(one for one in found.points if one.point.number == "6")
    assert (point.state, point.state_before) == ("overdue", "open")
    assert len(found.empty) == len(PLAN.points) - 2


async def test_a_report_of_days_that_are_over_reads_the_same_for_ever(world: World):
    made = await two_weeks(world)
    before = await report(world, "2026-01-05", "2026-01-11")
    await progress(world, "2026-01-21 10:00", "SI", made["SI"], 600, as_of="2026-01-10")
    assert await report(world, "2026-01-05", "2026-01-11") == before
    assert of(before, "2,000 places").now.standing.state == "open"
    assert [one.now.view.now.title for one in before.commitments] == ["2,000 places", "3,000 places"]


async def test_two_reports_side_by_side_tell_of_every_statement_once(world: World):
    made = await two_weeks(world)
    await world.at(local("2026-01-19 00:00"))
    await world.post(
        person("SI"), "progress", commitment=made["SI"], stage="in_place", value=1300, as_of="2026-01-18"
    )  # fmt: skip
    await world.at(local("2026-01-20 12:00"))
    told = [
        step.value
        for first, last in (("2026-01-05", "2026-01-11"), ("2026-01-12", "2026-01-18"), ("2026-01-19", "2026-01-25"))
        for step in of(await report(world, first, last), "2,000 places").steps
    ]
    assert told == [500, 1200, 1300]


async def test_what_a_party_may_not_read_is_in_none_of_its_reports(world: World):
    await commit(world, "2026-01-13 10:00", "SI", "Between us", audience=["HR"])
    await world.at(local("2026-01-20 12:00"))
    assert [len((await report(world, "2026-01-12", "2026-01-18", party)).commitments) for party in ("HR", "RS")] == [
        1,
        0,
    ]


async def test_days_that_end_before_they_begin_or_have_not_begun_have_no_report(world: World):
    route, now = world.hub.directory.value.routes[ROUTE], world.clock.now()
    assert monitoring.span(route, date(2026, 1, 12), date(2026, 1, 11), now) is None
    assert monitoring.span(route, date(2026, 1, 21), date(2026, 1, 30), now) is None
    today = monitoring.span(route, date(2026, 1, 20), date(2026, 1, 30), now)
    assert today is not None
    assert (today.over, today.end) == (False, now)


async def test_as_a_paper_it_is_tagged_and_has_the_same_bytes_again(world: World):
    await two_weeks(world)
    found = await report(world, "2026-01-12", "2026-01-18")
    directory = world.hub.directory.value
    paper = monitoring_paper(found, directory, directory.routes[ROUTE], "https://hub.example", "AMBER")
    made = pdf(paper)
    read = PdfReader(io.BytesIO(made))
    assert read.metadata is not None
    assert str(read.metadata.title).startswith("Monitoring report: Leaders' Meeting on the Western Balkans route")
    root: Any = read.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    words = " ".join(page.extract_text() for page in read.pages)
    assert "Dobova is ready" in words
    assert "Points without a commitment" in words
    assert pdf(paper) == made
