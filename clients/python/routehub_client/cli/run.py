"""One run of `rh`: its options, the hub it speaks to, who it speaks for, and where its words go."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, is_dataclass
from datetime import UTC, datetime, tzinfo
from functools import cached_property
from types import TracebackType
from typing import Any, Self, cast
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from rich.console import Console
from rich.table import Table
from rich.text import Text

from routehub_client import answers, errors
from routehub_client.cli import config
from routehub_client.cli.exits import Usage
from routehub_client.cli.options import Options
from routehub_client.cli.words import Clock, clean, moment
from routehub_client.hub import Hub
from routehub_client.outbox import Outbox

_PIPE_WIDTH = 500
"""Columns when stdout is no terminal: nothing is wrapped or cut."""
_FRESH = 24 * 3600.0
"""Seconds for which it is remembered who a key belongs to."""


class Run:
    """Data goes to stdout, everything else to stderr. Colour only on a terminal, and not with NO_COLOR."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self._out = Console(highlight=False, markup=False, emoji=False, width=_width(sys.stdout.isatty()))
        self._err = Console(highlight=False, markup=False, emoji=False, stderr=True, soft_wrap=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        for name in ("hub", "outbox"):
            opened = self.__dict__.get(name)
            if opened is not None:
                opened.close()

    # --- who and where

    @property
    def name(self) -> str:
        """The stored sign-in that is used: exercises have one of their own."""
        return "exercise" if self.options.exercise else "live"

    @cached_property
    def profile(self) -> config.Profile:
        return config.effective(self.name)

    @property
    def route(self) -> str | None:
        return self.options.route or self.profile.route

    @cached_property
    def hub(self) -> Hub:
        """The hub, with the key of this sign-in. With `--exercise`, only if its route is an exercise."""
        hub = self.anonymous(self.profile.url, self.profile.key_file)
        if self.options.exercise:
            me = self._known(hub) or hub.me()
            if me.get("route", {}).get("exercise") is not True:
                hub.close()
                raise Usage("This key belongs to a live route. Next: rh login --exercise --key-file FILE")
        return hub

    def anonymous(self, url: str | None, key_file: str | None) -> Hub:
        if url is None:
            raise errors.Misconfigured(f"No hub is named. Set {config.URL}, then: rh login --key-file FILE")
        if key_file is None:
            raise errors.Misconfigured("Nobody is signed in. Next: rh login --key-file FILE")
        return Hub(url, key_file=key_file, route=self.route, wait=self.options.wait, allow_http=config.allow_http())

    @cached_property
    def outbox(self) -> Outbox:
        return Outbox()

    @cached_property
    def me(self) -> answers.Me:
        """Who this is, as the hub last said (within a day)."""
        known = self._known(self.hub)
        return known if known is not None else self.ask_me()

    def ask_me(self) -> answers.Me:
        """Who this is and what time the hub has, asked now."""
        me = self.hub.me()
        known = {"me": me, "at": datetime.now(UTC).timestamp()}
        config.remember("me", config.remembered("me") | {_identity(self.hub): known})
        self.__dict__["me"] = me
        return me

    def known_me(self) -> answers.Me:
        """Who this is, without the network: what was remembered, however old, or nothing."""
        if "me" in self.__dict__:
            return self.me
        return self._known(self.hub, float("inf")) or answers.Me()

    def _known(self, hub: Hub, age: float = _FRESH) -> answers.Me | None:
        told = config.remembered("me").get(_identity(hub))
        if not isinstance(told, dict) or not datetime.now(UTC).timestamp() - told.get("at", 0.0) < age:
            return None
        return cast(answers.Me, told["me"])

    @property
    def party(self) -> str | None:
        """The party it is about: as asked, or one's own."""
        return (self.options.party or "").upper() or self.me.get("party", {}).get("code")

    def stamped(self, data: Mapping[str, Any]) -> dict[str, Any]:
        """With `--exercise` a message says so itself: the hub refuses it on a live route."""
        return {**data, "exercise": True} if self.options.exercise else dict(data)

    def clock(self, now: object = None) -> Clock:
        """Times in the zone asked for, or that of the route."""
        zone = self.options.tz or self.profile.tz or self.known_me().get("route", {}).get("zone")
        return Clock(_zone(zone, asked=self.options.tz is not None), moment(now) or datetime.now(UTC))

    # --- what is said

    def mark(self, told: Mapping[str, Any] | None = None, *, data: bool = True) -> None:
        """The word for an exercise or a sample route, before anything else that is shown."""
        route = (told or {}).get("route")
        word = marking(route if isinstance(route, dict) else self.known_me().get("route", {}))
        if word and data and not (self.options.json or self.options.plain):
            self.line(word)
        elif word:
            self._err.print(Text(word))

    def row_mark(self, record: Mapping[str, Any]) -> str:
        """The mark before the row of a record; empty for what is real."""
        return row_mark(self.known_me().get("route", {}), record.get("exercise"))

    def line(self, text: str) -> None:
        """One line of data."""
        self._out.print(Text(text), soft_wrap=True)

    def bare(self, text: str) -> None:
        """Text as it is, byte for byte."""
        sys.stdout.write(text if text.endswith("\n") or not text else text + "\n")
        sys.stdout.flush()

    def json(self, told: Any) -> None:
        self.bare(json.dumps(_chosen(told, self.options.fields), ensure_ascii=False, indent=2, default=_plain))

    def json_line(self, told: Any) -> None:
        self.bare(json.dumps(_chosen(told, self.options.fields), ensure_ascii=False, default=_plain))

    def records(self, rows: Iterable[Sequence[object]]) -> None:
        """`--plain`: one record a line, separated by tabs."""
        for row in rows:
            self.bare("\t".join(clean(cell) for cell in row))

    def table(self, head: Sequence[str], rows: Iterable[Sequence[str]], right: Iterable[str] = ()) -> None:
        """Columns under their names; those in `right` hold numbers."""
        numbers = set(right)
        grid = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold", show_header=any(head))
        for name in head:
            grid.add_column(name, justify="right" if name in numbers else "left", overflow="fold")
        for row in rows:
            grid.add_row(*(Text(cell) for cell in row))
        if self._out.is_terminal:
            self._out.print(grid)
            return
        with self._out.capture() as caught:
            self._out.print(grid)
        for line in caught.get().splitlines():
            self.bare(line.rstrip() + "\n")

    def rows(self, rows: Sequence[Sequence[str]]) -> None:
        """Columns without names."""
        if rows:
            self.table([""] * len(rows[0]), rows)

    def say(self, text: str) -> None:
        """A message beside the data; silent with -q."""
        if not self.options.quiet:
            self._err.print(Text(text))

    def detail(self, text: str) -> None:
        if self.options.verbose:
            self._err.print(Text(text))

    def fault(self, text: str) -> None:
        self._err.print(Text(text))


def row_mark(route: Mapping[str, Any], exercise: object) -> str:
    """What stands before a row that is not real: of a sample route that it is a sample, as its pages say, and not an
    exercise that somebody holds."""
    if not exercise:
        return ""
    return "SAMPLE " if clean(route.get("marking")) == "sample" else "EXERCISE "


def marking(route: Mapping[str, Any]) -> str | None:
    """«EXERCISE», «SAMPLE DATA» or whatever the route is marked with; None on a live route."""
    word = clean(route.get("marking"))
    if word in {"", "live"}:
        return "EXERCISE" if route.get("exercise") is True else None
    return {"exercise": "EXERCISE", "sample": "SAMPLE DATA"}.get(word, word)


def _identity(hub: Hub) -> str:
    """Names a key by its public part, so that the secret is in no file but its own."""
    return f"{hub.address.url} {hub.route_code or ''} {hub.address.public}"


def _zone(name: str | None, asked: bool) -> tzinfo:
    if name is None:
        return datetime.now().astimezone().tzinfo or UTC
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        if asked:
            raise Usage(f"{name!r} is not a time zone. Write it as Europe/Skopje.") from None
        return UTC


def _width(terminal: bool) -> int | None:
    return None if terminal else _PIPE_WIDTH


def _chosen(told: Any, names: str | None) -> Any:
    """Each record with only the members asked for."""
    if names is None:
        return told
    keep = [name.strip() for name in names.split(",")]
    if isinstance(told, list):
        return [_chosen(item, names) for item in told]
    return {name: told.get(name) for name in keep} if isinstance(told, Mapping) else told


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    return str(value)
