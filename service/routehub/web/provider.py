"""A provider of sign-in (OpenID Connect Core 1.0): the authorisation code flow with PKCE, and nothing else of it.

Two requests and a signature: the requests are httpx's, the signature and the claims joserfc's. Only asymmetric
signatures count, so that neither ``none`` nor the hub's own secret can sign a token (RFC 8725, 3.1).
"""

import hmac
import time
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote, urlencode, urlsplit

import httpx

from routehub.core.errors import Busy, SignInNeeded
from routehub.core.ids import token as new_token
from routehub.core.language import _, later
from routehub.core.observe import log
from routehub.core.settings import Settings
from routehub.directory.identities import Claim

if TYPE_CHECKING:  # loaded when the first account signs in: most starts of a hub need none
    from joserfc.jwk import KeySet

ALGORITHMS = ["RS256", "PS256", "ES256", "ES384", "RS384", "PS384", "RS512", "PS512", "ES512", "EdDSA", "Ed25519"]
KEPT = 3600.0
"""Seconds for which what the provider says about itself is kept."""
KEYS_AGAIN = 60.0
"""Seconds between two looks for new keys, when a token names one that is not known."""
LEEWAY = 60
LARGEST = 1_048_576
HOME = ("127.0.0.1", "::1", "localhost")
REFUSED = later("The answer of the provider does not fit what was asked. Begin again.")


@dataclass(frozen=True)
class Asked:
    """What was asked in one browser; it comes back with the provider's answer in a cookie that only this hub reads."""

    state: str
    nonce: str
    verifier: str
    to: str

    @classmethod
    def new(cls, to: str) -> "Asked":
        return cls(new_token(), new_token(), new_token(), to)

    @property
    def cookie(self) -> str:
        return ".".join((self.state, self.nonce, self.verifier, quote(self.to, safe="")))

    @classmethod
    def read(cls, cookie: str) -> "Asked | None":
        parts = cookie.split(".", 3)
        if len(parts) != 4 or not all(parts[:3]):
            return None
        state, nonce, verifier, to = parts
        return cls(state, nonce, verifier, unquote(to))

    @property
    def challenge(self) -> str:
        """RFC 7636, 4.2: S256."""
        return urlsafe_b64encode(sha256(self.verifier.encode()).digest()).decode().rstrip("=")


class Provider:
    """The configured provider. Errors of all ways: 503 when it cannot be reached or answers nonsense."""

    def __init__(self, settings: Settings) -> None:
        self.issuer = settings.oidc_issuer
        self._client, self._secret = settings.oidc_client_id, settings.oidc_client_secret
        self._back = settings.public_url.rstrip("/") + "/sign-in/provider/back"
        self._about: tuple[float, dict[str, Any]] = (0.0, {})
        self._keys: tuple[float, KeySet | None] = (0.0, None)

    async def address(self, asked: Asked) -> str:
        """Where to send the browser."""
        about = await self._metadata()
        query = {
            "response_type": "code", "client_id": self._client, "redirect_uri": self._back,
            "scope": "openid email", "state": asked.state, "nonce": asked.nonce,
            "code_challenge": asked.challenge, "code_challenge_method": "S256",
        }  # fmt: skip
        at = str(about["authorization_endpoint"])
        return f"{at}{'&' if urlsplit(at).query else '?'}{urlencode(query)}"

    async def claim(self, asked: Asked, answer: dict[str, str]) -> Claim:
        """Who has signed in, from the query with which the browser came back. Errors: 401 when it does not fit."""
        if not hmac.compare_digest(answer.get("state", "").encode(), asked.state.encode()):
            raise SignInNeeded(REFUSED)
        about = await self._metadata()
        says_issuer = bool(about.get("authorization_response_iss_parameter_supported"))
        if (says_issuer or "iss" in answer) and answer.get("iss") != self.issuer:  # RFC 9207, 2.4
            raise SignInNeeded(REFUSED)
        if "error" in answer or not answer.get("code"):
            raise SignInNeeded(_("The provider did not sign you in. Try again, or take another way."))
        given = await self._redeem(about, answer["code"], asked.verifier)
        claims = await self._checked(about, str(given.get("id_token", "")), asked.nonce)
        if "email" not in claims and about.get("userinfo_endpoint") and given.get("access_token"):
            more = await self._json("GET", str(about["userinfo_endpoint"]), token=str(given["access_token"]))
            if more.get("sub") != claims["sub"]:  # OpenID Connect Core 1.0, 5.3.2
                raise SignInNeeded(REFUSED)
            claims = {**more, **claims}
        vouched = claims.get("email_verified") in (True, "true")
        return Claim(self.issuer, str(claims["sub"]), str(claims.get("email", "")) if vouched else "")

    async def _redeem(self, about: dict[str, Any], code: str, verifier: str) -> dict[str, Any]:
        form = {
            "grant_type": "authorization_code", "code": code, "redirect_uri": self._back, "code_verifier": verifier,
        }  # fmt: skip
        basic = None
        methods = about.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        if self._secret and "client_secret_basic" in methods:
            basic = (quote(self._client, safe=""), quote(self._secret, safe=""))  # RFC 6749, 2.3.1
        else:
            form |= {"client_id": self._client} | ({"client_secret": self._secret} if self._secret else {})
        return await self._json("POST", str(about["token_endpoint"]), form=form, basic=basic)

    async def _checked(self, about: dict[str, Any], token: str, nonce: str) -> dict[str, Any]:
        """The claims of an id token that is signed by the provider, for this hub, and for this sign-in."""
        from joserfc import jwt
        from joserfc.errors import JoseError

        rules = jwt.JWTClaimsRegistry(
            leeway=LEEWAY, iss={"essential": True, "value": self.issuer}, sub={"essential": True},
            aud={"essential": True, "value": self._client}, exp={"essential": True}, iat={"essential": True},
            nonce={"essential": True, "value": nonce},
        )  # fmt: skip
        try:
            claims = await self._signed(about, token)
            rules.validate(claims)
        except (JoseError, ValueError, KeyError, TypeError) as fault:
            log("web").warning("a token of the provider was refused", fault=type(fault).__name__)
            raise SignInNeeded(REFUSED) from fault
        audience = claims["aud"]
        if isinstance(audience, list) and len(audience) > 1 and claims.get("azp") != self._client:
            raise SignInNeeded(REFUSED)
        return claims

    async def _signed(self, about: dict[str, Any], token: str) -> dict[str, Any]:
        """The claims under a good signature; keys are read again once, as providers change theirs."""
        from joserfc import jwt
        from joserfc.errors import JoseError

        keys = await self._key_set(about)
        try:
            return dict(jwt.decode(token, keys, algorithms=ALGORITHMS).claims)
        except (JoseError, ValueError):
            if time.monotonic() - self._keys[0] < KEYS_AGAIN:
                raise
        self._keys = (0.0, None)
        return dict(jwt.decode(token, await self._key_set(about), algorithms=ALGORITHMS).claims)

    async def _key_set(self, about: dict[str, Any]) -> "KeySet":
        from joserfc.jwk import KeySet

        at, keys = self._keys
        if keys is None or time.monotonic() - at > KEPT:
            keys = KeySet.import_key_set(await self._json("GET", str(about["jwks_uri"])))  # type: ignore[arg-type]
            self._keys = (time.monotonic(), keys)
        return keys

    async def _metadata(self) -> dict[str, Any]:
        """What the provider says about itself (OpenID Connect Discovery 1.0, 4). Its name is the configured one."""
        at, about = self._about
        if about and time.monotonic() - at < KEPT:
            return about
        found = await self._json("GET", self.issuer.rstrip("/") + "/.well-known/openid-configuration")
        addresses = [found.get(name) for name in ("authorization_endpoint", "token_endpoint", "jwks_uri")]
        if found.get("issuer") != self.issuer or not all(isinstance(a, str) and _safe(a) for a in addresses):
            log("web").error("the provider of sign-in describes itself otherwise than configured")
            raise Busy(
                _("Signing in this way is not set up right. Take another way, and tell the operator of the hub.")
            )
        self._about = (time.monotonic(), found)
        return found

    async def _json(
        self, method: str, url: str, *, form: dict[str, str] | None = None, basic: tuple[str, str] | None = None,
        token: str = "",
    ) -> dict[str, Any]:  # fmt: skip
        """One request to the provider. Redirects are not followed, so no secret goes elsewhere."""
        if not _safe(url):
            raise Busy(_("Signing in this way is not set up right: the provider needs https."))
        headers = {"Accept": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
        try:
            async with httpx.AsyncClient(trust_env=False, timeout=10, follow_redirects=False) as client:
                answer = await client.request(method, url, data=form, auth=basic, headers=headers)
            found = answer.json() if answer.status_code == 200 and len(answer.content) <= LARGEST else None
        except (httpx.HTTPError, ValueError) as fault:
            log("web").error("the provider of sign-in did not answer", fault=type(fault).__name__)
            found, answer = None, httpx.Response(503)
        if isinstance(found, dict):
            return found
        if form is not None and answer.status_code in (400, 401):  # the code was used, or is too old
            log("web").warning("the provider refused a code", status=answer.status_code)
            raise SignInNeeded(REFUSED)
        raise Busy(_("The provider of sign-in cannot be reached now. Take another way, or try again in a minute."))


def _safe(url: str) -> bool:
    """https, or this machine: the flow hands secrets over."""
    parts = urlsplit(url)
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in HOME)
