"""The hub's work: what waits to be sent, what could not be, backups, keys, and who has fallen silent."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection

from routehub.cli.examination.finding import Finding, found
from routehub.core import state
from routehub.core.clock import wall
from routehub.core.db import Database
from routehub.delivery import dispatcher, outgoing
from routehub.delivery.escalation.reporting import standings
from routehub.directory.snapshot import Directory, KeyView, load
from routehub.journal import audit, follow
from routehub.keeping import manifest as manifests

BACKUP_OLD = timedelta(hours=36)
"""A night's backup that failed, and some hours to mend it."""
FIRST_DAY = timedelta(days=1)
STUCK = timedelta(minutes=5)
ALERT_STUCK = timedelta(minutes=1)
BEHIND = 1_000
KEY_ENDS = timedelta(days=14)
KEY_ENDED = timedelta(days=30)
"""A system that has been silent for longer is not waited for."""
NAMED = 5
"""So many of a kind are named; the rest is counted."""


def everything(db: Database) -> Iterator[Finding]:
    """All of it, in one reading."""
    yield from db.read_sync(lambda conn: list(of(conn, wall())))


def of(conn: Connection, now: datetime) -> Iterator[Finding]:
    queue = outgoing.queue(conn)
    directory = load(conn)
    yield backups(state.last_backup(conn), now, due=_wants_backups(conn, directory, now))
    yield worker(queue, follow.head(conn) - follow.checkpoint(conn, dispatcher.NAME), now)
    yield dead_letters(queue.dead)
    yield routes(directory)
    yield people(directory, now)
    yield keys(directory, now)
    yield parties(conn, directory)


def _wants_backups(conn: Connection, directory: Directory, now: datetime) -> bool:
    """Not yet on the first day, nor where all is invented."""
    markings = {route.marking for route in directory.routes.values()}
    if "sample" in markings and "live" not in markings:
        return False
    began = audit.began(conn)
    return began is not None and now - began > FIRST_DAY


def backups(last: state.LastBackup | None, now: datetime, *, due: bool = True) -> Finding:
    """due: whether one should have been made by now."""
    fix = "Run: routehub backup. Every night: systemctl enable --now routehub-backup.timer (docs/backup.md)."
    if last is None:
        return found("backups", "none has been made and proven by restoring it", look=due, hint=True, fix=fix)
    age = now - last.made_at
    gone = "" if Path(last.where).exists() else " (not seen from here: on another machine, or moved)"
    words = f"the last is {_span(age)} old, up to message {last.head}: {last.where}{gone}"
    return found("backups", words, look=age > BACKUP_OLD and due, hint=age > BACKUP_OLD, fix=fix)


def backups_there(folder: Path) -> Finding:
    """The newest proven backup in a folder, for when the database that has it on record cannot be read."""
    proven = [(path, one) for path, one in manifests.all_in(folder) if one.proven_at is not None]
    if not proven:
        fix = "Look where backups are copied to, and on ROUTEHUB_BACKUP_DIR of the service."
        return found("backups", f"none that was proven is in {folder}", fault=True, fix=fix)
    path, newest = max(proven, key=lambda pair: pair[1].made_at)
    return found("backups", f"{path}: of {newest.made_at:%Y-%m-%d %H:%M} UTC, up to message {newest.content.sequence}")


def worker(queue: outgoing.Queue, behind: int, now: datetime) -> Finding:
    """Deliveries that wait although somebody should have sent them. Those that wait for another try count, too."""
    alert = queue.oldest_alert is not None and now - queue.oldest_alert > ALERT_STUCK
    old = queue.oldest is not None and now - queue.oldest > STUCK
    since = f", the oldest since {queue.oldest:%Y-%m-%d %H:%M} UTC" if queue.oldest else ""
    words = f"{queue.due} deliveries wait{since}; {behind} messages have not been looked through"
    if alert:
        words = f"{words}; an urgent one waits since {queue.oldest_alert:%H:%M} UTC"
    fix = (
        "Look at the findings mail and hub. Why a delivery waits stands on its party's page of notifications. A worker "
        "that stands still: systemctl restart routehub; nothing is lost by it."
    )
    return found("sending", words, fault=alert or behind > BEHIND, look=old, fix=fix)


def dead_letters(dead: int) -> Finding:
    fix = "Notifications of the party: mend its address, then send again what could not be sent (docs/channels.md)."
    return found("dead letters", f"{dead} deliveries were given up", look=dead > 0, fix=fix)


def routes(directory: Directory) -> Finding:
    fix = (
        "Run: routehub routes install wbr, or one of your own: routehub routes new --from FILE "
        "(docs/operations/first-route.md)."
    )
    there = sorted(directory.routes)
    return found("routes", f"{len(there)}{_some(there)}" if there else "no route yet", look=not there, fix=fix)


def people(directory: Directory, now: datetime) -> Finding:
    """Whether anybody can sign in; who cannot, knows it."""
    there = sum(person.active(now) and any(person.roles.values()) for person in directory.people.values())
    fix = (
        "Run: routehub people add EMAIL NAME --role operator --link for yourself; with --party CODE --role "
        "party_office for each party (docs/operations/first-route.md)."
    )
    words = f"{there} are nominated" if there else "nobody can sign in: nobody is nominated"
    return found("people", words, look=not there, fix=fix)


def keys(directory: Directory, now: datetime) -> Finding:
    """Keys that end soon take a national system off the air, and those that have ended did. One that leaked cannot be
    seen from here."""
    ending = [key for key in directory.keys.values() if key.active(now) and key.expires_at - now < KEY_ENDS]
    over = _over(directory, now)
    fix = "Tell the party: its office makes the next key on its page of keys. One that still holds goes on beside it."
    words = f"{sum(key.active(now) for key in directory.keys.values())} keys in use, {len(ending)} end within 14 days"
    words += _some([_key(key) for key in ending])
    if over:
        words += f"; {len(over)} have ended, and their systems have no other{_some([_key(key) for key in over])}"
    return found("keys", words, look=bool(ending or over), fix=fix)


def _over(directory: Directory, now: datetime) -> list[KeyView]:
    """Keys that ran out lately, of systems that were given no newer one. Who revokes a key knows it."""
    held = {(key.route, key.party, key.system) for key in directory.keys.values() if key.active(now)}
    lately = [
        key for key in directory.keys.values()
        if key.revoked_at is None and timedelta(0) <= now - key.expires_at < KEY_ENDED
    ]  # fmt: skip
    return [key for key in lately if (key.route, key.party, key.system) not in held]


def _key(key: KeyView) -> str:
    return f"{key.party} {key.system} on {key.expires_at:%Y-%m-%d}"


def parties(conn: Connection, directory: Directory) -> Finding:
    """Who reports and has not, as the hub has it on record for closed days. Silence is no zero (UX 1.2)."""
    silent = [
        f"{party} on {route} ({standing.state.replace('_', ' ')}, {standing.day:%Y-%m-%d})"
        for route in sorted(directory.routes)
        for party, standing in sorted(standings(conn, route).items())
        if standing.state != "reported"
    ]
    words = f"{len(silent)} have not reported" if silent else "nobody is on record as missing"
    fix = "Their people were reminded. Call them: docs/operations/a-party-is-silent.md."
    return found("parties", words + _some(silent), look=bool(silent), fix=fix)


def _some(names: list[str]) -> str:
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return f": {', '.join(names[:NAMED])}{more}" if names else ""


def _span(age: timedelta) -> str:
    hours = age.total_seconds() / 3600
    return f"{hours:.0f} hours" if hours < 72 else f"{age.days} days"
