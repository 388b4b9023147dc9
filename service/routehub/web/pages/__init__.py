"""One file per page; together they are the router of all pages."""

from fastapi import APIRouter

from routehub.web import assets
from routehub.web.answers import PageRoute
from routehub.web.pages import (
    acknowledge,
    actions,
    agenda,
    alerts,
    bulletins,
    chairing,
    commitments,
    figures,
    figures_posted,
    hand_overs,
    keys,
    measures,
    messages,
    monitoring,
    movements,
    note_taking,
    notifications,
    offers,
    overview,
    pauses,
    people,
    readout_checks,
    readout_draft,
    readouts,
    requests,
    settings,
    sign_in,
    statements,
    threads,
)

OF_A_ROUTE = (
    overview,
    figures,
    figures_posted,
    alerts,
    measures,
    movements,
    requests,
    offers,
    commitments,
    monitoring,
    bulletins,
    agenda,
    chairing,
    note_taking,
    actions,
    readout_draft,
    readout_checks,
    readouts,
    statements,
    threads,
    messages,
    hand_overs,
    people,
    pauses,
    keys,
    notifications,
    settings,
)


def router() -> APIRouter:
    """All pages: those of the default route without a prefix, and those of every route under its code."""
    found = APIRouter(route_class=PageRoute, include_in_schema=False)
    found.include_router(assets.router)
    found.include_router(sign_in.router)
    found.include_router(acknowledge.router)
    for part in OF_A_ROUTE:
        found.include_router(part.router)
        found.include_router(part.router, prefix="/routes/{route}")
    found.add_api_route("/routes/{route}", overview.show, methods=["GET"])
    return found
