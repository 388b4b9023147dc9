"""`Hub`: the blocking client."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self, TypeVar, Unpack

from routehub_client import answers, calls
from routehub_client.address import Address
from routehub_client.course import Course, Notice
from routehub_client.http import Transport
from routehub_client.wire import Answer, Call, Request, params, path
from routehub_schemas.envelope import Envelope

T = TypeVar("T")


class Hub:
    """A hub, seen by the holder of one key.

    `route` is needed only for a route that is not the hub's default. `wait` is for how many seconds a
    request is tried again while there is no connection or the hub is busy; a write is repeated only
    with its idempotency key, so it never counts twice. Raises the errors of `routehub_client.errors`.
    """

    def __init__(
        self,
        url: str,
        key: str | None = None,
        *,
        key_file: str | Path | None = None,
        route: str | None = None,
        timeout: float = 10.0,
        wait: float = 0.0,
        allow_http: bool = False,
    ) -> None:
        self.address = Address.of(url, key, key_file, allow_http)
        self.route_code = route
        self._transport = Transport(self.address, timeout, wait)

    def publish(self, kind: str, data: Mapping[str, Any], **terms: Unpack[calls.Terms]) -> answers.Posted:
        """Posts a message of any kind: `publish("alert", {...})`. Raises `Refused` with every problem."""
        return self._do(calls.publish(self.route_code, kind, data, **terms))

    def send(self, event: Mapping[str, Any], *, dry_run: bool = False) -> answers.Posted:
        """Posts a CloudEvent as it is."""
        return self._do(calls.send(self.route_code, event, dry_run=dry_run))

    def import_alert(self, document: bytes, **terms: Unpack[calls.Import]) -> answers.Posted:
        """Posts an alert of another issuer: a CAP 1.2 or 1.1 document, as it came."""
        return self._do(calls.import_alert(self.route_code, document, **terms))

    def put_report(
        self,
        party: str,
        day: date | str,
        data: Mapping[str, Any],
        *,
        if_match: str | None = None,
        **terms: Unpack[calls.Terms],
    ) -> answers.Posted:
        """The figures of a reporting day. The same again changes nothing; other values are a correction."""
        return self._do(calls.put_report(self.route_code, party, day, data, if_match=if_match, **terms))

    def import_figures(self, body: bytes, media: str, **said: Any) -> answers.Imported:
        """A file of figures, CSV or XLSX, as it is; for `said` see `calls.import_figures`. All of it or nothing,
        unless `partial`; raises `Refused` with every problem at its row and column."""
        return self._do(calls.import_figures(self.route_code, body, media, **said))

    def page(
        self,
        after: str | None = None,
        *,
        limit: int | None = None,
        wait: int | None = None,
        **which: Unpack[calls.Feed],
    ) -> answers.Page:
        """One page of the feed after a cursor. `wait`: seconds to wait for something new."""
        return self._do(calls.page(self.route_code, after=after, limit=limit, wait=wait, **which))

    def search(
        self, words: str, *, before: str | None = None, limit: int | None = None, **which: Unpack[calls.Feed]
    ) -> answers.Page:
        """Messages with these words, the newest first, each with `hit`: where it says them. On with `before=next`."""
        return self._do(calls.search(self.route_code, words, before=before, limit=limit, **which))

    def messages(self, after: str | None = None, **which: Unpack[calls.Feed]) -> Iterator[Envelope]:
        """Everything after a cursor, up to the head as it is now."""
        more = True
        while more:
            page = self.page(after, **which)
            yield from page.messages
            more, after = page.more and page.next != after, page.next

    def message(self, id: str) -> Envelope:
        return self._do(calls.message(self.route_code, id))

    def stream(
        self,
        after: str | None = None,
        *,
        resync: Literal["raise", "head"] = "raise",
        report: Callable[[Notice], None] | None = None,
        **which: Unpack[calls.Filter],
    ) -> Iterator[Envelope]:
        """Events as they come, from a cursor or from now, each once and in order, without end.

        The line is opened again from the last event whenever it breaks. Raises `SignInNeeded` when the
        key was withdrawn, `Gone` when the hub no longer knows the cursor (unless `resync` is "head"),
        and `Gap` when an event is missing and stays missing. `report` hears about the line itself.
        """
        from routehub_client.stream import follow  # only who follows pays for loading it

        asked = params(**which)
        course = Course(after, filtered=bool(asked), resync=resync, report=report)
        return follow(self.address, path("stream", route=self.route_code), asked, course)

    def me(self) -> answers.Me:
        return self._do(calls.me(self.route_code))

    def route(self) -> answers.RoutePicture:
        """The stations with their latest figures and freshness, and both counts of every leg."""
        return self._do(calls.picture(self.route_code))

    def figures(self, **which: Unpack[calls.Which]) -> list[answers.Figure]:
        """Figures with status, both times and, with `history=True`, every earlier value."""
        found, after = self._do(calls.figures(self.route_code, **which))
        while after:
            more, after = self._do(calls.figures(self.route_code, after=after, **which))
            found += more
        return found

    def latest(self, party: str | None = None, indicator: str | None = None) -> list[answers.Figure]:
        return self._do(calls.latest(self.route_code, party=party, indicator=indicator))

    def reporting(self, start: date | str | None = None, end: date | str | None = None) -> list[answers.Reporting]:
        """Who has reported, with reporting and on-time rates."""
        return self._do(calls.reporting(self.route_code, start=start, end=end))

    def alerts(self, *, open: bool | None = True) -> list[answers.Alert]:
        return self._do(calls.alerts(self.route_code, open=open))

    def alert(self, id: str) -> answers.Alert:
        return self._do(calls.alert(self.route_code, id))

    def measures(self, *, open: bool | None = True, as_of: datetime | str | None = None) -> list[dict[str, Any]]:
        """Steps that neighbours feel, as they stand or as they were known to stand at a time."""
        return self._do(calls.measures(self.route_code, open=open, as_of=as_of))

    def measure(self, id: str, *, as_of: datetime | str | None = None) -> dict[str, Any]:
        """One measure with its views, its preview, and each cap beside both sides' figures."""
        return self._do(calls.measure(self.route_code, id, as_of=as_of))

    def preview_measure(self, data: Mapping[str, Any]) -> dict[str, Any]:
        """What a measure would do, before it is sent."""
        return self._do(calls.preview_measure(self.route_code, data))

    def movements(self) -> list[dict[str, Any]]:
        return self._do(calls.movements(self.route_code))

    def movement(self, id: str) -> dict[str, Any]:
        return self._do(calls.movement(self.route_code, id))

    def ledger(self) -> list[dict[str, Any]]:
        """What was agreed, not agreed, and took place without agreement, by pair of neighbours."""
        return self._do(calls.ledger(self.route_code))

    def status(self, since: datetime | str | None = None) -> answers.Status:
        """What changed, and what waits for this party."""
        return self._do(calls.status(self.route_code, since=since))

    def plans(self) -> list[dict[str, Any]]:
        """The plans that the hub knows, those first that the route monitors."""
        return self._do(calls.plans(self.route_code))

    def plan(self, id: str) -> dict[str, Any]:
        """One plan with its points, and the short ids of the commitments under each."""
        return self._do(calls.plan(self.route_code, id))

    def plan_status(self, id: str, week: str | None = None) -> dict[str, Any]:
        """The status of each point in a week (`2016-W03`), as was known at its end; this week when none is named."""
        return self._do(calls.plan_status(self.route_code, id, week=week))

    def monitoring_report(
        self, id: str, *, week: str | None = None, first: date | str | None = None, last: date | str | None = None
    ) -> dict[str, Any]:
        """Every point of a plan over a week or any days: how it stood, how it stands, and what was said."""
        return self._do(calls.monitoring_report(self.route_code, id, week=week, first=first, last=last))

    def monitoring_report_csv(
        self, id: str, *, week: str | None = None, first: date | str | None = None, last: date | str | None = None
    ) -> str:
        """The same as a table, one row for each point and commitment."""
        return self._do(calls.monitoring_report_csv(self.route_code, id, week=week, first=first, last=last))

    def bulletins(self) -> list[dict[str, Any]]:
        """The daily bulletins, the newest first."""
        return self._do(calls.bulletins(self.route_code))

    def bulletin(self, day: date | str = "latest") -> dict[str, Any]:
        """The bulletin of a morning, or the newest, as this party reads it."""
        return self._do(calls.bulletin(self.route_code, day))

    def bulletin_text(self, day: date | str = "latest") -> str:
        """The same as the hub writes it in a mail."""
        return self._do(calls.bulletin_text(self.route_code, day))

    def commitments(
        self, *, point: str | None = None, party: str | None = None, state: str | None = None
    ) -> list[dict[str, Any]]:
        """Commitments with what is reached and the projected date, of one point, owner or state."""
        return self._do(calls.commitments(self.route_code, point=point, party=party, state=state))

    def commitment(self, id: str) -> dict[str, Any]:
        """One commitment with all that was said about it."""
        return self._do(calls.commitment(self.route_code, id))

    def conferences(self) -> list[dict[str, Any]]:
        return self._do(calls.conferences(self.route_code))

    def conference(self, number: int, series: str = "weekly") -> dict[str, Any]:
        """One conference with who attends, proposals, agendas, and what was reported back from it."""
        return self._do(calls.conference(self.route_code, number, series))

    def conference_calendar(self, number: int | None = None, series: str = "weekly") -> str:
        """One conference as iCalendar; without a number all of them, with what their series propose."""
        return self._do(calls.conference_calendar(self.route_code, number, series))

    def series(self) -> list[dict[str, Any]]:
        """The series of conferences, each with the times that it proposes next."""
        return self._do(calls.series(self.route_code))

    def one_series(self, name: str) -> dict[str, Any]:
        return self._do(calls.one_series(self.route_code, name))

    def minutes(self, number: int, series: str = "weekly") -> dict[str, Any]:
        """The newest edition of a conference's minutes, as a message."""
        return self._do(calls.minutes(self.route_code, number, series))

    def minutes_text(self, number: int, series: str = "weekly") -> str:
        return self._do(calls.minutes_text(self.route_code, number, series))

    def actions(self, state: str | None = None, party: str | None = None) -> list[dict[str, Any]]:
        """What conferences gave somebody to do, what waits first."""
        return self._do(calls.actions(self.route_code, state, party))

    def agenda(self, number: int) -> dict[str, Any]:
        return self._do(calls.agenda(self.route_code, number))

    def agenda_as(self, number: int, form: Literal["txt", "md", "html", "ics", "json"]) -> str:
        return self._do(calls.agenda_as(self.route_code, number, form))

    def agenda_pdf(self, number: int) -> bytes:
        """The agenda as PDF/UA-1."""
        return self._do(calls.agenda_pdf(self.route_code, number))

    def annex(self, number: int) -> dict[str, Any]:
        """What this party may read of what is to be discussed, and not everyone in the call."""
        return self._do(calls.annex(self.route_code, number))

    def annex_text(self, number: int) -> str:
        return self._do(calls.annex_text(self.route_code, number))

    def readouts(self) -> list[dict[str, Any]]:
        """What was published, the newest conference first."""
        return self._do(calls.readouts(self.route_code))

    def readout(self, number: int) -> dict[str, Any]:
        """The readout of a conference, as published and as corrected."""
        return self._do(calls.readout(self.route_code, number))

    def readout_text(self, number: int) -> str:
        return self._do(calls.readout_text(self.route_code, number))

    def readout_draft(self, number: int) -> dict[str, Any]:
        """The readout in work, with its `version`; for the chair."""
        return self._do(calls.readout_draft(self.route_code, number))

    def make_readout_draft(self, number: int, version: int | None = None) -> dict[str, Any]:
        """Drafts the readout from the minutes."""
        return self._do(calls.make_readout_draft(self.route_code, number, version))

    def save_readout_draft(self, number: int, draft: Mapping[str, Any], version: int | None = None) -> dict[str, Any]:
        """Keeps a changed draft; raises when somebody changed it meanwhile."""
        return self._do(calls.save_readout_draft(self.route_code, number, draft, version))

    def readout_checks(self, *, mine: bool | None = None) -> list[dict[str, Any]]:
        """Readouts sent for check."""
        return self._do(calls.readout_checks(self.route_code, mine=mine))

    def readout_check(self, id: str) -> dict[str, Any]:
        return self._do(calls.readout_check(self.route_code, id))

    def checkpoints(self) -> list[dict[str, Any]]:
        """Every signed checkpoint of one's own feed, the newest first."""
        found, before = self._do(calls.checkpoints(self.route_code))
        while before:
            more, before = self._do(calls.checkpoints(self.route_code, before=before))
            found += more
        return found

    def checkpoint_keys(self) -> list[dict[str, Any]]:
        """The keys that have signed checkpoints, with the time of each."""
        return self._do(calls.checkpoint_keys(self.route_code))

    def feed_links(self) -> Iterator[tuple[int, list[dict[str, Any]]]]:
        """The links of one's own feed, page by page, each with the number of the head. See `routehub_client.proof`."""
        after: str | None = "0"
        while after:
            links, head, after = self._do(calls.feed_links(self.route_code, after=after))
            yield int(head.rpartition(".")[2]), links

    def pauses(self, all: bool = False) -> list[dict[str, Any]]:
        """Who is excused from reporting, and why; with ``all`` also pauses that are over."""
        return self._do(calls.pauses(self.route_code, all=all))

    def requests(
        self, *, category: str | None = None, open: bool | None = True, mine: bool | None = None
    ) -> list[dict[str, Any]]:
        """Requests and needs, those that wait first."""
        return self._do(calls.requests(self.route_code, category=category, open=open, mine=mine))

    def request(self, id: str) -> dict[str, Any]:
        """One request with its answers and offers."""
        return self._do(calls.request(self.route_code, id))

    def offers(self, *, party: str | None = None, unasked: bool | None = None) -> list[dict[str, Any]]:
        return self._do(calls.offers(self.route_code, party=party, unasked=unasked))

    def offer(self, id: str) -> dict[str, Any]:
        return self._do(calls.offer(self.route_code, id))

    def places(self) -> dict[str, Any]:
        """Free places by party and day, and suggestions who could take people from whom."""
        return self._do(calls.places(self.route_code))

    def party(self, code: str) -> dict[str, Any]:
        """A party of the route, with its neighbours and its places."""
        return self._do(calls.party(self.route_code, code))

    def people(self, party: str | None = None) -> list[dict[str, Any]]:
        return self._do(calls.people(self.route_code, party=party))

    def duty(self) -> list[dict[str, Any]]:
        """Who is on duty now, party by party."""
        return self._do(calls.duty(self.route_code))

    def nominations(self) -> list[dict[str, Any]]:
        """Whether each party has nominated a contact point in time."""
        return self._do(calls.nominations(self.route_code))

    def statements(self, *, state: str | None = None, party: str | None = None) -> list[dict[str, Any]]:
        return self._do(calls.statements(self.route_code, state=state, party=party))

    def statement(self, id: str) -> dict[str, Any]:
        """A statement with its text, and who has signed it when."""
        return self._do(calls.statement(self.route_code, id))

    def threads(self, limit: int | None = None) -> list[dict[str, Any]]:
        """Exchanges with notes, those with the newest note first."""
        return self._do(calls.threads(self.route_code, limit=limit))

    def thread(self, id: str, after: str | None = None) -> dict[str, Any]:
        """The exchange to which a message belongs, page by page."""
        return self._do(calls.thread(self.route_code, id, after=after))

    def log(self, limit: int | None = None) -> list[dict[str, Any]]:
        """What this key sent and what was wrong with it, the newest first; for people, all keys of their party."""
        return self._do(calls.log(self.route_code, limit=limit))

    def indicators(self) -> list[dict[str, Any]]:
        return self._do(calls.indicators(self.route_code))

    def ask(self, request: Request) -> Answer:
        """Any request at all; raises when the answer is no."""
        return self._transport.send(request)

    def close(self) -> None:
        self._transport.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _do(self, call: Call[T]) -> T:
        return call.read(self._transport.send(call.request))
