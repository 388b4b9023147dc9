"""Joint statements and outcomes of meetings, with who has signed."""

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response
from sqlalchemy import Connection

from routehub.api.context import Ctx
from routehub.api.door import Door
from routehub.api.identity import OnRoute, Reader
from routehub.api.negotiation import CSV, JSON, XLSX, Chosen, offer
from routehub.api.sheets import statements as statement_sheet
from routehub.api.sheets.answers import Bom, Hxl, Sheets
from routehub.api.v1.answers import answer, marking
from routehub.boards.statements.queries import STATES, Signature, StatementView, statement, statements
from routehub.core.errors import Unknown
from routehub.directory.visibility import readable
from routehub.journal.markings import strictest

router = APIRouter(tags=["boards"], route_class=Door)

ANSWERS = {"sign": "signed", "decline": "declined", None: "waiting"}


def statement_body(view: StatementView) -> dict[str, Any]:
    """A statement as the API gives it."""
    found = asdict(view)
    for name in (
        "audience_id",
        "signatures",
        "meeting_day",
        "meeting_series",
        "meeting_number",
        "participants",
        "meeting",
    ):
        del found[name]
    meeting = {
        "name": view.meeting, "day": view.meeting_day, "participants": view.participants,
        "series": view.meeting_series, "number": view.meeting_number,
    }  # fmt: skip
    return found | {
        "meeting": meeting if view.meeting is not None else None, "signed": len(view.signed),
        "signatories": len(view.signatures), "signatures": [_signature(one) for one in view.signatures],
    }  # fmt: skip


def _signature(one: Signature) -> dict[str, Any]:
    return {
        "party": one.party, "state": ANSWERS[one.act], "at": one.at, "by": one.by, "text": one.text,
        "message": one.message_id,
    }  # fmt: skip


@offer(router, "/statements", JSON, CSV, XLSX)
async def get_statements(
    request: Request, ctx: Ctx, who: Reader, route: OnRoute, form: Chosen,
    state: Annotated[str | None, Query(pattern=f"^({'|'.join(STATES)})$")] = None,
    party: Annotated[str | None, Query(max_length=40, description="Sent by it, or to be signed by it.")] = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 200, hxl: Hxl = False, bom: Bom = False,
) -> Response:  # fmt: skip
    """Statements, the newest first: open for signature, declined, in force, reported (the outcome of a meeting that
    nobody signs), replaced or withdrawn. CSV and XLSX have one row per signatory."""
    code = (ctx.directory.value.party_code(party) or party) if party else None

    def read(conn: Connection) -> list[StatementView]:
        return statements(conn, readable(conn, who.route, who.party), who.route, state=state, party=code, limit=limit)

    views = await ctx.db.read(read)
    if form is JSON:
        return answer({"route": marking(route), "statements": [statement_body(view) for view in views]})
    sheets = Sheets(request, ctx, who, route, form, hxl, bom)
    table = statement_sheet.table(views, sheets.marking)
    return await sheets.one(table, "statements", "Statements and who signed", strictest(view.tlp for view in views))


@router.get("/statements/{ref}")
async def get_statement(
    ctx: Ctx, who: Reader, ref: Annotated[str, Path(max_length=60, description="Short id or message id.")]
) -> Response:
    """One statement: its text, and who has signed it when."""

    def read(conn: Connection) -> StatementView | None:
        return statement(conn, readable(conn, who.route, who.party), who.route, ref)

    view = await ctx.db.read(read)
    if view is None:
        raise Unknown("There is no statement with this id that you can see.")
    return answer(statement_body(view))
