"""The daily bulletin: what changed overnight in ranked lines, once, and for each reader what that reader may know."""

from datetime import date, timedelta

from sqlalchemy import Connection

from routehub.boards.bulletins.queries import BulletinRef, bulletins
from routehub.core.language import using
from routehub.delivery.mail import MailContext
from routehub.digests.bulletin import letter, reading, times
from routehub.digests.bulletin.reading import Reading
from routehub.directory.visibility import readable
from routehub.journal.jobs import Change
from routehub_schemas.kinds.bulletin.payload import Bulletin
from tests.digests.world import BRUSSELS, ROUTE, World, local, person


async def refs(world: World, party: str = "SI") -> list[BulletinRef]:
    """The newest first."""

    def read(conn: Connection) -> list[BulletinRef]:
        return bulletins(conn, readable(conn, ROUTE, party), ROUTE)

    found: list[BulletinRef] = await world.read(read)
    return found


async def newest(world: World) -> Bulletin:
    payload = (await world.message((await refs(world))[0].message_id)).payload
    assert isinstance(payload, Bulletin)
    return payload


async def as_read_by(world: World, party: str) -> Reading:
    message = await world.message((await refs(world, party))[0].message_id)
    directory = world.hub.directory.value
    found: Reading = await world.read(reading.read, directory, directory.routes[ROUTE], message, party)
    return found


async def a_night(world: World) -> None:
    """A usual day, then a night with something of every sort in it."""
    for day, entered in ((date(2026, 1, 20), 1378), (date(2026, 1, 21), 1902)):
        await world.at(local(f"{day} 06:24"))
        occupied = 1500 + 480 * (day.day - 20)
        await world.report("MK", day, figures=[("arrivals", entered, "GR"), ("places", 2000), ("occupied", occupied)])
        await world.report("RS", day, figures=[("arrivals", 1655, "MK")])
        if day.day == 20:
            await world.bulletins()
            await world.at(local("2026-01-20 06:45"))
            assert await world.tick() == 1
            await world.alert("GR", "Ferry strike, Piraeus", severity="Minor")
            await world.alert("MK", "Gevgelija transit centre nearly full", severity="Severe", audience=["neighbours"])
            await world.alert("HR", "Trains stand at Tovarnik")
    await world.at(local("2026-01-21 06:40"))
    await world.report("RS", date(2026, 1, 21), figures=[("arrivals", 1455, "MK")], reason="Two buses counted twice.")
    await world.post(
        person("HR"), "movement", leg="HR-SI", people=960, transport="train", vehicles=2,
        at=local("2026-01-23 09:30").isoformat(), audience=["SI", "coordinators"],
    )  # fmt: skip
    await world.at(local("2026-01-21 06:45"))
    assert await world.tick() == 1


def texts(found: Reading) -> list[str]:
    return [f"{line.mark} {line.party} {line.text.replace(chr(0x202F), ' ')}" for line in found.lines]


async def test_it_comes_once_a_day_at_its_local_time_on_both_sides_of_a_clock_change(world: World):
    await world.at(local("2026-03-27 12:00"))
    await world.bulletins()
    for day in ("2026-03-28", "2026-03-29", "2026-03-30"):
        await world.at(local(f"{day} 06:45") - timedelta(seconds=5))
        assert await world.tick() == 0
        await world.at(local(f"{day} 06:45"))
        assert await world.tick() == 1
        assert await world.tick() == 0
    assert [ref.local_date.day for ref in await refs(world)] == [30, 29, 28]
    bulletin = await newest(world)
    assert bulletin.window.start == (await refs(world))[1].compiled_at
    assert bulletin.week == "2026-W13"


async def test_changes_stand_in_the_order_in_which_they_matter(world: World):
    await a_night(world)
    assert texts(await as_read_by(world, "AT")) == [
        "! HR Trains stand at Tovarnik",
        "^ MK 1 902 people entered, 524 more than yesterday (+38%)",
        "r RS corrected entries from MK of Wed 21 Jan to 1 455 (was 1 655)",
        "# MK reception nearly full: 1 980 of 2 000 (was filling)",
    ]


async def test_what_a_party_alone_may_know_stands_in_its_own_lines_and_in_nobody_else_s(world: World):
    await a_night(world)
    own = {party: texts(await as_read_by(world, party)) for party in ("SI", "RS", "EC", "AT")}
    severe, trains = "! MK Gevgelija transit centre nearly full", "> HR to Slovenia, 2 trains, about 960 people"
    assert {party: lines[0] == severe for party, lines in own.items()} == {
        "SI": False, "RS": True, "EC": True, "AT": False,
    }  # fmt: skip
    told = {party: any(line.startswith(trains) for line in lines) for party, lines in own.items()}
    assert told == {"SI": True, "RS": False, "EC": True, "AT": False}
    message = (await refs(world))[0].message_id
    assert "Gevgelija transit" not in (await world.message(message)).body


async def test_a_bulletin_of_long_ago_reads_as_on_its_morning(world: World):
    await a_night(world)
    before = texts(await as_read_by(world, "SI"))
    message = await world.message((await refs(world))[0].message_id)
    await world.at(local("2026-01-25 12:00"))
    movement = next(line for line in (await as_read_by(world, "SI")).lines if line.mark == ">")
    await world.post(person("HR"), "response", to=movement.sources[0], act="withdraw", text="No trains.")
    directory = world.hub.directory.value
    found = await world.read(reading.read, directory, directory.routes[ROUTE], message, "SI")
    assert texts(found) == before


async def test_what_is_red_is_named_and_not_told(world: World):
    await world.bulletins()
    await world.alert("HR", "A secret at Tovarnik", audience=["SI"], tlp="RED")
    await world.at(local("2026-01-21 06:45"))
    await world.tick()
    (line,) = [line for line in (await as_read_by(world, "SI")).lines if line.mark == "!"]
    assert line.text == "A message marked TLP:RED. Sign in to read it."


async def test_who_is_silent_and_who_reports_again_is_told(world: World):
    await world.report("RO", date(2026, 1, 17), nothing_to_report=True)
    await world.report("AL", date(2026, 1, 16), nothing_to_report=True)
    await world.bulletins()
    await world.at(local("2026-01-21 06:40"))
    await world.report("AL", date(2026, 1, 21), nothing_to_report=True)
    await world.at(local("2026-01-21 06:45"))
    await world.tick()
    assert texts(await as_read_by(world, "SI")) == [
        "- RO silent for 4 days", "- AL reports again, after 4 days without a report",
    ]  # fmt: skip
    states = {row.party: row.state for row in (await newest(world)).reporting}
    assert (states["RO"], states["AL"], states["SI"]) == ("silent", "nothing_to_report", "due")


async def test_its_mail_says_the_five_lines_who_has_not_reported_and_what_waits(world: World):
    await a_night(world)
    message = await world.message((await refs(world))[0].message_id)
    directory = world.hub.directory.value
    route = directory.routes[ROUTE]
    context = MailContext(route, "SI", "Contact", BRUSSELS, directory, world.clock.now(), "https://hub.example")
    mail = await world.read(letter.bulletin_mail, message, context)
    assert mail.subject == "Bulletin, Wed 21 Jan: 2 of 11 reported, 9 due; 4 changes"
    assert "Croatia: to Slovenia, 2 trains, about 960 people" in mail.text
    assert "For Slovenia: Acknowledge A-" in mail.text
    assert "Agree or object to M-" in mail.text
    assert "https://hub.example/routes/wbr/bulletin/2026-01-21" in mail.text
    assert "Silent" not in mail.text
    with using("de"):
        german = await world.read(letter.bulletin_mail, message, context)
    assert german.subject == "Tagesbericht, Mi 21. Jan: 2 von 11 haben gemeldet, 9 fällig; 4 Änderungen"
    for words in ("Kroatien: nach Slowenien, 2 Züge, etwa 960 Menschen", "Für Slowenien: A-", "bestätigen"):
        assert words in german.text


async def test_a_route_without_a_time_gets_none(world: World):
    await world.bulletins()
    await world.hub.writer.submit(Change(lambda tx: times.end(tx.conn, ROUTE)))
    await world.at(local("2026-01-21 06:45"))
    assert await world.tick() == 0
