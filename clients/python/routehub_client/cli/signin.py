"""Signing in and out, and who one is."""

from __future__ import annotations

import getpass
import os
import stat
import sys
from pathlib import Path
from typing import Annotated

import typer

from routehub_client import answers
from routehub_client.address import check_key, read_key
from routehub_client.cli import config
from routehub_client.cli.command import command
from routehub_client.cli.exits import Usage
from routehub_client.cli.run import Run, marking
from routehub_client.cli.words import clean
from routehub_client.errors import Misconfigured


def register(app: typer.Typer) -> None:
    command(app, "login")(login)
    command(app, "logout")(logout)
    command(app, "whoami")(whoami)


def login(
    run: Run,
    key_file: Annotated[
        str | None,
        typer.Option("--key-file", help="The file with the key; - reads it from stdin.", metavar="FILE"),
    ] = None,
    url: Annotated[
        str | None, typer.Option("--url", help="The hub; without it, ROUTEHUB_URL.", metavar="ADDRESS")
    ] = None,
    copy: Annotated[bool, typer.Option("--copy", help="Keep a copy of the key file instead of its path.")] = False,
) -> None:
    """Sign in with the key of your system.

    The key is read from a file or from stdin, never from the command line, where other users of the
    machine could see it. The path of the file is remembered; a key from stdin, or with --copy, is kept
    in your configuration folder, readable by you alone.
    """
    url = url or os.environ.get(config.URL) or config.stored(run.name).url
    if url is None:
        raise Usage(f"Which hub? Set {config.URL} or add --url ADDRESS.")
    key_file = key_file or os.environ.get(config.KEY_FILE)
    file, copied = _key(run, key_file, copy)
    try:
        hub = run.anonymous(url, str(file))
        run.__dict__["hub"] = hub
        me = run.ask_me()
        if run.options.exercise and me.get("route", {}).get("exercise") is not True:
            raise Usage("This key belongs to a live route. Sign in without --exercise.")
    except BaseException:
        if copied is not None:
            file.unlink(missing_ok=True)
        raise
    if copied is not None:
        file = file.replace(copied)
    config.store(run.name, config.Profile(url, str(file), run.options.route, run.options.tz))
    _show(run, me)


def logout(run: Run) -> None:
    """Forget the sign-in on this device. The key itself stays valid until your party withdraws it."""
    config.key_copy(run.name).unlink(missing_ok=True)
    config.store(run.name, None)
    config.remember("me", {})
    run.say("Signed out on this device.")


def whoami(run: Run) -> None:
    """Say which party, route and key this is."""
    _show(run, run.ask_me())


def _show(run: Run, me: answers.Me) -> None:
    party, route, key = me.get("party", {}), me.get("route", {}), me.get("key") or {}
    clock = run.clock(me.get("now"))
    if run.options.json:
        run.json(me)
    elif run.options.plain:
        names = ",".join(me.get("roles", []))
        run.records([(party.get("code"), me.get("name"), names, route.get("code"), marking(route), key.get("id"))])
    else:
        run.mark(dict(me))
        run.line(f"{clean(me.get('name')) or 'Key'} for {clean(party.get('name'))} ({clean(party.get('code'))})")
        run.line(f"{clean(route.get('title') or route.get('code'))}, {clock.head()}")
        run.line(f"Roles: {', '.join(clean(role) for role in me.get('roles', [])) or 'none'}")
        scopes = me.get("scopes")
        if scopes is not None:
            run.line(f"Scopes: {', '.join(clean(scope) for scope in scopes) or 'none'}")
        if key:
            ends = clock.stamp(key.get("expires"))
            run.line(f"Key: {clean(key.get('system') or key.get('id'))}" + (f", ends {ends}" if ends else ""))


def _key(run: Run, given: str | None, copy: bool) -> tuple[Path, Path | None]:
    """The file to use now and, for a copy, where it goes once the hub has accepted it."""
    if given is not None and given != "-" and not copy:
        file = Path(given).expanduser().absolute()
        _look_at(run, file)
        return file, None
    if given is None and (run.options.no_input or not sys.stdin.isatty()):
        raise Usage("Which key? Add --key-file FILE, or --key-file - to read it from stdin.")
    if given is None:
        key = check_key(getpass.getpass("Key (it does not show): "))
    else:
        key = check_key(sys.stdin.readline()) if given == "-" else read_key(given)
    place = config.key_copy(run.name)
    fresh = place.with_name(f"{place.name}.new")
    config.write_private(fresh, key + "\n")
    return fresh, place


def _look_at(run: Run, file: Path) -> None:
    try:
        mode = file.stat().st_mode
    except OSError:
        raise Misconfigured(f"Cannot read the key file {file}.") from None
    if os.name == "posix" and stat.S_ISREG(mode) and mode & 0o077:
        run.say(f"Other users of this machine can read {file}. Next: chmod 600 {file}")
