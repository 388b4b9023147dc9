"""Sign in with an account of one's own organisation: judged by a real provider, and by a false one."""

import json
import subprocess
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

from routehub.core.clock import wall
from routehub.core.errors import SignInNeeded
from routehub.core.settings import Settings
from routehub.web.provider import Asked, Provider
from tests.fixtures.ports import find_free_port
from tests.fixtures.programs import stop
from tests.fixtures.waiting import wait_for
from tests.web.conftest import ON_SQLITE
from tests.web.paper import Page, Paper
from tests.web.stage import Stage, address

SECRET = "a secret of the hub's, with / and : in it"
ACCOUNTS = {
    "s-1": {"email": address("SI"), "email_verified": True},
    "s-2": {"email": address("HR"), "email_verified": False},
    "s-3": {"email": "nobody@nowhere.example", "email_verified": True},
    "s-4": {"email": address("SI"), "email_verified": True},
}


@pytest.fixture
def with_provider(set_stage: Callable[..., Stage], node_package: Callable[[str], Path]) -> Iterator[Stage]:
    """A hub beside a provider of its own."""
    folder, port = node_package("oidc-provider@8.8.1"), find_free_port()
    issuer = f"http://127.0.0.1:{port}"
    stage = set_stage(oidc_issuer=issuer, oidc_client_id="routehub", oidc_client_secret=SECRET, oidc_name="Gov ID")
    given = {"issuer": issuer, "port": port, "back": f"{stage.url}/sign-in/provider/back", "secret": SECRET,
             "accounts": ACCOUNTS}  # fmt: skip
    script = folder / "provider.mjs"
    script.write_text((Path(__file__).parent / "provider.mjs").read_text())
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(["node", str(script), json.dumps(given)], cwd=folder, stdout=log, stderr=log)
    try:
        wait_for(lambda: "ready" in (folder / "log").read_text() or process.poll() is not None, 20, "the provider")
        assert process.poll() is None, (folder / "log").read_text()
        yield stage
    finally:
        stop(process)


def sign_in(paper: Paper, account: str) -> Page:
    """Press the hub's button, sign in at the provider, agree there."""
    page = paper.open("/sign-in/provider?next=/alerts")
    page = paper.press(page, "Sign-in", login=account, password="any")
    return paper.press(page, "Continue")


@ON_SQLITE
def test_a_nominated_person_signs_in_with_an_account_and_nobody_else(with_provider: Stage, stranger):
    paper = stranger(with_provider)
    assert "Sign in with Gov ID" in paper.open("/sign-in").words
    page = sign_in(paper, "s-1")
    assert page.path == "/alerts", page.words
    assert "by another account" in paper.open("/account").words
    for account, words in (("s-2", "nominated"), ("s-3", "nominated"), ("s-4", "Another account signs in")):
        other = stranger(with_provider)
        page = sign_in(other, account)
        assert words in page.words, account
        assert other.open("/alerts").path == "/sign-in"
    again = stranger(with_provider)
    assert sign_in(again, "s-1").path == "/alerts"
    cold = stranger(with_provider)
    refused = cold.open("/sign-in/provider/back?code=x&state=y")
    assert (refused.status, "keeps no cookies" in refused.words) == (422, True)
    cold.open("/sign-in/provider")  # leaves the cookie of a question
    assert "does not fit" in cold.open("/sign-in/provider/back?code=x&state=y").words


# --- a provider that lies ------------------------------------------------------------------------------

KEY = RSAKey.generate_key(2048, {"kid": "one", "use": "sig"})
OTHER = RSAKey.generate_key(2048, {"kid": "one", "use": "sig"})


class Liar:
    """A provider that says what a test wants it to say."""

    def __init__(self) -> None:
        self.token = ""
        self.about: dict[str, Any] = {}
        liar = self

        class Door(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._answer({"keys": [KEY.as_dict(private=False)]} if self.path == "/keys" else liar.about)

            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["Content-Length"]))
                self._answer({"id_token": liar.token, "access_token": "a", "token_type": "Bearer"})

            def _answer(self, body: dict[str, Any]) -> None:
                data = json.dumps(body).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
        self._server.daemon_threads = True
        self.issuer = f"http://127.0.0.1:{self._server.server_port}"
        self.about = {
            "issuer": self.issuer, "authorization_endpoint": f"{self.issuer}/auth",
            "token_endpoint": f"{self.issuer}/token", "jwks_uri": f"{self.issuer}/keys",
        }  # fmt: skip
        Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def close(self) -> None:
        """Closing it twice is closing it."""
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def liar() -> Iterator[Liar]:
    made = Liar()
    yield made
    made.close()


def claims(liar: Liar, asked: Asked, **other: Any) -> dict[str, Any]:
    now = int(wall().timestamp())
    usual = {
        "iss": liar.issuer, "sub": "s-1", "aud": "routehub", "iat": now, "exp": now + 60, "nonce": asked.nonce,
        "email": "ana@si.example", "email_verified": True,
    }  # fmt: skip
    return {name: value for name, value in (usual | other).items() if value is not None}


LIES: list[dict[str, Any]] = [
    {"iss": "https://elsewhere.example"}, {"aud": "another"}, {"aud": ["routehub", "another"]}, {"exp": 1_000_000_000},
    {"nonce": "of another sign-in"}, {"nonce": None}, {"sub": None}, {"exp": None}, {"iat": 99_999_999_999},
]  # fmt: skip


async def test_a_token_that_does_not_fit_signs_nobody_in(liar: Liar):
    settings = Settings(oidc_issuer=liar.issuer, oidc_client_id="routehub", public_url="https://hub.example")
    provider, asked = Provider(settings), Asked.new("/")
    answer = {"code": "c", "state": asked.state}
    liar.token = jwt.encode({"alg": "RS256", "kid": "one"}, claims(liar, asked), KEY)
    assert (await provider.claim(asked, answer)).email == "ana@si.example"
    liar.token = jwt.encode({"alg": "RS256", "kid": "one"}, claims(liar, asked, email_verified=False), KEY)
    assert (await provider.claim(asked, answer)).email == ""
    for lie in LIES:
        liar.token = jwt.encode({"alg": "RS256", "kid": "one"}, claims(liar, asked, **lie), KEY)
        with pytest.raises(SignInNeeded):
            await provider.claim(asked, answer)
    weak = [
        jwt.encode({"alg": "RS256", "kid": "one"}, claims(liar, asked), OTHER),
        jwt.encode({"alg": "HS256"}, claims(liar, asked), OctKey.import_key("routehub's secret, long enough for it")),
        "eyJhbGciOiJub25lIn0." + jwt.encode({"alg": "RS256"}, claims(liar, asked), KEY).split(".")[1] + ".",
        "no token", "",
    ]  # fmt: skip
    for token in weak:
        liar.token = token
        with pytest.raises(SignInNeeded):
            await provider.claim(asked, answer)
    for odd in ({"state": "other"}, {"iss": "https://elsewhere.example"}, {"error": "access_denied"}, {"code": ""}):
        with pytest.raises(SignInNeeded):
            await provider.claim(asked, answer | odd)


@ON_SQLITE
def test_a_provider_that_is_away_or_another_leaves_the_other_ways(set_stage, stranger, liar: Liar):
    liar.about["issuer"] = "https://elsewhere.example"
    paper = stranger(set_stage(oidc_issuer=liar.issuer, oidc_client_id="routehub"))
    for _ in ("another", "away"):
        page = paper.open("/sign-in/provider")
        assert page.status == 422
        assert "Take another way" in page.words
        assert page.form("Send me a link")
        liar.close()
