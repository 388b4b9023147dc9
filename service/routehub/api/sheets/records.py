"""Alerts, conferences, parties and who has reported, each as a table."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from routehub.api.sheets.route import FRESH, fresh
from routehub.boards.alerts.queries import AlertView
from routehub.boards.conferences.attendance import Place
from routehub.boards.conferences.queries import ConferenceView
from routehub.boards.reporting.freshness import Freshness, Record
from routehub.formats.sheets.table import Column, Row, Table

MARKED = (Column("tlp", "#meta+tlp"), Column("marking", "#meta+marking"))
ALERTS = (
    Column("short_id", "#meta+short_id"), Column("party", "#org+code"), Column("category", "#event+type"),
    Column("state", "#status+state"), Column("status", "#status+cap"), Column("severity", "#severity"),
    Column("urgency", "#meta+urgency"), Column("certainty", "#meta+certainty"), Column("headline", "#event+name"),
    Column("description", "#description"), Column("instruction", "#description+instruction"),
    Column("place", "#loc+code"), Column("area", "#loc+name"), Column("legs", "#meta+legs"),
    Column("points", "#meta+points"), Column("issued_at", "#date+issued"), Column("updated_at", "#date+updated"),
    Column("onset", "#date+onset"), Column("expires", "#date+expires"), Column("ended_at", "#date+ended"),
    Column("updates", "#meta+updates+num"), Column("rule", "#meta+rule"), Column("author", "#contact+name"),
    Column("acknowledged_by", "#org+acknowledged+list"), Column("waiting_for", "#org+waiting+list"),
    Column("message", "#meta+id"), *MARKED,
)  # fmt: skip
CONFERENCES = (
    Column("series", "#meta+series"), Column("number", "#meta+number+num"), Column("title", "#event+name"),
    Column("start", "#date+start"), Column("minutes", "#meta+minutes+num"), Column("zone", "#meta+zone"),
    Column("link", "#meta+url"), Column("chair", "#org+chair+code"), Column("participants", "#org+list"),
    Column("state", "#status+state"), Column("reason", "#description+reason"), Column("revision", "#meta+revision+num"),
    Column("message", "#meta+id"), *MARKED,
)  # fmt: skip
ATTENDANCE = (
    Column("series", "#meta+series"), Column("number", "#meta+number+num"), Column("start", "#date+start"),
    Column("party", "#org+code"), Column("state", "#status+attendance"),
    Column("represented_by", "#org+represents+code"), Column("delegates", "#contact+list"),
    Column("text", "#description+reason"), Column("answered_at", "#date+answered"),
    Column("joined_at", "#date+joined"), Column("message", "#meta+id"), *MARKED,
)  # fmt: skip
PARTIES = (
    Column("code", "#org+code"), Column("name", "#org+name"), Column("kind", "#org+type"),
    Column("eu_member", "#meta+eu_member"), Column("aliases", "#org+alias+list"), Column("role", "#meta+role"),
    Column("zone", "#meta+zone"), Column("reports", "#meta+reports"), Column("due", "#meta+due+time"),
    Column("period_end", "#meta+period_end+time"), Column("marking", "#meta+marking"),
)  # fmt: skip
REPORTING = (
    Column("party", "#org+code"), Column("name", "#org+name"), *FRESH, Column("expected", "#meta+expected+num"),
    Column("arrived", "#meta+arrived+num"), Column("on_time", "#meta+on_time+num"),
    Column("reporting_rate", "#meta+reporting_rate+num"), Column("on_time_rate", "#meta+on_time_rate+num"),
    Column("marking", "#meta+marking"),
)  # fmt: skip
DAYS = (
    Column("party", "#org+code"), Column("day", "#date+reported"), Column("mark", "#status+reporting"),
    Column("marking", "#meta+marking"),
)  # fmt: skip
Standing = tuple[str, str, Freshness, Record]
"""A party's code and name, its state now, and its record over the range."""


def alerts(views: Iterable[AlertView], marking: str) -> Table:
    return Table("alerts", ALERTS, [_alert(view, marking) for view in views])


def _alert(view: AlertView, marking: str) -> Row:
    return (
        view.short_id, view.party, view.category, view.state, view.status, view.severity, view.urgency, view.certainty,
        view.headline, view.description, view.instruction, view.place, view.area, " ".join(view.legs),
        " ".join(view.points), view.issued_at, view.updated_at, view.onset, view.expires, view.ended_at, view.updates,
        view.rule, view.author, " ".join(a.party for a in view.answered), " ".join(view.waiting()),
        view.latest, view.tlp, marking,
    )  # fmt: skip


def conferences(views: Iterable[ConferenceView], marking: str) -> Table:
    return Table("conferences", CONFERENCES, [_conference(view, marking) for view in views])


def _conference(view: ConferenceView, marking: str) -> Row:
    return (
        view.series, view.number, view.title, view.start, view.minutes, view.zone, view.link, view.chair,
        " ".join(view.participants), view.state, view.reason, view.revision, view.message_id, view.tlp, marking,
    )  # fmt: skip


def attendance(view: ConferenceView, places: Iterable[Place], marking: str) -> Table:
    rows = [
        (
            view.series, view.number, view.start, place.party, place.state, place.represented_by,
            "; ".join(place.delegates), place.text, place.at, place.joined_at, place.message_id, view.tlp, marking,
        )
        for place in places
    ]  # fmt: skip
    return Table("attendance", ATTENDANCE, rows)


def parties(found: Iterable[Mapping[str, Any]], marking: str) -> Table:
    """``found``: parties as the API gives them in JSON."""
    names = [column.name for column in PARTIES[:-1]]
    rows = [
        (*(" ".join(party[name]) if name == "aliases" else party[name] for name in names), marking) for party in found
    ]
    return Table("parties", PARTIES, rows)


def reporting(found: Iterable[Standing], marking: str) -> Table:
    rows = [
        (
            party, name, *fresh(state), kept.expected, kept.arrived, kept.on_time, kept.reporting_rate,
            kept.on_time_rate, marking,
        )
        for party, name, state, kept in found
    ]  # fmt: skip
    return Table("reporting", REPORTING, rows)


def days(found: Iterable[Standing], marking: str) -> Table:
    rows: list[tuple[str, date, str, str]] = [
        (party, day, mark, marking) for party, _, _, kept in found for day, mark in kept.days
    ]
    return Table("days", DAYS, rows)
