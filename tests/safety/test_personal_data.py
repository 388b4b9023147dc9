"""Text that looks like data about a person has to be confirmed; that it was is recorded, what it was is not."""

import json

import pytest

from routehub.intake.personal_data import found_in
from tests.fixtures.furnished import Inside
from tests.fixtures.office import Door

PERSONAL = {
    "write to amina.k@mail.example": "an e-mail address",
    "call +389 70 123 456": "a telephone number",
    "0030 694 123 4567 is the brother": "a telephone number",
    "Tel.: 070 123 456": "a telephone number",
    "WhatsApp 0694/123-4567": "a telephone number",
    "holder of passport No. AB1234567": "the number of a paper",
    "Reisepass C01X00T47": "the number of a paper",
    "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<": "the lines of a passport that machines read",
    "a boy, born 12.03.2009, alone": "a date of birth",
    "date of birth: 3 March 1998": "a date of birth",
    "IBAN GB82 WEST 1234 5698 7654 32": "the number of an account",
    "JMBG 0101006500006": "a personal number",
    "JMBG ٠١٠١٠٠٦٥٠٠٠٠٦": "a personal number",
    "Ahmad Rahimi, 17 years old": "a name with an age",
    "Omar Haddad (34) was taken to hospital": "a name with an age",
    "a child named Samir, 9": "a name with an age",
}
"""Invented people; numbers with right check digits where the pattern asks for them."""
AGGREGATE = (
    "1 902 entered from GR, 524 more than yesterday (+38%)",
    "Gevgelija transit centre nearly full: 1 980 of 2 000, +1 200 since 06:00",
    "The 14:10 will carry two more coaches. Ana Novak of our office will call at 16:00.",
    "From 2015-10-26T06:00:00+01:00 to 2015-10-27T06:00:00+01:00, at Spielfeld and Karawanken",
    "50,000 places by 31 December 2015; 30,000 in GR and 20,000 with hosts",
    "Decision 2015/1601, OJ L 248, 24.9.2015, p. 80; Regulation (EU) 604/2013",
    "GR-MK/gevgelija, A-7F3K, 01999999-9999-7999-8999-999999999999",
    "https://meet.example/j/0123456789012?pwd=x and https://hub.example/~ana@office",
    "Budget line 04.0203.01, EUR 12 000 000, reference 20151025/0001",
    "women 312, men 540, children under 14: 201, aged 15 to 17: 33",
    "passport controls from 18:00; 3 200 a day; identity cards are looked at",
    "8 trains of 11 coaches, numbers 411 to 418; 600 to 960 people each",
    "٠٠٠٠٠٠٠٠٠٠٠٠٠ and ٩٩٩٩٩٩٩٩٩٩٩ are no dates of birth",
    "24 hours to Wed 21 Jan, 06:00: 12345678901 is a test number of a system",
)


@pytest.mark.parametrize(("text", "what"), PERSONAL.items(), ids=PERSONAL.values())
def test_what_stands_for_a_person_is_noticed(text: str, what: str):
    assert what in found_in(text)
    assert what in found_in(f"Two lines.\nThe second: {text}.")


@pytest.mark.parametrize("text", AGGREGATE)
def test_figures_and_words_about_groups_are_taken_as_they_are(text: str):
    assert list(found_in(text)) == []


@pytest.mark.parametrize(
    "text", ["AB12 " * 200_000, "a" * 1_000_000 + "1", "passport " + "a1" * 400_000, "+1" * 400_000]
)
def test_no_text_takes_long_to_look_at(text: str):
    """Deadline: that of the test, for what a body may hold at most."""
    list(found_in(text))


NOTE = {"to": ["RS"], "subject": "About a case", "text": "She waits at +389 70 123 456 since Monday."}
CHECKED = {"Text-Checked": "yes"}


@pytest.mark.parametrize("database_kind", ["sqlite"])
async def test_it_is_refused_until_the_sender_says_that_it_is_none(hub: Inside, capsys: pytest.CaptureFixture[str]):
    async with hub.client("MK") as client:
        refused = await client.post("/v1/notes", json=NOTE)
        assert refused.status_code == 422
        said = refused.json()
        assert said["type"].endswith("#looks-personal")
        assert [(one["pointer"], one["code"]) for one in said["problems"]] == [("/text", "looks-personal")]
        assert said["confirm"] == "Text-Checked: yes"
        assert (await client.post("/v1/notes?dry_run=true", json=NOTE)).status_code == 422
        assert (await client.post("/v1/notes", json=NOTE, headers=CHECKED)).status_code == 201
        plain = await client.post("/v1/notes", json=NOTE | {"text": "Twelve wait since Monday."}, headers=CHECKED)
        assert plain.status_code == 201
        batch = await client.post(
            "/v1/messages", headers={"Content-Type": "application/cloudevents-batch+json"},
            content=json.dumps([{"specversion": "1.0", "id": "1", "type": "routehub.note.v1", "data": NOTE}]),
        )  # fmt: skip
        assert "looks-personal" in batch.text, batch.text
        log = (await client.get("/v1/log")).text
    assert "70 123" not in refused.text + batch.text + log + capsys.readouterr().out, "the match is repeated nowhere"
    audit = [row for row in (await hub.get("MK", "/v1/audit")).json()["audit"] if row["act"] == "post"]
    assert [row["detail"].get("text_checked") for row in audit] == [None, True], "the newest first"


@pytest.mark.parametrize("database_kind", ["sqlite"])
async def test_a_person_is_asked_on_a_page_and_sends_it_with_one_press(door: Door):
    ana = await door.of("ana")
    form = {"csrf": ana.headers["X-CSRF-Token"], "to": "RS", "subject": "A case", "text": NOTE["text"], "key": "k-1"}
    asked = await ana.post("/notes/new", data=form)
    assert asked.status_code == 422
    assert "This looks like personal data" in asked.text
    assert "a telephone number (<b>text</b>)" in asked.text
    sent = await ana.post("/notes/new", data=form | {"text_checked": "yes"})
    assert sent.status_code == 303, sent.text
    extra = await ana.post("/notes/new?series=extra", data=form | {"text": "ana@mnz.example", "ask_again": "yes"})
    assert 'action="/notes/new?series=extra"' in extra.text, "a series stands in the query"
    assert '<input type="hidden" name="ask_again" value="yes">' in extra.text
