"""Mail through a real SMTP server: who gets it without having asked, how it looks, and what happens when it fails."""

import re
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from routehub.core.clock import wall
from routehub.delivery.mail import Mailbox
from routehub.delivery.smtp import address
from routehub.delivery.tables import deliveries, held_mail
from tests.delivery.calls import alert, client, note
from tests.delivery.local import LocalHub
from tests.delivery.office import Office
from tests.fixtures.mail import Letter, Mail, SmtpSink
from tests.fixtures.waiting import wait_for

Start = Callable[..., LocalHub]


def recipients(letters: Sequence[Letter]) -> list[str]:
    return sorted(letter.rcpt_tos[0] for letter in letters)


def make_due(office: Office) -> None:
    office.change(lambda tx: tx.conn.execute(update(deliveries).values(due_at=wall(), lease_until=None)))


def test_important_alerts_reach_people_who_have_asked_for_nothing(office: Office, start: Start, smtp_sink: SmtpSink):
    gr, mk = office.key("GR"), office.key("MK")
    office.person("ana", "MK", "contact_point")
    office.person("nikos", "GR", "contact_point")
    office.person("clara", "EC", "contact_point")
    office.person("ops", "EC", "operator", route="*")
    start_hub = start(smtp_url=smtp_sink.url)
    alert(start_hub, gr, severity="Moderate", headline="plans must change")
    assert recipients(smtp_sink.wait(2)) == ["ana@mk.example", "clara@ec.example"]
    alert(start_hub, gr, severity="Severe")
    assert recipients(smtp_sink.wait(4)[2:]) == ["ana@mk.example", "clara@ec.example"]
    alert(start_hub, gr, severity="Minor", headline="nobody")
    alert(start_hub, mk, severity="Extreme", audience=["GR"])
    assert recipients(smtp_sink.wait(5)[4:]) == ["nikos@gr.example"]


def test_who_was_told_that_it_is_severe_hears_that_it_is_so_no_more(office: Office, start: Start, smtp_sink: SmtpSink):
    gr = office.key("GR")
    office.person("ana", "MK", "contact_point")
    hub = start(smtp_url=smtp_sink.url)
    severe, minor = alert(hub, gr, severity="Severe"), alert(hub, gr, severity="Minor", headline="nobody")
    easier = [
        alert(hub, gr, severity="Minor", msg_type="Update", references=[before["id"]]) for before in (minor, severe)
    ]
    assert "SEVERE" in smtp_sink.wait(1)[0].subject

    def waiting() -> list[str]:
        return office.change(lambda tx: list(tx.conn.execute(select(held_mail.c.about)).scalars()))

    # What is not grave any more waits for others about its place, and then goes.
    assert wait_for(waiting, 10, "the update to be kept for Ana") == [easier[1]["id"]]


def test_a_mail_says_how_bad_what_and_until_when_in_text_and_html(office: Office, start: Start, smtp_sink: SmtpSink):
    gr = office.key("GR")
    office.person("ana", "MK", "contact_point", zone="Europe/Skopje")
    hub = start(smtp_url=smtp_sink.url)
    sent = alert(
        hub, gr, place="GR-MK/gevgelija", description="Two thousand people wait.", instruction="Open <both> lanes."
    )
    (letter,) = smtp_sink.wait(1)
    assert letter.subject == "SEVERE – GR: Crossing at Gevgelija fills up"
    text, page = letter.part("text/plain"), letter.part("text/html")
    for part in (text, page):
        assert "Two thousand people wait." in part
        assert sent["shortid"] in part
        assert f"/routes/wbr/alerts/{sent['id']}" in part
        assert re.search(r"Ends.*\d\d:\d\d C?EE?S?T \(\d\d:\d\d UTC\)|\d\d:\d\d CES?T \(\d\d:\d\d UTC\)", part, re.S)
    assert "Open <both> lanes." in text
    assert "Open &lt;both&gt; lanes." in page
    assert letter.message["To"].addresses[0].display_name == "Ana"
    assert letter.message["Auto-Submitted"] == "auto-generated"


def test_own_settings_take_the_place_of_the_rules_for_their_kinds_only(
    office: Office, start: Start, smtp_sink: SmtpSink
):
    gr = office.key("GR")
    ana, boris = office.person("ana", "MK", "contact_point"), office.person("boris", "MK", "contact_point")
    hub = start(smtp_url=smtp_sink.url)
    for person, kinds, least in ((ana, ["note"], None), (boris, ["alert"], "Extreme")):
        made = client().post(
            f"{hub.url}/v1/subscriptions", headers=office.session(person),
            json={"channel": "email", "kinds": kinds, "severity": least},
        )  # fmt: skip
        assert made.status_code == 201, made.text
    alert(hub, gr, severity="Severe")  # boris asked for Extreme only, but has no other channel that tells him of it
    assert recipients(smtp_sink.wait(2)) == ["ana@mk.example", "boris@mk.example"]
    note(hub, gr, "a word", "MK")
    assert recipients(smtp_sink.wait(3)[2:]) == ["ana@mk.example"]
    assert smtp_sink.messages[2].subject.startswith("Note – GR")
    alert(hub, gr, severity="Extreme")
    assert recipients(smtp_sink.wait(5)[3:]) == ["ana@mk.example", "boris@mk.example"]


def test_settings_for_an_office_s_mailbox_leave_the_own_one_its_alerts(
    office: Office, start: Start, smtp_sink: SmtpSink
):
    gr, ana = office.key("GR"), office.person("ana", "MK", "contact_point")
    hub = start(smtp_url=smtp_sink.url)
    asked = {"channel": "email", "target": "duty.room@mk.example", "kinds": ["alert"]}
    assert client().post(f"{hub.url}/v1/subscriptions", headers=office.session(ana), json=asked).status_code == 201
    alert(hub, gr, severity="Severe")
    assert recipients(smtp_sink.wait(2)) == ["ana@mk.example", "duty.room@mk.example"]


@pytest.mark.parametrize(("target", "status"), [("duty.room@mk.example", 201), ("someone@elsewhere.example", 422)])
def test_mail_goes_to_mailboxes_of_the_person_s_own_domain(office: Office, start: Start, target: str, status: int):
    ana = office.person("ana", "MK", "contact_point")
    hub = start()
    made = client().post(
        f"{hub.url}/v1/subscriptions", headers=office.session(ana), json={"channel": "email", "target": target}
    )
    assert made.status_code == status


def test_the_content_of_a_red_message_never_leaves_by_mail(office: Office, start: Start, smtp_sink: SmtpSink):
    gr = office.key("GR")
    office.person("ana", "MK", "contact_point")
    hub = start(smtp_url=smtp_sink.url)
    alert(hub, gr, headline="a canary that sings", audience=["MK"], tlp="RED")
    (letter,) = smtp_sink.wait(1)
    assert letter.subject == "Sign in to read – TLP:RED message from GR"
    assert b"canary" not in letter.raw


def test_mail_of_an_exercise_is_marked_in_subject_text_and_html(office: Office, start: Start, smtp_sink: SmtpSink):
    office.install(code="drill", title="Drill of the Western Balkans route", marking="exercise")
    gr = office.key("GR", route="drill")
    office.person("ana", "MK", "contact_point", route="drill")
    hub = start(smtp_url=smtp_sink.url)
    alert(hub, gr, status="Exercise")
    (letter,) = smtp_sink.wait(1)
    assert letter.subject == "EXERCISE – SEVERE – GR: Crossing at Gevgelija fills up"
    assert letter.part("text/plain").startswith("EXERCISE: this is not real.")
    assert "EXERCISE: this is not real." in letter.part("text/html")


def test_a_mail_that_was_taken_but_not_confirmed_comes_again_under_the_same_id(
    office: Office, start: Start, smtp_sink: SmtpSink
):
    gr = office.key("GR")
    office.person("ana", "MK", "contact_point")
    hub = start(smtp_url=smtp_sink.url)
    smtp_sink.script(Mail.BUSY_RECIPIENT, Mail.DROP_AFTER_DATA)
    alert(hub, gr)

    def twice() -> bool:
        make_due(office)
        return len(smtp_sink.messages) >= 2

    wait_for(twice, 30)
    assert len({letter.message["Message-ID"] for letter in smtp_sink.messages}) == 1


def test_an_address_that_does_not_exist_is_not_tried_again(office: Office, start: Start, smtp_sink: SmtpSink):
    gr = office.key("GR")
    office.person("ana", "MK", "contact_point")
    hub = start(smtp_url=smtp_sink.url)
    smtp_sink.script(Mail.REFUSE_RECIPIENT)
    alert(hub, gr)

    def state() -> Any:
        rows = office.db.read_sync(lambda conn: conn.execute(deliveries.select()).all())
        return [row.state for row in rows] == ["dead"]

    wait_for(state, 15)
    assert smtp_sink.messages == []


def test_without_a_mail_server_mail_is_kept_as_files(office: Office, start: Start):
    gr = office.key("GR")
    office.person("ana", "MK", "contact_point")
    hub = start()
    alert(hub, gr)
    folder = hub.hub.settings.data_dir / "mail"
    (file,) = wait_for(lambda: sorted(folder.glob("2*.eml")), 15)
    assert b"To: Ana <ana@mk.example>" in file.read_bytes()


def test_an_ended_person_gets_nothing_more(office: Office, start: Start, smtp_sink: SmtpSink):
    gr = office.key("GR")
    office.person("ana", "MK", "contact_point")
    gone = office.person("boris", "MK", "contact_point")
    hub = start(smtp_url=smtp_sink.url)
    office.withdraw(gone)
    wait_for(lambda: not hub.hub.directory.value.people[gone].active(wall() + timedelta(seconds=1)), 10)
    alert(hub, gr)
    assert recipients(smtp_sink.wait(1)) == ["ana@mk.example"]
    assert len(smtp_sink.messages) == 1


@pytest.mark.parametrize("name", ['Ana, "x" <evil@example.org>', "Ana\r\nBcc: evil@example.org", "Ανα Ωμέγα"])
def test_a_name_cannot_smuggle_an_address_in(name: str):
    from routehub.delivery.mail import Mail as Text
    from routehub.delivery.smtp import compose, sender_of

    letter = compose(
        Text("a\r\nBcc: evil@example.org", "text"), sender_of("Hub <hub@example.org>"),
        Mailbox("ana@mk.example", name), None, wall(),
    )  # fmt: skip
    assert letter["Bcc"] is None
    assert [one.addr_spec for one in letter["To"].addresses] == ["ana@mk.example"]
    assert address(Mailbox("ana@mk.example", name)).addr_spec == "ana@mk.example"
