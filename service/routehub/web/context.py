"""What the pages need of the hub, handed in by ``app``."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Annotated, cast

from fastapi import Depends
from starlette.requests import HTTPConnection

from routehub.chairing.office import Chair
from routehub.core.clock import LiveClock, MovableClock
from routehub.core.db import Database
from routehub.core.rates import Rates
from routehub.core.settings import Settings
from routehub.core.vault import Vault
from routehub.delivery.mail import MailTransport
from routehub.delivery.subscription_office import SubscriptionOffice
from routehub.directory.current import CurrentDirectory
from routehub.intake.pushes import PushLog
from routehub.intake.receive import Intake
from routehub.journal.red_reads import RedReads
from routehub.journal.writer import Writer
from routehub.web.counts import KnownCounts
from routehub.web.provider import Provider
from routehub.web.shared_pages import SharedPages
from routehub_schemas.registry import Registry


@dataclass(frozen=True)
class WebContext:
    """The parts of a running hub that the pages use."""

    settings: Settings
    db: Database
    clock: LiveClock | MovableClock
    directory: CurrentDirectory
    registry: Registry
    writer: Writer
    intake: Intake
    mail: MailTransport
    rates: Rates
    pushes: PushLog
    subscriptions: SubscriptionOffice
    due: Callable[[], None]
    chair: Chair
    vault: Vault
    listening: Callable[[], int]
    """How many streams are open at this hub."""
    red_reads: RedReads
    provider: Provider | None = None
    shared: SharedPages = field(default_factory=SharedPages)
    counts: KnownCounts = field(default_factory=KnownCounts)

    @property
    def https(self) -> bool:
        """Whether users reach the hub encrypted: then cookies say Secure and answers say HSTS."""
        return self.settings.public_url.startswith("https://")


def web_context(connection: HTTPConnection) -> WebContext:
    return cast(WebContext, connection.app.state.web)


async def _context(connection: HTTPConnection) -> WebContext:
    """Not a plain function: FastAPI would send each request's to a thread and back."""
    return web_context(connection)


Web = Annotated[WebContext, Depends(_context)]
