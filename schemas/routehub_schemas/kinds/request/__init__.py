"""Requests for information, joint needs assessments, needs, and requests for support."""

from routehub_schemas.kind import PEOPLE, SYSTEMS, Kind
from routehub_schemas.kinds.request.payload import Request, check
from routehub_schemas.kinds.request.summary import summary


def _subject(request: Request, sender: str) -> str:
    return f"{sender}/{request.category}"


def _places(request: Request) -> tuple[str, ...]:
    return (request.place,) if request.place is not None else ()


def _parties(request: Request) -> tuple[str, ...]:
    codes = list(request.asked)
    if request.place is not None:
        codes += request.place.partition("/")[0].split("-")
    return tuple(dict.fromkeys(codes))


KIND = Kind(
    name="request",
    version=1,
    payload=Request,
    door="requests",
    title="Request",
    summary=summary,
    subject=_subject,
    posted_by=PEOPLE | SYSTEMS | {"coordinator", "chair"},
    acts={
        "answer": "addressee",
        "more_time": "addressee",
        "decline": "addressee",
        "withdraw": "sender",
        "close": "sender",
    },
    short="R",
    places=_places,
    parties=_parties,
    check=check,
)
