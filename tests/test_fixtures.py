"""The fixtures themselves: what other tests lean on is tested first."""

import asyncio
import os
import smtplib
import socket
from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path

import httpx
import psycopg
import pytest
from playwright.sync_api import Browser, Page

from tests.fixtures.mail import Mail, SmtpSink
from tests.fixtures.nats import NatsServer
from tests.fixtures.postgres import PostgresServer
from tests.fixtures.waiting import NeverHappened, eventually, wait_for
from tests.fixtures.webhooks import HANG, RESET, Answer, WebhookReceiver, redirect

pytest_plugins = ["pytester"]


def dsn(url: str) -> str:
    return url.replace("postgresql+psycopg", "postgresql")


# --- waiting ----------------------------------------------------------------------------------------------


def test_waiting_gives_what_came():
    came = iter([None, 0, "here"])
    assert wait_for(lambda: next(came)) == "here"


def test_waiting_fails_at_the_deadline_and_says_for_what():
    with pytest.raises(NeverHappened, match=r"the spring did not happen within 0\.02 s"):
        wait_for(lambda: False, 0.02, "the spring")


async def test_waiting_in_a_loop_lets_the_loop_run():
    arrived = asyncio.Event()
    asyncio.get_running_loop().call_later(0.01, arrived.set)

    async def asked() -> bool:
        return arrived.is_set()

    assert await eventually(asked)
    with pytest.raises(NeverHappened):
        await eventually(lambda: None, 0.01)


def test_a_free_port_can_be_bound(free_port: int):
    with socket.create_server(("127.0.0.1", free_port)):
        pass


# --- nothing skipped --------------------------------------------------------------------------------------

SKIPS = {
    "a skip": "def test_it(): import pytest; pytest.skip('no tide')",
    "a mark": "import pytest\n@pytest.mark.skip(reason='no tide')\ndef test_it(): pass",
    "a fixture": "import pytest\n@pytest.fixture\ndef sea(): pytest.skip('no tide')\ndef test_it(sea): pass",
    "a module": "import pytest\npytest.skip('no tide', allow_module_level=True)",
    "an expected failure": "import pytest\n@pytest.mark.xfail\ndef test_it(): assert False",
}
"""The last is none."""


@pytest.mark.parametrize("forbidden", [False, True])
def test_a_skip_fails_only_where_it_is_forbidden(
    forbidden: bool, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("ROUTEHUB_TEST_NO_SKIP", "1" if forbidden else "")
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[1]))
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")  # none of them is looked at here
    pytester.makepyfile(**{f"test_{what.replace(' ', '_')}": source for what, source in SKIPS.items()})
    result = pytester.runpytest_subprocess(
        "-p", "tests.fixtures.no_skip", "-p", "no:cacheprovider", "--continue-on-collection-errors"
    )
    if forbidden:
        result.assert_outcomes(failed=1, errors=3, xfailed=1)
        assert result.stdout.str().count("forbids this skip: ") >= len(SKIPS) - 1
        result.stdout.fnmatch_lines(["*forbids this skip: *no tide*"])
    else:
        result.assert_outcomes(skipped=4, xfailed=1)


# --- PostgreSQL -------------------------------------------------------------------------------------------


@pytest.mark.postgres
@pytest.mark.parametrize("time_", [1, 2])
def test_each_test_has_a_database_of_its_own(postgres_url: str, time_: int):
    with psycopg.connect(dsn(postgres_url)) as connection:
        connection.execute("CREATE TABLE only_here (n int)")


@pytest.mark.postgres
def test_a_database_is_cloned_from_a_template(postgres_server: PostgresServer):
    with psycopg.connect(dsn(postgres_server.create("mould"))) as connection:
        connection.execute("CREATE TABLE cast_iron AS SELECT 7 AS n")
    with psycopg.connect(dsn(postgres_server.create("cast", template="mould"))) as connection:
        assert connection.execute("SELECT n FROM cast_iron").fetchone() == (7,)
    postgres_server.drop("cast")
    postgres_server.drop("mould")


@pytest.mark.postgres
def test_a_durable_server_survives_a_crash(start_postgres: Callable[..., PostgresServer]):
    server = start_postgres(durable=True, max_connections="20")
    with psycopg.connect(server.dsn()) as connection:
        shown = [connection.execute(f"SHOW {name}").fetchone() for name in ("fsync", "synchronous_commit")]
        assert shown == [("on",), ("on",)]
        connection.execute("CREATE TABLE kept AS SELECT 7 AS n")
    port = server.port
    server.restart("immediate")
    with psycopg.connect(server.dsn()) as connection:
        assert connection.execute("SELECT n FROM kept").fetchone() == (7,)
    assert server.port == port
    folder = server.folder
    server.close()
    assert not folder.exists()


def test_a_test_on_both_databases(database_kind: str, database_url: str):
    assert database_url.startswith({"sqlite": "sqlite:///", "postgres": "postgresql+psycopg://"}[database_kind])


# --- mail -------------------------------------------------------------------------------------------------


def letter(subject: str) -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "hub@hub.test", "contact@si.test", subject
    mail.set_content("Dober dan, Šentilj.\n")
    mail.add_alternative("<p>Dober dan</p>", subtype="html")
    return mail


def send(sink: SmtpSink, subject: str) -> None:
    with smtplib.SMTP("127.0.0.1", sink.port, timeout=10) as client:
        client.send_message(letter(subject))


def test_the_sink_keeps_what_it_is_given(smtp_sink: SmtpSink):
    send(smtp_sink, "Šentilj")
    [kept] = smtp_sink.wait(1)
    assert kept.subject == "Šentilj"
    assert (kept.mail_from, kept.rcpt_tos) == ("hub@hub.test", ("contact@si.test",))
    assert kept.part("text/plain") == "Dober dan, Šentilj.\n"
    assert "<p>" in kept.part("text/html")


def test_the_sink_misbehaves_as_told_and_then_accepts(smtp_sink: SmtpSink):
    smtp_sink.script(Mail.REFUSE_SENDER, Mail.REFUSE_RECIPIENT, Mail.BUSY_RECIPIENT, Mail.REFUSE_DATA, Mail.BUSY_DATA)
    for expected in (
        smtplib.SMTPSenderRefused,
        smtplib.SMTPRecipientsRefused,
        smtplib.SMTPRecipientsRefused,
        smtplib.SMTPDataError,
        smtplib.SMTPDataError,
    ):
        with pytest.raises(expected):
            send(smtp_sink, "refused")
    assert smtp_sink.messages == []
    send(smtp_sink, "accepted")
    assert [kept.subject for kept in smtp_sink.messages] == ["accepted"]


def test_the_sink_can_keep_a_message_and_not_say_so(smtp_sink: SmtpSink):
    smtp_sink.script(Mail.DROP_AFTER_DATA, Mail.DROP_BEFORE_DATA)
    for subject in ("kept", "lost"):
        with pytest.raises((smtplib.SMTPServerDisconnected, ConnectionError)):
            send(smtp_sink, subject)
    assert [kept.subject for kept in smtp_sink.messages] == ["kept"]


def test_the_sink_can_be_down_and_come_back(smtp_sink: SmtpSink):
    smtp_sink.stop()
    with pytest.raises(ConnectionRefusedError):
        send(smtp_sink, "early")
    smtp_sink.start()
    send(smtp_sink, "late")
    assert [kept.subject for kept in smtp_sink.messages] == ["late"]


# --- webhooks ---------------------------------------------------------------------------------------------


def test_the_receiver_answers_as_told_and_keeps_what_it_was_sent(webhook_receiver: WebhookReceiver):
    webhook_receiver.script(500, 410, redirect("http://127.0.0.1:9/"), Answer(503, {"Retry-After": "3"}))
    with httpx.Client(trust_env=False) as client:
        answers = [client.post(webhook_receiver.url, json={"n": n}, headers={"Webhook-Id": "a"}) for n in range(5)]
    assert [answer.status_code for answer in answers] == [500, 410, 302, 503, 200]
    assert answers[3].headers["Retry-After"] == "3"
    assert [hit.json()["n"] for hit in webhook_receiver.hits] == [0, 1, 2, 3, 4]
    assert webhook_receiver.hits[0].headers["webhook-id"] == "a"


def test_the_receiver_can_hang_and_reset(webhook_receiver: WebhookReceiver):
    webhook_receiver.script(HANG, RESET)
    with httpx.Client(trust_env=False) as client:
        with pytest.raises(httpx.ReadTimeout):
            client.post(webhook_receiver.url, content=b"{}", timeout=0.2)
        with pytest.raises((httpx.ReadError, httpx.RemoteProtocolError)):
            client.post(webhook_receiver.url, content=b"{}")
    assert [hit.answered for hit in webhook_receiver.hits] == [HANG, RESET]


# --- NATS, Chromium, the series ---------------------------------------------------------------------------


def test_nats_greets_and_restarts_on_its_port(nats_server: NatsServer):
    def greeting() -> bytes:
        with socket.create_connection(("127.0.0.1", nats_server.port), 5) as connection:
            return connection.recv(4096)

    assert greeting().startswith(b"INFO {")
    before = nats_server.pid
    nats_server.restart()
    assert nats_server.pid != before
    assert greeting().startswith(b"INFO {")


@pytest.mark.browser
def test_the_browser_shows_a_page_and_runs_its_script(page: Page, webhook_receiver: WebhookReceiver):
    html = "<title>Šentilj</title><p id=n></p><script>n.textContent = 3 + 4</script>".encode()
    webhook_receiver.always(Answer(200, {"Content-Type": "text/html; charset=utf-8"}, html))
    page.goto(webhook_receiver.url)
    assert page.title() == "Šentilj"
    assert page.locator("#n").inner_text() == "7"


@pytest.mark.browser
def test_the_browser_does_without_scripts(browser: Browser, webhook_receiver: WebhookReceiver):
    html = b"<p id=n>0</p><script>n.textContent = 3 + 4</script>"
    webhook_receiver.always(Answer(200, {"Content-Type": "text/html; charset=utf-8"}, html))
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(webhook_receiver.url)
    assert page.locator("#n").inner_text() == "0"
    context.close()


@pytest.mark.shared_data
def test_the_real_series_lie_beside_the_checkout(shared_data: Path):
    assert any(name.endswith(".csv") for name in os.listdir(shared_data / "flows"))
