"""From the sender's audience words to the frozen list of readers, and the TLP rules on top (DECISIONS 1)."""

from collections.abc import Iterable
from datetime import date

from routehub.core.errors import Refused
from routehub.directory import visibility
from routehub.directory.principal import Principal
from routehub.directory.snapshot import Directory, RouteView
from routehub.journal.targets import Target
from routehub_schemas.errors import Problem
from routehub_schemas.kind import Kind, Payload


def settle(
    directory: Directory,
    route: RouteView,
    principal: Principal,
    kind: Kind,
    payload: Payload,
    targets: Iterable[Target],
    on: date,
    pointer: str,
) -> tuple[tuple[str, ...], frozenset[str]]:
    """The audience in words and as the frozen readers.

    Without words: what the kind's default says; what rests on other messages goes where those went.
    Errors: 422 naming the parties that would read more than the messages referred to allow.
    """  # fmt: skip
    where = f"{pointer}/audience"
    for_whom = directory.party_code(payload.on_behalf_of) if payload.on_behalf_of else None
    on_behalf = {for_whom} if for_whom else set()
    bound = _bound(targets)
    words = tuple(payload.audience) if payload.audience is not None else None
    if words is None and kind.default_audience == "named":
        words = tuple(kind.parties(payload))  # also when it rests on another message: a note reaches those it names
    if words is None and bound is not None:
        return tuple(sorted(bound)), bound
    if words is None and kind.default_audience == "inherit":
        raise Refused("Say which message this answers.", [Problem(pointer, "missing", "It answers no message.")])
    if words is None:
        words = (kind.default_audience,)
    if "public" in words and not type(payload).may_be_public:
        raise Refused(
            "Only readouts can be public.",
            [Problem(where, "not-public", "This kind of message cannot be public.", sent="public")],
        )
    # "neighbours" are those of the party that it is about: an agency that enters for Greece has no borders itself.
    readers = visibility.resolve(directory, route, for_whom or principal.party, words, on, where) | on_behalf
    if not principal.is_hub:
        readers |= {principal.party}
    if bound is not None and not readers <= bound:
        more = sorted(readers - bound)
        raise Refused(
            "This would be read by parties that may not read the message it rests on.",
            [
                Problem(
                    where,
                    "wider-than-source",
                    f"Leave out: {', '.join(more)}.",
                    sent=list(words),
                    allowed=sorted(bound),
                )
            ],
        )
    return tuple(directory.party_code(word) or word for word in words), frozenset(readers)


def _bound(targets: Iterable[Target]) -> frozenset[str] | None:
    """Who reads all of the messages referred to; None when there are none."""
    bound: frozenset[str] | None = None
    for target in targets:
        bound = target.readers if bound is None else bound & target.readers
    return bound


def check_tlp(
    route: RouteView, principal: Principal, tlp: str, words: tuple[str, ...], readers: frozenset[str],
    on: date, inherited: str | None, around: str = "",
) -> None:  # fmt: skip
    """RED only with named parties; AMBER+STRICT never to observers; an answer to RED stays RED; CLEAR alone may become
    public (DECISIONS 1).

    around: JSON Pointer to the envelope, which holds the marking.
    """
    problems = []
    group = [word for word in words if word in visibility.WORDS]
    if tlp == "RED" and group:
        problems.append(
            Problem(
                f"{around}/tlp",
                "red-needs-names",
                "TLP:RED goes to named parties only; write their codes as the audience.",
                sent=group,
            )
        )
    if "public" in words and tlp != "CLEAR":
        problems.append(
            Problem(
                f"{around}/tlp", "not-clear", "TLP:CLEAR alone may become public.", sent=tlp, allowed=["CLEAR"]
            )
        )  # fmt: skip
    observers = {m.party for m in route.members(on, "observer")} - {principal.party}
    if tlp == "AMBER+STRICT" and readers & observers:
        named = ", ".join(sorted(readers & observers))
        problems.append(
            Problem(
                f"{around}/tlp",
                "strict-not-to-observers",
                f"TLP:AMBER+STRICT never goes to observers ({named}).",
                sent=tlp,
            )
        )
    if inherited == "RED" and tlp != "RED":
        problems.append(
            Problem(
                f"{around}/tlp",
                "weaker-than-source",
                "What rests on a TLP:RED message is TLP:RED too.",
                sent=tlp,
                allowed=["RED"],
            )
        )
    if problems:
        raise Refused("The marking does not fit the audience.", problems)


def strictest(targets: Iterable[Target], default: str) -> str:
    """The marking of an answer without one: that of the strictest message it rests on."""
    order = ["CLEAR", "GREEN", "AMBER", "AMBER+STRICT", "RED"]
    found = [target.tlp for target in targets] or [default]
    return max(found, key=order.index)
