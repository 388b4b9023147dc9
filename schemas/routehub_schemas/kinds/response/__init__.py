"""Answers to earlier messages."""

from routehub_schemas.kind import PEOPLE, SYSTEMS, Kind
from routehub_schemas.kinds.response.payload import Response, check
from routehub_schemas.kinds.response.summary import summary


def _subject(response: Response, _sender: str) -> str:
    return f"{response.to}/{response.act}"


KIND = Kind(
    name="response",
    version=1,
    payload=Response,
    door="responses",
    title="Response",
    summary=summary,
    subject=_subject,
    posted_by=PEOPLE | SYSTEMS | {"coordinator", "chair"},
    default_audience="inherit",
    check=check,
)
