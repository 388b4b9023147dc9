"""What a proxy in front of the hub says about a request, believed from the configured proxies and from nobody else: the
reader's address (``X-Forwarded-For``), and the certificate with which a system proved itself to the proxy (RFC 9440).
"""

import re
from base64 import b64decode
from binascii import Error as NotBase64
from hashlib import sha256
from typing import Any, cast
from urllib.parse import unquote

from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

PEM = re.compile(r"-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----")
LONGEST = 32_768


class Forwarded:
    """ASGI middleware, the outermost: what stands behind it may believe ``client`` and the header of certificates."""

    def __init__(self, app: ASGIApp, trusted: str, certificate_header: str) -> None:
        self._app = app
        proxied: Any = ProxyHeadersMiddleware(cast(Any, app), trusted or [])  # its types are of asgiref
        self._proxied = proxied
        self._header = certificate_header.lower().encode("ascii")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        client = scope.get("client")
        if client and client[0] in self._proxied.trusted_hosts:
            await self._proxied(scope, receive, send)
            return
        if self._header:
            kept = [pair for pair in scope["headers"] if pair[0] != self._header]
            scope = {**scope, "headers": kept}
        await self._app(scope, receive, send)


def fingerprint(said: str) -> str | None:
    """SHA-256 of the certificate in a proxy's header: as RFC 9440 has it (``:base64:``), as PEM with percent signs
    (nginx ``$ssl_client_escaped_cert``), or as plain base64 (Caddy). None for anything else."""
    text = unquote(said.strip()[:LONGEST])
    if found := PEM.search(text):
        text = found[1]
    try:
        content = b64decode("".join(text.strip(":").split()), validate=True)
    except (NotBase64, ValueError):
        return None
    return sha256(content).hexdigest() if content else None
