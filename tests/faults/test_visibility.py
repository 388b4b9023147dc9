"""No message, count or hint outside its audience, on any way out (PROMISES D1).

Random messages of every kind with canaries in them; then every party asks at every address that the application has.
"""

import asyncio
import contextlib
import json
import math
import random
import re
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from routehub.directory import install, people, sign_in, visibility
from routehub.directory.people import Nomination
from routehub.directory.principal import HUB_PARTY, operator_principal
from routehub.directory.sessions import CSRF_HEADER, cookie_name
from routehub.journal import feed, targets
from routehub.journal.batch import Batch
from routehub.journal.jobs import Change
from tests.faults.canaries import COORDINATORS, DAYS, EVERYBODY, Aviary
from tests.faults.examples import KINDS
from tests.fixtures.accounting import Account
from tests.fixtures.addresses import Address, addresses
from tests.fixtures.furnished import Inside, bearer, furnish
from tests.fixtures.hub import HubProcess
from tests.fixtures.sizes import seeded, sized
from tests.fixtures.waiting import eventually

STEPS = 110
NOBODY_S = "01999999-9999-7999-8999-999999999999"
CLOCK = re.compile(r"\d\d:\d\d(:\d\d(\.\d+)?Z?)?")

# What to put into the parameters of addresses. A door with another parameter in its path has to be given words here;
# every other door is read by every party from the day on which it is there.
IN_PATH = frozenset(
    {
        "ref", "party", "day", "number", "act", "name", "route", "sub", "person", "token", "key", "file", "replay",
        "plan", "leg", "item", "what", "language",
    }
)  # fmt: skip
FORMS = (".csv", ".xlsx", ".ics", ".atom", ".cloudevents", ".txt", ".html", ".md")
CHAIRED = {"conferences", "minutes", "readout-checks"}
ENDLESS = {"/v1/events", "/v1/stream"}  # read by the test of live streams below


@dataclass
class Readers:
    """A signed-in person of every party, asking from another machine."""

    hub: Inside
    clients: dict[str, httpx.AsyncClient]

    async def post(self, aviary: Aviary, times: int) -> None:
        for number in range(times):
            sender, door, body, marks, refs = aviary.draw()
            answer = await self.clients[sender].post(
                f"/v1/{door}", json=body, headers={"Idempotency-Key": f"{aviary.steps}-{number}"}
            )
            aviary.take(sender, door, body, marks, refs, answer)
            if refs and answer.status_code == 422:
                await self._as_if_unknown(aviary, sender, door, body, refs[0], answer)

    async def _as_if_unknown(
        self, aviary: Aviary, sender: str, door: str, body: dict[str, Any], ref: str, answer: httpx.Response
    ) -> None:
        """A reference to what the sender may not see is refused like one to nothing."""
        if not any(ref in canary.refs for canary in aviary.hidden_from(sender)):
            return
        nothing = NOBODY_S if len(ref) == 36 else "A-2222"
        other = await self.clients[sender].post(f"/v1/{door}", json=_swapped(body, ref, nothing))
        if other.text.replace(nothing, "?") != answer.text.replace(ref, "?"):
            aviary.faults.append(f"{sender} can tell {ref} from nothing at {door}")


def _swapped(body: dict[str, Any], ref: str, other: str) -> dict[str, Any]:
    return {n: other if v == ref else [other if x == ref else x for x in v] if isinstance(v, list) else v
            for n, v in body.items()}  # fmt: skip


@pytest.fixture
async def readers(hub: Inside) -> AsyncIterator[Readers]:
    async with signed_in(hub) as found:
        yield found


@contextlib.asynccontextmanager
async def signed_in(hub: Inside) -> AsyncIterator[Readers]:
    await hub.set_clock("2015-10-21T05:30:00Z")
    tokens = await hub.hub.writer.submit(Change(_people))
    clients = {}
    async with contextlib.AsyncExitStack() as stack:
        for party, (token, csrf) in tokens.items():
            transport = httpx.ASGITransport(hub.app, raise_app_exceptions=False, client=("192.0.2.7", 40_000))
            client = await stack.enter_async_context(
                httpx.AsyncClient(
                    transport=transport, base_url=hub.hub.settings.public_url,
                    headers={CSRF_HEADER: csrf, "Sec-Fetch-Site": "same-origin"},
                )
            )  # fmt: skip
            client.cookies.set(cookie_name(hub.hub.settings.public_url), token)
            clients[party] = client
        await hub.hub.db.read(hub.hub.refresh)
        yield Readers(hub, clients)


def _people(tx: Batch) -> dict[str, tuple[str, str]]:
    """One person per party, signed in."""
    install.install_hub_party(tx.conn)
    found = {}
    for party in EVERYBODY:
        roles: list[people.Role] = ["contact_point", *(["chair"] if party in COORDINATORS else [])]  # type: ignore[list-item]
        given = Nomination(name=f"Person of {party}", email=f"{party.lower()}@example.org", party=party, roles=roles)
        person = people.nominate(tx, operator_principal("wbr"), given)
        begun = sign_in.begin(tx, person.id, "link", "tests", 12)
        found[party] = (begun.token, begun.csrf)
    tx.directory_changed()
    return found


USUAL = {
    "number": "1", "act": "acknowledge", "name": "report.v1", "form": "html", "route": "wbr", "sub": NOBODY_S,
    "person": NOBODY_S, "token": "x", "file": "x", "key": "x", "replay": NOBODY_S, "plan": "wbr-2015-final",
    "leg": "GR-MK", "item": "1", "what": "move", "language": "de",
}  # fmt: skip


def fills(aviary: Aviary, reader: str, chance: random.Random, door: Address) -> list[dict[str, str]]:
    """What to put into addresses: ids of hidden and of visible messages, of the kind that the address is about above
    all; parties, days."""
    if not {*door.in_path, *door.in_query} & {
        "ref", "thread", "source", "party", "day", "replaces", "number"
    }:  # fmt: skip
        return [USUAL]
    hidden, seen = aviary.hidden_from(reader), aviary.seen_by(reader)
    about = door.path.removeprefix("/v1").strip("/").partition("/")[0].partition(".")[0]
    of_kind = [
        [c for c in some if c.kind == about or ("number" in door.in_path and c.number)] for some in (hidden, seen)
    ]
    chosen = [
        canary
        for some, most in ((of_kind[0], 1), (of_kind[1], 3), (hidden, 2), (seen, 1))
        for canary in chance.sample(some, min(most, len(some)))
    ]
    words = [(ref, str(canary.number or 1)) for canary in chosen for ref in canary.refs] or [("x", "1")]
    return [
        USUAL
        | {"ref": ref, "party": party, "day": day, "thread": ref, "source": ref, "replaces": ref, "number": number}
        for (ref, number), party, day in zip(
            words, chance.choices(EVERYBODY, k=20), chance.choices(DAYS, k=20), strict=False
        )
    ]


QUERIES = {"history": "true", "as_of": "2015-10-21T05:40:00Z", "open": "true", "wait": "0", "all": "true",
           "party": "MK", "kind": "alert", "q": "canary*", "indicator": "arrivals",
           "since": "2015-10-01T00:00:00Z"}  # fmt: skip


def asked(door: Address, fill: dict[str, str]) -> Iterator[str]:
    """The address plain, and with each of its parameters."""
    plain = door.fill(fill)
    yield plain
    for name in door.in_query:
        if value := fill.get(name) or QUERIES.get(name):
            yield f"{plain}?{name}={value}"


async def sweep(
    readers: Readers, aviary: Aviary, chance: random.Random, who: tuple[str, ...], enough: float = math.inf
) -> tuple[int, list[str]]:
    """Everything that anybody is shown and should not be, over all ways out, or ``enough`` of it; and how many were
    tried."""
    found, tried = list(aviary.faults), 0
    for reader in who:
        client = readers.clients[reader]
        for door in addresses(readers.hub.app, "GET"):
            if door.path in ENDLESS or door.path.endswith(".json") or _another_time(door, chance):
                continue
            for address in {a for fill in fills(aviary, reader, chance, door) for a in asked(door, fill)}:
                live = {"X-Live": "1"} if chance.random() < 0.3 else {}  # open pages share what is made for them
                headers = {"Accept": chance.choice(["*/*", "text/html"]), **live}
                answer = await client.get(address, headers=headers)
                tried += 1
                found += aviary.leaks(reader, answer)
                if answer.status_code >= 500:
                    found.append(f"{answer.status_code} {address}")
            if len(found) >= enough:
                return tried, found
        found += await _complete(client, aviary, reader)
        found += await _alike(readers, aviary, reader, chance)
    return tried, found


def _another_time(door: Address, chance: random.Random) -> bool:
    """The forms of one answer come from one reading: half of them are looked at each time."""
    return door.path.endswith(FORMS) and chance.random() < 0.5


async def _complete(client: httpx.AsyncClient, aviary: Aviary, reader: str) -> list[str]:
    """Its feed holds what a reader may see, all of it, under numbers without a hole."""
    answer = await _whole_feed(client)
    expected = [canary.id for canary in aviary.seen_by(reader)]
    if [message["id"] for message in answer if message["source"] != "/hub"] != expected:  # the hub warns by itself
        return [f"the feed of {reader} holds {len(answer)} messages and should hold {len(expected)}"]
    if [message["feed"] for message in answer] != list(range(1, len(answer) + 1)):
        return [f"the feed of {reader} has a hole"]
    return []


async def _whole_feed(client: httpx.AsyncClient) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    page: dict[str, Any] = {"next": "0", "more": True}
    while page["more"]:
        page = (await client.get("/v1/messages", params={"after": page["next"], "limit": "1000"})).json()
        found += page["messages"]
    return found


async def _alike(readers: Readers, aviary: Aviary, reader: str, chance: random.Random) -> list[str]:
    """A hidden id and an unknown id are answered alike, byte for byte."""
    hidden = aviary.hidden_from(reader)
    if not hidden:
        return []
    canary, found = chance.choice(hidden), []
    for door in addresses(readers.hub.app, "GET"):
        if "ref" not in door.in_path:
            continue
        fill = {"act": "acknowledge", "party": reader, "day": DAYS[0], "route": "wbr"}
        for ref, nothing in zip(canary.refs, (NOBODY_S, canary.refs[-1][:2] + "2222"), strict=False):
            a, b = [await readers.clients[reader].get(door.fill(fill | {"ref": r})) for r in (ref, nothing)]
            texts = [CLOCK.sub("", x.text.replace(r, "?")) for x, r in ((a, ref), (b, nothing))]
            if a.status_code != b.status_code or texts[0] != texts[1]:
                found.append(f"{door.path} tells {reader} a hidden {canary.kind} from nothing")
    return found


def test_every_way_out_is_asked_at_here(hub: Inside):
    doors = addresses(hub.app, "GET", "WEBSOCKET")
    unknown = {door.path for door in doors if set(door.in_path) - IN_PATH}
    assert unknown == set(), "give their parameters words in IN_PATH and `fills`, so that every party asks there"
    assert {door.path for door in doors} >= ENDLESS
    assert {door.path for door in doors if door.method == "WEBSOCKET"} <= ENDLESS, "let the live test listen there"
    assert {kind.door for kind in KINDS} >= {"measures", "movements", "requests", "commitments", "statements"}


@pytest.mark.soak
@pytest.mark.timeout(sized(300, 0))
async def test_nobody_sees_anything_that_is_not_for_them(readers: Readers, account: Account):
    """5,000 steps over both databases, in parts after each of which all parties look at everything."""
    aviary = Aviary(seeded(1))
    chance = seeded(2)
    for _ in account.rounds("random posts", sized(2, 23), by=STEPS, least=2):
        await readers.post(aviary, STEPS)
        tried, leaks = await sweep(readers, aviary, chance, tuple(chance.sample(EVERYBODY, sized(5, 18))))
        account.tried["answers looked at"] = account.tried.get("answers looked at", 0) + tried
        account.found += leaks
        account.accepted = len(aviary.canaries)
    assert account.found == [], account.found[:10]
    assert len(aviary.canaries) > 40
    accepted = {canary.kind for canary in aviary.canaries}
    assert accepted >= {
        "reports",
        "alerts",
        "notes",
        "responses",
        "agenda-items",
        *CHAIRED,
        *(kind.door for kind in KINDS),
    }


# --- the test itself is tested: each of these is a real way to get it wrong ---------------------------------------


def _all_boards(monkeypatch: pytest.MonkeyPatch) -> None:
    """Boards through an empty predicate."""
    original = visibility.readable

    def everything(conn: Any, route: str, party: str) -> frozenset[int]:
        return frozenset(range(1, 1000))

    for name, module in list(sys.modules.items()):
        if name.startswith("routehub.") and getattr(module, "readable", None) is original:
            monkeypatch.setattr(module, "readable", everything)


def _one_by_id(monkeypatch: pytest.MonkeyPatch) -> None:
    """A single message found by its id, whoever asks."""
    original = feed.one

    def anybody_s(conn: Any, route: str, party: str, ref: str) -> Any:
        return next((item for p in (party, *EVERYBODY) if (item := original(conn, route, p, ref))), None)

    monkeypatch.setattr(feed, "one", anybody_s)


def _references(monkeypatch: pytest.MonkeyPatch) -> None:
    """A reference taken though the sender cannot see it."""
    original = targets.find
    monkeypatch.setattr(targets, "find", lambda conn, route, reader, refs: original(conn, route, HUB_PARTY, refs))


def _audience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Words that mean one party too many."""
    original = visibility.resolve

    def one_more(*given: Any) -> frozenset[str]:
        return original(*given) | {"EUROPOL"}

    monkeypatch.setattr(visibility, "resolve", one_more)


@pytest.mark.parametrize("database_kind", ["sqlite"])
@pytest.mark.parametrize("plant", [_all_boards, _one_by_id, _references, _audience])
@pytest.mark.timeout(300)
async def test_a_planted_leak_is_found(
    readers: Readers, plant: Callable[[pytest.MonkeyPatch], None], monkeypatch: pytest.MonkeyPatch
):
    plant(monkeypatch)
    aviary = Aviary(random.Random(1))
    await readers.post(aviary, 60)
    _tried, found = await sweep(readers, aviary, random.Random(2), ("EUROPOL", "BG"), enough=1)
    assert found, "nothing was noticed"


# --- live: every party listens while messages come in ---------------------------------------------------------------


async def _listen(url: str, key: str, heard: list[dict[str, Any]]) -> None:
    headers = {"Authorization": f"Bearer {key}", "Last-Event-ID": "0"}
    async with (
        httpx.AsyncClient(trust_env=False, timeout=30) as client,
        client.stream("GET", f"{url}/v1/events", headers=headers) as answer,
    ):
        async for line in answer.aiter_lines():
            if line.startswith("data: "):
                heard.append(json.loads(line[6:]))


@pytest.mark.parametrize("database_kind", ["sqlite"])
async def test_live_streams_carry_to_each_party_what_is_for_it_and_nothing_else(
    migrated_database_url: str, start_hub: Callable[..., HubProcess], account: Account
):
    """Keys post reports, alerts, notes and answers; people's agenda items are left to the sweeps above."""
    keys = furnish(migrated_database_url)
    hub = start_hub(migrated_database_url, mode="exercise", heartbeat_seconds="0.5")
    heard: dict[str, list[dict[str, Any]]] = {party: [] for party in EVERYBODY}
    listening = [asyncio.create_task(_listen(hub.url, keys[("wbr", p)], heard[p])) for p in EVERYBODY]
    aviary = Aviary(seeded(3))
    try:
        async with httpx.AsyncClient(base_url=hub.url, trust_env=False, timeout=30) as client:
            now = {"now": "2015-10-21T05:30:00Z"}
            assert (await client.put("/v1/clock", json=now, headers=bearer(keys[("wbr", "EC")]))).status_code == 200
            for _ in account.rounds("posts beside open streams", sized(80, 1000), least=80):
                sender, door, body, marks, refs = aviary.draw()
                answer = await client.post(f"/v1/{door}", json=body, headers=bearer(keys[("wbr", sender)]))
                aviary.take(sender, door, body, marks, refs, answer)
        await eventually(lambda: all(_has_last(aviary, party, heard[party]) for party in EVERYBODY), 20, "the last")
    finally:
        for task in listening:
            task.cancel()
        await asyncio.gather(*listening, return_exceptions=True)
    account.accepted, account.found = len(aviary.canaries), aviary.faults
    assert account.found == []
    assert len(aviary.canaries) > 30
    for party in EVERYBODY:
        assert [e["id"] for e in heard[party] if e.get("source", "/hub") != "/hub"] == [
            canary.id for canary in aviary.seen_by(party)
        ]
        told = json.dumps(heard[party])
        assert not [m for canary in aviary.hidden_from(party) for m in (*canary.marks, *canary.refs) if m in told]


def _has_last(aviary: Aviary, party: str, heard: list[dict[str, Any]]) -> bool:
    expected = aviary.seen_by(party)
    return not expected or any(event.get("id") == expected[-1].id for event in heard)
