"""The words of the documents: what the API is, its parts, its headers, and how it refuses."""

import re
from typing import Any

from routehub.core import errors
from routehub.core.errors import HubError

DESCRIPTION = """\
Routehub lets the parties of a migration route exchange figures, early warnings and what they agree on.

**Routes.** Every address under `/v1` means the default route, or that of the key; the same under
`/v1/routes/{route}/…` means another.

**Forms.** Where several are offered, the suffix of the address decides (`/v1/figures.csv`), else `Accept`; what is not
offered is answered with 406, an unknown suffix with 404.

**Refusals** are problem documents (RFC 9457) that list all problems at once, each with a JSON Pointer. An address asked
by a method that it does not have answers 405 with `Allow`. A query parameter that an address does not have is refused
(422, `unknown-parameter`) with the nearest name that it has. What each type means: `/docs/problems`.

**Retries.** Send an `Idempotency-Key`, or the `id` of the CloudEvent: the same under the same key is stored once.

**Numbers.** Each figure is one party's own count. Counts of different parties are never added up, and a party that has
said nothing has no number, which is not a zero. All times name their zone.
"""

TAGS: list[dict[str, Any]] = [
    {"name": "messages", "description": "Messages in and out: one door for all kinds, one for each, and the feed."},
    {"name": "figures", "description": "The report of a party for a day."},
    {"name": "boards", "description": "What follows from the messages: figures, the route, alerts, who has reported."},
    {"name": "early warning", "description": "Forecasts, and how often the rules were right."},
    {"name": "alerts", "description": "Alerts as CAP, one by one and as a feed."},
    {"name": "measures", "description": "Measures at the borders: notices, views on them, and what each would do."},
    {"name": "movements", "description": "Movements that are proposed and agreed, and the ledger of each leg."},
    {"name": "plans", "description": "Plans, the commitments under their points, and how far they are."},
    {"name": "requests and needs", "description": "What is asked, needed and offered, and where there is room."},
    {"name": "digests", "description": "The daily bulletin, as your party reads it."},
    {"name": "conferences", "description": "Conferences and their series, who attends, agendas, minutes, and actions."},
    {"name": "readouts", "description": "What the public reads of a conference, and how it comes about."},
    {"name": "stream", "description": "Messages as they are accepted. The whole of it: /asyncapi.json."},
    {"name": "subscriptions", "description": "Push by webhook or mail, with its log."},
    {"name": "directory", "description": "Parties, people and their duties."},
    {"name": "identity", "description": "Who you are, keys, sign-ins, and what was done in your party's name."},
    {"name": "integrity", "description": "Signed checkpoints: proof that your feed is complete and unchanged."},
    {"name": "contract", "description": "The contract itself, for everybody."},
    {"name": "housekeeping", "description": "Health, and the clock of an exercise."},
]


def _header(description: str, form: str = "string") -> dict[str, Any]:
    return {"description": description, "schema": {"type": form}}


HEADERS: dict[str, dict[str, Any]] = {
    "Location": _header("Where the new thing is."),
    "ETag": _header("The version of what was stored, for `If-Match`."),
    "Idempotent-Replay": _header("true: this key was used before for the same message, which is the answer."),
    "Unchanged": _header("true: all of it was on record already."),
    "Retry-After": _header("Seconds to wait before the next try.", "integer"),
    "WWW-Authenticate": _header("How to sign in."),
    "TLP": _header("The marking of a document that does not say it itself: CLEAR, GREEN, AMBER, AMBER+STRICT or RED."),
    "Allow": _header("The methods that the address has."),
    "Vary": _header("Accept: another form may be had at this address."),
    "If-Match": _header("The ETag of what you have read; 412 when it has changed since."),
    "Last-Event-Id": _header("The cursor of the last event that arrived: the stream goes on after it."),
}

_HEADERS_OF: dict[int, tuple[str, ...]] = {
    401: ("WWW-Authenticate",), 405: ("Allow",), 406: ("Vary",), 429: ("Retry-After",), 503: ("Retry-After",),
}  # fmt: skip


def _tree(kind: type[HubError]) -> list[type[HubError]]:
    return [kind, *(found for child in kind.__subclasses__() for found in _tree(child))]


def _refusals() -> dict[int, tuple[str, str, str, tuple[str, ...]]]:
    found: dict[int, tuple[str, str, str, tuple[str, ...]]] = {}
    for kind in _tree(HubError):
        if kind.__module__ == errors.__name__ and kind.status not in found:
            words = (
                kind.title if kind is HubError else " ".join((kind.__doc__ or kind.title).replace("``", "`").split())
            )
            words = re.sub(r" \((PROMISES|DECISIONS) [A-Z0-9]+\)", "", words)
            found[kind.status] = (kind.code, kind.title, words, _HEADERS_OF.get(kind.status, ()))
    return dict(sorted(found.items()))


REFUSALS = _refusals()
"""By status: code, title, words and headers of the problem documents."""
