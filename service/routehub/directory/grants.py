"""Who may enter on behalf of whom on a route (S1 p9). The party itself allows it, or the operator for it; either
side sees it, and every entry made so is audited."""

from pydantic import BaseModel
from sqlalchemy import delete, insert

from routehub.core.errors import Unknown, refused
from routehub.directory.people import require_office
from routehub.directory.principal import Principal
from routehub.directory.snapshot import Directory, load
from routehub.directory.tables import reporting_grants
from routehub.directory.transaction import Transaction
from routehub_schemas.kind import STRICT
from routehub_schemas.vocab import PartyCode


class Grant(BaseModel):
    """``actor`` may enter on behalf of ``party``; the party is one's own, if not named."""

    model_config = STRICT

    actor: PartyCode
    party: PartyCode | None = None


def allow(tx: Transaction, who: Principal, given: Grant) -> tuple[str, str]:
    """Let a party enter on behalf of another; answers (actor, party). Allowing it again changes nothing."""
    directory = load(tx.conn)
    actor, party = _on_route(tx, directory, who, given)
    require_office(who, party)
    if actor == party:
        raise refused("/actor", "same-party", "A party enters its own figures without this.", sent=actor)
    if (who.route, actor, party) not in directory.grants:
        tx.conn.execute(insert(reporting_grants).values(route=who.route, actor=actor, party=party))
        tx.audit("grant", who.route, party, who.actor, {"actor": actor})
        tx.directory_changed()
    return actor, party


def withdraw(tx: Transaction, who: Principal, actor: str, party: str) -> None:
    """Take it back; 404 when it was not allowed."""
    directory = load(tx.conn)
    from_code, for_code = directory.party_code(actor), directory.party_code(party)
    if from_code is None or for_code is None or (who.route, from_code, for_code) not in directory.grants:
        raise Unknown(f"{actor} is not allowed to enter on behalf of {party} on this route.")
    require_office(who, for_code)
    g = reporting_grants.c
    tx.conn.execute(delete(reporting_grants).where(g.route == who.route, g.actor == from_code, g.party == for_code))
    tx.audit("grant-withdrawn", who.route, for_code, who.actor, {"actor": from_code})
    tx.directory_changed()


def visible(directory: Directory, who: Principal) -> list[tuple[str, str]]:
    """(actor, party) of the route's grants that concern the actor's party; all of them for the operator."""
    return sorted(
        (actor, party)
        for route, actor, party in directory.grants
        if route == who.route and ("operator" in who.roles or who.party in (actor, party))
    )


def _on_route(tx: Transaction, directory: Directory, who: Principal, given: Grant) -> tuple[str, str]:
    route = directory.routes.get(who.route)
    if route is None:
        raise Unknown(f"There is no route {who.route} here that you can see.")
    today = tx.now.astimezone(route.zone).date()
    codes = []
    for pointer, sent in (("/actor", given.actor), ("/party", given.party or who.party)):
        code = directory.party_code(sent)
        if code is None or route.membership(code, today) is None:
            raise refused(pointer, "unknown-party", f"{sent} is not a party of route {who.route}.", sent=sent)
        codes.append(code)
    return codes[0], codes[1]
