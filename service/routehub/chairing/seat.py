"""Who may work on the papers of a conference, and which conference is meant."""

from sqlalchemy import Connection

from routehub.boards.conferences.queries import ConferenceView, conference
from routehub.core.errors import NotAllowed, Unknown
from routehub.directory.principal import Principal
from routehub.directory.visibility import readable


def may_chair(who: Principal, held: ConferenceView) -> bool:
    """A person with the role chair in the party that chairs this conference; coordinators who take part stand in, as
    they do when a proposal is accepted. Who chairs one conference has no power over those of others. Keys do not
    chair: minutes are a person's word."""
    invited = not held.participants or who.party in (*held.participants, held.chair)
    chairs = "chair" in who.roles and who.party == held.chair
    return who.person_id is not None and (chairs or ("coordinator" in who.roles and invited))


def require(who: Principal, held: ConferenceView) -> None:
    if not may_chair(who, held):
        raise NotAllowed("This is for the party that chairs the conference and for coordinators who take part in it.")


def find(conn: Connection, who: Principal, series: str, number: int) -> ConferenceView:
    """The conference as this reader knows it. Errors: 404 for one that is hidden or not there."""
    found = conference(conn, readable(conn, who.route, who.party), who.route, series, number)
    if found is None:
        raise Unknown(f"There is no conference {number} that you can see.")
    return found


def chaired(conn: Connection, who: Principal, series: str, number: int) -> ConferenceView:
    """The same for whoever may work on its papers."""
    found = find(conn, who, series, number)
    require(who, found)
    return found
