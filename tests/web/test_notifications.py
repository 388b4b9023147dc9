"""What people are told and by what, on pages without scripts."""

from tests.fixtures.mail import SmtpSink
from tests.fixtures.waiting import wait_for
from tests.fixtures.webhooks import WebhookReceiver
from tests.web.conftest import ON_SQLITE

pytestmark = ON_SQLITE
ALL = "/settings/notifications"


def test_a_person_is_told_tries_it_pauses_it_and_sends_again_what_was_missed(
    set_stage, stranger, webhook_receiver: WebhookReceiver
):
    stage = set_stage(webhook_private="true")
    slovenia, croatia = (stranger(stage).sign_in(party) for party in ("SI", "HR"))
    page = slovenia.press(slovenia.open(ALL), "Tell me", target="someone@elsewhere.example")
    assert page.status == 422
    assert "Mail goes to addresses at si.example." in page.words
    page = slovenia.press(page, "Tell me", channel="apprise", target="syslog://S3cret")
    assert page.status == 422
    assert "S3cret" not in page.answer.text

    target = webhook_receiver.url.replace("http", "json", 1)
    page = slovenia.press(page, "Tell me", channel="apprise", target=target, severity="Severe")
    assert "Send yourself a test" in page.words
    assert "json://…" in page.words
    assert webhook_receiver.url.rpartition("//")[2] not in page.answer.text
    here = page.path
    slovenia.press(page, "Send me a test")
    assert webhook_receiver.wait(1)[0].json()["title"] == "Test from Routehub"
    wait_for(lambda: "handed over" in slovenia.open(here).words, 15)

    page = slovenia.press(slovenia.press(slovenia.open(here), "Pause"), "Switch on")
    assert "Alert, Severe and worse" in page.words
    page = slovenia.press(page, "Save", severity="Extreme")
    assert "Alert, Extreme and worse" in page.words
    assert croatia.open(here).status == 404

    page = slovenia.press(page, "Remove this notification")
    assert page.path.startswith(ALL)
    assert slovenia.open(here).status == 404


def test_the_page_of_a_message_tells_its_sender_who_was_reached(stage, paper):
    short = stage.alert("SI", "Two hundred people wait")
    slovenia, croatia = paper("SI"), paper("HR")

    def reached() -> bool:
        text = slovenia.open(f"/messages/{short}").words
        return "Who was reached" in text and "E-mail: sent" in text

    wait_for(reached, 15)
    page = croatia.open(f"/messages/{short}")
    assert page.status == 200
    assert "Who was reached" not in page.words


def test_the_grid_is_kept_as_it_was_sent_and_a_channel_can_be_tried(set_stage, stranger, smtp_sink: SmtpSink):
    stage = set_stage(smtp_url=smtp_sink.url)
    slovenia = stranger(stage).sign_in("SI")
    page = slovenia.press(slovenia.open(ALL), "Save", **{"own.alert": ""})
    assert page.status == 422
    assert "severe and extreme alerts: they have to reach you" in page.words

    page = slovenia.press(page, "Save", **{"own.alert": "Severe", "own.measure": "on", "own.bulletin": None})
    assert page.status == 200
    chosen = page.form("Save").fields
    assert chosen["own.alert"] == ["Severe"]
    assert chosen["own.measure"] == ["on"]
    assert not chosen["own.bulletin"]
    assert chosen["own.agenda"] == ["on"], "what was not touched comes by itself, as before"
    assert "Paused" in page.words, "to get no bulletin is a paused setting, which is listed"

    page = slovenia.press(page, "Send me a test: E-mail")
    assert smtp_sink.wait(1)[0].subject == "Test from Routehub"
    wait_for(lambda: "Sent" in slovenia.open(ALL).words, 15)
