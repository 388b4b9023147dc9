"""A party is told at once of a key that somebody else made for it: an operator reads no content, and a key that reads
a party's feed would be a way around that. The note stands in the party's own feed, chained, and goes to its contact
points by mail; it cannot be taken back by whoever made the key.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection

from routehub.core.clock import wall
from routehub.core.ids import uuid8
from routehub.digests.occurrences import Due, Occurrence
from routehub.digests.schedule import Look, Outcome
from routehub.directory.current import CurrentDirectory
from routehub.directory.key_office import from_outside
from routehub.directory.principal import hub_principal
from routehub.directory.snapshot import KeyView
from routehub.intake.receive import Intake, Post

RECENT = timedelta(days=30)
"""A hub that was down for longer tells nothing of keys that old."""


class NewKeys:
    """A task of the schedule: one note for each key that was made from outside its party, on live routes."""

    name = "new-key"
    latest = None

    def __init__(self, intake: Intake, directory: CurrentDirectory) -> None:
        self._intake, self._directory = intake, directory

    def looks(self, conn: Connection, now: datetime) -> Sequence[Look]:
        directory, at = self._directory.value, wall()
        due = tuple(
            Due(key.route, f"key/{key.id}", key.created_at.date(), now)
            for key in directory.keys.values()
            if at - key.created_at < RECENT and self._is_told(key) and from_outside(directory, key)
        )
        return [Look(due)] if due else []

    def _is_told(self, key: KeyView) -> bool:
        route = self._directory.value.routes.get(key.route)
        return route is not None and route.marking == "live"

    async def carry_out(self, occurrence: Occurrence, now: datetime) -> Outcome:
        """Post the note to the party of the key."""
        key = self._directory.value.keys[occurrence.series.partition("/")[2]]
        note = {"to": [key.party], "subject": f"The operator made a key for {key.party}", "text": words(key)}
        post = Post(self._intake.registry["note"], note, tlp="AMBER", fixed_id=uuid8("new-key", key.id))
        recorded = await self._intake.receive(hub_principal(key.route), post)
        return Outcome("posted", recorded.message_id)


def words(key: KeyView) -> str:
    """What the key may do, and what to do where nobody asked for it."""
    reads = "It reads all that your party may read." if "read:feed" in key.scopes else "It reads nothing."
    posts = sorted(scope.partition(":")[2] for scope in key.scopes if scope.startswith("post:"))
    what = "every kind of message" if "*" in posts else ", ".join(posts)
    return (
        f"On {key.created_at:%d %B %Y at %H:%M} UTC the operator of the hub made the key {key.id} for your system "
        f"{key.system}, until {key.expires_at:%d %B %Y}. {reads}"
        + (f" It posts for your party: {what}." if posts else "")
        + " If nobody of your party asked for it, your party's office revokes it on the page Keys, and asks the "
        "operator why it was made."
    )
