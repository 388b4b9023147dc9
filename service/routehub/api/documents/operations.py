"""What the documents say about each door beyond its parameters: its body, its answer, and how it may refuse.

A door without an entry here fails the test that goes over all of them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from pydantic import BaseModel

from routehub.api.documents.answers import (
    alerts,
    bulletins,
    chairing,
    commitments,
    conferences,
    directory,
    figures,
    housekeeping,
    identity,
    integrity,
    measures,
    movements,
    readouts,
    requests,
    route,
    statements,
    status,
    subscriptions,
    warning,
)
from routehub.api.v1.clock import ClockSet
from routehub.api.v1.escalation import QuietHours
from routehub.api.v1.readout_desk import NewCheck, NewErratum, NewReadout
from routehub.chairing.edits import AgendaChange
from routehub.chairing.notes import Ending, NewItem, Noted, Present
from routehub.chairing.readouts.content import Draft
from routehub.chairing.readouts.template import Template
from routehub.delivery.replaying import NewReplay
from routehub.delivery.subscription_office import ChangedSubscription, NewSigningKeys, NewSubscription
from routehub.digests.series_office import Terms
from routehub.directory.grants import Grant
from routehub.directory.hand_over import NewHandOver
from routehub.directory.key_office import NewKey, Rotation
from routehub.directory.pauses import NewPause
from routehub.directory.people import Nomination, PersonChange
from routehub.formats.sheets.read import TYPES
from routehub_schemas.registry import Registry
from routehub_schemas.vocab import TLPS

READ = (400, 401, 403, 404, 422, 429, 503)
"""How reading may be refused. 404 also stands for what the reader may not see."""
CURSOR = (410,)
WRITE = (400, 401, 403, 404, 409, 413, 415, 422, 429, 503, 507)
PUBLIC = (400, 404)
ATOM, CAP, PDF = "application/atom+xml", "application/cap+xml", "application/pdf"
BATCH = "application/cloudevents-batch+json"
MESSAGE = "Message"
"""The envelope of a message with its warnings, named and not modelled: it is the contract's own schema."""


@dataclass(frozen=True)
class Operation:
    """One door. ``answer``: the model of its JSON, or the name of a component; ``body``: that of what it takes.

    statuses: the good ones with words; refusals: those of its problem documents; headers: those of a good answer.
    examples: bodies that a real hub takes, by name; media: types of the answer besides JSON, with words; bodies:
    further types that it takes, each with the component; parameters: further ones, of doors that share an address.
    """

    answer: type[BaseModel] | str | None
    refusals: tuple[int, ...] = READ
    body: type[BaseModel] | str | None = None
    statuses: Mapping[int, str] = field(default_factory=lambda: {200: "What was asked for."})
    headers: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    examples: Mapping[str, Any] = field(default_factory=dict)
    public: bool = False
    media: Mapping[str, str] = field(default_factory=dict)
    bodies: Mapping[str, str] = field(default_factory=dict)
    parameters: tuple[Mapping[str, Any], ...] = ()


def _made(words: str = "Made.", *headers: str) -> dict[str, Any]:
    return {"statuses": {201: words}, "headers": {201: headers}, "refusals": WRITE}


def _done(words: str = "Done.", status: int = 200) -> dict[str, Any]:
    return {"statuses": {status: words}, "refusals": WRITE}


MESSAGE_TAKEN: dict[str, Any] = {
    "statuses": {
        201: "Stored for good. The answer is the message as its readers get it, and what was unusual about it.",
        200: "Nothing new was stored: the same is on record already, or this was a dry run.",
    },
    "headers": {201: ("Location", "ETag"), 200: ("Location", "ETag", "Idempotent-Replay", "Unchanged")},
    "refusals": (*WRITE, 410),
}

FILES = dict.fromkeys(TYPES, "FigureFile")
FILE_TAKEN: dict[str, Any] = {
    "statuses": MESSAGE_TAKEN["statuses"] | {207: "A file of which the good rows were taken (`partial`)."},
}
CSV_EXAMPLE = "party,day,indicator,counterpart,value\r\nMK,2015-10-20,arrivals,GR,4584\r\n"

OPERATIONS: dict[tuple[str, str], Operation] = {
    ("get", "/v1/messages/{ref}"): Operation(MESSAGE, (*READ, 410)),
    ("get", "/v1/messages"): Operation("MessagePage", (*READ, *CURSOR)),
    ("post", "/v1/messages"): Operation(
        "MessageOrBatch", body="IncomingEvent", bodies={BATCH: "IncomingBatch"},
        **(MESSAGE_TAKEN | {"statuses": MESSAGE_TAKEN["statuses"] | {207: "A batch of which some were refused."}}),
    ),
    ("put", "/v1/parties/{party}/reports/{day}"): Operation(
        "MessageOrFile", body="ReportOfADay", bodies=FILES,
        **(MESSAGE_TAKEN | FILE_TAKEN | {"refusals": (*WRITE, 410, 412)}),
    ),
    ("get", "/v1/figures"): Operation(figures.Figures, (*READ, *CURSOR)),
    ("get", "/v1/figures/latest"): Operation(figures.LatestFigures),
    ("get", "/v1/figures/totals"): Operation(route.Totals),
    ("get", "/v1/route"): Operation(route.RoutePicture),
    ("get", "/v1/reporting"): Operation(route.Reporting),
    ("get", "/v1/reporting/pauses"): Operation(route.Pauses),
    ("post", "/v1/reporting/pauses"): Operation(
        route.Pause, body=NewPause,
        examples={"a public holiday": {"from": "2015-10-26", "reason": "Public holiday"}},
        **_made("Excused.", "Location"),
    ),
    ("post", "/v1/reporting/pauses/{pause}/end"): Operation(route.Pause, **_done("Ended.")),
    ("get", "/v1/forecasts"): Operation(warning.Forecasts),
    ("get", "/v1/early-warning"): Operation(warning.EarlyWarning),
    ("get", "/v1/alerts"): Operation(alerts.Alerts, media={ATOM: "The feed of CAP documents."}),
    ("get", "/v1/alerts.atom"): Operation(None, media={ATOM: "The feed of CAP documents."}),
    ("get", "/v1/alerts/{ref}"): Operation(
        alerts.Alert, (*READ, 410), headers={200: ("TLP",)}, media={CAP: "The alert as CAP 1.2."}
    ),
    ("get", "/v1/alerts/{ref}.cap"): Operation(
        None, (*READ, 410), headers={200: ("TLP",)}, media={CAP: "The alert as CAP 1.2."}
    ),
    ("get", "/v1/requests"): Operation(requests.Requests),
    ("get", "/v1/requests/{ref}"): Operation(requests.OneRequest),
    ("get", "/v1/offers"): Operation(requests.Offers),
    ("get", "/v1/offers/{ref}"): Operation(requests.OneOffer),
    ("get", "/v1/places"): Operation(requests.Places),
    ("get", "/v1/alerts/{ref}/escalation"): Operation(alerts.Escalation),
    ("get", "/v1/status"): Operation(status.Status),
    ("get", "/v1/indicators"): Operation(figures.Indicators, PUBLIC, public=True),
    ("get", "/v1/measures"): Operation(measures.Measures),
    ("get", "/v1/measures/{ref}"): Operation(measures.MeasureInFull),
    ("post", "/v1/measures/preview"): Operation(
        measures.PreviewBefore, body="Posted.measure", **_done("What it would do. Nothing is stored.")
    ),
    ("get", "/v1/movements"): Operation(movements.Movements),
    ("get", "/v1/movements/ledger"): Operation(movements.Ledger),
    ("get", "/v1/movements/{ref}"): Operation(movements.Movement),
    ("get", "/v1/statements"): Operation(statements.Statements),
    ("get", "/v1/statements/{ref}"): Operation(statements.Statement),
    ("get", "/v1/threads"): Operation(statements.Threads, (*READ, *CURSOR)),
    ("get", "/v1/threads/{ref}"): Operation(statements.Thread, (*READ, *CURSOR)),
    ("get", "/v1/nominations"): Operation(directory.Nominations),
    ("get", "/v1/duty"): Operation(directory.Duty),
    ("get", "/v1/conferences"): Operation(conferences.Conferences),
    ("get", "/v1/conferences/{number}"): Operation(conferences.ConferenceInFull),
    ("get", "/v1/conferences/{number}/attendance"): Operation(conferences.Attendance),
    ("get", "/v1/series"): Operation(conferences.AllSeries),
    ("get", "/v1/series/{name}"): Operation(conferences.Series, headers={200: ("ETag",)}),
    ("get", "/v1/series/{name}.ics"): Operation(None, media={"text/calendar": "The series."}),
    ("put", "/v1/series/{name}"): Operation(
        conferences.Series, body=Terms, statuses={201: "Begun.", 200: "Changed."},
        headers={201: ("Location", "ETag"), 200: ("ETag",)}, refusals=(*WRITE, 412),
        examples={"every Tuesday": {
            "title": "Coordinators of assistance", "weekday": "tuesday", "at": "15:00", "zone": "Europe/Brussels",
            "minutes": 30, "chair": "EC",
        }},
    ),
    ("get", "/v1/conferences/{number}.ics"): Operation(None, media={"text/calendar": "The conference."}),
    ("get", "/v1/conferences/{number}/agenda"): Operation(MESSAGE),
    ("get", "/v1/readouts"): Operation(
        readouts.Readouts, (*PUBLIC, 422), public=True, media={ATOM: "The feed of readouts."}, headers={200: ("TLP",)}
    ),
    ("get", "/v1/readouts/{number}"): Operation(
        readouts.ReadoutOnRoute, (*PUBLIC, 422), public=True, headers={200: ("TLP",)}
    ),
    ("get", "/v1/readouts/{number}.pdf"): Operation(
        None, (*PUBLIC, 422, 501), public=True, headers={200: ("TLP",)}, media={PDF: "The readout, tagged (PDF/UA-1)."}
    ),
    ("post", "/v1/readouts/{number}/errata"): Operation(MESSAGE, body=NewErratum, **MESSAGE_TAKEN),
    ("get", "/v1/readout-checks"): Operation(readouts.Checks),
    ("get", "/v1/readout-checks/{ref}"): Operation(readouts.Check),
    ("get", "/v1/conferences/{number}/readout-draft"): Operation(readouts.DraftStanding, headers={200: ("ETag",)}),
    ("post", "/v1/conferences/{number}/readout-draft"): Operation(
        readouts.DraftStanding, statuses={201: "Drafted."}, headers={201: ("ETag",)}, refusals=(*WRITE, 412)
    ),
    ("put", "/v1/conferences/{number}/readout-draft"): Operation(
        readouts.DraftStanding, body=Draft, statuses={200: "Kept."}, headers={200: ("ETag",)}, refusals=(*WRITE, 412)
    ),
    ("post", "/v1/conferences/{number}/readout-check"): Operation(
        MESSAGE, body=NewCheck, **(MESSAGE_TAKEN | {"refusals": (*WRITE, 410, 412)}),
    ),
    ("post", "/v1/conferences/{number}/readout"): Operation(
        MESSAGE, body=NewReadout, **(MESSAGE_TAKEN | {"refusals": (*WRITE, 410, 412)}),
    ),
    ("get", "/v1/readout-template"): Operation(readouts.TemplateKept, headers={200: ("ETag",)}),
    ("put", "/v1/readout-template"): Operation(
        readouts.TemplateKept, body=Template, headers={200: ("ETag",)},
        examples={"one sentence": {"closing": "The next conference is on {next}."}},
        statuses={200: "Set."}, refusals=(*WRITE, 412),
    ),
    ("get", "/v1/conferences/{number}/draft"): Operation(
        chairing.AgendaDraft, (*READ, 409), headers={200: ("ETag",)}
    ),
    ("patch", "/v1/conferences/{number}/draft"): Operation(
        chairing.AgendaDraft, (*WRITE, 412), AgendaChange,
        examples={
            "more time, and another lead": {"items": {"follow-up": {"minutes": 10, "lead": "UNHCR"}}},
            "taken back": {"items": {"follow-up": {"minutes": None, "lead": None}}},
        },
        headers={200: ("ETag",)}, statuses={200: "As it stands now."},
    ),
    ("post", "/v1/conferences/{number}/compile"): Operation(MESSAGE, **_made("Compiled.", "Location", "ETag")),
    ("post", "/v1/conferences/{number}/close"): Operation(
        MESSAGE, **(_made("Closed.", "Location", "ETag") | {"refusals": (*WRITE, 412)})
    ),
    ("post", "/v1/conferences/{number}/start"): Operation(chairing.Notes, **_made("Started.", "ETag")),
    ("get", "/v1/conferences/{number}/notes"): Operation(chairing.Notes, (*READ, 409), headers={200: ("ETag",)}),
    ("put", "/v1/conferences/{number}/notes/attendance"): Operation(
        chairing.Notes, (*WRITE, 412), Present, headers={200: ("ETag",)}, statuses={200: "Noted."},
        examples={
            "one came, another spoke for it": {
                "attendance": [
                    {"party": "RO", "present": True, "people": ["Contact point"]},
                    {"party": "BG", "present": False, "represented_by": "RO"},
                ],
            },
        },
    ),
    ("post", "/v1/conferences/{number}/notes/items"): Operation(
        chairing.ItemNotes, body=NewItem,
        examples={"any other business": {"title": "Winter clothing", "lead": "UNHCR"}}, **_made("Added.", "ETag"),
    ),
    ("put", "/v1/conferences/{number}/notes/items/{item}"): Operation(
        chairing.ItemNotes, (*WRITE, 412), Noted, headers={200: ("ETag",)}, statuses={200: "Noted."},
        examples={
            "a conclusion and an action": {
                "interventions": [
                    {"parties": ["GR", "MK"], "text": "informed about their practices at the border.", "public": True},
                ],
                "conclusions": [{"text": "Places are reported weekly.", "publish": "public"}],
                "actions": [{"owners": ["GR"], "what": "Report the places.", "due": "2016-02-03"}],
            },
        },
    ),
    ("put", "/v1/conferences/{number}/notes/items/{item}/lock"): Operation(
        chairing.ItemNotes, WRITE, headers={200: ("ETag",)}, statuses={200: "Yours."}
    ),
    ("delete", "/v1/conferences/{number}/notes/items/{item}/lock"): Operation(None, **_done("Let go.", 204)),
    ("post", "/v1/conferences/{number}/end"): Operation(
        MESSAGE, body=Ending, examples={"and when it goes on": {"next": "2016-02-04T14:00:00Z"}},
        **(_made("Ended, and the minutes sent.", "Location", "ETag") | {"refusals": (*WRITE, 412)}),
    ),
    ("post", "/v1/conferences/{number}/correct"): Operation(chairing.Notes, **_made("Open.", "ETag")),
    ("get", "/v1/conferences/{number}/minutes"): Operation(MESSAGE),
    ("get", "/v1/actions"): Operation(chairing.Actions),
    ("get", "/v1/conferences/{number}/agenda.pdf"): Operation(None, (*READ, 501), media={PDF: "The agenda."}),
    ("get", "/v1/conferences/{number}/annex"): Operation(MESSAGE),
    ("get", "/v1/bulletins"): Operation(bulletins.Bulletins),
    ("get", "/v1/bulletins/{day}"): Operation(bulletins.Bulletin),
    ("get", "/v1/bulletins/{day}.txt"): Operation(
        None, headers={200: ("TLP",)}, media={"text/plain": "The bulletin."}
    ),
    ("get", "/v1/plans"): Operation(commitments.Plans),
    ("get", "/v1/plans/{plan}/report"): Operation(commitments.MonitoringReport),
    ("get", "/v1/plans/{plan}/report.pdf"): Operation(
        None, (*READ, 501), headers={200: ("TLP",)}, media={PDF: "The report, as PDF/UA-1."}
    ),
    ("get", "/v1/plans/{plan}"): Operation(commitments.PlanInFull),
    ("get", "/v1/plans/{plan}/status"): Operation(commitments.PlanStatus),
    ("get", "/v1/commitments"): Operation(commitments.Commitments),
    ("get", "/v1/commitments/{ref}"): Operation(commitments.CommitmentInFull),
    ("get", "/v1/me"): Operation(identity.Me),
    ("get", "/v1/me/quiet-hours"): Operation(identity.QuietHoursKept),
    ("put", "/v1/me/quiet-hours"): Operation(
        identity.QuietHoursKept, body=QuietHours,
        examples={"at night": {"starts": "22:00", "ends": "06:30", "zone": "Europe/Skopje"}}, **_done("Set."),
    ),
    ("delete", "/v1/me/quiet-hours"): Operation(None, **_done("Back to the hub's night.", 204)),
    ("get", "/v1/sessions"): Operation(identity.Sessions),
    ("delete", "/v1/sessions/{session}"): Operation(None, **_done("Ended.", 204)),
    ("get", "/v1/audit"): Operation(identity.Audit),
    ("get", "/v1/parties"): Operation(directory.Parties),
    ("get", "/v1/parties/{party}"): Operation(directory.PartyInFull),
    ("get", "/v1/grants"): Operation(directory.Grants),
    ("post", "/v1/grants"): Operation(
        directory.Granted, body=Grant, examples={"an agency enters for us": {"actor": "FRONTEX"}}, **_made()
    ),
    ("delete", "/v1/grants/{actor}/{party}"): Operation(None, **_done("Taken back.", 204)),
    ("get", "/v1/people"): Operation(directory.People),
    ("get", "/v1/people/{person}"): Operation(directory.Person),
    ("post", "/v1/people"): Operation(
        directory.Person, body=Nomination,
        examples={
            "a contact point": {
                "name": "Ana Example", "email": "ana.example@interior.example", "roles": ["contact_point"],
                "function": "Duty officer", "phone": "+386 1 000 00 00", "languages": ["sl", "en"],
            },
        },
        **_made("Nominated.", "Location"),
    ),
    ("patch", "/v1/people/{person}"): Operation(
        directory.Person, body=PersonChange, examples={"another phone": {"phone": "+386 1 000 00 01"}},
        **_done("Changed."),
    ),
    ("post", "/v1/people/{person}/withdraw"): Operation(directory.Person, **_done("Withdrawn.")),
    ("get", "/v1/hand-overs"): Operation(directory.HandOvers),
    ("post", "/v1/hand-overs"): Operation(directory.HandOver, body=NewHandOver, **_made("Proposed.", "Location")),
    ("post", "/v1/hand-overs/{hand_over}/{act}"): Operation(directory.HandOver, **_done()),
    ("get", "/v1/keys"): Operation(identity.Keys),
    ("get", "/v1/keys/{key}/log"): Operation(identity.PushLog),
    ("get", "/v1/log"): Operation(identity.PushLog),
    ("post", "/v1/keys"): Operation(
        identity.NewlyMadeKey, body=NewKey,
        examples={"a system that reports": {"system": "border-register", "scopes": ["post:report", "read:feed"]}},
        **_made("Made. The key itself is in this answer only.", "Location"),
    ),
    ("post", "/v1/keys/{key}/rotate"): Operation(
        identity.NewlyMadeKey, body=Rotation, examples={"in a week": {"overlap_days": 7}}, **_made("Made.", "Location")
    ),
    ("post", "/v1/keys/{key}/revoke"): Operation(identity.Key, **_done("Revoked.")),
    ("get", "/v1/events"): Operation(
        None, (*READ, *CURSOR), media={"text/event-stream": "Events as they are accepted. See /asyncapi.json."}
    ),
    ("post", "/v1/subscriptions"): Operation(
        subscriptions.NewlyMadeSubscription, body=NewSubscription,
        examples={
            "severe alerts to a system": {
                "channel": "webhook", "target": "https://hooks.example.org/routehub", "kinds": ["alert"],
                "severity": "Severe",
            },
        },
        **_made("Subscribed. The secret of a webhook is in this answer only.", "Location"),
    ),
    ("get", "/v1/subscriptions"): Operation(subscriptions.Subscriptions),
    ("get", "/v1/subscriptions/{sub}"): Operation(subscriptions.Subscription),
    ("patch", "/v1/subscriptions/{sub}"): Operation(
        subscriptions.Subscription, body=ChangedSubscription, examples={"pause": {"active": False}}, **_done("Changed.")
    ),
    ("delete", "/v1/subscriptions/{sub}"): Operation(None, **_done("Removed.", 204)),
    ("post", "/v1/subscriptions/{sub}/test"): Operation(subscriptions.Sent, **_done("On its way.", 202)),
    ("get", "/v1/subscriptions/{sub}/deliveries"): Operation(subscriptions.Deliveries),
    ("post", "/v1/subscriptions/{sub}/deliveries/{delivery}/redeliver"): Operation(
        subscriptions.Sent, **_done("Once more.", 202)
    ),
    ("post", "/v1/subscriptions/{sub}/rotate"): Operation(
        subscriptions.NewlyMadeSubscription, body=NewSigningKeys,
        examples={"two days beside each other": {"overlap_hours": 48}}, **_done("New keys sign."),
    ),
    ("delete", "/v1/subscriptions/{sub}/signing-keys/{key}"): Operation(subscriptions.Subscription, **_done("Ended.")),
    ("get", "/v1/dead-letters"): Operation(subscriptions.DeadLetters),
    ("post", "/v1/subscriptions/{sub}/replays"): Operation(
        subscriptions.Replay, body=NewReplay,
        examples={"what was given up": {"dead": True}, "a night": {
            "from_time": "2026-01-20T18:00:00Z", "to_time": "2026-01-21T06:00:00Z"
        }},
        **_done("It begins.", 202),
    ),
    ("get", "/v1/subscriptions/{sub}/replays"): Operation(subscriptions.Replays),
    ("get", "/v1/subscriptions/{sub}/replays/{replay}"): Operation(subscriptions.Replay),
    ("get", "/v1/messages/{ref}/deliveries"): Operation(subscriptions.MessageDeliveries),
    ("get", "/v1/checkpoints"): Operation(integrity.Checkpoints),
    ("get", "/v1/checkpoints/keys"): Operation(integrity.CheckpointKeys, PUBLIC, public=True),
    ("get", "/v1/checkpoints/links"): Operation(integrity.Links, (*READ, *CURSOR)),
    ("get", "/v1/checkpoints/{ref}"): Operation(None, media={"text/plain": "The signed note."}),
    ("get", "/v1/clock"): Operation(housekeeping.ClockTime),
    ("put", "/v1/clock"): Operation(
        housekeeping.ClockTime, body=ClockSet, examples={"an evening": {"now": "2026-01-21T18:00:00Z"}}, **_done("Set.")
    ),
    ("get", "/health/live"): Operation(housekeeping.Live, (400,), public=True),
    ("get", "/health/ready"): Operation(
        housekeeping.Ready, (400, 404, 429), statuses={200: "Ready.", 503: "Stopping, or its journal cannot be read."}
    ),
    ("get", "/schemas/{name}.json"): Operation(
        None, (*PUBLIC, 422), public=True, media={"application/schema+json": "A JSON Schema (2020-12)."}
    ),
}  # fmt: skip


def doors(registry: Registry) -> dict[tuple[str, str], Operation]:
    """The plain JSON doors, one per kind that others than the hub may post. That of alerts also takes CAP."""
    found = {
        ("post", f"/v1/{kind.door}"): Operation(MESSAGE, body=f"Posted.{kind.name}", **MESSAGE_TAKEN)
        for kind in registry.values()
        if kind.posted_by != frozenset({"hub"})
    }
    alerts, reports = ("post", "/v1/alerts"), ("post", "/v1/reports")
    if alerts in found:
        found[alerts] = replace(found[alerts], bodies={CAP: "CapDocument"}, parameters=_OF_CAP)
    if reports in found:
        found[reports] = replace(found[reports], answer="MessageOrFile", bodies=FILES, **FILE_TAKEN)
    return found


def _of_cap(name: str, words: str, schema: Mapping[str, Any]) -> Mapping[str, Any]:
    return {"name": name, "in": "query", "required": False, "description": f"CAP only: {words}", "schema": schema}


_OF_CAP = (
    _of_cap("audience", "who reads it: words or party codes.", {"type": "array", "items": {"type": "string"}}),
    _of_cap("tlp", "its marking.", {"enum": list(TLPS)}),
    _of_cap("on_behalf_of", "the party for which it is entered.", {"type": "string"}),
    _of_cap("as_exercise", "on an exercise route, take what is marked Actual as an exercise.", {"type": "boolean"}),
)
