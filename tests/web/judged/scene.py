"""What people do on the sample before it is judged, so that pages which only an act leads to are there: a conference
under way, a readout that is checked, a notification of one's own, a key."""

from datetime import timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from tests.web.paper import Paper

if TYPE_CHECKING:
    from tests.web.judged.sample import Sample

SAID = {
    "i0-parties": "SI and MK", "i0-text": "informed about their border.", "i0-public": "yes",
    "c0-text": "Places are reported weekly.", "c0-publish": "public", "a0-owners": "SI", "a0-what": "Report them.",
}  # fmt: skip
BRUSSELS = ZoneInfo("Europe/Brussels")
ACTIONS_DUE = timedelta(days=7)


def act(sample: "Sample") -> tuple[str, str]:
    """Play it. Answers the numbers of two conferences: one whose readout is being checked, one under way."""
    with sample.paper("EC") as chair:
        checked = _conference(sample, chair)
        page = chair.press(
            chair.open(f"/conference/{checked}/minutes/1"), "Save and add rows",
            **SAID, **{"a0-due": (sample.now + ACTIONS_DUE).date().isoformat()},
        )  # fmt: skip
        assert page.status == 200, page.words
        chair.press(chair.open(f"/conference/{checked}/end"), "End conference and send the minutes")
        at = f"/conference/{checked}/readout"
        page = chair.press(chair.open(at), "Draft the readout from the minutes")
        sent = chair.send(f"{sample.url}{at}/check", page.form("Save and send for check").fields)
        assert "done=sent" in str(sent.answer.url), sent.words
        running = _conference(sample, chair)
    with sample.paper("SI") as slovenia:
        assert slovenia.press(slovenia.open("/settings/notifications"), "Tell me", channel="email").status == 200
        made = slovenia.press(slovenia.open("/routes/wbr-exercise/keys"), "Make the key", system="border system")
        assert made.status == 201, made.words
    return checked, running


def _conference(sample: "Sample", chair: Paper) -> str:
    """An extra conference within the hour: its agenda closed, its minutes open."""
    start = sample.now.astimezone(BRUSSELS) + timedelta(minutes=20)
    page = chair.press(
        chair.open("/conference/new"), "Call it and invite",
        start=f"{start:%Y-%m-%d %H:%M}", title="Extra conference on Gevgelija",
    )  # fmt: skip
    assert page.status == 200, page.words
    number = page.path.split("/")[2]
    chair.press(chair.open(f"/conference/{number}/draft"), "Compile the agenda now")
    page = chair.press(chair.open(f"/conference/{number}/minutes"), "Start conference")
    assert page.status == 200, page.words
    return number
