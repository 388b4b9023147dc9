"""Alerts as CAP: taken in as issuers send them, given out one by one and as an Atom feed. By content type, by
``Accept`` or by suffix, at the addresses that alerts have anyway."""

from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response
from sqlalchemy import Connection
from starlette.routing import Match
from starlette.types import Scope

from routehub.api.body import raw
from routehub.api.context import Context, Ctx
from routehub.api.door import Door
from routehub.api.identity import OnRoute, Reader, Who
from routehub.api.negotiation import ATOM, CSV, JSON, XLSX, Form, best
from routehub.api.outcomes import accepted
from routehub.api.sheets.answers import MARKS
from routehub.api.v1.messages import DryRun, Key
from routehub.boards.alerts import sources
from routehub.boards.alerts.queries import AlertView, alert, alerts
from routehub.core.canonical import digest
from routehub.core.errors import Erased, NotAcceptable, Refused, Unknown, refused
from routehub.directory.principal import Principal
from routehub.directory.snapshot import Directory, RouteView
from routehub.directory.visibility import WORDS, readable
from routehub.formats import atom
from routehub.formats.atom import CAP_MEDIA
from routehub.formats.cap import writing
from routehub.formats.cap.from_alert import Issued, from_alert, time
from routehub.formats.cap.into_alert import into_alert
from routehub.formats.cap.reading import Note, Read, read
from routehub.intake.receive import LONGEST_KEY, Post
from routehub.journal import feed
from routehub.journal.message import Caution, Original
from routehub.journal.originals import original
from routehub_schemas.kinds.alert.cap import Cap, CapReference
from routehub_schemas.kinds.alert.payload import Alert
from routehub_schemas.vocab import AudienceWord, PartyCode, Tlp

CAP = Form("cap", CAP_MEDIA)
CAP_TYPES = (CAP_MEDIA, "application/xml", "text/xml")
TLP_HEADER = "TLP"
"""The marking of a document that came from elsewhere and cannot say it itself. No standard names a header for it (TLP
2.0 leaves automated exchange to its designers), and RFC 6648 advises against another X-."""
IN_FEED = timedelta(days=7)
"""How long an ended alert stays in the feed, so that a follower learns of the end."""


def _header(scope: Scope, name: bytes) -> str:
    values = [value.decode("latin-1") for key, value in scope.get("headers", ()) if key == name]
    return ",".join(values).lower()


class _Sent(Door):
    """Only where the body is said to be XML: at the same address JSON is taken in."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        if _header(scope, b"content-type").partition(";")[0].strip() not in CAP_TYPES:
            return Match.NONE, {}
        return super().matches(scope)


class _Wanted(Door):
    """Only where this format is asked for, by ``Accept`` or by the suffix of the address."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        found, child = super().matches(scope)
        if found is Match.NONE or self.path.endswith((".cap", ".atom")):
            return found, child
        accept = [_header(scope, b"accept")]
        try:
            wanted = best(accept, (JSON, CAP) if "{ref}" in self.path else (JSON, CSV, XLSX, ATOM))
        except NotAcceptable:
            return Match.NONE, {}
        return (found, child) if wanted in (CAP, ATOM) else (Match.NONE, {})


incoming = APIRouter(tags=["alerts"], route_class=_Sent)
outgoing = APIRouter(tags=["alerts"], route_class=_Wanted)
Ref = Annotated[str, Path(max_length=60, description="Short id or message id.")]
Audience = Annotated[list[AudienceWord] | None, Query(description="Who reads it: words or party codes.", max_length=50)]


# --- in ---------------------------------------------------------------------------------------------


@incoming.post("/alerts", status_code=201, include_in_schema=False)
async def post_cap(
    request: Request, ctx: Ctx, who: Who, route: OnRoute, audience: Audience = None, tlp: Tlp | None = None,
    on_behalf_of: PartyCode | None = None, as_exercise: bool = False, idempotency_key: Key = None,
    dry_run: DryRun = False,
) -> Response:  # fmt: skip
    """Post an alert as CAP 1.2 or 1.1. Its sender, identifier and time are the idempotency key."""
    content = await raw(request, ctx.settings.max_body_bytes)
    found = read(content)
    words = _audience(ctx.directory.value, route, found.cap, audience, tlp, who)
    key: str | None = _key(found.cap, idempotency_key)
    party = (on_behalf_of and ctx.directory.value.party_code(on_behalf_of)) or who.party
    known, references, before = await ctx.db.read(_referred, who, party, found.cap, ctx.clock.now())
    if known:  # the alerts board says more of it than that its id was used
        key = None
    made = into_alert(found.cap, before)
    data = made.data | {"references": references[:100]}
    if words is not None:
        data["audience"] = words
    if on_behalf_of is not None:
        data["on_behalf_of"] = on_behalf_of
    if as_exercise and route.exercise and data["status"] == "Actual":
        data["status"] = "Exercise"
    recorded = await ctx.intake.receive(who, _post(ctx, found, data, content, tlp=tlp, key=key, dry_run=dry_run))
    if recorded.message is not None:
        recorded = replace(recorded, cautions=(*recorded.cautions, *map(_caution, (*found.notes, *made.notes))))
    return await accepted(ctx, who, recorded, dry_run=dry_run)


def _post(
    ctx: Context, found: Read, data: dict[str, Any], content: bytes, *, tlp: str | None, key: str | None, dry_run: bool
) -> Post:
    assert found.cap.original is not None
    said = [found.cap.model_dump(mode="json", exclude={"original"}), data.get("audience"), data.get("on_behalf_of")]
    return Post(
        ctx.registry["alert"], data, tlp=tlp, key=key, dry_run=dry_run, said=said,
        original=Original(CAP_MEDIA, content, found.cap.original.sha256),
    )  # fmt: skip


def _caution(note: Note) -> Caution:
    return Caution(note.pointer, note.code, note.message)


def _key(cap: Cap, given: str | None) -> str:
    """The sender's id of the message (DECISIONS 2). A key beside it must be the same one, or the document's hash."""
    name = f"{cap.sender},{cap.identifier},{time(sources.moment(cap.sent))}"
    key = name if len(name) <= LONGEST_KEY else f"cap:{digest(name)}"
    assert cap.original is not None
    if given is not None and given not in (key, cap.identifier, f"sha256:{cap.original.sha256}"):
        raise Refused("A CAP document brings its own id: sender,identifier,sent. Send no Idempotency-Key, or that one.")
    return key


def _audience(
    directory: Directory, route: RouteView, cap: Cap, asked: list[str] | None, tlp: str | None, who: Principal
) -> list[str] | None:
    """Never wider than the issuer allows (CAP 1.2, 3.2.1: scope): what is not public goes to parties by name."""
    if cap.scope == "Public":
        return asked
    if tlp in ("CLEAR", "GREEN"):
        raise refused(
            "/query/tlp", "wider-than-issuer", f"The issuer says {cap.scope}; mark it AMBER or RED.", sent=tlp
        )
    words = asked
    if words is None and cap.scope == "Private":
        codes = [directory.party_code(address) for address in cap.addresses]
        known = [code for code in codes if code is not None]
        words = known if known and len(known) == len(codes) else None
    named = cap.restriction if cap.scope == "Restricted" else ", ".join(cap.addresses)
    says = f"The issuer says {cap.scope}" + (f": {named[:200]}" if named else "")
    if words is None:
        raise refused(
            "/scope", "audience-needed", f"{says}. Say which parties of the route that is: ?audience=MK&audience=RS.",
            sent=cap.scope,
        )  # fmt: skip
    if wide := [word for word in words if word in WORDS]:
        raise refused("/query/audience", "wider-than-issuer", f"{says}. Name the parties by their codes.", sent=wide)
    return words


def _referred(
    conn: Connection, who: Principal, party: str, cap: Cap, now: datetime
) -> tuple[bool, list[str], Mapping[str, Any] | None]:
    """Whether the document is here; the messages that it refers to that are here, and what their alert says."""
    own = sources.source(conn, who.route, party, cap)
    known = own is not None and own["message_id"] is not None
    ids = sources.imported(conn, who.route, party, cap.references)
    if not ids:
        return known, [], None
    view = alert(conn, readable(conn, who.route, who.party), who.route, ids[0], now)
    return known, ids, asdict(view) if view is not None else None


# --- out --------------------------------------------------------------------------------------------


@outgoing.get("/alerts/{ref}.cap", responses={200: {"content": {CAP_MEDIA: {}}}})
@outgoing.get("/alerts/{ref}", include_in_schema=False)
async def get_cap(
    ctx: Ctx, who: Reader, route: OnRoute, ref: Ref,
    as_sent: Annotated[
        bool | None, Query(alias="original", description="The document as it came, or anew from the alert.")
    ] = None,
) -> Response:  # fmt: skip
    """The latest message of an alert as CAP, or one message of it by its id. What came as CAP is given as it came;
    the header ``TLP`` says its marking."""
    now = ctx.clock.now()

    def load(conn: Connection) -> tuple[bytes, str, str]:
        message = _message(conn, who, ref, now)
        said = _alert(ctx, message)
        kept = original(conn, message["id"])
        came = said.cap is not None and said.cap.status == said.status  # not one taken into an exercise
        if as_sent and kept is None:
            raise Unknown("This alert did not come as CAP. Leave out original=true.")
        if kept is not None and (as_sent or (as_sent is None and came)):
            return kept.content, kept.media, message["tlp"]
        return writing.write(from_alert(said, _issued(conn, ctx, who, route, message))), CAP_MEDIA, message["tlp"]

    content, media, tlp = await ctx.db.read(load)
    return Response(content, headers={"Cache-Control": "no-store", TLP_HEADER: tlp}, media_type=media)


def _message(conn: Connection, who: Principal, ref: str, now: datetime) -> dict[str, Any]:
    """The event of the message that is meant: the latest of an alert by its short id, one by its own id."""
    view = alert(conn, readable(conn, who.route, who.party), who.route, ref, now)
    item = None
    if view is not None:
        item = feed.one(conn, who.route, who.party, view.latest if ref.upper() == view.short_id else ref)
    if item is None:
        raise Unknown("There is no alert with this id that you can see.")
    if item.body is None:
        raise Erased(item.erased.words if item.erased else "")
    return feed.event(item)


def _alert(ctx: Context, event: Mapping[str, Any]) -> Alert:
    found = ctx.registry["alert"].payload.model_validate(event["data"])
    assert isinstance(found, Alert)
    return found


def _issued(conn: Connection, ctx: Context, who: Principal, route: RouteView, event: dict[str, Any]) -> Issued:
    """What the envelope says. Earlier messages that the reader does not see are not named."""
    data = event["data"]
    items = [feed.one(conn, who.route, who.party, ref) for ref in data.get("references", ())]
    earlier = [_name(ctx, feed.event(item)) for item in items if item is not None and item.body is not None]
    own, party = _name(ctx, event), _party(event)
    on = datetime.fromisoformat(event["time"]).astimezone(route.zone).date()
    names = {code: place.name for code, place in route.places.items()}
    return Issued(
        identifier=own.identifier, sender=own.sender, sent=datetime.fromisoformat(event["time"]),
        sender_name=ctx.directory.value.name(party, on) if party else "Routehub", tlp=event["tlp"],
        words=tuple(data["audience"]), web=_page(ctx, who, event["id"]),
        references=tuple(earlier) if data.get("msg_type", "Alert") != "Alert" else (), names=names,
    )  # fmt: skip


def _party(event: Mapping[str, Any]) -> str | None:
    """Whose message it is in substance; None for the hub's own."""
    found: str | None = event["data"].get("on_behalf_of")
    return found or (event["source"].rpartition("/")[2] if event["source"].startswith("/parties/") else None)


def _name(ctx: Context, event: Mapping[str, Any]) -> CapReference:
    """How CAP names a message: as its issuer did, or by the hub's host, the party and the message's id."""
    if cap := event["data"].get("cap"):
        return CapReference(sender=cap["sender"], identifier=cap["identifier"], sent=cap["sent"])
    host = ctx.settings.public_url.partition("://")[2].rstrip("/")
    sent = time(datetime.fromisoformat(event["time"]))
    return CapReference(sender=f"{host}{event['source']}", identifier=f"urn:uuid:{event['id']}", sent=sent)


def _page(ctx: Context, who: Principal, ref: str) -> str:
    return f"{ctx.settings.public_url.rstrip('/')}/routes/{who.route}/alerts/{ref}"


@outgoing.get("/alerts.atom", responses={200: {"content": {ATOM.media: {}}}})
@outgoing.get("/alerts", include_in_schema=False, name="get_feed")
async def get_feed(ctx: Ctx, who: Reader, route: OnRoute) -> Response:
    """Alerts that you may read as an Atom feed of CAP documents: open ones, and those ended in the last 7 days."""
    now = ctx.clock.now()

    def load(conn: Connection) -> list[AlertView]:
        found = alerts(conn, readable(conn, who.route, who.party), who.route, now, since=now - IN_FEED)
        return [view for view in found if view.state != "expired" or view.expires > now - IN_FEED]

    views = sorted(await ctx.db.read(load), key=lambda view: view.updated_at, reverse=True)
    base, directory = ctx.settings.public_url.rstrip("/"), ctx.directory.value
    address = f"{base}/v1/routes/{who.route}/alerts"
    mark = f"{MARKS[route.marking]}: " if route.marking in MARKS else ""
    written = atom.Feed(
        id=f"{address}.atom#{who.party}", title=f"{mark}{route.title}: alerts",
        subtitle=f"Open alerts and those that ended in the last 7 days, as {who.party} reads them.",
        address=f"{address}.atom", home=f"{base}/routes/{who.route}/alerts",
        updated=max((view.updated_at for view in views), default=now), rights="Each entry says its own marking.",
        entries=[_entry(directory, view, address, _page(ctx, who, view.short_id), now) for view in views],
    )  # fmt: skip
    return Response(atom.write(written), headers={"Cache-Control": "no-store"}, media_type=ATOM.content_type)


def _entry(directory: Directory, view: AlertView, address: str, page: str, now: datetime) -> atom.Entry:
    mark = "" if view.status == "Actual" else f"{view.status.upper()} – "
    state = "" if view.state == "open" else f" ({view.state})"
    head, words = f"{view.severity}: {view.headline}{state}", view.description or view.headline
    if view.tlp == "RED":
        head, words = f"{view.severity}{state}", "Marked TLP:RED. Its content is shown in the hub only, after sign-in."
    return atom.Entry(
        id=f"urn:uuid:{view.id}", title=f"{mark}{head}", link=page,
        published=view.issued_at, updated=view.updated_at, author=directory.name(view.party, now.date()),
        summary=words, category=view.category, tlp=view.tlp,
        cap=f"{address}/{view.latest}.cap",
    )  # fmt: skip
