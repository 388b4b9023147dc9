"""Drafts and templates as they are kept: each change counts the version up, and one that was made from an older version
is refused with both (RFC 9110, 13.1.1)."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, Table, and_, insert, select, update

from routehub.chairing.readouts.content import Draft
from routehub.chairing.readouts.tables import readout_drafts, readout_templates
from routehub.chairing.readouts.template import Template
from routehub.core.errors import Stale
from routehub.directory.principal import Principal
from routehub.journal.message import Transaction


@dataclass(frozen=True)
class DraftView:
    """A readout in work. ``minutes``: the message from which it was drafted; ``edition``: of these minutes."""

    series: str
    conference: int
    version: int
    draft: Draft
    minutes: str
    edition: int
    changed_by: str
    changed_at: datetime


@dataclass(frozen=True)
class Which:
    """The readout of one conference."""

    route: str
    series: str
    conference: int


def draft_of(conn: Connection, which: Which) -> DraftView | None:
    """The draft; None while nobody has begun one."""
    row = _row(conn, readout_drafts, which)
    if row is None:
        return None
    return DraftView(
        which.series, which.conference, row["version"], Draft.model_validate_json(row["content"]), row["minutes"],
        row["edition"], row["changed_by"], row["changed_at"],
    )  # fmt: skip


def template_of(conn: Connection, route: str, series: str) -> tuple[Template, int]:
    """The template of a series with its version; the shipped one, version 0, while the chair has set none."""
    row = _row(conn, readout_templates, Which(route, series, 0))
    return (Template.model_validate_json(row["content"]), row["version"]) if row is not None else (Template(), 0)


def _row(conn: Connection, table: Table, which: Which) -> RowMapping | None:
    return conn.execute(select(table).where(_is(table, which))).mappings().first()


def _is(table: Table, which: Which) -> Any:
    same = and_(table.c.route == which.route, table.c.series == which.series)
    return and_(same, table.c.conference == which.conference) if "conference" in table.c else same


def expect(conn: Connection, which: Which, version: int | None) -> None:
    """Errors: 412 with the draft as it stands when it is not of this version. None: none is expected."""
    found = draft_of(conn, which)
    now = found.version if found is not None else 0
    if version is not None and version != now:
        who = f"{found.changed_by} changed it" if found is not None else "It is not there"
        raise Stale(
            f"{who} since you read it. Look at both versions and choose.", version=now,
            current=json.loads(found.draft.model_dump_json()) if found is not None else None,
        )  # fmt: skip


def keep_draft(
    tx: Transaction, who: Principal, which: Which, draft: Draft, minutes: tuple[str, int], version: int | None
) -> int:
    """Store a draft. ``minutes``: their message and edition; ``version``: that on which it rests. Answers the new
    version. Only inside the writer's transaction.

    Errors: 412 when somebody changed it meanwhile.
    """
    expect(tx.conn, which, version)
    values = {
        "content": draft.model_dump_json(), "minutes": minutes[0], "edition": minutes[1], "changed_by": who.name,
        "changed_at": tx.now,
    }  # fmt: skip
    made = _keep(tx, readout_drafts, which, values)
    detail = {"series": which.series, "conference": which.conference, "version": made}
    tx.audit("readout-draft", which.route, who.party, who.actor, detail)
    return made


def keep_template(
    tx: Transaction, who: Principal, route: str, series: str, template: Template, version: int | None
) -> int:
    """Store the template of a series. Errors: 412 when somebody changed it meanwhile."""
    known, now = template_of(tx.conn, route, series)
    if version is not None and version != now:
        raise Stale("The template changed since you read it.", version=now, current=json.loads(known.model_dump_json()))
    values = {"content": template.model_dump_json(), "changed_by": who.name, "changed_at": tx.now}
    made = _keep(tx, readout_templates, Which(route, series, 0), values)
    tx.audit("readout-template", route, who.party, who.actor, {"series": series, "version": made})
    return made


def _keep(tx: Transaction, table: Table, which: Which, values: dict[str, Any]) -> int:
    row = _row(tx.conn, table, which)
    if row is not None:
        made = int(row["version"]) + 1
        tx.conn.execute(update(table).where(_is(table, which)).values(version=made, **values))
        return made
    keys: dict[str, Any] = {"route": which.route, "series": which.series}
    if "conference" in table.c:
        keys["conference"] = which.conference
    tx.conn.execute(insert(table).values(**keys, version=1, **values))
    return 1
