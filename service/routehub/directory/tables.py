"""Tables of the directory. Routes, parties and names are data with validity dates, never code (DOMAIN 1)."""

from datetime import date, datetime

from sqlalchemy import BigInteger, Text
from sqlmodel import Field, SQLModel

from routehub.core.columns import UTCDateTime, table_of


class Party(SQLModel, table=True):
    """A state, institution, agency or other body; ``code`` is the stable handle."""

    __tablename__ = "party"

    code: str = Field(primary_key=True)
    kind: str
    eu_member: bool = False


class PartyName(SQLModel, table=True):
    """A name of a party and the dates between which it is the right one (the seeds use one that changed)."""

    __tablename__ = "party_name"

    party: str = Field(primary_key=True, foreign_key="party.code")
    valid_from: date = Field(primary_key=True)
    valid_until: date | None = None
    name: str


class PartyAlias(SQLModel, table=True):
    """Another code under which a party is known: EL for GR, EASO for EUAA."""

    __tablename__ = "party_alias"

    alias: str = Field(primary_key=True)
    party: str = Field(foreign_key="party.code", index=True)


class Route(SQLModel, table=True):
    """A route. ``marking`` is live, exercise or sample; what is not live is marked on every surface. ``began_at``: when
    its parties were asked to nominate contact points, in wall time."""

    __tablename__ = "route"

    code: str = Field(primary_key=True)
    title: str
    zone: str
    marking: str = "live"
    began_at: datetime | None = Field(default=None, sa_type=UTCDateTime)


class RouteParty(SQLModel, table=True):
    """A party on a route: its role (member, coordinator, observer), reporting times and place in the drawing.

    New reporting times are a new row from a date on, so that old reports keep the periods they had.
    """

    __tablename__ = "route_party"

    route: str = Field(primary_key=True, foreign_key="route.code")
    party: str = Field(primary_key=True, foreign_key="party.code")
    role: str
    zone: str
    reports: bool = False
    due: str = "08:00"
    period_end: str = "06:00"
    position: int = 0
    lane: int = 0
    valid_from: date = Field(default=date(2000, 1, 1), primary_key=True)
    valid_until: date | None = None


class Leg(SQLModel, table=True):
    """A border section between two parties, with its usual transit lag and its movement policy (S1 p12)."""

    __tablename__ = "leg"

    route: str = Field(primary_key=True, foreign_key="route.code")
    code: str = Field(primary_key=True)
    from_party: str = Field(foreign_key="party.code")
    to_party: str = Field(foreign_key="party.code")
    lag_days: int = 0
    policy: str = "agreement_required"
    valid_from: date | None = None
    valid_until: date | None = None


class Place(SQLModel, table=True):
    """A crossing point (``GR-MK/gevgelija``) or a centre (``MK/gevgelija-centre``)."""

    __tablename__ = "place"

    route: str = Field(primary_key=True, foreign_key="route.code")
    code: str = Field(primary_key=True)
    name: str
    kind: str
    party: str | None = None
    leg: str | None = None


class RoutePlan(SQLModel, table=True):
    """A plan that a route monitors. Of several versions of one text the first by ``position`` is the usual one."""

    __tablename__ = "route_plan"

    route: str = Field(primary_key=True, foreign_key="route.code")
    plan: str = Field(primary_key=True)
    position: int = 0


class Person(SQLModel, table=True):
    """A nominated person of a party. Contact details are the only personal data in the hub. ``accepted_at``: the first
    sign-in, which shows that the nomination arrived. ``language``: of pages and mail, empty while none was chosen.
    ``guided_at``: when the person put the guide of the first minute away."""

    __tablename__ = "person"

    id: str = Field(primary_key=True)
    party: str = Field(foreign_key="party.code", index=True)
    name: str
    function: str = ""
    email: str = Field(unique=True)
    phone: str = ""
    languages: str = ""
    zone: str = ""
    language: str = Field(default="", sa_column_kwargs={"server_default": ""})
    valid_from: datetime = Field(sa_type=UTCDateTime)
    valid_until: datetime | None = Field(default=None, sa_type=UTCDateTime)
    withdrawn_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    nominated_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    accepted_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    nominated_by: str = ""
    password_hash: str | None = None
    guided_at: datetime | None = Field(default=None, sa_type=UTCDateTime)


class PersonRole(SQLModel, table=True):
    """What a person is on a route. ``*`` as the route is for operators, who run the hub and read no content."""

    __tablename__ = "person_role"

    person: str = Field(primary_key=True, foreign_key="person.id")
    route: str = Field(primary_key=True)
    role: str = Field(primary_key=True)


class HandOver(SQLModel, table=True):
    """A person's duty passed to another of the same party for a time; it moves only once accepted."""

    __tablename__ = "hand_over"

    id: str = Field(primary_key=True)
    route: str = Field(foreign_key="route.code", index=True)
    person: str = Field(foreign_key="person.id")
    deputy: str = Field(foreign_key="person.id")
    starts: datetime = Field(sa_type=UTCDateTime)
    ends: datetime = Field(sa_type=UTCDateTime)
    made_by: str = ""
    accepted_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UTCDateTime)


class ReportingGrant(SQLModel, table=True):
    """``actor`` may enter on behalf of ``party`` on this route (S1 p9); every such entry is audited."""

    __tablename__ = "reporting_grant"

    route: str = Field(primary_key=True, foreign_key="route.code")
    actor: str = Field(primary_key=True, foreign_key="party.code")
    party: str = Field(primary_key=True, foreign_key="party.code")


class ReportingPause(SQLModel, table=True):
    """Reporting days for which a party is excused, with the reason. ``made_at``, ``ended_at``: hub time, as early
    warning takes pauses in by the order of the journal; ``ended_from``: the first day that is no longer excused."""

    __tablename__ = "reporting_pause"

    id: str = Field(primary_key=True)
    route: str = Field(foreign_key="route.code", index=True)
    party: str = Field(foreign_key="party.code")
    first: date
    last: date
    reason: str
    made_by: str
    made_at: datetime = Field(sa_type=UTCDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    ended_from: date | None = None


class RouteParameters(SQLModel, table=True):
    """What a route changed of the parameters of early warning, every time it did. ``said``: JSON; ``made_at``: hub
    time, from which the next day that closes is looked at with them."""

    __tablename__ = "route_parameters"

    route: str = Field(primary_key=True, foreign_key="route.code")
    number: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    said: str = Field(sa_type=Text)
    made_by: str
    made_at: datetime = Field(sa_type=UTCDateTime)


class ApiKey(SQLModel, table=True):
    """A key of a national system: bound to one route and its class, shown once, stored as a hash. ``certificate``: the
    SHA-256 of the certificate that stands in its place, where a proxy checks certificates; then there is no secret."""

    __tablename__ = "api_key"

    id: str = Field(primary_key=True)
    route: str = Field(foreign_key="route.code")
    party: str = Field(foreign_key="party.code", index=True)
    system: str
    secret_hash: str
    certificate: str | None = Field(default=None, index=True)
    scopes: str
    created_at: datetime = Field(sa_type=UTCDateTime)
    created_by: str
    expires_at: datetime = Field(sa_type=UTCDateTime)
    revoked_at: datetime | None = Field(default=None, sa_type=UTCDateTime)


class SignInLink(SQLModel, table=True):
    """A one-time link to sign in, stored as a hash; only a POST uses it (mail scanners open links)."""

    __tablename__ = "sign_in_link"

    token_hash: str = Field(primary_key=True)
    person: str = Field(foreign_key="person.id", index=True)
    expires_at: datetime = Field(sa_type=UTCDateTime)
    used_at: datetime | None = Field(default=None, sa_type=UTCDateTime)


class Session(SQLModel, table=True):
    """A signed-in browser or terminal of a person, stored as a hash of its cookie."""

    __tablename__ = "session"

    token_hash: str = Field(primary_key=True)
    person: str = Field(foreign_key="person.id", index=True)
    csrf: str
    created_at: datetime = Field(sa_type=UTCDateTime)
    expires_at: datetime = Field(sa_type=UTCDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    agent: str = ""
    how: str = Field(default="link", sa_column_kwargs={"server_default": "link"})


class SignInStep(SQLModel, table=True):
    """A sign-in or an enrolment that is under way in one browser, stored as a hash of its cookie.

    what: ``second`` (the first step is done), ``passkey`` or ``enrol``; challenge: what the passkey signs.
    """

    __tablename__ = "sign_in_step"

    token_hash: str = Field(primary_key=True)
    what: str
    person: str | None = Field(default=None, foreign_key="person.id", index=True)
    how: str = ""
    challenge: str = ""
    onward: str = "/"
    tries: int = 0
    expires_at: datetime = Field(sa_type=UTCDateTime, index=True)
    used_at: datetime | None = Field(default=None, sa_type=UTCDateTime)


class Passkey(SQLModel, table=True):
    """A passkey of a person. ``id`` and ``public_key``: base64url; ``uses``: the counter of the authenticator."""

    __tablename__ = "passkey"

    id: str = Field(primary_key=True)
    person: str = Field(foreign_key="person.id", index=True)
    public_key: str = Field(sa_type=Text)
    uses: int = Field(default=0, sa_type=BigInteger)
    name: str
    transports: str = ""
    made_at: datetime = Field(sa_type=UTCDateTime)
    used_at: datetime | None = Field(default=None, sa_type=UTCDateTime)


class CodeSecret(SQLModel, table=True):
    """The secret of a person's one-time codes (RFC 6238), sealed by ``core.vault``. ``waiting``: a new one, which takes
    its place once a code of it was typed; ``last``: the newest time step whose code was used: none is taken twice."""

    __tablename__ = "code_secret"

    person: str = Field(primary_key=True, foreign_key="person.id")
    secret: str | None = None
    since: datetime | None = Field(default=None, sa_type=UTCDateTime)
    last: int = Field(default=0, sa_type=BigInteger)
    waiting: str | None = None
    waiting_since: datetime | None = Field(default=None, sa_type=UTCDateTime)


class RecoveryCode(SQLModel, table=True):
    """A code on paper for the day on which the telephone is gone, stored as a hash; each works once."""

    __tablename__ = "recovery_code"

    code_hash: str = Field(primary_key=True)
    person: str = Field(foreign_key="person.id", index=True)
    made_at: datetime = Field(sa_type=UTCDateTime)
    used_at: datetime | None = Field(default=None, sa_type=UTCDateTime)


class Identity(SQLModel, table=True):
    """The account of a person at a provider of sign-in (OpenID Connect): bound at the first use, by address."""

    __tablename__ = "identity"

    issuer: str = Field(primary_key=True)
    subject: str = Field(primary_key=True)
    person: str = Field(foreign_key="person.id", index=True)
    bound_at: datetime = Field(sa_type=UTCDateTime)
    used_at: datetime = Field(sa_type=UTCDateTime)


class Audience(SQLModel, table=True):
    """A frozen list of readers. Equal lists share one id, so a reader's rights are a short list of ids."""

    __tablename__ = "audience"

    id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    route: str = Field(foreign_key="route.code", index=True)
    digest: str = Field(unique=True)


class AudienceParty(SQLModel, table=True):
    """One reader of an audience."""

    __tablename__ = "audience_party"

    audience_id: int = Field(primary_key=True, foreign_key="audience.id")
    party: str = Field(primary_key=True, index=True)


parties = table_of(Party)
party_names = table_of(PartyName)
party_aliases = table_of(PartyAlias)
routes = table_of(Route)
route_parties = table_of(RouteParty)
legs = table_of(Leg)
places = table_of(Place)
route_plans = table_of(RoutePlan)
people = table_of(Person)
person_roles = table_of(PersonRole)
hand_overs = table_of(HandOver)
reporting_grants = table_of(ReportingGrant)
reporting_pauses = table_of(ReportingPause)
route_parameters = table_of(RouteParameters)
api_keys = table_of(ApiKey)
sign_in_links = table_of(SignInLink)
sessions = table_of(Session)
sign_in_steps = table_of(SignInStep)
passkeys = table_of(Passkey)
code_secrets = table_of(CodeSecret)
recovery_codes = table_of(RecoveryCode)
identities = table_of(Identity)
audiences = table_of(Audience)
audience_parties = table_of(AudienceParty)
