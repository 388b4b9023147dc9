"""Agendas as people read them: golden files for text, Markdown and HTML. Look at their difference in review, then write
them anew with ROUTEHUB_TEST_WRITE_GOLDEN=1."""

import os
import re
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from routehub.core.canonical import dumps
from routehub.core.language import using
from routehub.digests.agenda import compile_agenda
from routehub.digests.circle import announced_conferences
from routehub.digests.render import layout
from routehub.digests.render.page import AgendaPage, agenda_page
from routehub.digests.render.reader import Reader
from routehub.digests.series import every
from routehub.digests.upcoming import after
from tests.digests.world import ROUTE, World, local, open_world, person

GOLDEN = Path(__file__).parent / "golden"
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
SHORT = re.compile(r"\b(?:A|M|R|CM|O)-[0-9A-Z]{4,6}\b")
LAST = date(2026, 1, 21)
ENTERED = {
    "GR": [1400] * 7 + [1400, 1450, 1500, 1520, 1540, 1560, 1908],
    "MK": [1307] * 7 + [1300, 1310, 1350, 1378, 1380, 1395, 1902],
    "RS": [1371] * 7 + [1370, 1380, 1390, 1400, 1410, 1420, 1455],
    "HU": [60] * 7 + [58] * 7,
}


async def a_week(world: World) -> None:
    """Fourteen days of reports up to Wednesday 21 January, two alerts, three proposals."""
    for back in reversed(range(14)):
        day = LAST - timedelta(days=back)
        await world.at(local(f"{day} 07:10"))
        for party, values in ENTERED.items():
            figures: list[tuple[object, ...]] = [("arrivals", values[13 - back])]
            if party == "GR":
                figures += [("departures", values[13 - back] - 100, "MK")]
            if party == "MK":
                figures = [
                    ("arrivals", values[13 - back], "GR"),
                    ("departures", {0: 1871, 1: 1700}.get(back, values[13 - back] - 31), "RS"),
                ]
                figures += [("places", 2000), ("occupied", 1900 + 80 * (back == 0))]
            if party == "RS":
                figures = [("arrivals", values[13 - back], "MK"), ("places", 3000), ("occupied", 2220)]
            if not (party == "HU" and back < 2):
                await world.report(party, day, figures=figures)
        if back < 7:
            await world.report("AL", day, nothing_to_report=True)
    await world.at(local("2026-01-21 09:05"))
    status = "Exercise" if world.hub.directory.value.routes[ROUTE].exercise else "Actual"
    await world.alert(
        "MK", "Gevgelija transit centre nearly full", category="reception_nearly_full", severity="Severe",
        description="1 980 of 2 000 places are taken.", instruction="Tell North Macedonia how many you can take.",
        place="MK/gevgelija-centre", status=status,
    )  # fmt: skip
    await world.alert(
        "GR", "Ferry strike, Piraeus, Fri 23 Jan", category="transport_disrupted", severity="Minor", status=status,
        description="Almost no onward travel on Fri and Sat, then a peak on Sun 25 Jan.",
    )  # fmt: skip
    await world.at(local("2026-01-21 11:30"))
    winter = await world.post(
        person("SI"), "agenda_item", title="Winter places at Dobova", outcome="decide", minutes=8,
        text="Heated places for 300 people\nfrom February on.", points=["wbr-2015-final/6"],
    )  # fmt: skip
    dropped = await world.post(person("HR"), "agenda_item", title="Date of the spring meeting", outcome="note")
    await world.post(person("AT"), "agenda_item", title="Shorter registration hours at Spielfeld", minutes=8)
    chair = person("EC", "chair")
    await world.post(chair, "response", to=winter.message_id, act="accept")
    await world.post(chair, "response", to=dropped.message_id, act="decline", text="By mail, please.")


async def the_page(world: World, party_zone: object = None) -> AgendaPage:
    message = await world.message((await world.agendas())[-1].message_id)
    directory = world.hub.directory.value
    return agenda_page(message, Reader(directory.routes[ROUTE], directory, "https://hub.example", party_zone))  # type: ignore[arg-type]


def steady(text: str) -> str:
    """The same text whatever ids chance gave."""
    seen: dict[str, str] = {}
    text = UUID.sub(lambda m: seen.setdefault(m[0], f"message-{len(seen) + 1}"), text)
    return SHORT.sub(lambda m: m[0].partition("-")[0] + "-XXXX", text)


def compare(name: str, text: str) -> None:
    file = GOLDEN / name
    if os.environ.get("ROUTEHUB_TEST_WRITE_GOLDEN"):
        file.write_text(steady(text), encoding="utf-8")
    assert steady(text) == file.read_text(encoding="utf-8")


async def in_german(world: World) -> None:
    """Everything that the mail says itself; the record's own lines stay English, and are marked as such."""
    page = await the_page(world)
    text, html = layout.text(page), layout.html(page)
    for words in (
        "Entwurf der Tagesordnung", "davon 2 für Verschiedenes", "Warum er hier steht:", "Gewünscht:", "Leitung:",
        "Die Woche in Zahlen", "Unterbringung:", "Nordmazedonien", "Donnerstag, 22. Januar 2026",
    ):  # fmt: skip
        assert words in text or words in html, words
    for words in ("Wanted:", "led by", "Why it is here", "Trends of the week", "Join", "Chaired by", " and "):
        assert words not in " ".join(layout.text(replace(page, items=(), prepare=(), notes=())).split()), words
    assert '<html lang="de">' in html
    assert '<span lang="en">Reporting this week</span>' in html


@pytest.mark.parametrize("marking", ["live", "exercise"])
@pytest.mark.parametrize("database_kind", ["sqlite"])
async def test_the_digest_of_a_week_reads_as_in_its_golden_files(migrated_database_url: str, marking: str):
    async with open_world(migrated_database_url, local("2026-01-07 12:00"), marking=marking) as world:
        await world.series(first_number=14, link="https://meet.example/wbr")
        await a_week(world)
        await world.at(local("2026-01-21 16:00"))
        await world.tick()
        page = await the_page(world)
        compare(f"agenda-{marking}.txt", layout.text(page))
        if marking == "live":
            compare("agenda-live.md", layout.markdown(page))
            compare("agenda-live.html", layout.html(page))
            compare("agenda-live.mail.html", layout.mail_html(page))
            with using("de"):
                await in_german(world)


@pytest.mark.parametrize("database_kind", ["sqlite"])
async def test_a_week_with_nothing_in_it_says_so_and_shows_no_zero(migrated_database_url: str):
    async with open_world(migrated_database_url, local("2026-01-20 12:00")) as world:
        await world.series(first_number=14)
        await world.at(local("2026-01-21 20:00"))
        await world.tick()
        compare("agenda-empty.txt", layout.text(await the_page(world)))


async def test_compiled_again_from_the_same_records_it_has_the_same_bytes(world: World):
    await world.series(first_number=14)
    await world.at(local("2026-01-07 12:00"))
    await a_week(world)
    now = local("2026-01-21 16:00")
    await world.at(now)
    await world.post(
        person("EC", "chair"), "conference", number=14, title="Conference", start="2026-01-22T09:00:00Z", chair="EC"
    )  # fmt: skip

    def compiled(conn):
        directory = world.hub.directory.value
        route = directory.routes[ROUTE]
        (series,) = every(conn)
        known = announced_conferences(conn, route)
        following = after(series, LAST, known[0], known)
        return dumps(
            compile_agenda(
                conn, world.hub.registry, directory, route, series, known[0], now, following=following
            )
        )  # fmt: skip

    first, second = await world.read(compiled), await world.read(compiled)
    assert first == second
    assert '"reception"' in first
