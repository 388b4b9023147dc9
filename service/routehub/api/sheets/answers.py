"""Tables as answers: the headers, the file's name, and the sheet that says what it is."""

import asyncio
import re
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from urllib.parse import quote

from fastapi import Query, Request, Response
from fastapi.responses import StreamingResponse

from routehub.api.context import Context
from routehub.api.negotiation import CSV, Form
from routehub.core.canonical import iso
from routehub.directory.principal import Principal
from routehub.directory.snapshot import RouteView
from routehub.formats.sheets import write_csv, write_xlsx
from routehub.formats.sheets.table import Cell, Row, Table

Hxl = Annotated[bool, Query(description="CSV and XLSX: a row of HXL tags under the header.")]
Bom = Annotated[bool, Query(description="CSV: begin with a byte order mark, for old versions of Excel.")]

HANDLING = {
    "RED": "the parties that it was sent to, and nobody else",
    "AMBER+STRICT": "this party, and whom it has to tell inside it",
    "AMBER": "this party, and its partners as far as they need it",
    "GREEN": "the community of the route",
    "CLEAR": "everybody",
}
MARKS = {"exercise": "EXERCISE", "sample": "SAMPLE"}


@dataclass(frozen=True)
class Sheets:
    """What is asked of a table, and for whom: read from the request once."""

    request: Request
    ctx: Context
    who: Principal
    route: RouteView
    form: Form
    hxl: bool = False
    bom: bool = False

    @property
    def marking(self) -> str:
        """live, exercise or sample: a column of every sheet."""
        return self.route.marking

    def headers(self, name: str) -> dict[str, str]:
        return named(self.route, name, self.ctx.clock.now(), self.form)

    def csv(self, table: Table, name: str) -> Response:
        body = write_csv.write(table, hxl=self.hxl, bom=self.bom)
        return Response(body, headers=self.headers(name), media_type=CSV.content_type)

    def csv_stream(self, table: Table, name: str, pages: AsyncIterator[Sequence[Row]]) -> Response:
        """A table of any length; ``table`` gives its columns, ``pages`` its rows as they are read."""

        async def written() -> AsyncIterator[bytes]:
            yield write_csv.head(table, hxl=self.hxl, bom=self.bom)
            async for rows in pages:
                yield write_csv.lines(rows)

        return StreamingResponse(written(), headers=self.headers(name), media_type=CSV.content_type)

    async def xlsx(self, tables: Sequence[Table], name: str, title: str, tlp: str) -> Response:
        """A workbook. tlp: the strictest marking of what is in it."""
        mark = MARKS.get(self.route.marking, "")
        body = await asyncio.to_thread(
            write_xlsx.write, tables, self._about(title, tlp), title=title, marking=mark, hxl=self.hxl
        )
        return Response(body, headers=self.headers(name), media_type=self.form.content_type)

    async def one(self, table: Table, name: str, title: str, tlp: str) -> Response:
        """A table of bounded length, as CSV or XLSX."""
        if self.form is CSV:
            return self.csv(table, name)
        return await self.xlsx([table], name, title, tlp)

    def _about(self, title: str, tlp: str) -> Mapping[str, Cell]:
        directory, now = self.ctx.directory.value, self.ctx.clock.now()
        today = now.astimezone(self.route.zone).date()
        return {
            "what": title,
            "route": f"{self.route.title} ({self.route.code})",
            "status of the data": "live" if self.route.marking == "live" else f"{self.route.marking}: nothing is real",
            "as of": now,
            "local time": f"{now.astimezone(self.route.zone):%Y-%m-%d %H:%M} {self.route.zone.key}",
            "read by": f"{directory.name(self.who.party, today)} ({self.who.party})",
            "marking": f"TLP:{tlp}",
            "may be read by": HANDLING[tlp],
            "asked for": f"{self.request.url.path}?{self.request.url.query}".rstrip("?"),
            "numbers": "Each row is one party's own count. Counts of different parties are never added up.",
            "empty cells": "Nobody gave a value. An empty cell is not a zero.",
            "times": "Times are in UTC. A reporting day has the date on which it ends.",
        }


def named(route: RouteView, name: str, now: datetime, form: Form) -> dict[str, str]:
    """The headers of a file: not kept by caches, and with a name that says what it is and whether it is real."""
    mark = MARKS.get(route.marking)
    day = f"{now.astimezone(route.zone):%Y-%m-%d}"
    words = [*([mark] if mark else []), "routehub", route.code, name, day]
    file = re.sub(r"[^A-Za-z0-9._-]", "_", "-".join(words))
    return {"Cache-Control": "no-store", "Content-Disposition": f'attachment; filename="{file}.{form.suffix}"'}


def next_link(request: Request, **changed: str) -> dict[str, str]:
    """The header that leads to the next page (RFC 8288)."""
    rest = [(name, value) for name, value in request.query_params.multi_items() if name not in changed]
    query = "&".join(f"{quote(name)}={quote(value)}" for name, value in [*rest, *changed.items()])
    return {"Link": f'<{request.url.path}?{query}>; rel="next"'}


def moment(value: datetime | None) -> str | None:
    return None if value is None else iso(value)
