"""What gets on the agenda, and what must not."""

from typing import Any

import pytest

from routehub.core.errors import Refused
from routehub.digests.render import layout
from routehub.digests.render.page import agenda_page
from routehub.digests.render.reader import Reader
from tests.digests.world import ROUTE, World, local, named, person

EVIL = "<script>alert(1)</script> & <b>bold</b> [x](javascript:alert(1))"


async def compiled(world: World) -> None:
    await world.at(local("2026-01-21 16:00"))
    assert await world.tick() == 1


async def test_the_standing_items_are_first_and_last(world: World):
    await world.series()
    await compiled(world)
    agenda = await world.agenda()
    assert [item.rule for item in agenda.items] == ["reporting-this-week", "follow-up"]
    assert agenda.items[0].lines[0] == "0 of 77 daily reports arrived (0%)."


async def test_the_next_agenda_follows_up_what_the_last_had_to_decide(world: World):
    await world.series(first_number=14)
    await world.post(person("SI"), "agenda_item", title="Winter places", outcome="decide")
    await compiled(world)
    await world.at(local("2026-01-28 16:00"))
    await world.tick()
    first, second = await world.agendas()
    follow = named(await world.agenda())["follow-up"]
    assert (follow.title, follow.outcome) == ("Follow-up of conference 14", "decide")
    assert follow.lines == ["Item 2, to decide: Slovenia: Winter places"]
    assert follow.sources == [first.message_id]
    assert second.conference == 15


async def test_what_not_everyone_may_read_is_not_on_the_agenda(world: World):
    await world.series()
    await world.alert("MK", "CANARY alert", severity="Severe", audience=["neighbours"])
    await world.post(person("SI"), "agenda_item", title="CANARY proposal", audience=["coordinators"])
    await world.report("MK", local("2026-01-20 12:00").date(), audience=["GR"], figures=[
        ("arrivals", 987_654), ("places", 100), ("occupied", 99)
    ])  # fmt: skip
    await compiled(world)
    text = (await world.message((await world.agendas())[-1].message_id)).body
    assert "CANARY" not in text
    assert "987654" not in text
    assert "reception" not in text


async def test_red_to_all_by_name_never_feeds_the_agenda_and_does_not_stop_it(world: World):
    await world.series()
    everyone = ["AL", "AT", "BG", "DE", "EC", "EUAA", "FRONTEX", "GR", "HR", "HU", "MK", "RO", "RS", "SI", "UNHCR"]
    await world.alert("MK", "CANARY alert", severity="Severe", audience=everyone, tlp="RED")
    await world.report(
        "MK", local("2026-01-20 12:00").date(), audience=everyone, tlp="RED", figures=[("arrivals", 987_654)]
    )
    await world.post(person("SI"), "agenda_item", title="CANARY proposal", audience=everyone, tlp="RED")
    await compiled(world)
    message = await world.message((await world.agendas())[-1].message_id)
    assert "CANARY" not in message.body
    assert "987654" not in message.body
    assert message.tlp == "AMBER"


async def test_the_agenda_is_marked_as_strictly_as_its_strictest_source(world: World):
    await world.series()
    await world.alert("MK", "Strict", audience=["*"], tlp="AMBER+STRICT")
    await compiled(world)
    assert (await world.message((await world.agendas())[-1].message_id)).tlp == "AMBER+STRICT"


async def test_observers_do_not_get_the_agenda(world: World):
    await world.series()
    await compiled(world)
    assert await world.agendas("EUROPOL") == []
    assert len(await world.agendas("UNHCR")) == 1


async def test_a_declined_proposal_is_left_out_and_another_conference_s_waits(world: World):
    await world.series(first_number=14)
    gone = await world.post(person("SI"), "agenda_item", title="Declined")
    await world.post(person("EC", "chair"), "response", to=gone.message_id, act="decline", text="Next month.")
    await world.post(person("AT"), "agenda_item", title="Later", conference=15)
    await compiled(world)
    assert not [i for i in (await world.agenda()).items if i.rule == "proposal"]
    await world.at(local("2026-01-28 16:00"))
    await world.tick()
    assert named(await world.agenda())["proposal"].title == "Austria: Later"


async def test_an_ended_minor_alert_is_off_and_an_ended_severe_one_stays_for_the_week(world: World):
    await world.series()
    for severity in ("Minor", "Severe"):
        opened = await world.alert("GR", f"{severity} one", severity=severity)
        await world.alert(
            "GR", f"{severity} one", severity=severity, msg_type="Cancel", references=[opened.message_id]
        )  # fmt: skip
    await compiled(world)
    alerts = [item for item in (await world.agenda()).items if item.rule == "alert"]
    assert [item.title for item in alerts] == ["Greece: Severe one"]
    assert alerts[0].why == "Severe alert, ended."


async def test_over_the_length_of_the_call_the_lowest_notes_are_for_information(world: World):
    await world.series(minutes=30)
    for number in range(6):
        await world.post(person("SI"), "agenda_item", title=f"Note {number}", outcome="note", minutes=5)
    await world.post(person("SI"), "agenda_item", title="Decision", outcome="decide", minutes=10)
    await compiled(world)
    items = (await world.agenda()).items
    given = [(item.title, item.minutes) for item in items if item.rule == "proposal"]
    assert given[0] == ("Slovenia: Decision", 10)
    assert [minutes for _, minutes in given[1:]] == [5, 5, 0, 0, 0, 0]


async def test_hostile_words_are_inert_in_every_form(world: World):
    await world.series()
    await world.post(person("SI"), "agenda_item", title=EVIL, text=EVIL)
    await world.alert("MK", EVIL, description=f"{EVIL}\n\n7. Forged item\n# Forged heading", instruction=EVIL)
    await compiled(world)
    message = await world.message((await world.agendas())[-1].message_id)
    directory = world.hub.directory.value
    page = agenda_page(message, Reader(directory.routes[ROUTE], directory, "https://hub.example"))
    for html in (layout.html(page), layout.mail_html(page)):
        assert "<script" not in html
        assert "&lt;script&gt;" in html
        assert "<b>bold" not in html
    assert "\n7. Forged" not in layout.text(page)
    markdown = layout.markdown(page)
    assert "\n# Forged" not in markdown
    assert "<script" not in markdown.replace("\\<script", "")
    assert "](javascript" not in markdown.replace("\\](", "")


@pytest.mark.parametrize("title", ["a\r\nBcc: x@y", "a\nb", "a\u202eb"])
async def test_line_ends_and_turned_text_in_titles_are_refused(world: World, title: str):
    with pytest.raises(Refused):
        await world.post(person("SI"), "agenda_item", title=title)


async def test_after_a_party_joins_numbers_continue_and_it_is_told_of_the_conference(world: World):
    await world.series(first_number=14)
    await world.post(
        person("EC", "chair"), "conference", number=20, title="Conference", start="2026-01-22T09:00:00Z", chair="EC"
    )  # fmt: skip

    def join(tx):
        from sqlalchemy import insert

        from routehub.directory.tables import route_parties

        tx.conn.execute(insert(route_parties).values(
            route=ROUTE, party="IT", role="member", zone="Europe/Rome", reports=False, due="08:00",
            period_end="06:00", position=99, lane=0, valid_from=local("2026-01-21 01:00").date(),
        ))  # fmt: skip
        tx.directory_changed()

    world.hub.writer.change(join)
    await world.read(world.hub.refresh)
    await compiled(world)
    assert [c.number for c in await world.conferences("IT")] == [20]
    assert [a.conference for a in await world.agendas("IT")] == [20]
    await world.at(local("2026-01-28 16:00"))
    await world.tick()
    assert [a.conference for a in await world.agendas("SI")] == [20, 21]


async def test_an_overdue_request_and_an_open_need_come_on_the_agenda_by_themselves(world: World):
    await world.series()
    question: dict[str, Any] = {"category": "information", "title": "People at Spielfeld", "asked": ["AT", "HR"]}
    asked = await world.post(person("SI"), "request", **question, due="2026-01-21T11:00:00Z")
    await world.post(person("HR"), "response", to=asked.message_id, act="answer", text="CANARY none.")
    narrow: dict[str, Any] = question | {"answers_to": "asker_and_coordinators", "title": "Narrow"}
    await world.post(person("SI"), "request", **narrow, due="2026-01-21T11:00:00Z")
    need = await world.post(
        person("SI"), "request", category="need", title="Blankets", quantity=500, unit="blankets",
        due="2026-01-25T11:00:00Z", points=["wbr-2015-final/4"],
    )  # fmt: skip
    offer: dict[str, Any] = {"need": need.message_id, "title": "Ours", "quantity": 120, "unit": "blankets"}
    given = await world.post(person("DE"), "offer", **offer)
    await compiled(world)
    items = named(await world.agenda())
    late, open_need = items["request-overdue"], items["open-need"]
    assert (late.title, late.sources) == ("1 request past its time", [asked.message_id])
    assert late.lines[0].endswith("Slovenia to Austria: People at Spielfeld. Due Wed 21 Jan.")
    assert late.wanted == "Austria: answer, or say by when."
    assert open_need.outcome == "decide"
    assert open_need.lines[0].endswith(
        "Slovenia: Blankets. 500 blankets by Sun 25 Jan, 120 offered, 0 delivered (Germany 120)."
    )
    assert set(open_need.sources) == {need.message_id, given.message_id}


async def test_what_only_some_may_read_is_in_their_annex_and_nowhere_else(world: World):
    await world.series(first_number=14)
    trains: dict[str, Any] = {
        "people": 960,
        "leg": "HR-SI",
        "at": "2026-01-23T08:30:00Z",
        "transport": "train",
        "vehicles": 2,
    }
    moved = await world.post(person("HR"), "movement", **trains, answer_by="2026-01-22T11:00:00Z")
    noted = await world.alert("MK", "CANARY for neighbours", severity="Severe", audience=["neighbours"])
    shared = await world.alert("GR", "For all")
    await world.post(person("SI"), "agenda_item", title="CANARY proposal", audience=["coordinators"])
    await world.alert("MK", "CANARY red", severity="Severe", audience=["SI", "RS"], tlp="RED")
    await compiled(world)
    assert "CANARY" not in (await world.message((await world.agendas())[-1].message_id)).body
    annexes = await world.annexes()
    assert [(m.rule, m.outcome) for m in annexes["SI"].matters] == [
        ("movement-without-agreement", "decide"), ("proposal", "discuss"),
    ]  # fmt: skip
    assert annexes["SI"].matters[0].sources == [moved.message_id]
    (asked,) = annexes["SI"].matters[0].prepare
    assert (asked.party, asked.source, asked.due) == ("SI", moved.message_id, local("2026-01-22 12:00"))
    assert [m.sources for m in annexes["RS"].matters] == [[noted.message_id]]
    assert {m.rule for m in annexes["UNHCR"].matters} == {"movement-without-agreement", "alert", "proposal"}
    assert not {"DE", "EUROPOL"} & set(annexes)
    said = [m for one in annexes.values() for m in one.matters]
    assert all("CANARY red" not in m.title and shared.message_id not in m.sources for m in said)


async def test_each_party_reads_what_it_is_asked_to_prepare(world: World):
    await world.series(first_number=14)
    alert = await world.alert("MK", "Gevgelija nearly full", severity="Severe")
    await world.post(person("RS"), "response", to=alert.message_id, act="acknowledge")
    await world.post(person("SI"), "agenda_item", title="Winter places", outcome="decide")
    await compiled(world)
    asked = [(one.party, one.text) for item in (await world.agenda()).items for one in item.prepare]
    assert ("SI", "Introduce your item: Winter places") in asked
    assert any(
        party == "SI" and text.startswith("Say when your figures resume. Missing: Thu 15") for party, text in asked
    )
    acknowledge = [party for party, text in asked if text.startswith("Acknowledge A-")]
    assert "SI" in acknowledge
    assert not {"RS", "MK"} & set(acknowledge)
    assert any(party == "MK" and text.startswith("Say how it stands with your alert A-") for party, text in asked)


async def test_many_open_alerts_are_one_item_and_the_grave_ones_stay_their_own(world: World):
    await world.series()
    await world.alert("GR", "Grave one", severity="Severe")
    lesser = [await world.alert("MK", f"Lesser {number}", severity="Minor") for number in range(4)]
    await compiled(world)
    grave, others = [item for item in (await world.agenda()).items if item.rule == "alert"]
    assert (grave.title, grave.outcome) == ("Greece: Grave one", "discuss")
    assert (others.title, others.lines[0]) == ("4 other open alerts", "4 minor.")
    assert set(others.sources) == {one.message_id for one in lesser}
    assert len(others.lines) == 5
