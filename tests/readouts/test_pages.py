"""The pages of readouts without JavaScript: forms that a person sends, what they keep, what they show of a clash."""

import re

import httpx
import pytest

from tests.readouts.conftest import Conference
from tests.readouts.test_doors import Doors
from tests.readouts.test_doors import doors as doors  # noqa: PLC0414 - a fixture

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"])
FIELD = re.compile(r'<(?:input|textarea)[^>]*? name="([^"]+)"[^>]*?(?:value="([^"]*)"[^>]*>|>\n?([^<]*)</textarea>)')


def fields(page: str) -> dict[str, str]:
    """What a browser would send of the last form that has a field of this name; boxes that are ticked included."""
    found = {}
    for name, value, area in FIELD.findall(page):
        box = re.search(rf'type="checkbox" name="{re.escape(name)}"', page)
        if not box or re.search(rf'name="{re.escape(name)}" value="yes" checked', page):
            found[name] = (value or area).replace("&#34;", '"').replace("&#39;", "'").replace("&amp;", "&")
    return found


async def test_a_draft_is_kept_as_typed_and_a_clash_shows_both_versions(doors: Doors):
    at = "/conference/13/readout"
    empty = await doors.chair.get(at)
    assert "Draft the readout from the minutes" in empty.text
    assert (await doors.greece.get(at)).headers["Location"] == "/readouts/13"
    made = await doors.chair.post(f"{at}/draft", data=fields(empty.text))
    assert (made.status_code, made.headers["Location"]) == (303, f"{at}?done=drafted")
    typed = fields((await doors.chair.get(at)).text)
    assert typed["s1-l0"].startswith("Greece and the former Yugoslav")
    assert (typed["s1-t0"], typed["version"]) == ("yes", "1")

    mine = typed | {"s1-l0": "Greece informed about three children.", "s1-new": "Serbia informed too."}
    assert (await doors.chair.post(at, data=mine)).headers["Location"] == f"{at}?done=kept"
    shown = await doors.chair.get(at)
    assert shown.status_code == 200
    assert "Write “fewer than 5 children”" in shown.text
    assert "Send for check to" not in shown.text, "what cannot go out is not offered"
    clash = await doors.chair.post(at, data=typed | {"s1-l0": "Greece informed."})
    assert clash.status_code == 409
    assert "Greece informed about three children." in clash.text
    assert fields(clash.text)["s1-l0"] == "Greece informed."
    settled = fields(clash.text)
    assert (await doors.chair.post(at, data=settled)).status_code == 303
    empty_title = await doors.chair.post(at, data=fields((await doors.chair.get(at)).text) | {"title": ""})
    assert empty_title.status_code == 422
    assert "<title>Error: " in empty_title.text


async def test_a_party_reads_what_silence_means_and_asks_for_a_change(thirteen: Conference, doors: Doors):
    at = "/conference/13/readout"
    await doors.chair.post("/v1/conferences/13/readout-draft")
    form = fields((await doors.chair.get(at)).text)
    for wrong in ({"minutes": "6²"}, {"minutes": ""}):
        assert (await doors.chair.post(f"{at}/check", data=form | wrong)).status_code == 422
    sent = await doors.chair.post(f"{at}/check", data=form | {"minutes": "120", "version": "²"})
    assert sent.headers["Location"] == f"{at}?done=sent"
    page = await _check(doors.greece)
    assert re.search("A party that does not ask for a change by .+ has accepted the text", page.text)
    address = str(page.url.path)
    refused = await doors.greece.post(f"{address}/ask_change", data=fields(page.text) | {"text": ""})
    assert refused.status_code == 422
    assert "Write which words are to be changed" in refused.text
    asked = await doors.greece.post(f"{address}/ask_change", data=fields(page.text) | {"text": "Say controls."})
    assert asked.headers["Location"].endswith("?done=ask_change")
    assert "A change is asked for" in (await doors.chair.get(at)).text
    unwilling = await doors.chair.post(f"{at}/publish", data=fields((await doors.chair.get(f"{at}/publish")).text))
    assert unwilling.status_code == 422
    reason = {"reason": "Taken up in the next one."}
    done = await doors.chair.post(f"{at}/publish", data=fields((await doors.chair.get(f"{at}/publish")).text) | reason)
    assert done.headers["Location"] == "/readouts/13?done=published"
    assert "Taken up in the next one." in (await doors.stranger.get("/readouts/13")).text


async def test_what_stands_in_the_form_is_what_is_sent_and_a_clash_sends_nothing(doors: Doors):
    at = "/conference/13/readout"
    await doors.chair.post("/v1/conferences/13/readout-draft")
    form = fields((await doors.chair.get(at)).text) | {"minutes": "120"}
    sent = await doors.chair.post(f"{at}/check", data=form | {"title": "The title as it was typed"})
    assert sent.headers["Location"] == f"{at}?done=sent"
    assert "The title as it was typed" in (await _check(doors.greece)).text
    clash = await doors.chair.post(f"{at}/check", data=form | {"title": "Another title"})
    assert clash.status_code == 409
    assert "The title as it was typed" in clash.text
    assert fields(clash.text)["title"] == "Another title"
    assert len((await doors.greece.get("/v1/readout-checks?mine=true")).json()["checks"]) == 1
    same = await doors.chair.post(at, data=fields((await doors.chair.get(at)).text) | {"then": "publish"})
    assert same.headers["Location"] == f"{at}/publish"
    assert "The check runs until" in (await doors.chair.get(f"{at}/publish")).text, "nothing was changed by saving"


async def test_an_erratum_is_shown_as_it_will_stand_before_it_is_published(doors: Doors):
    await doors.chair.post("/v1/conferences/13/readout-draft")
    await doors.chair.post("/v1/conferences/13/readout", json={"reason": "In haste."})
    at = "/readouts/13/erratum"
    typed = fields((await doors.chair.get(at)).text) | {"wrong": "25 February", "right": "25 January"}
    asked = await doors.chair.post(at, data=typed)
    assert asked.status_code == 200
    assert "<ins>25 January</ins>" in asked.text
    assert "<ins>" not in (await doors.stranger.get("/readouts/13")).text
    changed = await doors.chair.post(at, data=fields(asked.text) | {"act": "change"})
    assert fields(changed.text)["right"] == "25 January"
    bare = {name: value for name, value in fields(asked.text).items() if name != "act"}
    again = await doors.chair.post(at, data=bare)
    assert again.status_code == 200, "what says no step shows it once more and publishes nothing"
    assert "<ins>" not in (await doors.stranger.get("/readouts/13")).text
    done = await doors.chair.post(at, data=bare | {"act": "publish"})
    assert done.headers["Location"] == "/readouts/13?done=corrected"
    assert "<ins>25 January</ins>" in (await doors.stranger.get("/readouts/13")).text
    assert 'href="/sign-in"' in (await doors.stranger.get("/readouts")).text


async def _check(party: httpx.AsyncClient) -> httpx.Response:
    found = (await party.get("/v1/readout-checks?mine=true")).json()["checks"]
    return await party.get(f"/readout-checks/{found[0]['short_id']}")
