"""``routehub people``: nominate, list, give roles, withdraw, and print a sign-in link."""

import json
from types import ModuleType
from typing import Annotated, Any

import typer
from sqlalchemy import Table

from routehub.cli.offline import AsJson, Offline, OnRoute, checked, offline, show
from routehub.core.canonical import dumps
from routehub.core.clock import wall
from routehub.delivery import own_data as deliveries
from routehub.directory import factors, own_data, people, sessions, sign_in
from routehub.directory.install import install_hub_party
from routehub.directory.people import ROLES, Nomination, PersonChange
from routehub.directory.snapshot import OPERATOR_ROUTE, PersonView
from routehub.journal.batch import Batch
from routehub.tables import ALL

app = typer.Typer(no_args_is_help=True, help="People: nominate, list, give roles, withdraw, signing in.")
Email = Annotated[str, typer.Argument(help="E-mail address of the person.")]


@app.command("add")
def add(
    email: Email,
    name: Annotated[str, typer.Argument(help="Name, for example 'Ana Novak'.")],
    party: Annotated[str, typer.Option(help="Code of the party; not needed for an operator.")] = "",
    role: Annotated[list[str], typer.Option(help=f"Role, again for more: {', '.join(ROLES)}.")] = ["contact_point"],  # noqa: B006
    route: OnRoute = "",
    function: Annotated[str, typer.Option(help="Function in the party.")] = "",
    phone: Annotated[str, typer.Option(help="Telephone number, with +.")] = "",
    language: Annotated[list[str], typer.Option(help="Language tag such as sl, again for more.")] = [],  # noqa: B006
    zone: Annotated[str, typer.Option(help="Time zone such as Europe/Ljubljana.")] = "",
    until: Annotated[str, typer.Option(help="End of the nomination, a time with its offset.")] = "",
    link: Annotated[bool, typer.Option("--link", help="Print a one-time sign-in link too.")] = False,
    as_json: AsJson = False,
) -> None:  # fmt: skip
    """Nominate a person for a route, or again after a withdrawal."""
    with offline() as hub:
        given = checked(
            Nomination,
            {
                "name": name, "email": email, "roles": role, "party": hub.party(party) if party else None,
                "function": function, "phone": phone, "languages": language, "zone": zone, "valid_until": until,
            },
        )  # fmt: skip
        who = hub.operator(route)

        def apply(tx: Batch) -> PersonView:
            if not party:
                install_hub_party(tx.conn)
            return people.nominate(tx, who, given)

        made = hub.change(apply)
        row = _row(made, who.route)
        if link:
            row["link"] = _link(hub, made, sign_in.LINK_MINUTES)
    if as_json:
        show([row], as_json, "")
    else:
        typer.echo(f"{made.name} <{made.email}> is nominated for {made.party} on {who.route}: {', '.join(role)}.")
        if link:
            typer.echo(row["link"])


@app.command("list")
def list_people(
    party: Annotated[str, typer.Option(help="Only of this party.")] = "", route: OnRoute = "",
    all_: Annotated[bool, typer.Option("--all", help="Withdrawn and ended nominations too.")] = False,
    as_json: AsJson = False,
) -> None:  # fmt: skip
    """List people with their roles on the route."""
    with offline() as hub:
        directory, code = hub.directory(), hub.party(party) if party else None
        on = route or hub.settings.default_route
        found = [
            _row(person, on) | {"on_duty": person in directory.on_duty(on, person.party, wall())}
            for person in directory.people.values()
            if (all_ or person.active(wall())) and code in (None, person.party)
        ]
    show(found, as_json, "Nobody is nominated yet: routehub people add EMAIL NAME --party CODE")


@app.command("role")
def role(
    email: Email,
    role: Annotated[str, typer.Argument(help=f"One of {', '.join(ROLES)}.")],
    route: OnRoute = "",
    remove: Annotated[bool, typer.Option("--remove", help="Take the role away.")] = False,
) -> None:
    """Give a role on a route, or take it away."""
    with offline() as hub:
        person, who = hub.person(email), hub.operator(route)
        present = person.roles.get(who.route, frozenset()) | person.roles.get(OPERATOR_ROUTE, frozenset())
        wanted = present - {role} if remove else present | {role}
        given = checked(PersonChange, {"roles": sorted(wanted)}) if wanted else PersonChange(roles=[])
        hub.change(lambda tx: people.change(tx, who, person.id, given))
    typer.echo(f"{person.name} on {who.route}: {', '.join(sorted(wanted)) or 'no role'}.")


@app.command("withdraw")
def withdraw(
    email: Email,
    leave_gap: Annotated[
        bool, typer.Option("--leave-gap", help="Even if nobody of the party can be reached then.")
    ] = False,
) -> None:
    """Withdraw a nomination at once: sign-ins, open streams and hand-overs of the person end."""
    with offline() as hub:
        person = hub.person(email)
        hub.change(lambda tx: people.withdraw(tx, hub.operator(""), person.id, leave_gap=leave_gap))
    typer.echo(f"The nomination of {person.name} <{person.email}> is withdrawn.")


@app.command("link")
def link(
    email: Email,
    minutes: Annotated[int, typer.Option(min=1, max=10_080, help="How long the link works.")] = 60,
) -> None:
    """Print a one-time sign-in link. Whoever has it can sign in once: hand it over by a safe way."""
    with offline() as hub:
        typer.echo(_link(hub, hub.person(email), minutes))


@app.command("ways")
def ways(email: Email, as_json: AsJson = False) -> None:
    """How a person signs in, and where they are signed in: for helping on the telephone."""
    with offline() as hub:
        person = hub.person(email)
        held = hub.db.read_sync(factors.of, person.id)
        open_ = hub.db.read_sync(sessions.own, person.id, wall())
    row = {
        "email": person.email, "password": held.password, "codes_since": held.codes_since,
        "passkeys": [key.name for key in held.passkeys], "recovery_codes": held.paper,
        "providers": held.providers, "sessions": len(open_), "last_sign_in": open_[0].created_at if open_ else None,
    }  # fmt: skip
    show([row], as_json, "")


@app.command("reset")
def reset(email: Email) -> None:
    """Take a person's password, passkeys, codes and bound accounts away, and end their sign-ins. A link remains.

    For somebody who lost their telephone. Make sure first, by a call to a known number, that it is them who ask.
    """
    with offline() as hub:
        person = hub.person(email)
        ended = hub.change(lambda tx: factors.reset(tx, hub.operator(""), person.id))
    typer.echo(f"{person.name} signs in with a link by mail from now on. Sign-ins ended: {ended}.")


@app.command("export")
def export(email: Email) -> None:
    """Print everything that the hub holds about a person as JSON, for the person. Secrets and content of messages are
    left out."""
    with offline() as hub:
        person = hub.person(email)
        found = hub.db.read_sync(own_data.export, person.id, [table for part in ALL for table in _tables(part)])
        hub.change(
            lambda tx: tx.audit(
                "person-exported", hub.operator("").route, person.party, hub.operator("").actor, {"person": person.id}
            )
        )
    typer.echo(json.dumps(json.loads(dumps(found)), indent=2, ensure_ascii=False))


@app.command("erase")
def erase(
    email: Email,
    reason: Annotated[str, typer.Option(help="Why, without naming the person: it goes into the audit.")],
) -> None:
    """Withdraw a person and erase what the hub holds about them. Their name stays under messages that they posted;
    where that must go too, erase those: routehub erase."""
    with offline() as hub:
        person = hub.person(email)
        nobody = people.leaves_nobody(hub.directory(), person, wall())

        def apply(tx: Batch) -> None:
            own_data.erase(tx, hub.operator(""), person.id, reason)
            deliveries.forget(tx.conn, person.id, person.email, tx.wall)

        hub.change(apply)
    typer.echo(f"The hub holds nothing more about {person.email}. Backups do until they are rotated out.")
    if nobody:
        typer.echo(f"Nobody of {person.party} can be reached now on {', '.join(nobody)}: nominate somebody.")


def _tables(module: ModuleType) -> list[Table]:
    return [found for found in vars(module).values() if isinstance(found, Table)]


def _link(hub: Offline, person: PersonView, minutes: int) -> str:
    def apply(tx: Batch) -> str:
        tx.audit("link-made", sign_in.EVERY_ROUTE, person.party, hub.operator("").actor, {"person": person.id})
        return sign_in.make_link(tx.conn, person.id, tx.wall, minutes)

    if not person.active(wall()):
        raise typer.BadParameter(f"The nomination of {person.name} does not hold now.")
    return sign_in.link_url(hub.settings.public_url, hub.change(apply))


def _row(person: PersonView, route: str) -> dict[str, Any]:
    roles = person.roles.get(route, frozenset()) | person.roles.get(OPERATOR_ROUTE, frozenset())
    return {
        "email": person.email, "name": person.name, "party": person.party, "roles": sorted(roles),
        "function": person.function, "phone": person.phone, "from": person.valid_from, "until": person.valid_until,
        "withdrawn": person.withdrawn_at, "id": person.id,
    }  # fmt: skip
