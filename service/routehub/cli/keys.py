"""``routehub keys``: make keys for national systems, list, rotate and revoke them."""

import os
from pathlib import Path
from typing import Annotated, Any

import typer

from routehub.cli.offline import AsJson, Offline, OnRoute, checked, offline, show
from routehub.core.clock import wall
from routehub.core.errors import Refused, Unknown
from routehub.directory import key_office
from routehub.directory.key_office import Made, NewKey, Rotation
from routehub.directory.keys import known_scopes
from routehub.directory.principal import Principal
from routehub.directory.snapshot import KeyView
from routehub.journal.batch import Batch
from routehub_schemas.registry import Registry

app = typer.Typer(no_args_is_help=True, help="Keys of national systems: make, list, rotate, revoke.")
USUAL = ["read:feed", "post:*"]
Key = Annotated[str, typer.Argument(help="Its id, as listed: the third part of rh_live_ID_SECRET.")]
Scope = Annotated[list[str], typer.Option(help="read:feed, post:* or post:KIND, bind; again for more.")]
Days = Annotated[int, typer.Option(help="Days until the key expires.")]


@app.command("make")
def make(
    party: Annotated[str, typer.Argument(help="Code of the party.")] = "",
    system: Annotated[str, typer.Argument(help="Name of the system that will use the key.")] = "",
    scope: Scope = USUAL,
    route: OnRoute = "",
    days: Days = 365,
    folder: Annotated[
        Path | None,
        typer.Option(
            "--all",
            metavar="DIR",
            help="One key file for each reporting party, mode 0600, for replays: in an exercise they move time.",
        ),
    ] = None,
    certificate: Annotated[
        Path | None, typer.Option(help="PEM file: the system proves itself by it to the proxy, and gets no secret.")
    ] = None,
    proof: Annotated[
        Path | None,
        typer.Option(
            help="File with the signature that shows whose the certificate is; without it you are told what to sign."
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Make a key and print it. It is shown this once; standard output holds the key and nothing else."""
    with offline() as hub:
        who = hub.operator(route)
        if folder is not None:
            moving = ["bind", "set:clock"] if hub.settings.mode == "exercise" and scope == USUAL else []
            rows = _for_all(hub, who, folder, system or "replay", [*scope, *moving], days)
            show(rows, as_json, f"No party of {who.route} reports.")
            return
        if not party or not system:
            raise Refused("Name the party and its system: routehub keys make SI border-system")
        made = _make(hub, who, hub.party(party), system, scope, days, (certificate, proof))
    if as_json:
        show([_row(made.key) | {"key": made.text}], as_json, "")
    elif certificate is not None:
        typer.echo(f"Key {made.key.id} of {made.key.party}: its system proves itself by the certificate.")
    else:
        _tell(made.key)
        typer.echo(made.text)


@app.command("rotate")
def rotate(
    key: Key, days: Days = 365,
    overlap: Annotated[int, typer.Option(help="Days for which the old key goes on.")] = key_office.OVERLAP_DAYS,
) -> None:  # fmt: skip
    """Make a new key for the same system with the same scopes, and print it."""
    with offline() as hub:
        given = checked(Rotation, {"days": days, "overlap_days": overlap})
        found = _find(hub, key)
        who = hub.operator(found.route)
        made = hub.change(lambda tx: key_office.rotate(tx, who, found.id, given, _scopes()))
    _tell(made.key)
    typer.echo(made.text)


@app.command("list")
def list_keys(
    route: OnRoute = "",
    all_: Annotated[bool, typer.Option("--all", help="Revoked and expired ones too.")] = False,
    as_json: AsJson = False,
) -> None:
    """List the keys of a route, never their secrets."""
    with offline() as hub:
        found = key_office.visible(hub.directory(), hub.operator(route))
    show([_row(view) for view in found if all_ or view.active(wall())], as_json, "There are no keys on this route.")


@app.command("revoke")
def revoke(key: Key) -> None:
    """Revoke a key at once; its open streams close within seconds."""
    with offline() as hub:
        found = _find(hub, key)
        who = hub.operator(found.route)
        view = hub.change(lambda tx: key_office.revoke(tx, who, found.id))
    typer.echo(f"The key {view.id} of {view.party} ({view.system}) is revoked.")


def _find(hub: Offline, typed: str) -> KeyView:
    """The key of an id, or of what leaked as it was found. What was typed is not shown again: it may hold a secret."""
    parts = typed.strip().split("_")
    found = hub.directory().keys.get(parts[2] if len(parts) > 2 and parts[0] == "rh" else typed)
    if found is None:
        raise Unknown(
            "There is no key of this id. Of rh_live_ID_SECRET it is the third part, eight letters and digits; all of "
            "them: routehub keys list --all, with --route on another route."
        )
    return found


def _scopes() -> frozenset[str]:
    return known_scopes(frozenset(Registry.shipped()))


def _make(
    hub: Offline, who: Principal, party: str, system: str, scopes: list[str], days: int,
    shown: tuple[Path | None, Path | None] = (None, None),
) -> Made:  # fmt: skip
    """shown: a certificate and the proof that it is the system's."""
    pem, proof = (_read(file) if file else None for file in shown)
    data = {"party": party, "system": system, "scopes": scopes, "days": days, "certificate": pem, "proof": proof}
    given = checked(NewKey, data)
    return hub.change(lambda tx: key_office.make(tx, who, given, _scopes()))


def _read(file: Path) -> str:
    try:
        return file.read_text("ascii")
    except (OSError, UnicodeDecodeError):
        raise Refused(f"{file} cannot be read as PEM.") from None


def _for_all(
    hub: Offline, who: Principal, folder: Path, system: str, scopes: list[str], days: int
) -> list[dict[str, Any]]:
    """A key file for each reporting party. Earlier keys of the same system end: their files are overwritten."""
    route = hub.directory().routes.get(who.route)
    if route is None:
        raise Unknown(f"There is no route {who.route}. Install it: routehub routes install {who.route}")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    rows = []
    for party in dict.fromkeys(member.party for member in route.memberships if member.reports):

        def revoke_earlier(tx: Batch, party: str = party) -> None:
            for key in key_office.visible(hub.directory(), who):
                if (key.party, key.system) == (party, system) and key.active(tx.wall):
                    key_office.revoke(tx, who, key.id)

        hub.change(revoke_earlier)
        made = _make(hub, who, party, system, scopes, days)
        file = folder / f"{party}.key"
        _write_secret(file, made.text)
        rows.append({"party": party, "file": str(file), "key": made.key.id, "expires": made.key.expires_at})
    return rows


def _write_secret(file: Path, text: str) -> None:
    """A file that only its owner can read, from its first byte on."""
    file.unlink(missing_ok=True)
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
        out.write(text + "\n")


def _tell(view: KeyView) -> None:
    typer.echo(
        f"Key {view.id} of {view.party} for {view.system} on {view.route}, until {view.expires_at:%Y-%m-%d} (UTC). "
        "It is shown only now:",
        err=True,
    )


def _row(view: KeyView) -> dict[str, Any]:
    return {
        "id": view.id, "party": view.party, "system": view.system, "route": view.route,
        "scopes": sorted(view.scopes), "state": key_office.state(view, wall()), "created": view.created_at,
        "expires": view.expires_at,
    }  # fmt: skip
