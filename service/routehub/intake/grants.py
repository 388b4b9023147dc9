"""What an actor may post: roles and key scopes limit acts (DECISIONS 1), the directory says who enters for whom."""

from routehub.core.errors import NotAllowed, Refused, refused
from routehub.directory.principal import Principal, may_report_for
from routehub.directory.snapshot import Directory
from routehub.journal.targets import Target
from routehub_schemas.errors import Problem
from routehub_schemas.kind import Kind, Payload

BINDS = "bind"
"""The scope of a key that may give its party's word: sign, agree. ``post:*`` does not have it."""


def check_may_post(
    directory: Directory, principal: Principal, kind: Kind, payload: Payload, pointer: str,
    *, translated: bool = False,
) -> str | None:  # fmt: skip
    """Refuse what this actor may not post; answers the party for which it is entered, if another. ``translated``: the
    hub itself made the payload from a document of another format."""
    if not principal.roles & kind.posted_by:
        if not principal.roles:
            raise NotAllowed("You have no role on this route. Ask your party's office to nominate you for it.")
        wanted = ", ".join(sorted(role.replace("_", " ") for role in kind.posted_by))
        raise NotAllowed(f"{kind.title} can be posted by: {wanted}.")
    if principal.scopes is not None and not principal.scopes & {"post:*", f"post:{kind.name}"}:
        raise NotAllowed(f"This key does not have the scope post:{kind.name}. Make a key that has it.")
    if principal.party in {directory.party_code(party) for party in kind.signs(payload)}:
        require_word(principal, f"{kind.title}: sending it signs it.")
    problems = [
        Problem(f"{pointer}/{name}", "hub-only", "Only the hub fills this field.")
        for name in sorted(kind.hub_fields)
        if not principal.is_hub and getattr(payload, name, None) is not None
    ]
    problems += [
        Problem(f"{pointer}/{name}", "translated-only", "The hub fills this from the document; send that instead.")
        for name in sorted(kind.translated_fields)
        if not translated and getattr(payload, name, None) is not None
    ]
    if problems:
        raise Refused("The message fills fields that only the hub fills.", problems)
    if payload.on_behalf_of is None:
        return None
    party = directory.party_code(payload.on_behalf_of)
    if party == principal.party:
        return None
    if not kind.on_behalf:
        raise NotAllowed(
            f"{kind.title}: it speaks for a party, so the party posts it itself. Others enter reports and alerts."
        )
    if party is None or not may_report_for(directory, principal, party):
        raise NotAllowed(
            f"{principal.party} is not allowed to enter on behalf of {payload.on_behalf_of} on this route. "
            "The operator records who may."
        )
    return party


def require_word(principal: Principal, what: str) -> None:
    """Refuse a machine that would give its party's word, unless the party made its key for that."""
    if principal.scopes is not None and BINDS not in principal.scopes:
        raise NotAllowed(f"{what} A person of {principal.party} does that, or a key with the scope {BINDS}.")


def check_act(
    principal: Principal, kind: Kind, target: Target, act: str, pointer: str, for_whom: str | None = None
) -> None:
    """Whether an act fits the message of this kind that it answers, and whether this party is the one to do it.
    ``for_whom``: the party for which it is entered; what was entered for a party is that party's, and so is what the
    sender alone may do."""
    who = kind.acts.get(act)
    if who is None:
        allowed = sorted(kind.acts)
        words = ", ".join(allowed) if allowed else "nothing: it cannot be answered by an act"
        raise refused(
            f"{pointer}/act", "act-does-not-fit", f"This does not fit a {target.kind}. Possible: {words}.",
            sent=act, allowed=allowed,
        )  # fmt: skip
    own = (for_whom or principal.party) == target.owner
    if who == "addressee" and (own or principal.party == target.party):
        raise refused(f"{pointer}/act", "own-message", "Those who were addressed do this, not the sender.", sent=act)
    if who == "sender" and not own:
        raise refused(f"{pointer}/act", "not-the-sender", f"Only {target.owner}, who sent it, does this.", sent=act)
    if act in kind.binding:
        require_word(principal, f"{act.replace('_', ' ').capitalize()} gives the party's word.")
    if who == "chair" and not principal.roles & {"chair", "coordinator"}:
        raise NotAllowed("Only the chair of the conference does this.")
