"""What the chair does with a readout: draft it from the minutes, change it, send it for check, publish it, correct it.

The doors (API and pages) are two hands of the same desk. Every step that others see becomes a message.
"""

import textwrap
from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from routehub.boards.commitments.queries import commitments
from routehub.boards.conferences.queries import ConferenceView, conference, conferences
from routehub.boards.minutes.queries import editions
from routehub.boards.readouts.correcting import found
from routehub.boards.readouts.queries import CheckView, ReadoutView, checks, mark, readout
from routehub.chairing.readouts import content, store
from routehub.chairing.readouts.content import Draft
from routehub.chairing.readouts.drafting import Records, draft, numbered
from routehub.chairing.readouts.store import DraftView, Which
from routehub.chairing.readouts.template import Template
from routehub.chairing.readouts.template import check as check_template
from routehub.core.canonical import iso
from routehub.core.clock import Clock
from routehub.core.db import Database
from routehub.core.errors import Conflict, HubError, NotAllowed, Unknown, refused
from routehub.core.language import for_the_record
from routehub.digests import naming
from routehub.directory.current import CurrentDirectory
from routehub.directory.principal import Principal, require_role
from routehub.directory.visibility import readable
from routehub.intake.receive import Intake, Post
from routehub.journal import follow
from routehub.journal.jobs import Change, Recorded
from routehub.journal.message import Guard, Transaction
from routehub.journal.writer import Writer
from routehub.views import plans, shared
from routehub_schemas.kinds.minutes.payload import Minutes
from routehub_schemas.publication import ReadoutText, Section, named

WINDOW = timedelta(hours=2)
"""How long the parties named have to ask for a change (UX 3.7), unless the chair says otherwise."""
LONGEST_PLACE = 160
"""Characters in which an erratum says where it is."""
SHORTEST, LONGEST = timedelta(minutes=15), timedelta(days=7)


@dataclass(frozen=True)
class Standing:
    """How far the readout of a conference is. ``edition``: of the newest minutes; ``asked``: the newest check."""

    which: Which
    draft: DraftView | None
    edition: int | None
    asked: CheckView | None
    published: ReadoutView | None
    text: ReadoutText | None
    """What would be published now; None when it cannot be."""
    fault: HubError | None = None
    """Why it cannot be."""

    @property
    def checked(self) -> bool:
        """Whether the newest check was of these words."""
        return self.asked is not None and self.text is not None and self.asked.digest == mark(self.text)

    @property
    def outdated(self) -> bool:
        """Whether the minutes were corrected after the draft was made."""
        return self.draft is not None and self.edition is not None and self.edition > self.draft.edition


class ReadoutDesk:
    """The readouts of one hub."""

    def __init__(self, db: Database, writer: Writer, intake: Intake, directory: CurrentDirectory, clock: Clock) -> None:
        self._db, self._writer, self._intake = db, writer, intake
        self._directory, self._clock = directory, clock

    async def _of_chair(self, who: Principal, series: str, number: int) -> None:
        """Only the party that chairs the conference, and chairs who coordinate the route: what another party's chair
        publishes is not theirs to word."""
        require_role(who, "chair")

        def read(conn: Connection) -> ConferenceView | None:
            return conference(conn, readable(conn, who.route, who.party), who.route, series, number)

        held = await self._db.read(read)
        if held is not None and held.chair != who.party and "coordinator" not in who.roles:
            raise NotAllowed(f"{held.chair} chairs conference {number}: its people write the readout.")

    # --- drafting ---------------------------------------------------------------------------------------

    @for_the_record
    async def standing(self, who: Principal, series: str, number: int) -> Standing:
        """How far it is. Errors: 403 for anybody but the chair, 404 when there is neither draft nor minutes."""
        await self._of_chair(who, series, number)
        which = Which(who.route, series, number)

        def read(conn: Connection) -> Standing:
            ids = readable(conn, who.route, who.party)
            editions_ = editions(conn, ids, who.route, series, number)
            kept = store.draft_of(conn, which)
            asked = checks(conn, ids, who.route, series=series, conference=number, limit=1)
            text, fault = self._text(who.route, kept) if kept is not None else (None, None)
            return Standing(
                which, kept, editions_[0].edition if editions_ else None, asked[0] if asked else None,
                readout(conn, who.route, series, number), text, fault,
            )  # fmt: skip

        found_ = await self._db.read(read)
        if found_.draft is None and found_.edition is None and found_.published is None:
            raise Unknown(f"There are no minutes of conference {number} that you can see. A readout is made from them.")
        return found_

    def _text(self, route: str, kept: DraftView) -> tuple[ReadoutText | None, HubError | None]:
        try:
            return content.text_of(kept.draft, self._named(route, kept.draft)), None
        except HubError as fault:
            return None, fault

    def _named(self, route: str, draft_: Draft) -> content.Named:
        directory, view = self._directory.value, self._directory.route(route)
        codes = [member.party for member in view.members(draft_.day)]
        return lambda text: naming.found(directory, codes, draft_.day, text)

    @for_the_record
    async def draft(self, who: Principal, series: str, number: int, version: int | None = None) -> int:
        """Draft it from the newest minutes, anew if there is a draft already; answers the version.

        Errors: 403, 404 without minutes, 409 when it is published, 412 when the draft changed meanwhile.
        """
        await self._of_chair(who, series, number)
        which = Which(who.route, series, number)
        records, source = await self._db.read(self._records, who, which)
        made = draft(records)
        return await self._keep(who, which, made, source, version)

    def _records(self, conn: Connection, who: Principal, which: Which) -> tuple[Records, tuple[str, int]]:
        route, now = self._directory.route(who.route), self._clock.now()
        ids = readable(conn, who.route, who.party)
        found_ = editions(conn, ids, who.route, which.series, which.conference)
        message = follow.by_id(conn, self._intake.registry, found_[0].message_id) if found_ else None
        if message is None or not isinstance(message.payload, Minutes):
            raise Unknown(f"There are no minutes of conference {which.conference} that you can see.")
        minutes = message.payload
        view = conference(conn, ids, who.route, which.series, which.conference)
        zone = ZoneInfo(view.zone) if view is not None else route.zone
        later = [
            one.start
            for one in conferences(conn, ids, who.route, which.series)
            if one.start > minutes.began and one.number > which.conference and one.state != "cancelled"
        ]
        wide = shared.audiences(conn, route, now) & ids
        # As they stood when the conference ended: a figure that came later was not what was talked about.
        known = commitments(conn, wide, route.code, until=minutes.ended)
        today = minutes.ended.astimezone(route.zone).date()
        template, _ = store.template_of(conn, who.route, which.series)
        records = Records(
            minutes, template, route, self._directory.value, zone, plans.shown(known, today, minutes.ended),
            minutes.next or min(later, default=None),
        )  # fmt: skip
        return records, (found_[0].message_id, found_[0].edition)

    @for_the_record
    async def save(self, who: Principal, series: str, number: int, draft_: Draft, version: int | None) -> int:
        """Keep the chair's changes; answers the new version. Errors: 403, 404, 409, 412."""
        await self._of_chair(who, series, number)
        which = Which(who.route, series, number)
        kept = await self._db.read(store.draft_of, which)
        if kept is None:
            raise Unknown(f"Nobody has begun a readout of conference {number}.")
        return await self._keep(who, which, draft_, (kept.minutes, kept.edition), version)

    async def _keep(
        self, who: Principal, which: Which, draft_: Draft, source: tuple[str, int], version: int | None
    ) -> int:
        def apply(tx: Transaction) -> int:
            if readout(tx.conn, which.route, which.series, which.conference) is not None:
                raise Conflict(f"The readout of conference {which.conference} is published. Correct it by an erratum.")
            return store.keep_draft(tx, who, which, draft_, source, version)

        return await self._writer.submit(Change(apply))

    # --- check, publication, errata --------------------------------------------------------------------

    @for_the_record
    async def send(
        self, who: Principal, series: str, number: int, *, window: timedelta = WINDOW, key: str | None = None,
        version: int | None = None,
    ) -> Recorded:  # fmt: skip
        """Send it for check to the parties named in it, with the coordinators. Silence is acceptance.

        Errors: 403, 404, 409 when it is published, 412, 422 for a window that is too short or too long.
        """
        if not SHORTEST <= window <= LONGEST:
            words = "The window is 15 minutes to 7 days long."
            raise refused("/minutes", "out-of-range", words, sent=int(window.total_seconds() // 60))
        text, kept = await self._ready(who, series, number, version)
        until = (self._clock.now() + window).replace(second=0, microsecond=0)
        data = {
            "series": series, "conference": number, "until": iso(until), "text": _json(text),
            "audience": [*self._on_route(who.route, named(text)), "coordinators"],
        }  # fmt: skip
        guard = _unchanged(Which(who.route, series, number), kept.version)
        return await self._intake.receive(who, Post(self._intake.registry["readout_check"], data, key=key, guard=guard))

    def _on_route(self, route: str, codes: tuple[str, ...]) -> list[str]:
        """The parties that can be asked here today."""
        view = self._directory.route(route)
        here = {m.party for m in view.members(self._clock.now().astimezone(view.zone).date())}
        stable = (self._directory.value.party_code(code) or code for code in codes)
        return [code for code in dict.fromkeys(stable) if code in here]

    @for_the_record
    async def publish(
        self, who: Principal, series: str, number: int, *, reason: str | None = None, key: str | None = None,
        version: int | None = None,
    ) -> Recorded:  # fmt: skip
        """Publish it, to everybody.

        Errors: 403, 404, 409 while the check runs or a change is asked for, 412, 422 without a check and a reason.
        """
        text, kept = await self._ready(who, series, number, version)
        standing = await self.standing(who, series, number)
        data: dict[str, object] = {"series": series, "conference": number, "text": _json(text)}
        if standing.asked is not None and standing.asked.digest == mark(text):
            asked = standing.asked
            data["checked"] = {"check": asked.short_id, "until": iso(asked.until), "parties": list(asked.named)}
        elif standing.asked is not None and reason is None:
            raise Conflict(
                f"The text changed after it was sent for check as {standing.asked.short_id}. Send it for check again, "
                "or say in reason why not."
            )
        elif reason is None:
            words = "It was not sent for check. Send it, or say in reason why not; everybody reads it."
            raise refused("/reason", "missing", words)
        if reason is not None:
            data["reason"] = reason
        guard = _unchanged(Which(who.route, series, number), kept.version)
        post = Post(self._intake.registry["readout"], data, tlp="CLEAR", key=key, guard=guard)
        return await self._intake.receive(who, post)

    async def _ready(
        self, who: Principal, series: str, number: int, version: int | None
    ) -> tuple[ReadoutText, DraftView]:
        """The text that would go out, and the draft it is from."""
        await self._of_chair(who, series, number)
        which = Which(who.route, series, number)
        kept = await self._db.read(store.draft_of, which)
        if kept is None:
            raise Unknown(f"Nobody has begun a readout of conference {number}.")
        await self._db.read(store.expect, which, version)
        return content.text_of(kept.draft, self._named(who.route, kept.draft)), kept

    @for_the_record
    async def correct(
        self, who: Principal, series: str, number: int, wrong: str, right: str, where: str | None = None,
        key: str | None = None, dry_run: bool = False,
    ) -> Recorded:  # fmt: skip
        """Publish the next erratum. ``where``: the section, found by itself if not given; ``dry_run``: only check it.

        Errors: 403, 404 when no readout is published, 422 for words that are not in it, or are in it more than once.
        """
        await self._of_chair(who, series, number)
        view = await self._db.read(readout, who.route, series, number)
        if view is None:
            raise Unknown(f"No readout of conference {number} is published, so there is nothing to correct.")
        data = {
            "series": series, "conference": number, "number": len(view.errata) + 1, "wrong": wrong, "right": right,
            "where": where or place_of(view, wrong),
        }  # fmt: skip
        post = Post(self._intake.registry["erratum"], data, tlp="CLEAR", key=key, dry_run=dry_run)
        return await self._intake.receive(who, post)

    # --- the template ------------------------------------------------------------------------------------

    @for_the_record
    async def template(self, who: Principal, series: str) -> tuple[Template, int]:
        """The template of a series with its version."""
        require_role(who, "chair")
        return await self._db.read(store.template_of, who.route, series)

    @for_the_record
    async def set_template(self, who: Principal, series: str, template: Template, version: int | None) -> int:
        """Errors: 403, 412, 422 for places that nothing is filled into."""
        require_role(who, "chair")
        check_template(template)
        return await self._writer.submit(
            Change(lambda tx: store.keep_template(tx, who, who.route, series, template, version))
        )


def _json(text: ReadoutText) -> dict[str, object]:
    return text.model_dump(mode="json")


def _unchanged(which: Which, version: int) -> Guard:
    """Refuses what was made from a draft that somebody has changed since."""
    return lambda tx: store.expect(tx.conn, which, version)


def place_of(view: ReadoutView, wrong: str) -> str:
    """The section in which the words stand, or the part of the readout."""
    places = found(view.text, view.errata, wrong)
    steps = places[0].split("/") if places else ["", "title"]
    if steps[1] == "sections":
        return _short(view.text.sections[int(steps[2])])
    return {"title": "Title", "opening": "First paragraph", "closing": "Last paragraph"}.get(steps[1], "Standing text")


def _short(section: Section) -> str:
    """A section in a line: its heading, else its points, else the heading up to a word."""
    if len(section.heading) <= LONGEST_PLACE:
        return section.heading
    points = numbered(section.points) if section.points else ""
    return (
        points
        if 0 < len(points) <= LONGEST_PLACE
        else textwrap.shorten(section.heading, LONGEST_PLACE, placeholder=" …")
    )
