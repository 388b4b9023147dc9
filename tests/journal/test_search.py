"""Messages found by their words: alike on both databases, and only by those who may read them."""

from typing import Any

import pytest
from sqlalchemy import delete, func, select, update

from routehub.boards.threads.tables import thread_messages
from routehub.core.errors import Refused
from routehub.journal.rebuild import fingerprints, rebuild
from routehub.journal.search import index
from routehub.journal.search.question import for_postgres, for_sqlite, question
from routehub.journal.search.words import code, words
from routehub.journal.tables import entries, message_texts
from tests.fixtures.furnished import Inside
from tests.journal.test_together import ALERT

NOTES = {
    "trains": "Trains to Dobova run every two hours.",
    "serbian": "Autobusi su krenuli prema Šidu i Preševu, a vozovi kasne.",
    "greek": "Οι αφίξεις στη Λέσβο αυξάνονται.",
    "german": "Der Übergang bei Spielfeld ist bis 18 Uhr geschlossen; die Straße ist frei.",
    "bulgarian": "Автобусите тръгнаха към Димитровград.",
    "polish": "Łódź wysyła koce.",
}


async def found(hub: Inside, reader: str, q: str, **more: Any) -> list[str]:
    """The subjects or headlines of what a party finds."""
    async with hub.client(reader) as client:
        answer = await client.get("/v1/messages", params={"q": q, **more})
    assert answer.status_code == 200, answer.text
    return [m["data"].get("subject") or m["data"].get("headline") or m["subject"] for m in answer.json()["messages"]]


@pytest.fixture
async def told(hub: Inside) -> Inside:
    """Notes of Macedonia to Serbia in six languages, an alert to all, a report with a comment."""
    await hub.set_clock("2015-10-21T05:30:00Z")
    posts = [
        *[("MK", "notes", {"to": ["RS"], "subject": name, "text": text}) for name, text in NOTES.items()],
        ("HR", "alerts", ALERT | {"headline": "Bridge closed at Bapska", "place": "RS-HR/bapska"}),
        ("SI", "reports", {"party": "SI", "day": "2015-10-20", "comment": "Two trains were late.",
                           "figures": [{"indicator": "asylum_applications", "value": 7}]}),
    ]  # fmt: skip
    for party, door, body in posts:
        answer = await hub.post(party, door, body)
        assert answer.status_code == 201, answer.text
    return hub


async def test_words_phrases_beginnings_and_names_find_in_several_languages(told: Inside):
    for q, name in {
        "TRAINS dobova": "trains", "preševu šidu": "serbian", "presevu": "serbian", "λεσβο": "greek",
        "ΑΦΊΞΕΙΣ": "greek", "ubergang": "german", "strasse": "german", "автобусите": "bulgarian", "lodz": "polish",
    }.items():  # fmt: skip
        assert await found(told, "RS", q) == [name], q

    assert await found(told, "RS", '"two hours"') == ["trains"]
    assert await found(told, "RS", '"hours two"') == []
    assert await found(told, "RS", "train*") == ["SI/2015-10-20", "trains"], "the newest first"
    assert await found(told, "RS", "train* -dobova") == ["SI/2015-10-20"]
    assert await found(told, "RS", 'trains -"were late"') == ["trains"]
    assert await found(told, "RS", "asylum_applications") == ["SI/2015-10-20"]
    assert await found(told, "RS", '"trains autobusi"') == [], "no phrase reaches over two texts"

    assert await found(told, "RS", "macedonia german") == ["german"]
    assert await found(told, "RS", "slovenia") == ["SI/2015-10-20"]
    assert await found(told, "RS", "HR") == ["Bridge closed at Bapska"]
    assert await found(told, "RS", "berkasovo") == ["Bridge closed at Bapska"], "the other name of RS-HR/bapska"
    assert await found(told, "RS", "bridge", kind="alert", party="HR") == ["Bridge closed at Bapska"]
    assert await found(told, "RS", "bridge", kind="note") == []


async def test_nobody_finds_what_is_not_for_them_and_a_hit_says_where_it_stands(told: Inside):
    async with told.client("AT") as client:
        hidden = (await client.get("/v1/messages", params={"q": "dobova"})).json()
        unknown = (await client.get("/v1/messages", params={"q": "nothing"})).json()
    assert hidden == unknown == {"messages": [], "next": None, "head": hidden["head"], "more": False}
    assert await found(told, "AT", "train*") == ["SI/2015-10-20"]


async def test_pages_go_on_points_find_and_odd_questions_fail_nothing(told: Inside):
    seen, before = [], None
    while True:
        given: dict[str, str] = {"q": "MK", "limit": "2"} | ({"before": before} if before else {})
        async with told.client("RS") as client:
            page = (await client.get("/v1/messages", params=given)).json()
        seen += [message["data"]["subject"] for message in page["messages"]]
        if seen == ["polish", "bulgarian"]:  # what comes in meanwhile moves nothing
            assert (await told.post("MK", "notes", {"to": ["RS"], "subject": "new", "text": "x"})).status_code == 201
        before = page["next"]
        if not page["more"]:
            break
    assert seen == list(reversed(NOTES))
    newer = await found(told, "RS", "MK", after=page["messages"][0]["cursor"])
    assert newer == ["new", *list(reversed(NOTES))[:-2]], "after bounds the other side"

    async with told.client("RS") as client:
        first = (await client.get("/v1/messages", params={"q": "presevu sid*"})).json()["messages"][0]
        by_name = (await client.get("/v1/messages", params={"q": "slovenia"})).json()["messages"][0]
    assert first["hit"] == "Autobusi su krenuli prema «Šidu» i «Preševu», a vozovi kasne."
    assert "hit" not in by_name

    for point in ("wbr-2015-final/9", "wbr-2015-final/1"):
        note = {"to": ["RS"], "subject": point, "text": "x", "points": [point]}
        assert (await told.post("MK", "notes", note)).status_code == 201
    for party, expected in (("RS", ["wbr-2015-final/9"]), ("AT", [])):
        answer = (await told.get(party, "/v1/messages?point=wbr-2015-final/9")).json()
        assert [message["data"]["subject"] for message in answer["messages"]] == expected
        assert answer["next"] == answer["head"]
    for q in (
        '"',
        "-x",
        "a*",
        "' OR 1",
        "NEAR(a b)",
        "words:x ^y",
        "a AND OR NOT",
        "\\",
        "''''",
        "{x}",
        "café ½ ﬁ Ⅷ",
        "ß*",
    ):
        async with told.client("RS") as client:
            answer = await client.get("/v1/messages", params={"q": q})
        assert answer.status_code in (200, 422), (q, answer.text)
    assert (await told.get("RS", "/v1/messages?before=1.1")).status_code == 422
    count = select(func.count()).select_from(message_texts)
    stored = told.hub.db.read_sync(lambda conn: conn.execute(count).scalar())
    note = {"to": ["RS"], "subject": "tried", "text": "x", "points": ["wbr-2015-final/9"]}
    assert (await told.post("MK", "notes?dry_run=true", note)).status_code == 200
    assert told.hub.db.read_sync(lambda conn: conn.execute(count).scalar()) == stored


ODD = ["' OR 1=1 --", 'NEAR("a" "b") {x} : ^', "\\ % _ ; &|!<-> x", "·mk", "x " * 19, "a AND OR NOT b", "\ud800 x"]
REFUSED = ["", "  ", '"', '""', "-dobova", "a*", "* - ()", "💥"]


@pytest.mark.parametrize("q", ODD)
def test_odd_questions_have_a_meaning(q: str):
    asked = question(q)
    assert for_sqlite(asked).count('"') % 2 == 0
    assert for_postgres(asked).count("'") % 2 == 0


@pytest.mark.parametrize("q", [*REFUSED, " ".join(f"x{n}" for n in range(21))])
def test_questions_without_a_word_to_look_for_are_refused_in_words(q: str):
    with pytest.raises(Refused) as refusal:
        question(q)
    assert refusal.value.problems[0].pointer == "/query/q"


async def test_an_erased_message_is_found_no_more_and_a_rebuild_does_not_bring_it_back(told: Inside):
    with told.hub.db.write() as conn:
        gone = conn.execute(select(entries.c.sequence).where(entries.c.body.contains("Dobova"))).scalars().all()
        conn.execute(update(entries).where(entries.c.sequence.in_(gone)).values(body=None))
        index.forget(conn, gone)
        conn.execute(delete(thread_messages).where(thread_messages.c.sequence.in_(gone)))
    assert await found(told, "RS", "dobova") == []
    with told.hub.db.write() as conn:
        before = fingerprints(conn, told.hub.boards)
        assert before["message_text"][0] == len(NOTES) + 1
        rebuild(conn, told.hub.boards, told.hub.registry)
        assert fingerprints(conn, told.hub.boards) == before
    assert await found(told, "RS", "dobova") == []
    assert await found(told, "RS", "presevu") == ["serbian"], "and the rest is found again"


def test_a_code_is_one_word_that_nobody_can_type():
    assert code("GR-MK/gevgelija") == "·gr·mk·gevgelija"
    assert words("·gr·mk") == ["gr", "mk"]
