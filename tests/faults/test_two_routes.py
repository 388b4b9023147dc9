"""Two routes in one hub, made of one template: whoever is on both sees on each what was said there and nothing of the
other, and whoever is on one cannot tell that there is another (PROMISES D1)."""

import contextlib
import json
import random
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import pytest

from routehub.core.clock import wall
from routehub.directory import install, keys, people, sign_in
from routehub.directory.people import Nomination, PersonChange
from routehub.directory.principal import operator_principal
from routehub.directory.sessions import CSRF_HEADER, cookie_name
from routehub.directory.snapshot import load
from routehub.journal import feed
from routehub.journal.batch import Batch
from routehub.journal.jobs import Change
from routehub_schemas import reference
from routehub_schemas.reference import route_file
from routehub_schemas.registry import Registry
from tests.faults import examples
from tests.faults.test_visibility import CLOCK, ENDLESS, FORMS, USUAL
from tests.fixtures.accounting import Account
from tests.fixtures.addresses import Address, addresses
from tests.fixtures.furnished import EVERYTHING, Inside
from tests.fixtures.sizes import seeded, sized

WEST, EAST = "wbr", "emr"
BOTH, WEST_ONLY, EAST_ONLY = ("GR", "EC"), "AL", "QM"
DAY = "2015-10-20"


def another_route() -> dict[str, Any]:
    """The template without Albania, and with a party that no reference data has."""
    data = reference.template("wbr")
    data |= {"code": EAST, "title": "Eastern route"}
    data["new_parties"] = [{"code": EAST_ONLY, "kind": "state", "names": [{"name": "Land of Qm", "short": "Qm"}]}]
    data["parties"] = [p for p in data["parties"] if p["code"] != WEST_ONLY]
    data["parties"].append({"code": EAST_ONLY, "role": "member", "zone": "Europe/Tallinn", "reports": True})
    data["legs"] = [leg for leg in data["legs"] if WEST_ONLY not in (leg["origin"], leg["destination"])]
    data["legs"].append({"origin": "BG", "destination": EAST_ONLY})
    data["places"] = [
        p for p in data["places"] if WEST_ONLY not in (p["party"], *p["code"].partition("/")[0].split("-"))
    ]
    return data


class Two:
    """A hub with both routes; what was said on each: its marks and the ids of its messages."""

    def __init__(self, hub: Inside) -> None:
        self.hub = hub
        self.marks: dict[str, list[str]] = {WEST: [], EAST: []}
        self.refs: dict[str, list[str]] = {WEST: [], EAST: []}
        self.clients: dict[str, httpx.AsyncClient] = {}

    async def say(self, route: str) -> None:
        """A message of every kind that a party posts, as far as its example fits by itself."""
        chance = random.Random(route)
        value = chance.randrange(10**8, 10**9)
        figure = {"indicator": "arrivals", "value": value, "counterpart": "BG", "note": self._mark(route)}
        await self._post(route, "reports", {"party": "RO", "day": DAY, "figures": [figure]}, ["RO"], str(value))
        for kind in examples.KINDS:
            for _attempt in range(3):
                mark = self._mark(route)
                refs = self.refs[route]
                body, _refs = examples.body(kind, chance, mark, lambda _field: refs[0] if refs else None)  # noqa: B023
                if await self._post(route, kind.door, body, ["GR", "RS", "SI", "EC", "HR", "AT", "DE", "MK"], mark):
                    break
        more: dict[str, dict[str, Any]] = {
            "alerts": {"category": "surge", "severity": "Severe", "urgency": "Immediate", "certainty": "Observed",
                       "headline": "?", "expires": "2015-10-22T00:00:00Z"},
            "notes": {"subject": "?", "text": "?", "to": ["GR", "EC"]},
        }  # fmt: skip
        for door, form in more.items():
            mark = self._mark(route)
            filled = json.loads(json.dumps(form).replace("?", mark))
            assert await self._post(route, door, filled, ["SI"], mark)

    def _mark(self, route: str) -> str:
        return f"{route}canary{len(self.marks[route]):03}{random.Random(len(self.refs[route])).randrange(10**6)}"

    async def _post(self, route: str, door: str, body: dict[str, Any], senders: list[str], mark: str) -> bool:
        for sender in senders:
            answer = await self.hub.post(sender, door, body, route=route)
            if answer.status_code == 201:
                self.marks[route].append(mark)
                self.refs[route] += [answer.json()["id"], *filter(None, [answer.json().get("shortid")])]
                return True
        return False

    def shown(self, route: str, answer: httpx.Response, asked: str) -> list[str]:
        """What an answer holds of a route that it should hold nothing of."""
        text = answer.text + str(answer.headers)
        found = [mark for mark in self.marks[route] if mark in text]
        return found + [ref for ref in self.refs[route] if ref in text and ref not in asked]


@pytest.fixture
async def two(hub: Inside) -> AsyncIterator[Two]:
    await hub.set_clock("2015-10-21T05:30:00Z")
    tokens, made = await hub.hub.writer.submit(Change(_furnish))
    hub.keys.update(made)
    await hub.hub.db.read(hub.hub.refresh)
    found = Two(hub)
    await found.say(WEST)
    await found.say(EAST)
    url = hub.hub.settings.public_url
    async with contextlib.AsyncExitStack() as stack:
        for name, (token, csrf) in tokens.items():
            transport = httpx.ASGITransport(hub.app, raise_app_exceptions=False, client=("192.0.2.7", 40_000))
            client = await stack.enter_async_context(
                httpx.AsyncClient(transport=transport, base_url=url, headers={CSRF_HEADER: csrf})
            )
            client.cookies.set(cookie_name(url), token)
            found.clients[name] = client
        yield found


def _furnish(tx: Batch) -> tuple[dict[str, tuple[str, str]], dict[tuple[str, str], str]]:
    """The second route as a file makes it; people of parties on both, of whom one is on one route alone."""
    given = route_file.read(json.dumps(another_route()))
    install.put_route(tx.conn, given.route, given.parties)
    directory = load(tx.conn)
    held = {
        (EAST, member.party): keys.make(
            tx.conn, directory, route=EAST, party=member.party, system="tests", scopes=EVERYTHING,
            allowed=keys.known_scopes(frozenset(Registry.shipped())), days=30, by="tests", wall=wall(),
        )[1]
        for member in directory.routes[EAST].memberships
    }  # fmt: skip
    tokens = {}
    for name, party, routes in (
        ("GR", "GR", (WEST, EAST)), ("EC", "EC", (WEST, EAST)), ("GR, west", "GR", (WEST,)),
        (WEST_ONLY, WEST_ONLY, (WEST,)), (EAST_ONLY, EAST_ONLY, (EAST,)),
    ):  # fmt: skip
        email = f"{name.replace(', ', '-').lower()}@example.org"
        named = Nomination(name=f"Person {name}", email=email, party=party, roles=["contact_point"])
        person = people.nominate(tx, operator_principal(routes[0]), named)
        for route in routes[1:]:
            people.change(tx, operator_principal(route), person.id, PersonChange(roles=["contact_point"]))
        begun = sign_in.begin(tx, person.id, "link", "tests", 12)
        tokens[name] = (begun.token, begun.csrf)
    tx.directory_changed()
    return tokens, held


def under(route: str, address: str) -> str:
    """An address of the default route as that of another."""
    return f"/v1/routes/{route}{address[3:]}" if address.startswith("/v1/") else f"/routes/{route}{address}"


def asked(door: Address, refs: list[str]) -> Iterator[str]:
    """The address, with messages of the other route where it takes one."""
    if not {*door.in_path, *door.in_query} & {"ref", "thread", "source", "replaces", "key", "file", "sub"}:
        refs = refs[:1]
    for ref in refs:
        named = dict.fromkeys(("ref", "thread", "source", "replaces"), ref)
        plain = door.fill(USUAL | {"party": "GR", "day": DAY, "number": "1"} | named)
        more = [f"{name}={ref}" for name in door.in_query if name in named]
        more += ["q=canary*"] if "q" in door.in_query else ["history=true"] if "history" in door.in_query else []
        yield plain
        if more:
            yield f"{plain}?{'&'.join(more)}"


async def sweep(
    two: Two, name: str, on: str, chance: random.Random, share: int, only: str = ""
) -> tuple[int, list[str]]:
    """Everything of the other route that a person is shown on a route, at so many of a hundred addresses."""
    other = EAST if on == WEST else WEST
    tried, found = 0, list[str]()
    refs = two.refs[other][1 : sized(2, 20)]
    for door in addresses(two.hub.app, "GET"):
        if door.path in ENDLESS or (door.path.endswith((*FORMS, ".json")) and chance.random() < 0.6):
            continue
        if not door.path.startswith(only):
            continue
        if chance.randrange(100) >= share:
            continue
        for address in asked(door, refs):
            for way in {address, under(on, address)} if on == WEST else {under(on, address)}:
                answer = await two.clients[name].get(way, headers={"Accept": chance.choice(["*/*", "text/html"])})
                tried += 1
                found += [f"{way} shows {name} {what}" for what in two.shown(other, answer, way)]
                if answer.status_code >= 500:
                    found.append(f"{answer.status_code} {way}")
    return tried, found


@pytest.mark.parametrize("database_kind", ["sqlite"])
@pytest.mark.timeout(sized(300, 0))
async def test_nothing_of_one_route_shows_on_the_other(two: Two, account: Account):
    assert min(len(marks) for marks in two.marks.values()) > 8, two.marks
    chance = seeded(5)
    for name, on, share in (("GR", EAST, 40), ("GR", WEST, 15), ("EC", EAST, 10), ("EC", WEST, 10)):
        tried, leaks = await sweep(two, name, on, chance, sized(share, 100))
        account.tried["answers on another route"] = account.tried.get("answers on another route", 0) + tried
        account.found += leaks
    assert account.found == [], account.found[:10]
    for name, on in (("GR", EAST), ("GR", WEST), (WEST_ONLY, WEST), (EAST_ONLY, EAST)):  # and what is theirs is there
        answer = await two.clients[name].get(under(on, "/v1/messages?limit=1000"))
        assert two.shown(on, answer, ""), (name, on)


@pytest.mark.parametrize("database_kind", ["sqlite"])
@pytest.mark.timeout(sized(300, 0))
async def test_who_is_on_one_route_cannot_tell_that_there_is_another(two: Two):
    """Also a person of a party that is on both, who has a role on one of them alone."""
    found, chance = list[str](), seeded(6)
    for name, other in ((WEST_ONLY, EAST), (EAST_ONLY, WEST), ("GR, west", EAST)):
        for door in addresses(two.hub.app, "GET"):
            if door.path in ENDLESS or door.path.endswith((*FORMS, ".json")):
                continue
            if other == WEST and "/readouts" in door.path:
                continue  # what the default route publishes is public, and so is that it is there
            address = next(asked(door, two.refs[other][:1]))
            if chance.randrange(100) >= sized(30, 100):
                continue
            there, nowhere = [await two.clients[name].get(under(route, address)) for route in (other, "xyz")]
            texts = [CLOCK.sub("", a.text.replace(r, "?")) for a, r in ((there, other), (nowhere, "xyz"))]
            if there.status_code != nowhere.status_code or texts[0] != texts[1]:
                found.append(f"{name} can tell {other} from nothing at {door.path}")
    assert found == [], found[:10]


@pytest.mark.parametrize("database_kind", ["sqlite"])
async def test_a_key_of_one_route_opens_no_other(two: Two):
    for key_of, route in ((EAST, WEST), (WEST, EAST)):
        async with two.hub.client("GR", key_of) as client:
            for address in ("/v1/messages", "/v1/figures", "/v1/alerts", "/v1/status"):
                there, nowhere = [await client.get(under(code, address)) for code in (route, "xyz")]
                assert there.status_code == nowhere.status_code >= 400, (address, there.text)
                assert two.shown(route, there, "") == []
            posted = await client.post(under(route, "/v1/notes"), json={"subject": "x", "text": "x", "to": ["EC"]})
            assert posted.status_code >= 400


@pytest.mark.parametrize("database_kind", ["sqlite"])
async def test_a_leak_between_routes_is_found(two: Two, monkeypatch: pytest.MonkeyPatch):
    """The test is tested: a feed that is read without a look at its route."""
    page, one = feed.page, feed.one
    monkeypatch.setattr(feed, "page", lambda conn, _route, *more, **words: page(conn, WEST, *more, **words))
    monkeypatch.setattr(feed, "one", lambda conn, _route, *more, **words: one(conn, WEST, *more, **words))
    _tried, found = await sweep(two, "GR", EAST, random.Random(5), 100, only="/v1/messages")
    assert {leak.partition(" ")[0].partition("?")[0] for leak in found} >= {under(EAST, "/v1/messages")}
    assert any(two.refs[WEST][1] in leak for leak in found), "a message by its id was not noticed"
