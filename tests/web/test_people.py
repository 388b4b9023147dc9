"""People, hand-overs, statements and notes as pages, read and pressed without JavaScript (UX 3.8, 9.2, 14 A28)."""

from datetime import timedelta
from typing import Any
from urllib.parse import urljoin

import httpx
import pytest

from routehub.core.clock import wall
from tests.fixtures.office import Door
from tests.web.paper import Page, read

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"])
HTML = {"Accept": "text/html"}


async def opened(client: httpx.AsyncClient, path: str) -> Page:
    return read(await client.get(path, headers=HTML))


async def pressed(client: httpx.AsyncClient, page: Page, button: str, **typed: Any) -> Page:
    """Fill in a form as it stands, and press a button of it; a list for boxes that are ticked."""
    form = page.form(button)
    fields = dict(form.fields) | {
        name: value if isinstance(value, list) else [str(value)] for name, value in typed.items()
    }
    answer = await client.post(urljoin(page.path, form.action or page.path), data=fields, headers=HTML)
    return read(await client.get(answer.headers["location"], headers=HTML) if answer.is_redirect else answer)


async def test_a_hand_over_moves_nothing_before_it_is_accepted_and_is_taken_back_by_one_press(door: Door):
    ana, eva = await door.of("ana"), await door.of("eva")
    until = f"{wall() + timedelta(days=2):%Y-%m-%d %H:%M}"
    form = await opened(ana, "/people/hand-over")
    asked = await pressed(ana, form, "Ask the deputy", deputy=door.office.person("eva").id, until=until)
    assert "Nothing moves before it is accepted" in asked.words
    assert "Waits until Eva accepts: nothing has moved" in asked.words
    assert door.office.directory.on_duty("wbr", "SI", wall())[0].name == "Ana"
    taken = await pressed(eva, await opened(eva, "/people"), "Accept")
    assert "Running: Eva is on duty" in taken.words
    back = await pressed(ana, await opened(ana, "/people"), "Take back")
    assert "Taken back." in back.words
    assert {p.name for p in door.office.directory.on_duty("wbr", "SI", wall())} == {"Ana", "Bor"}


async def test_a_hand_over_with_a_gap_is_refused_with_the_gap_named_and_what_was_typed_kept(door: Door):
    mira = await door.of("mira")
    form = await opened(mira, "/people/hand-over")
    until = f"{wall() + timedelta(days=2):%Y-%m-%d %H:%M}"
    nobody = await pressed(mira, form, "Ask the deputy", until=until)
    assert nobody.status == 422
    assert nobody.title.startswith("Error:")
    assert "Choose who takes over" in nobody.words
    goran = door.office.person("goran")
    clara = await door.of("olga")
    ends = (wall() + timedelta(days=1)).isoformat()
    await clara.patch(f"/v1/people/{goran.id}", json={"valid_until": ends})
    refused = await pressed(mira, form, "Ask the deputy", deputy=goran.id, until=until)
    assert refused.status == 422
    assert "nobody of MK is reachable" in refused.words
    assert until in refused.answer.text


async def test_the_office_nominates_and_withdraws_after_a_page_that_asks(door: Door):
    ana, mira = await door.of("ana"), await door.of("mira")
    assert (await opened(mira, "/people/new")).status == 403
    form = await opened(ana, "/people/new")
    wrong = await pressed(ana, form, "Nominate", name="", email="not an address", until="soon")
    assert wrong.title.startswith("Error:")
    made = await pressed(
        ana, form, "Nominate", name="Vida", email="vida@si.example", phone="+386 1 428 40 00", languages="sl, en",
        roles=["contact_point", "deputy"],
    )  # fmt: skip
    assert "Nominated." in made.words
    assert "Vida +386 1 428 40 00, vida@si.example, sl, en" in made.words
    assert "Contact point, Deputy, has not signed in yet" in made.words
    vida = door.office.directory.people_by_email["vida@si.example"]
    asks = await opened(ana, f"/people/{vida.id}/withdraw")
    assert "Slovenia withdraws Vida, at once." in asks.words
    assert "On duty then: Ana, Bor" in asks.words
    assert door.office.directory.people[vida.id].withdrawn_at is None
    gone = await pressed(ana, asks, "Withdraw Vida")
    assert "vida@si.example" not in gone.words
    assert (await opened(mira, f"/people/{door.office.person('ana').id}/withdraw")).status == 404


async def test_the_page_says_who_is_on_duty_and_which_party_has_nobody(door: Door):
    page = await opened(await door.of("mira"), "/people")
    rows = page.words.partition("On duty now")[2]
    slovenia = rows.partition("Slovenia")[2].partition("of being asked")[0]
    assert [name in slovenia for name in ("ana@si.example", "bor@si.example", "eva@si.example")] == [True] * 3
    assert "Croatia Nobody Due" in rows
    operator = await opened(await door.of("olga"), "/people")
    assert operator.status == 200


async def test_a_statement_is_drafted_signed_after_the_full_sentence_and_in_force(door: Door):
    ana, mira = await door.of("ana"), await door.of("mira")
    form = await opened(ana, "/statements/new")
    wrong = await pressed(ana, form, "Send to be signed", title="", text="", signatories=["SI"])
    assert wrong.title.startswith("Error:")
    text = "One form of registration.\n<b>Everywhere.</b>"
    sent = await pressed(
        ana,
        form,
        "Send to be signed",
        title="Registration",
        text=text,
        signatories=["SI", "MK"],
        audience="signatories",
    )
    assert "Open for signature: 1 of 2 signed" in sent.words
    assert "&lt;b&gt;Everywhere.&lt;/b&gt;" in sent.answer.text
    ref = sent.path.rpartition("/")[2]
    assert "Waits for your party Registration" in (await opened(mira, "/statements")).words
    asks = await opened(mira, f"/statements/{ref}/sign")
    assert f"North Macedonia signs “Registration”, statement {ref} of Slovenia, word for word" in asks.words
    assert "It binds North Macedonia." in asks.words
    declined = await pressed(mira, await opened(mira, f"/statements/{ref}/decline"), "Decline for North Macedonia")
    assert (declined.status, "Write why, in a sentence" in declined.words) == (422, True)
    signed = await pressed(mira, asks, "Sign for North Macedonia")
    assert "In force: all 2 signed" in signed.words
    assert "North Macedonia has signed." in signed.words
    renewed = await pressed(ana, await opened(ana, f"/statements/new?replaces={ref}"), "Send to be signed")
    assert f"Takes the place of{ref}" in renewed.words
    assert (await opened(await door.of("clara"), f"/statements/{ref}")).status == 404


async def test_a_note_is_answered_with_a_quote_and_only_to_those_who_may_read_it(door: Door):
    ana, mira, clara = await door.of("ana"), await door.of("mira"), await door.of("clara")
    form = await opened(ana, "/notes/new")
    nobody = await pressed(ana, form, "Send the note", subject="Trains", text="The 14:10 is late.")
    assert "Choose who is to read it" in nobody.words
    sent = await pressed(ana, form, "Send the note", subject="Trains", text="The 14:10 is late.", to=["MK"])
    assert "Sent." in sent.words
    message = sent.path.rpartition("/")[2]
    answering = await opened(mira, f"/threads/{message}?answer={message}&quote=true")
    fields = answering.form("Send the note").fields
    assert (fields["to"], fields["subject"], fields["text"]) == (["SI"], ["Re: Trains"], ["> The 14:10 is late.\n\n"])
    assert "European Commission" not in answering.answer.text
    wider = await pressed(mira, answering, "Send the note", to=["SI", "EC"])
    assert wider.status == 422
    answered = await pressed(mira, answering, "Send the note", text="> The 14:10 is late.\n\nThank you.")
    assert "Thank you." in answered.words
    assert "Re: Trains" in (await opened(ana, "/threads")).words
    assert "No notes yet." in (await opened(clara, "/threads")).words
    assert (await opened(clara, f"/threads/{message}")).status == 404
