"""What may stand between this device and the hub, with one fix for each fault."""

from __future__ import annotations

import socket
import sqlite3
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import SplitResult, urlsplit

import typer

from routehub_client import errors
from routehub_client.__about__ import __version__
from routehub_client.cli import config
from routehub_client.cli.command import command
from routehub_client.cli.exits import Exit
from routehub_client.cli.run import Run
from routehub_client.cli.words import clean, count
from routehub_client.wire import Request, path

APART = 60.0
"""Seconds by which this device's clock may differ from the hub's."""


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at; `fix` is set where it is at fault."""

    what: str
    found: str
    fix: str | None = None


def register(app: typer.Typer) -> None:
    command(app, "doctor")(doctor)


def doctor(run: Run) -> None:
    """Look at address, name, TLS, clock, key, version and outbox. Each fault comes with its fix."""
    findings = list(_findings(run))
    if run.options.json:
        run.json(findings)
    elif run.options.plain:
        run.records(("fault" if one.fix else "ok", one.what, one.found, one.fix) for one in findings)
    else:
        run.rows([("FAULT" if one.fix else "ok", one.what, one.found) for one in findings])
    faults = [one for one in findings if one.fix]
    for one in faults:
        run.fault(f"{one.what}: {one.fix}")
    if faults:
        raise typer.Exit(Exit.FAILED)


def _findings(run: Run) -> Iterator[Finding]:
    yield Finding("version", f"rh {__version__}")
    yield _outbox(run)
    url = run.profile.url
    if url is None:
        yield Finding("address", "none", f"Set {config.URL}, then: rh login --key-file FILE")
        return
    parts = urlsplit(url)
    yield Finding("address", url)
    for look in (_name, _tls):
        finding = look(parts)
        yield finding
        if finding.fix:
            return
    yield from _hub(run)


def _outbox(run: Run) -> Finding:
    try:
        items = run.outbox.items()
    except (OSError, sqlite3.Error) as fault:
        return Finding("outbox", clean(fault), "Make the folder of the outbox writable, or use --no-outbox.")
    asks = [item for item in items if item.state == "asks"]
    waiting = [item for item in items if item.state == "waiting"]
    found = f"{count(len(waiting), 'item')} waiting, {len(asks)} to decide, in {run.outbox.file}"
    return Finding("outbox", found, "See: rh outbox list" if asks else None)


def _name(parts: SplitResult) -> Finding:
    host = parts.hostname or ""
    try:
        found = socket.getaddrinfo(host, parts.port or 443, type=socket.SOCK_STREAM)
    except OSError:
        return Finding("name", f"{host} is not known", f"Check the spelling in {config.URL}, and this network.")
    return Finding("name", f"{host} is {found[0][4][0]}")


def _tls(parts: SplitResult) -> Finding:
    if parts.scheme == "http":
        return Finding("TLS", "not used")
    host = parts.hostname or ""
    try:
        with (
            socket.create_connection((host, parts.port or 443), timeout=10) as plain,
            ssl.create_default_context().wrap_socket(plain, server_hostname=host) as secure,
        ):
            return Finding("TLS", f"{secure.version()}, certificate trusted")
    except ssl.SSLCertVerificationError as fault:
        return Finding("TLS", clean(fault.verify_message), "Ask who runs the hub, or set SSL_CERT_FILE.")
    except OSError as fault:
        return Finding("TLS", clean(fault), "Check the network and the firewall between here and the hub.")


def _hub(run: Run) -> Iterator[Finding]:
    try:
        answer = run.hub.ask(Request("GET", path("me", route=run.route)))
        me = run.ask_me()
    except errors.SignInNeeded as fault:
        yield Finding("key", clean(fault), "Renew the key, then: rh login --key-file FILE")
    except errors.RoutehubError as fault:
        fix = "Sign in: rh login --key-file FILE" if isinstance(fault, errors.Misconfigured) else "Try again later."
        yield Finding("hub", clean(fault), fix)
    else:
        yield _time(answer.headers.get("date"))
        route = me.get("route", {})
        yield Finding("key", f"{clean(me.get('party', {}).get('code'))} on {clean(route.get('code'))}")
        yield from _ends(me.get("key") or {}, run)


def _time(told: str | None) -> Finding:
    """The device's clock against the hub's `Date`, which no exercise moves."""
    try:
        apart = (datetime.now(UTC) - parsedate_to_datetime(told or "")).total_seconds()
    except (TypeError, ValueError):
        return Finding("clock", "the hub does not say its time")
    found = f"{abs(apart):.0f} s {'ahead of' if apart > 0 else 'behind'} the hub"
    return Finding("clock", found, "Set the clock of this device." if abs(apart) > APART else None)


def _ends(key: object, run: Run) -> Iterator[Finding]:
    expires = run.clock().stamp(key.get("expires")) if isinstance(key, dict) else ""
    if expires:
        yield Finding("key ends", expires)
