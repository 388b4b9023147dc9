"""The live stream: WebSocket with the subprotocol ``cloudevents.json``, and server-sent events."""

from typing import Annotated

from fastapi import APIRouter, Header, Query, Request, WebSocket
from fastapi.responses import Response
from starlette.types import Receive, Scope, Send

from routehub.api import problems
from routehub.api.context import Context, Ctx
from routehub.api.door import Door, refusal_of, unknown_parameters
from routehub.api.listening import Asked, asked, listen, wanted
from routehub.api.sockets import connection
from routehub.core.errors import HubError
from routehub.delivery.live.frame import RETRY_MILLISECONDS

router = APIRouter(tags=["stream"], route_class=Door)

SUBPROTOCOL = "cloudevents.json"
PARAMETERS = ("after", "kind", "party", "place", "severity", "resync")

After = Annotated[str | None, Query(max_length=40, description="Cursor; 0: from the start; nothing: from now on.")]
Kinds = Annotated[list[str], Query(alias="kind", max_length=50, description="Only these kinds.")]
Parties = Annotated[
    list[str], Query(alias="party", max_length=100, description="Only messages from, for or about these parties.")
]
Places = Annotated[
    list[str], Query(alias="place", max_length=100, description="Only about these places; a leg means its crossings.")
]
Severity = Annotated[str | None, Query(max_length=20, description="Least severity, for example Severe.")]
Resync = Annotated[
    str | None,
    Query(pattern="^head$", description="head: a lost cursor starts from now (recovered: false) instead of 410."),
]


# --- WebSocket ---


@router.websocket("/stream")
async def stream(socket: WebSocket, ctx: Ctx) -> None:
    """Every message of the reader's feed as it is accepted. Refusals are problem documents, before it opens."""
    query = socket.query_params
    try:
        if unknown := unknown_parameters(socket, PARAMETERS):
            raise refusal_of(unknown)
        found = wanted(
            ctx, query.getlist("kind"), query.getlist("party"), query.getlist("place"), query.get("severity")
        )
        ask = await asked(socket, ctx, found, query.get("after"), query.get("resync"))
    except HubError as error:
        await socket.send_denial_response(problems.answer(error))
        return
    await socket.accept(SUBPROTOCOL if SUBPROTOCOL in socket.scope["subprotocols"] else None)
    await listen(ctx, ask, connection(socket.scope))


# --- server-sent events ---


@router.get("/events", response_class=Response, responses={200: {"content": {"text/event-stream": {}}}})
async def events(
    request: Request, ctx: Ctx, after: After = None, kind: Kinds = [], party: Parties = [],  # noqa: B006
    place: Places = [], severity: Severity = None, resync: Resync = None,  # noqa: B006
    last_event_id: Annotated[str | None, Header(max_length=40)] = None,
) -> Response:  # fmt: skip
    """The same as server-sent events; ``Last-Event-ID`` resumes. Messages come as plain events with their cursor as
    id, the stream's own frames as events named ``start``, ``heartbeat`` and ``end``."""
    found = wanted(ctx, kind, party, place, severity)
    ask = await asked(request, ctx, found, last_event_id or after, resync)
    return EventStream(ctx, ask)


class EventStream(Response):
    """An answer that goes on until the reader leaves or the hub ends it."""

    media_type = "text/event-stream"

    def __init__(self, ctx: Context, ask: Asked) -> None:
        super().__init__(headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"})
        del self.headers["content-length"]
        self._ctx, self._ask = ctx, ask

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})

        retry = f"retry: {RETRY_MILLISECONDS}\n\n".encode()
        await send({"type": "http.response.body", "body": retry, "more_body": True})
        await listen(self._ctx, self._ask, connection(scope))
