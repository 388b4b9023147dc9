"""The two drivers of a `Course`: one blocking, one for asyncio."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Generator, Mapping
from ssl import SSLCertVerificationError
from typing import Any

from websockets import Subprotocol
from websockets.asyncio.client import connect as connect_async
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus
from websockets.sync.client import connect as connect_sync

from routehub_client import errors
from routehub_client.address import Address
from routehub_client.course import SILENCE, Again, Course
from routehub_schemas.envelope import Envelope

SUBPROTOCOL = Subprotocol("cloudevents.json")
LARGEST = 4 * 1024 * 1024
"""Bytes of one frame: a report of a thousand figures fits several times."""


def follow(
    address: Address, path: str, asked: tuple[tuple[str, str], ...], course: Course
) -> Generator[Envelope, None, None]:
    """Events without end. The connection is opened again, from the cursor, as often as it breaks."""
    while True:
        try:
            url = _url(address, path, asked, course)
            with connect_sync(url, **_settings(address)) as socket:
                course.opened()
                while True:
                    event = course.frame(socket.recv(timeout=SILENCE))
                    if event is not None:
                        yield event
        except _BROKEN as fault:
            time.sleep(_pause(course, fault))


async def follow_async(
    address: Address, path: str, asked: tuple[tuple[str, str], ...], course: Course
) -> AsyncGenerator[Envelope, None]:
    while True:
        try:
            url = _url(address, path, asked, course)
            async with connect_async(url, **_settings(address)) as socket:
                course.opened()
                while True:
                    event = course.frame(await asyncio.wait_for(socket.recv(), SILENCE))
                    if event is not None:
                        yield event
        except _BROKEN as fault:
            await asyncio.sleep(_pause(course, fault))


_BROKEN = (Again, ConnectionClosed, InvalidHandshake, OSError, EOFError, TimeoutError)


def _url(address: Address, path: str, asked: tuple[tuple[str, str], ...], course: Course) -> str:
    after = () if course.cursor is None else (("after", course.cursor),)
    return address.socket(path, asked + after)


def _settings(address: Address) -> dict[str, Any]:
    headers: Mapping[str, str] = {name: text for name, text in address.headers.items() if name != "User-Agent"}
    return {
        "additional_headers": headers,
        "user_agent_header": address.headers["User-Agent"],
        "subprotocols": [SUBPROTOCOL],
        "max_size": LARGEST,
        "compression": None,
        "open_timeout": 10,
        "close_timeout": 2,
    }


def _pause(course: Course, fault: Exception) -> float:
    """What a break means: seconds until the next try, or the error that ends the stream."""
    if isinstance(fault, Again):
        return 0.0
    if isinstance(fault, InvalidStatus):
        answer = fault.response
        headers = {name.lower(): text for name, text in answer.headers.raw_items()}
        return course.refused(errors.from_answer(answer.status_code, headers, bytes(answer.body or b"")))
    if isinstance(fault, ConnectionClosed) and fault.rcvd is not None:
        return course.lost(fault.rcvd.code, fault.rcvd.reason)
    if isinstance(fault, SSLCertVerificationError):
        raise errors.NoConnection("the hub", "its certificate is not trusted") from None
    return course.lost(reason="no word for a while" if isinstance(fault, TimeoutError) else "the line broke")
