"""Pages and files in fewer bytes: the overview is a fifth of itself, which a poor connection feels (UX 13).

A page holds its form's token, and some repeat what stands in their address. Compressed, the length of such a page tells
something about both to whoever makes a browser ask for it many times and watches the wire (BREACH, CVE-2013-3587). So a
page is compressed only where the browser says that our own page or its reader asked for it (Fetch Metadata): what
another site makes the browser ask for goes out whole. Files are the same for everybody and hold no secret.
"""

import gzip
from functools import lru_cache

from fastapi import Request, Response

from routehub.directory.sessions import OWN_SITES

LEVEL = 6
FEWEST = 800
"""Bytes below which compressing gains no packet."""
TEXT = ("text/html", "text/css", "text/javascript", "image/svg+xml")
ASKED_ANEW = "x-live"


def compressed(request: Request, response: Response) -> Response:
    """The answer with a compressed body, where the asker takes it and no other site learns from it."""
    if not _is_text(response) or not takes_gzip(request.headers.get("accept-encoding", "")):
        return response
    public = response.headers.get("cache-control", "").startswith("public")
    if public:
        response.headers["Vary"] = "Accept-Encoding"
    elif request.headers.get("sec-fetch-site") not in OWN_SITES:
        return response
    body = bytes(response.body)
    # What many get alike is compressed once; a page of one person is not kept.
    shared = public or ASKED_ANEW in request.headers
    response.body = _once(body) if shared else _packed(body)
    response.headers["Content-Encoding"] = "gzip"
    response.headers["Content-Length"] = str(len(response.body))
    return response


def takes_gzip(accepts: str) -> bool:
    """Whether an ``Accept-Encoding`` names gzip and does not rule it out (RFC 9110, 12.5.3)."""
    for part in accepts.lower().split(","):
        coding, _, weight = part.partition(";")
        if coding.strip() in ("gzip", "*"):
            return weight.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    return False


def _is_text(response: Response) -> bool:
    """A whole text in memory: a stream has no body yet, and an empty or small one gains nothing."""
    body = getattr(response, "body", b"")
    kind = response.headers.get("content-type", "")
    return len(body) >= FEWEST and kind.startswith(TEXT) and "content-encoding" not in response.headers


def _packed(body: bytes) -> bytes:
    return gzip.compress(body, LEVEL, mtime=0)


_once = lru_cache(maxsize=64)(_packed)
