"""Searching on pages without scripts: everything by its words, and nothing that the reader may not read."""

import json

import httpx

from tests.web.conftest import ON_SQLITE

pytestmark = ON_SQLITE


def test_everything_is_found_by_its_words_and_hidden_is_like_unknown(stage, paper):
    short = stage.alert("MK", "Vinojug gate closed", place="GR-MK/gevgelija", audience=["RS"])
    notes = [
        {"specversion": "1.0", "id": f"n{at}", "source": "/parties/HR", "type": "routehub.note.v1",
         "data": {"to": ["SI"], "subject": f"Lantern number {at}", "text": "Bring it."}}
        for at in range(23)
    ]  # fmt: skip
    media = {"Content-Type": "application/cloudevents-batch+json", "Authorization": f"Bearer {stage.keys['HR']}"}
    sent = httpx.post(f"{stage.url}/v1/messages", content=json.dumps(notes), headers=media, trust_env=False)
    assert sent.is_success, sent.text
    serbia, slovenia = paper("RS"), paper("SI")

    page = serbia.open("/search?q=gevg")
    assert "Idomeni – Gevgelija" in page.words
    assert "Serbia" in serbia.open("/search?q=serb").words
    assert "Contact of MK" in serbia.open("/search?q=contact+of+mk").words
    page = serbia.open("/search?q=vinojug+gate")
    assert page.words.count("Vinojug gate closed") > 1
    assert f"/alerts/{short}" in page.links
    page = serbia.open(f"/search?q={short.lower()}")
    assert "With this id" in page.words

    nothing = slovenia.open("/search?q=nowhere+such")
    hidden = slovenia.open("/search?q=vinojug+gate")
    strip = lambda page: page.answer.text.replace("vinojug gate", "Q").replace("nowhere such", "Q")  # noqa: E731
    assert strip(hidden).replace("vinojug+gate", "") == strip(nothing).replace("nowhere+such", "")
    assert "Nothing found" in slovenia.open(f"/search?q={short}").words

    first = slovenia.open("/search?q=lantern")
    assert "Lantern number 22" in first.words
    assert "Lantern number 0" not in first.words
    (onward,) = [link for link in first.links if "before=" in link]
    second = slovenia.open(onward)
    assert "Lantern number 0" in second.words
    assert "Lantern number 22" not in second.words


def test_what_cannot_be_looked_for_says_why_at_the_field(stage, paper):
    reader = paper("SI")
    for typed, words in (("-only", "Say also what to look for"), ("x" * 300, "up to 200 letters"), ("a*", "letters")):
        page = reader.open(f"/search?q={typed}")
        assert page.status == 422, typed
        assert words in page.words, typed
    page = reader.open("/search?q=%3Cscript%3E%22+%27")
    assert page.status == 200
    assert "<script>&#34;" not in page.answer.text
    assert reader.open("/search?q=&before=7").status == 200
    assert reader.open("/search?q=x&before=zzz").status == 200
