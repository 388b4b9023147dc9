"""One file per page; together they are the router of all pages."""

from collections.abc import Iterator

from fastapi import APIRouter

from routehub.core.signpost import Inclusion
from routehub.web import assets
from routehub.web.answers import PageRoute
from routehub.web.pages import (
    account,
    account_codes,
    account_passkeys,
    acknowledge,
    actions,
    admin,
    admin_people,
    admin_route,
    admin_warning,
    agenda,
    alerts,
    bulletins,
    chairing,
    checkpoints,
    commitments,
    conference_calls,
    conference_invitation,
    conferences,
    device,
    figures,
    figures_posted,
    forecast,
    hand_overs,
    help,
    keys,
    language,
    legs,
    measures,
    messages,
    monitoring,
    movements,
    note_taking,
    notification_choices,
    notifications,
    offers,
    overview,
    parties,
    pauses,
    people,
    proposing,
    readout_checks,
    readout_draft,
    readouts,
    replay,
    requests,
    search,
    second_step,
    series,
    settings,
    sign_in,
    sign_in_passkey,
    sign_in_provider,
    statements,
    threads,
    time_zone,
    welcome,
)

OF_A_ROUTE = (
    overview,
    replay,
    parties,
    legs,
    forecast,
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
    conferences,
    series,
    conference_calls,  # before the page of one conference, which would take /conference/new for a number
    conference_invitation,
    agenda,
    chairing,
    proposing,
    note_taking,
    actions,
    readout_draft,
    readout_checks,
    readouts,
    statements,
    threads,
    messages,
    checkpoints,
    search,
    hand_overs,
    people,
    pauses,
    keys,
    notification_choices,  # before the page of one subscription, which would take its address for an id
    notifications,
    settings,
    time_zone,
    account,
    account_codes,
    account_passkeys,
    admin,
    admin_route,
    admin_people,
    admin_warning,
    device,
    help,
    welcome,
)


def inclusions() -> Iterator[Inclusion]:
    """All pages: those of the default route without a prefix, and those of every route under its code."""
    yield Inclusion(assets.router)
    # Before the one-time link, whose address would take theirs.
    yield Inclusion(second_step.router)
    yield Inclusion(sign_in_passkey.router)
    yield Inclusion(sign_in_provider.router)
    yield Inclusion(sign_in.router)
    yield Inclusion(acknowledge.router)
    yield Inclusion(language.router)
    yield Inclusion(device.of_any_route)
    for part in OF_A_ROUTE:
        yield Inclusion(part.router)
        yield Inclusion(part.router, "/routes/{route}")
    of_a_route = APIRouter(route_class=PageRoute)
    of_a_route.add_api_route("/routes/{route}", overview.show, methods=["GET"])
    yield Inclusion(of_a_route)
