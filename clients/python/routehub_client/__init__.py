"""Client of Routehub: a library, blocking and for asyncio, and the terminal command `rh`."""

from routehub_client.__about__ import __version__
from routehub_client.aio import AsyncHub
from routehub_client.answers import Page, Posted
from routehub_client.course import Notice
from routehub_client.errors import (
    BadSignature,
    Busy,
    Conflict,
    Gap,
    Gone,
    HubError,
    Misconfigured,
    NoConnection,
    NotAllowed,
    Refused,
    RoutehubError,
    SignInNeeded,
    Unknown,
)
from routehub_client.hub import Hub
from routehub_client.outbox import Outbox
from routehub_client.webhook import verify

__all__ = [
    "AsyncHub",
    "BadSignature",
    "Busy",
    "Conflict",
    "Gap",
    "Gone",
    "Hub",
    "HubError",
    "Misconfigured",
    "NoConnection",
    "NotAllowed",
    "Notice",
    "Outbox",
    "Page",
    "Posted",
    "Refused",
    "RoutehubError",
    "SignInNeeded",
    "Unknown",
    "__version__",
    "verify",
]
