"""How alert messages and acknowledgements become the board. Issued alerts are immutable: an Update or a Cancel is
a message of its own and reaches exactly the original audience (PROMISES C1)."""

from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, RowMapping, Table, insert, select, update

from routehub.boards.alerts import sources
from routehub.boards.alerts.sources import Placed
from routehub.boards.alerts.tables import acknowledgements, alert_messages, alert_records, alert_sources
from routehub.core.errors import Conflict, NotAllowed, Refused, Unchanged, refused
from routehub.directory.principal import HUB_PARTY
from routehub.directory.visibility import readers
from routehub.journal.message import Caution, Message, Transaction
from routehub_schemas.errors import Problem
from routehub_schemas.kinds.alert.cap import Cap
from routehub_schemas.kinds.alert.payload import Alert
from routehub_schemas.kinds.response.payload import Response
from routehub_schemas.vocab import SEVERITIES

LONGEST = timedelta(days=7)


def record_of(conn: Connection, message_id: str) -> RowMapping | None:
    """The alert to which a message belongs."""
    alert = conn.execute(select(alert_messages.c.alert).where(alert_messages.c.message_id == message_id)).scalar()
    if alert is None:
        return None
    return conn.execute(select(alert_records).where(alert_records.c.id == alert)).mappings().first()


def rises(before: str, after: str) -> bool:
    """Whether a severity is worse than before; Unknown counts as Moderate."""
    order = [*reversed(SEVERITIES[:4])]
    rank = {name: order.index(name) for name in order} | {"Unknown": order.index("Moderate")}
    return rank[after] > rank[before]


class AlertsBoard:
    """Keeps each alert as its latest message says, and one acknowledgement per addressed party."""

    name = "alerts"
    kinds = frozenset({"alert", "response"})
    tables: tuple[Table, ...] = (acknowledgements, alert_messages, alert_records, alert_sources)

    def check(self, tx: Transaction, message: Message) -> list[Caution]:
        if isinstance(message.payload, Response):
            self._check_acknowledgement(tx, message, message.payload)
        elif isinstance(message.payload, Alert):
            if message.payload.cap is not None:
                return self._check_imported(tx, message, message.payload, message.payload.cap)
            self._check_alert(tx, message, message.payload)
        return []

    def _check_imported(self, tx: Transaction, message: Message, alert: Alert, cap: Cap) -> list[Caution]:
        """What came as CAP is taken as it comes (DOMAIN 3): unusual times and order are told, not refused."""
        known = sources.source(tx.conn, message.route, message.reported_party, cap)
        if known is not None and known["message_id"] is not None:
            if known["said"] == sources.content(cap):
                raise Unchanged(known["message_id"])
            raise refused(
                "/identifier", "other-content", "A message with this identifier, sender and time is here already, "
                "and says something else. An issuer gives each message an identifier of its own.", sent=cap.identifier,
            )  # fmt: skip
        if crossing := _crossing(message, alert):
            raise Refused(crossing.message, [crossing])
        placed = sources.place(tx, message, alert, cap)
        if placed.record is not None and readers(tx.conn, placed.record["audience_id"]) != message.parties:
            raise refused(
                "/audience", "other-audience", "It reaches exactly the readers of the alert that it belongs to; leave "
                "the audience out.", sent=alert.audience,
            )  # fmt: skip
        return _cautions(message, alert, cap, placed)

    def _check_alert(self, tx: Transaction, message: Message, alert: Alert) -> None:
        problems = []
        if alert.expires > message.accepted_at + LONGEST:
            problems.append(
                Problem("/expires", "too-late", "An alert lasts at most 7 days.", sent=alert.expires.isoformat())
            )
        if alert.expires <= message.accepted_at and alert.msg_type != "Cancel":
            problems.append(Problem("/expires", "past", "This time has passed.", sent=alert.expires.isoformat()))
        if crossing := _crossing(message, alert):
            problems.append(crossing)
        if problems:
            raise Refused("The alert was not accepted.", problems)
        if alert.msg_type != "Alert":
            self._check_follow_up(tx, message, alert)

    def _check_follow_up(self, tx: Transaction, message: Message, alert: Alert) -> None:
        record = self._target(tx, alert)
        if record is None:
            raise refused("/references", "not-an-alert", "An update or end names an alert.", sent=alert.references)
        if record["party"] != message.reported_party:
            raise NotAllowed(f"Only {record['party']}, who raised the alert, can update or end it.")
        if record["ended_at"] is not None:
            raise Conflict(f"The alert {record['short_id']} has ended. Raise a new one.")
        if readers(tx.conn, record["audience_id"]) != message.parties:
            raise refused(
                "/audience", "other-audience", "It reaches exactly the readers of the alert; leave the audience out.",
                sent=alert.audience,
            )  # fmt: skip

    def _check_acknowledgement(self, tx: Transaction, message: Message, response: Response) -> None:
        record = record_of(tx.conn, response.to)
        if record is None or response.act != "acknowledge":
            return
        a = acknowledgements.c
        known = (
            tx.conn.execute(select(acknowledgements).where(a.alert == record["id"], a.party == message.reported_party))
            .mappings()
            .first()
        )
        if known is None:
            raise refused("/to", "not-addressed", f"{message.reported_party} was not addressed by this alert.")
        if readers(tx.conn, record["audience_id"]) != message.parties:
            raise refused(
                "/audience",
                "other-audience",
                "All readers of the alert see who has acknowledged it; leave the audience out, or send a note.",
            )
        if known["at"] is not None and known["message_id"] and (response.text or "") == (known["text"] or ""):
            raise Unchanged(known["message_id"])

    def _target(self, tx: Transaction, alert: Alert) -> RowMapping | None:
        for reference in alert.references:
            record = record_of(tx.conn, reference)
            if record is not None:
                return record
        return None

    def project(self, tx: Transaction, message: Message) -> None:
        if isinstance(message.payload, Response):
            self._acknowledge(tx, message, message.payload)
        elif isinstance(message.payload, Alert) and message.payload.cap is not None:
            self._import(tx, message, message.payload, message.payload.cap)
        elif isinstance(message.payload, Alert):
            record = self._target(tx, message.payload) if message.payload.msg_type != "Alert" else None
            if record is None:
                self._open(tx, message, message.payload)
            else:
                self._follow_up(tx, message, message.payload, record)

    def _import(self, tx: Transaction, message: Message, alert: Alert, cap: Cap) -> None:
        placed = sources.place(tx, message, alert, cap)
        if placed.record is None:
            self._open(tx, message, alert)
        elif placed.late:
            sources.join(tx, message, placed.record["id"])
        else:
            self._follow_up(tx, message, alert, placed.record)
            sources.end(tx, message, placed.others)
        sources.remember(tx, message, alert, cap, placed.record["id"] if placed.record else message.id)

    def _open(self, tx: Transaction, message: Message, alert: Alert) -> None:
        tx.conn.execute(
            insert(alert_records).values(
                id=message.id, short_id=message.short_id or message.id, route=message.route,
                party=message.reported_party, sequence=message.sequence, issued_at=message.accepted_at,
                ended_at=message.accepted_at if alert.msg_type == "Cancel" else None,
                exercise=message.exercise, author=message.author, audience_id=message.audience_id,
                **_said(message, alert),
            )
        )  # fmt: skip
        tx.conn.execute(insert(alert_messages).values(message_id=message.id, alert=message.id))
        addressed = sorted(message.parties - {message.reported_party, message.party, HUB_PARTY})
        if addressed:
            asked = {"alert": message.id, "asked_in": message.id, "asked_at": message.accepted_at}
            tx.conn.execute(insert(acknowledgements), [asked | {"party": party} for party in addressed])

    def _follow_up(self, tx: Transaction, message: Message, alert: Alert, record: RowMapping) -> None:
        changes = _said(message, alert) | {"updates": record["updates"] + 1}
        if alert.msg_type == "Cancel":
            changes["ended_at"] = message.accepted_at
        tx.conn.execute(update(alert_records).where(alert_records.c.id == record["id"]).values(**changes))
        tx.conn.execute(insert(alert_messages).values(message_id=message.id, alert=record["id"]))
        if alert.msg_type == "Update" and (alert.ask_again or rises(record["severity"], alert.severity)):
            tx.conn.execute(
                update(acknowledgements)
                .where(acknowledgements.c.alert == record["id"])
                .values(
                    at=None, author=None, actor=None, text=None, message_id=None, channel=None, asked_in=message.id,
                    asked_at=message.accepted_at,
                )
            )  # fmt: skip

    def _acknowledge(self, tx: Transaction, message: Message, response: Response) -> None:
        record = record_of(tx.conn, response.to)
        if record is None or response.act != "acknowledge":
            return
        a = acknowledgements.c
        tx.conn.execute(
            update(acknowledgements)
            .where(a.alert == record["id"], a.party == message.reported_party)
            .values(
                at=message.accepted_at, author=message.author, actor=message.actor, text=response.text,
                message_id=message.id, channel=message.event.get("via", "api"),
            )
        )  # fmt: skip


def _cautions(message: Message, alert: Alert, cap: Cap, placed: Placed) -> list[Caution]:
    """What is unusual about an imported message."""
    found = []
    until = alert.expires.isoformat()
    if alert.expires <= message.accepted_at:
        words = f"It ended at {until}: kept as a past alert, and nobody is notified."
        found.append(Caution("/expires", "past", words, sent=until))
    if alert.expires > message.accepted_at + LONGEST:
        words = f"The issuer lets it run until {until}; without an update it is shown as ended after 7 days."
        found.append(Caution("/expires", "too-late", words, sent=until))
    if placed.late:
        words = "Newer messages of this alert came before it: it is kept among them and changes nothing."
        found.append(Caution("/sent", "late", words, sent=cap.sent))
    if placed.after_end:
        found.append(Caution("/references", "after-end", "What it updates has ended: it opens an alert of its own."))
    if alert.msg_type != "Alert" and placed.record is None and not placed.after_end:
        what = "stands as an alert that has ended" if alert.msg_type == "Cancel" else "opens an alert of its own"
        words = f"What it refers to was not imported here: it {what}. If that comes later, it finds its place."
        found.append(Caution("/references", "not-here", words, sent=[name.identifier for name in cap.references][:10]))
    return found


def _said(message: Message, alert: Alert) -> dict[str, Any]:
    """What the latest message of an alert says."""
    return {
        "updated_at": message.accepted_at, "latest": message.id, "tlp": message.tlp, "category": alert.category,
        "status": alert.status, "severity": alert.severity, "urgency": alert.urgency,
        "certainty": alert.certainty, "headline": alert.headline, "description": alert.description,
        "instruction": alert.instruction, "place": alert.place, "area": alert.area,
        "legs": ",".join(alert.legs), "points": ",".join(alert.points), "onset": alert.onset,
        "expires": alert.expires if alert.cap is None else min(alert.expires, message.accepted_at + LONGEST),
        "sent": sources.moment(alert.cap.sent) if alert.cap is not None else None,
        "rule": alert.rule.name if alert.rule else None,
    }  # fmt: skip


def _crossing(message: Message, alert: Alert) -> Problem | None:
    """Nothing crosses between a live route and an exercise, in whatever form it comes (PROMISES C2)."""
    if message.exercise and alert.status == "Actual":
        words = "On this route alerts are Exercise or Test, never Actual."
        if alert.cap is not None:  # a machine's feed has nobody to ask
            words += " To take a real alert as material of the exercise, send it with ?as_exercise=true."
        return Problem("/status", "exercise-route", words, sent="Actual", allowed=["Exercise", "Test"])
    if not message.exercise and alert.status == "Exercise":
        words = "This is a live route, and the message is an exercise. Send it to an exercise route."
        return Problem("/status", "live-route", words, sent="Exercise", allowed=["Actual", "Test"])
    return None
