"""Webhooks: structured CloudEvents with the headers of Standard Webhooks (standardwebhooks.com)."""

import asyncio
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

import httpx

from routehub.core.clock import wall
from routehub.core.errors import refused
from routehub.delivery.channels.base import Failed, Parcel, Taken, without_content
from routehub.delivery.guard import GuardedTransport
from routehub.delivery.signing import signatures

SECONDS = 20.0
_PATIENCE = httpx.Timeout(SECONDS).as_dict()
GONE = 410


class WebhookChannel:
    """POSTs the reader's event. Any 2xx is success, 410 ends the subscription, all else is tried again."""

    name = "webhook"

    def __init__(self, *, private: bool) -> None:
        # One for all sends: to read the trusted certificates takes longer than a send. The transport without a client
        # around it: no cookies from one receiver to the next, and no redirects.
        self._transport = GuardedTransport(private=private)

    async def close(self) -> None:
        """Let go of every connection that is still open."""
        await self._transport.aclose()

    async def send(self, parcel: Parcel) -> Taken:
        body = without_content(parcel) if parcel.withheld else parcel.event
        status, headers = await self._post(parcel.target, _headers(parcel, body), body.encode())
        if 200 <= status < 300:
            return Taken(f"answered {status}", status)
        if status == GONE:
            raise Failed("answered 410: it wants nothing any more", again=False, gone=True, status=status)
        words = f"answered {status}" + (", and redirects are not followed" if 300 <= status < 400 else "")
        raise Failed(words, again=True, retry_after=_retry_after(headers), status=status)

    async def _post(self, url: str, headers: dict[str, str], body: bytes) -> tuple[int, httpx.Headers]:
        """Status and headers. The receiver's body is not read: it could be endless."""
        try:
            async with asyncio.timeout(SECONDS):
                request = httpx.Request("POST", url, headers=headers, content=body, extensions={"timeout": _PATIENCE})
                answer = await self._transport.handle_async_request(request)
                await answer.aclose()
                return answer.status_code, answer.headers
        except (TimeoutError, httpx.TimeoutException):
            raise Failed(f"no answer within {SECONDS:.0f} s", again=True) from None
        except httpx.HTTPError as fault:
            raise Failed(f"the connection failed ({type(fault).__name__})", again=True) from None
        except (httpx.InvalidURL, ValueError):
            raise Failed("the address cannot be used", again=False) from None


def _headers(parcel: Parcel, body: str) -> dict[str, str]:
    now = wall()
    return {
        "content-type": "application/cloudevents+json; charset=utf-8",
        "user-agent": "Routehub",
        "webhook-id": parcel.about,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": signatures(parcel.secrets, parcel.about, now, body),
    }


def _retry_after(headers: httpx.Headers) -> float | None:
    """Seconds to wait by ``Retry-After``: a number or a date (RFC 9110, 10.2.3)."""
    text = headers.get("retry-after", "").strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    try:
        date = parsedate_to_datetime(text)
    except (ValueError, TypeError):
        return None
    return max(0.0, (date.replace(tzinfo=date.tzinfo or UTC) - datetime.now(UTC)).total_seconds())


def check_target(url: str, *, private: bool) -> str:
    """An address for webhooks as given, or a refusal: https, a host, no credentials in it."""
    try:
        parts = urlsplit(url)
        sound = bool(parts.hostname) and parts.username is None and parts.port != 0 and url.isascii()
    except ValueError:
        sound = False
    schemes = ("https", "http") if private else ("https",)
    if not sound or parts.scheme not in schemes or len(url) > 2000 or any(c.isspace() for c in url):
        raise refused(
            "/target", "webhook-address", "A webhook needs an https address without user name or password.",
            sent=url[:200], allowed=["https://…"],
        )  # fmt: skip
    return url
