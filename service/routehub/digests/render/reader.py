"""For whom a digest is laid out, and the marks of routes that are not live."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from routehub.core.language import later
from routehub.digests import naming
from routehub.directory.snapshot import Directory, RouteView
from routehub.views.names import called

MARKS = {"exercise": "EXERCISE", "sample": "SAMPLE"}
MARK_WORDS = {
    "EXERCISE": later("This is an exercise. Nothing in it is real."),
    "SAMPLE": later("Sample data. Nothing in it is real."),
}


@dataclass(frozen=True)
class Reader:
    """For whom it is laid out. ``zone``: None, or where the reader is, if times there are to be told as well;
    ``party``: None, or whose, if it is to say what that party should prepare."""

    route: RouteView
    directory: Directory
    public_url: str
    zone: ZoneInfo | None = None
    party: str | None = None

    def name(self, party: str, at: datetime) -> str:
        """What a party was called at that moment."""
        return called(self.directory, party, at.astimezone(self.route.zone).date())

    def the(self, party: str, at: datetime) -> str:
        """The same in the middle of a sentence: ``the Commission``."""
        return naming.with_article(party, self.name(party, at), at.astimezone(self.route.zone).date())

    def message(self, message_id: str) -> str:
        return f"{self.public_url}/routes/{self.route.code}/messages/{message_id}"
