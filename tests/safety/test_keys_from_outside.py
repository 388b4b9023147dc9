"""A party is told of a key that somebody else made for it, and no machine speaks for it that it did not let."""

import pytest

from routehub.digests.tables import digest_occurrences as o
from routehub.directory import people
from routehub.directory.people import PersonChange
from routehub.directory.principal import operator_principal
from tests.fixtures.furnished import bearer
from tests.fixtures.office import WBR, Door
from tests.fixtures.waiting import eventually

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"])
NEW = {"system": "border-system", "scopes": ["read:feed", "post:report"], "party": "SI"}


async def test_a_party_is_told_of_a_key_that_the_operator_made(door: Door):
    olga, ana = await door.of("olga"), await door.of("ana")
    own = (await ana.post("/v1/keys", json=NEW | {"system": "our own"})).json()
    made = (await olga.post("/v1/keys", json=NEW)).json()

    async def told() -> list[str]:
        found = (await ana.get("/v1/messages?kind=note")).json()["messages"]
        return [one["data"]["text"] for one in found if one["source"] == "/hub"]

    await eventually(lambda: _has(door), 10, "the note")
    (text,) = await told()
    assert made["id"] in text
    assert own["id"] not in text
    assert "It reads all that your party may read." in text
    rows = {row["id"]: row["made_by_operator"] for row in (await ana.get("/v1/keys")).json()["keys"]}
    assert rows == {own["id"]: False, made["id"]: True}
    assert "made by the operator of the hub" in (await ana.get("/keys")).text
    mira = await door.of("mira")
    assert (await mira.get("/v1/messages?kind=note")).json()["messages"] == [], "another party is told nothing"


def _has(door: Door) -> bool:
    return any(one.startswith("key/") for one in _series(door))


def _series(door: Door) -> list[str]:
    rows = door.office.db.read_sync(lambda conn: conn.execute(o.select().where(o.c.state == "posted")).all())
    return [row.series for row in rows]


async def test_an_operator_who_belongs_to_a_party_makes_it_no_key_without_a_note(door: Door):
    """Also one who is its office, and also by rotating: whoever runs the hub makes no key in silence."""
    both, person = PersonChange(roles=["operator", "party_office"]), door.office.person("bor").id
    door.office.change(lambda tx: people.change(tx, operator_principal(WBR), person, both))
    bor, ana = await door.of("bor"), await door.of("ana")
    own = (await ana.post("/v1/keys", json=NEW)).json()
    made = (await bor.post("/v1/keys", json=NEW | {"system": "another"})).json()
    rotated = (await bor.post(f"/v1/keys/{own['id']}/rotate", json={})).json()

    async def told() -> bool:
        texts = " ".join(one["data"]["text"] for one in (await ana.get("/v1/messages?kind=note")).json()["messages"])
        return made["id"] in texts and rotated["id"] in texts and f"key {own['id']}" not in texts

    await eventually(told, 10, "the notes")
    rows = {row["id"]: row["made_by_operator"] for row in (await ana.get("/v1/keys")).json()["keys"]}
    assert rows == {own["id"]: False, made["id"]: True, rotated["id"]: True}


async def test_a_key_gives_its_partys_word_only_if_its_own_office_made_it_for_that(door: Door):
    olga, ana, mira = await door.of("olga"), await door.of("ana"), await door.of("mira")
    binding = NEW | {"scopes": ["read:feed", "post:*", "bind"]}
    refused = await olga.post("/v1/keys", json=binding)
    assert refused.status_code == 403
    assert "made by the office of SI itself" in refused.json()["detail"]
    plain = (await ana.post("/v1/keys", json=NEW | {"scopes": ["read:feed", "post:*"]})).json()
    able = (await ana.post("/v1/keys", json=binding | {"system": "decisions"})).json()
    text = {"title": "One form", "text": "We register alike.", "signatories": ["MK", "SI"]}
    statement = (await mira.post("/v1/statements", json=text)).json()["id"]
    machine = door.client()
    sign = {"to": statement, "act": "sign"}
    no = await machine.post("/v1/responses", json=sign, headers=bearer(plain["key"]))
    assert no.status_code == 403
    assert "gives the party's word" in no.json()["detail"]
    sends = await machine.post("/v1/statements", json=text, headers=bearer(plain["key"]))
    assert sends.status_code == 403, "sending a text that names one's party signs it"
    assert (await machine.post("/v1/responses", json=sign, headers=bearer(able["key"]))).status_code == 201
    rotated = (await olga.post(f"/v1/keys/{able['id']}/rotate", json={})).json()
    assert "bind" not in rotated["scopes"], "what the operator rotates loses its word"
