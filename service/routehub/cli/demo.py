"""``routehub demo``: a hub with the sample route, ready to sign in. What ``make run`` calls."""

import asyncio
import os
import socket
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import Progress

from routehub.app import Hub
from routehub.cli import serve
from routehub.core.clock import MovableClock, wall
from routehub.core.observe import configure_logs
from routehub.core.settings import Settings
from routehub.directory import sign_in
from routehub.migrate import upgrade
from routehub.sample import story
from routehub.sample.build import SampleBuilder

LINK_MINUTES = 720
SHOWN = (
    ("si", "Slovenia, contact point"),
    ("mk", "North Macedonia, contact point"),
    ("ec", "Commission, coordinator and chair"),
    ("operator", "operator (runs the hub, reads no content)"),
)


def _free_port(host: str, wanted: int) -> int:
    """The wanted port, or the next of twenty that is free."""
    for port in range(wanted, wanted + 20):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError:
                continue
            return port
    return wanted


def _build(hub: Hub, folder: Path) -> None:
    """Fill an empty hub with the sample and leave the keys as files that only this account reads."""
    with Progress(transient=True) as progress:
        task = progress.add_task("Building the sample route", total=None)
        built = asyncio.run(
            SampleBuilder(hub, lambda done, of: progress.update(task, completed=done, total=of)).build()
        )
    (folder / "keys").mkdir(mode=0o700, exist_ok=True)
    for party, text in built.keys.items():
        path = folder / "keys" / f"{party}.key"
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(text + "\n")


def _welcome(hub: Hub, settings: Settings, folder: Path) -> str:
    hub.db.read_sync(hub.refresh)
    zone = hub.directory.route(story.ROUTE).zone
    now = hub.clock.now().astimezone(zone)
    by_email = hub.directory.value.people_by_email
    lines = [
        "",
        f"Routehub: {settings.public_url}",
        "  A sample route. Every person, figure and event in it is invented.",
        f"  Its clock begins at {now:%a %d %b %Y, %H:%M} {now.tzname()} (Brussels) and can be moved.",
        "",
        f"Sign in (each link works once, for {LINK_MINUTES // 60} hours; stop and start again for new ones):",
    ]
    for name, label in SHOWN:
        person = by_email[f"{name}@example.org"]
        token = hub.writer.change(lambda tx, who=person.id: sign_in.make_link(tx.conn, who, wall(), LINK_MINUTES))  # type: ignore[misc]
        lines.append(f"  {label:<42} {sign_in.link_url(settings.public_url, token)}")
    lines += [
        "",
        "Post and read from another terminal in this folder:",
        f"  export ROUTEHUB_URL={settings.public_url} ROUTEHUB_KEY_FILE={folder / 'keys' / 'SI.key'}",
        "  .venv/bin/rh status",
        "  .venv/bin/rh watch",
        "",
        f"Mail that the hub sends lies in {folder / 'mail'}. Keys of all parties: {folder / 'keys'}.",
        "Stop with Ctrl+C. Begin anew: make run ARGS=--fresh",
        "",
    ]
    return "\n".join(lines)


def demo(
    port: Annotated[int, typer.Option(help="Port to listen on; the next free one is taken.")] = 8000,
    folder: Annotated[Path, typer.Option(help="Where the sample keeps its files.")] = Path("var/demo"),
    fresh: Annotated[bool, typer.Option("--fresh", help="Throw the last sample away and build a new one.")] = False,
) -> None:
    """Run a hub with a sample route on SQLite, and say where to look and how to sign in."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    database = folder / "routehub.db"
    if fresh:
        for old in (*folder.glob("routehub.db*"), *folder.glob("mail/*")):
            old.unlink()
    host = "127.0.0.1"
    port = _free_port(host, port)
    settings = Settings(
        database_url=f"sqlite:///{database}", public_url=f"http://{host}:{port}", host=host, port=port,
        data_dir=folder, mode="exercise", default_route=story.ROUTE, log_format="text", log_level="WARNING",
        webhook_private=True,
    )  # fmt: skip
    configure_logs(settings.log_format, settings.log_level)
    new = not database.exists()
    hub = Hub(settings)
    assert isinstance(hub.clock, MovableClock)
    try:
        hub.db.hold()
        upgrade(hub.db)
        if new:
            _build(hub, folder)
        typer.echo(_welcome(hub, settings, folder))
        if not new and _old(hub):
            typer.echo("The sample is from an earlier day. For today's: make run ARGS=--fresh\n")
    finally:
        hub.db.close()
    serve.run(settings)


def _old(hub: Hub) -> bool:
    return hub.clock.now().date() != datetime.now(UTC).date()
