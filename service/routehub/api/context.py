"""What the doors need of the hub, handed in by ``app``."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, TypeVar, cast

from fastapi import Depends
from starlette.requests import HTTPConnection

from routehub.chairing.office import Chair
from routehub.core.clock import LiveClock, MovableClock
from routehub.core.db import Database
from routehub.core.observe import Metrics
from routehub.core.rates import Rates
from routehub.core.settings import Settings
from routehub.delivery.live.broadcast import Broadcast
from routehub.delivery.subscription_office import SubscriptionOffice
from routehub.directory.current import CurrentDirectory
from routehub.intake.pushes import PushLog
from routehub.intake.receive import Intake
from routehub.journal.batch import Batch
from routehub.journal.jobs import Change
from routehub.journal.red_reads import RedReads
from routehub.journal.writer import Writer
from routehub.warning.engine import Engine
from routehub_schemas.registry import Registry

T = TypeVar("T")


@dataclass(frozen=True)
class Context:
    """The parts of a running hub that the API uses."""

    settings: Settings
    db: Database
    clock: LiveClock | MovableClock
    directory: CurrentDirectory
    registry: Registry
    writer: Writer
    intake: Intake
    metrics: Metrics
    rates: Rates
    live: Broadcast
    due: Callable[[], None]
    pushes: PushLog
    warning: Engine
    subscriptions: SubscriptionOffice
    chair: Chair
    red_reads: RedReads

    async def change(self, apply: Callable[[Batch], T]) -> T:
        """Change the directory through the writer. The next request to this hub sees what changed."""
        result = await self.writer.submit(Change(apply))
        await self.db.read(self.directory.refresh)
        return result


async def context(connection: HTTPConnection) -> Context:
    """Not a plain function: FastAPI would send each request's to a thread and back."""
    return cast(Context, connection.app.state.api)


Ctx = Annotated[Context, Depends(context)]
