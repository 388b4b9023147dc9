"""The one place that speaks HTTP: sends a `Request`, gives back an `Answer`, and tries again when allowed."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any

import httpx

from routehub_client import errors
from routehub_client.address import Address
from routehub_client.backoff import Backoff
from routehub_client.wire import Answer, Request


class _Patience:
    """Decides, for both clients alike, whether a failed try is followed by another and when."""

    def __init__(self, request: Request, seconds: float, clock: Callable[[], float]) -> None:
        self._request = request
        self._until = clock() + seconds
        self._clock = clock
        self._backoff = Backoff(first=0.3, longest=10.0)

    def pause(self, fault: errors.NoConnection | errors.Busy) -> float | None:
        """Seconds until the next try, or None: the time is up, or a repeat could act twice."""
        if not self._request.repeatable:
            return None
        asked = fault.retry_after if isinstance(fault, errors.Busy) else None
        pause = max(self._backoff.next(), asked or 0.0)
        return pause if self._clock() + pause <= self._until else None


class Transport:
    """Blocking. `wait` = seconds during which a repeatable request is tried again before it fails."""

    def __init__(self, address: Address, timeout: float, wait: float) -> None:
        self._address = address
        self._timeout = timeout
        self._wait = wait
        self._client = httpx.Client(base_url=address.url, headers=address.headers, timeout=timeout)

    def send(self, request: Request) -> Answer:
        patience = _Patience(request, self._wait, time.monotonic)
        while True:
            try:
                return self.once(request)
            except (errors.NoConnection, errors.Busy) as fault:
                pause = patience.pause(fault)
                if pause is None:
                    raise
                time.sleep(pause)

    def once(self, request: Request) -> Answer:
        try:
            response = self._client.request(**_parts(request, self._timeout))
        except httpx.TransportError as fault:
            raise _lost(self._address, fault, self._timeout) from None
        return _answer(response)

    def close(self) -> None:
        self._client.close()


class AsyncTransport:
    """The same for asyncio."""

    def __init__(self, address: Address, timeout: float, wait: float) -> None:
        self._address = address
        self._timeout = timeout
        self._wait = wait
        self._client = httpx.AsyncClient(base_url=address.url, headers=address.headers, timeout=timeout)

    async def send(self, request: Request) -> Answer:
        patience = _Patience(request, self._wait, time.monotonic)
        while True:
            try:
                return await self.once(request)
            except (errors.NoConnection, errors.Busy) as fault:
                pause = patience.pause(fault)
                if pause is None:
                    raise
                await asyncio.sleep(pause)

    async def once(self, request: Request) -> Answer:
        try:
            response = await self._client.request(**_parts(request, self._timeout))
        except httpx.TransportError as fault:
            raise _lost(self._address, fault, self._timeout) from None
        return _answer(response)

    async def close(self) -> None:
        await self._client.aclose()


def _parts(request: Request, timeout: float) -> dict[str, Any]:
    return {
        "method": request.method,
        "url": request.path,
        "params": request.params or None,
        "headers": dict(request.headers),
        "content": request.body,
        "timeout": timeout + request.patience,
    }


def _answer(response: httpx.Response) -> Answer:
    return Answer(response.status_code, dict(response.headers), response.content).check()


def _lost(address: Address, fault: httpx.TransportError, timeout: float) -> errors.NoConnection:
    if isinstance(fault, httpx.TimeoutException):
        return errors.NoConnection(address.host, f"timed out after {timeout:g} s")
    if isinstance(fault, httpx.ConnectError):
        return errors.NoConnection(address.host, _words(str(fault)))
    return errors.NoConnection(address.host, "the connection broke before the answer came")


def _words(fault: str) -> str:
    """The operating system's words in plain ones, where they are known."""
    known = {
        "refused": "nothing answers at this address",
        "Name or service not known": "the name is not known",
        "Temporary failure in name resolution": "names cannot be looked up",
        "CERTIFICATE_VERIFY_FAILED": "its certificate is not trusted",
        "unreachable": "the network cannot be reached",
    }
    return next((plain for sign, plain in known.items() if sign in fault), "it cannot be reached")
