"""Health for the load balancer and the operator."""

from fastapi import APIRouter, Response
from prometheus_client import generate_latest

from routehub.api.context import Ctx

router = APIRouter(tags=["housekeeping"])


@router.get("/health/live")
async def live() -> dict[str, str]:
    """The process answers."""
    return {"status": "live"}


@router.get("/metrics", include_in_schema=False)
async def metrics(ctx: Ctx) -> Response:
    """Metrics in the text format of Prometheus."""
    return Response(generate_latest(ctx.metrics.registry), media_type="text/plain; version=0.0.4")
