"""The one tree of errors. Each carries its HTTP status and problem type (RFC 9457); raised where the
fault is known, turned into an answer once, in ``api.problems``."""

from collections.abc import Iterable
from typing import Any

from routehub.core.language import later
from routehub_schemas.errors import Problem

PROBLEM_BASE = "/docs/problems#"


class HubError(Exception):
    """Base of all errors that the hub answers with. ``problems`` lists every single fault at once."""

    status = 500
    code = "internal"
    title = later("The hub failed")

    def __init__(self, detail: str = "", problems: Iterable[Problem] = (), **extra: Any) -> None:
        super().__init__(detail or self.title)
        self.detail = detail or self.title
        self.problems: tuple[Problem, ...] = tuple(problems)
        self.extra = extra

    @property
    def type(self) -> str:
        return PROBLEM_BASE + self.code

    @property
    def headers(self) -> dict[str, str]:
        return {}


class Malformed(HubError):
    """The bytes could not be read as what they claim to be."""

    status, code, title = 400, "malformed", later("The message could not be read")


class SignInNeeded(HubError):
    """No valid session or key came with the request."""

    status, code, title = 401, "sign-in-needed", later("Sign in first")

    @property
    def headers(self) -> dict[str, str]:
        return {"WWW-Authenticate": 'Bearer realm="routehub"'}


class NotAllowed(HubError):
    """The sender is known and may not do this; used only where the existence of the thing is no secret."""

    status, code, title = 403, "not-allowed", later("You may not do this")


class SecondStepNeeded(HubError):
    """This hub asks everybody for two factors, and the session began with one; the account page sets up another."""

    status, code, title = 403, "second-step-needed", later("Set up a second step first")


class Unknown(HubError):
    """Not there, or not visible to this reader: both read alike, byte for byte (PROMISES 9)."""

    status, code, title = 404, "unknown", later("There is nothing here that you can see")

    def __init__(self, detail: str = "", problems: Iterable[Problem] = ()) -> None:
        super().__init__(detail, problems)


class WrongMethod(HubError):
    """The address is there, and not for this method; ``Allow`` names those that it has (RFC 9110, 15.5.6)."""

    status, code, title = 405, "wrong-method", later("This address does not take that method")


class NotAcceptable(HubError):
    """``Accept`` names none of the forms in which this can be had (RFC 9110, 15.5.7); ``offered`` lists them."""

    status, code, title = 406, "not-acceptable", later("None of the forms that you accept is offered here")

    @property
    def headers(self) -> dict[str, str]:
        return {"Vary": "Accept"}


class Conflict(HubError):
    """The request does not fit what has happened since."""

    status, code, title = 409, "conflict", later("This does not fit the present state")


class Gone(HubError):
    """A cursor of another epoch, or beyond the head: read again from the start (PROMISES 5)."""

    status, code, title = 410, "cursor-gone", later("This cursor is no longer valid")


class Erased(HubError):
    """The body was erased, by retention or on request; entry, chain and hashes stay (DECISIONS 2)."""

    status, code, title = 410, "erased", later("The content of this message has been erased")


class Stale(HubError):
    """``If-Match`` names a version that is not the current one (RFC 9110, 13.1.1)."""

    status, code, title = 412, "stale", later("This changed since you read it")


class TooLarge(HubError):
    status, code, title = 413, "too-large", later("The message is too large")


class WrongType(HubError):
    status, code, title = 415, "wrong-type", later("This content type is not accepted here")


class Refused(HubError):
    """The message was read and breaks rules; every problem is listed."""

    status, code, title = 422, "refused", later("The message was not accepted")


class LooksPersonal(HubError):
    """A text looks like data about a person; its sender looks at it again and says that it is none (PROMISES D5)."""

    status, code, title = 422, "looks-personal", "This looks like personal data"


class TooMany(HubError):
    """A rate limit was reached."""

    status, code, title = 429, "too-many", later("Too many requests")

    @property
    def headers(self) -> dict[str, str]:
        return {"Retry-After": str(self.extra.get("retry_after", 10))}


class NotInstalled(HubError):
    """This hub was set up without the part that this takes (RFC 9110, 15.6.2)."""

    status, code, title = 501, "not-installed", later("This hub was installed without that")


class Busy(HubError):
    """The hub cannot take this now; nothing was stored; the same request may be sent again."""

    status, code, title = 503, "busy", later("The hub is busy or restarting")

    @property
    def headers(self) -> dict[str, str]:
        return {"Retry-After": str(self.extra.get("retry_after", 2))}


class Damaged(Busy):
    """The database is damaged; nothing was stored. For senders as any other break: what they keep, they send again."""

    title = later("The hub's database is damaged")

    @property
    def headers(self) -> dict[str, str]:
        return {"Retry-After": "60"}


class Full(HubError):
    """The disk is full; nothing was stored (RFC 4918, 11.5)."""

    status, code, title = 507, "disk-full", later("The hub has no room to store this")


class Unchanged(Exception):
    """Not an error: what was sent is already on record as message ``message_id``; nothing new is stored."""

    def __init__(self, message_id: str) -> None:
        super().__init__(message_id)
        self.message_id = message_id


def refused(pointer: str, code: str, message: str, **facts: Any) -> Refused:
    """One refusal with one problem, for rules that are checked one at a time.

    pointer: JSON Pointer (RFC 6901) into what was sent; facts: ``sent``, ``allowed``, ``suggestion``.
    """
    return Refused(message, [Problem(pointer, code, message, **facts)])
