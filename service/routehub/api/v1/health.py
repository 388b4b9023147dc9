"""Health for the load balancer and the operator."""

import asyncio
import hmac
import shutil
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from prometheus_client import generate_latest
from sqlalchemy import Connection

from routehub.api.context import Ctx
from routehub.api.identity import identify
from routehub.core import state
from routehub.core.canonical import dumps, iso
from routehub.core.clock import wall
from routehub.core.errors import HubError, SignInNeeded, Unknown
from routehub.core.observe import Metrics, log
from routehub.delivery import dispatcher, outgoing
from routehub.journal import follow

router = APIRouter(tags=["housekeeping"])
SHORTEST_TOKEN = 32


@router.get("/health/live")
async def live() -> dict[str, str]:
    """The process answers."""
    return {"status": "live"}


async def _for_operators(request: Request, ctx: Ctx) -> None:
    """From the machine itself or by an operator; to others there is nothing here. What a proxy on this machine hands
    on does not come from the machine."""
    if not _by_proxy(request) and request.client is not None and _loopback(request.client.host):
        return
    try:
        principal = await identify(request, ctx)
    except SignInNeeded:
        raise Unknown("There is no such address here.") from None
    if "operator" not in principal.roles:
        raise Unknown("There is no such address here.")


def _by_proxy(request: Request) -> bool:
    return "x-forwarded-for" in request.headers or "forwarded" in request.headers


async def _for_scrapers(request: Request, ctx: Ctx) -> None:
    """The same, and besides for the program that has the hub's own secret for that and asks the hub itself: metrics
    tell of traffic that no party may know of, so the secret is of no use from outside, through a proxy."""
    scheme, _, said = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and not _by_proxy(request):
        token = await asyncio.to_thread(_token, ctx.settings.metrics_token_file)
        if token is not None and hmac.compare_digest(said.strip().encode(), token):
            return
    await _for_operators(request, ctx)


def _token(file: Path | None) -> bytes | None:
    """Read each time, so that it can be changed without a restart. A file that is away, or has something that could be
    guessed, opens nothing."""
    if file is None:
        return None
    try:
        found = file.read_bytes().strip()
    except OSError as fault:
        log("metrics").warning("the file of the metrics token cannot be read", fault=str(fault))
        return None
    return found if len(found) >= SHORTEST_TOKEN else None


def _loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


OperatorsOnly = Annotated[None, Depends(_for_operators)]
Scrapers = Annotated[None, Depends(_for_scrapers)]


@router.get("/health/ready")
async def ready(ctx: Ctx, _: OperatorsOnly) -> Response:
    """What the operator watches: durability, epoch, head, how far the followers are, what waits to be sent. 503 when
    the hub stops, cannot read its journal or has met damage in it. Not public: counts would tell of hidden traffic."""
    try:
        ctx.db.must_be_sound()
        found = await ctx.db.read(_facts)
    except HubError as fault:
        found = {"fault": fault.detail}
    well = "fault" not in found and not ctx.live.stopping
    body = {
        "status": "ready" if well else "stopping" if ctx.live.stopping else "not ready",
        "durability": "full",  # the hub refuses to start without it
        "live": {"position": ctx.live.position, "listeners": len(ctx.live.listeners)},
        "writer": {"waiting": ctx.writer.waiting},
    } | found
    return Response(dumps(body), 200 if well else 503, {"Cache-Control": "no-store"}, media_type="application/json")


def _facts(conn: Connection) -> dict[str, Any]:
    waiting = outgoing.queue(conn)
    return {
        "epoch": state.epoch(conn),
        "head": follow.head(conn),
        "dispatcher": {"position": follow.checkpoint(conn, dispatcher.NAME)},
        "deliveries": {
            "due": waiting.due,
            "dead": waiting.dead,
            "oldest_due": iso(waiting.oldest) if waiting.oldest else None,
            "oldest_undelivered_alert": iso(waiting.oldest_alert) if waiting.oldest_alert else None,
        },
    }


@router.get("/metrics", include_in_schema=False)
async def metrics(ctx: Ctx, _: Scrapers) -> Response:
    """Metrics in the text format of Prometheus."""
    await ctx.db.read(_measure, ctx.metrics)
    ctx.metrics.disk.set(shutil.disk_usage(ctx.settings.disk).free)
    return Response(generate_latest(ctx.metrics.registry), media_type="text/plain; version=0.0.4")


def _measure(conn: Connection, metrics: Metrics) -> None:
    """What is counted in the database, and so by every hub alike."""
    waiting, now = outgoing.queue(conn), wall()
    metrics.due.set(waiting.due)
    metrics.dead.set(waiting.dead)
    for urgency, since in (("any", waiting.oldest), ("urgent", waiting.oldest_alert)):
        metrics.oldest.labels(urgency).set((now - since).total_seconds() if since else 0)
    metrics.behind.set(follow.head(conn) - follow.checkpoint(conn, dispatcher.NAME))
    backup = state.last_backup(conn)
    metrics.backup.set(backup.made_at.timestamp() if backup else 0)
