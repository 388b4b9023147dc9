"""docs/permissions.md is what the hub does: every door is named there, and everybody is answered as it says."""

import os
import random
from collections.abc import Iterable

import pytest

from routehub.cli import COMMANDS, GROUPS
from tests.fixtures.accounting import Account
from tests.fixtures.addresses import Address, addresses
from tests.fixtures.furnished import Inside
from tests.fixtures.sizes import sized
from tests.safety import permissions
from tests.safety.actors import ACTORS
from tests.safety.knocking import World
from tests.safety.permissions import Permissions, door_of
from tests.safety.world import made

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"])
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "WEBSOCKET")


def doors(hub: Inside) -> dict[str, Address]:
    """The first address of each door."""
    found: dict[str, Address] = {}
    for address in addresses(hub.app, *METHODS):
        found.setdefault(door_of(address.method, address.path), address)
    return found


def chosen(names: Iterable[str], expected: Permissions, chance: random.Random, most: int) -> list[tuple[str, str]]:
    """Doors with who knocks: everybody (``most`` is large), or for each door some of those who are turned away and one
    who is not."""
    found = []
    for name in names:
        if most >= len(ACTORS):
            found += [(name, actor) for actor in ACTORS]
            continue
        row = expected.expected(name)
        away = [actor for actor in ACTORS if row[actor] != "in"]
        let_in = [actor for actor in ACTORS if row[actor] == "in"]
        found += [(name, actor) for actor in chance.sample(away, min(most, len(away)))]
        found += [(name, actor) for actor in let_in if chance.random() < 0.1]
    return found


@pytest.mark.soak
@pytest.mark.timeout(sized(300, 0))
async def test_everybody_is_answered_as_the_document_says(hub: Inside, account: Account):
    world, who = await made(hub)
    expected, there = permissions.read(), doors(hub)
    await _all_named(world, who, expected, there)
    knocks = chosen(there, expected, random.Random(1), sized(1, len(ACTORS)))
    for name, actor in knocks:
        got = await world.knock(who[actor], there[name])
        if got != expected.expected(name)[actor]:
            account.found.append(f"{name} for {actor}: {got}, the document says {expected.expected(name)[actor]}")
    account.tried["knocks at doors"] = len(knocks)
    assert account.found == [], "\n".join(account.found)
    assert len(knocks) > 300


async def _all_named(world: World, who: object, expected: Permissions, there: dict[str, Address]) -> None:
    """A door that is not named fails, with the line that would name it by what it does now: look whether it should.
    With ROUTEHUB_TEST_NAME_DOORS=1 the line is put in."""
    missing = [name for name in there if name not in expected.doors]
    gone = [name for name in expected.doors if name not in there]
    lines = []
    for name in missing:
        got = {actor: await world.knock(who[actor], there[name]) for actor in ACTORS}  # type: ignore[index]
        fitting = next((rule for rule, row in expected.rules.items() if row == got), f"a new rule: {got}")
        lines.append(f"| `{name}` | {fitting} |")
    if os.environ.get("ROUTEHUB_TEST_NAME_DOORS") == "1" and not any("a new rule" in line for line in lines):
        permissions.change(lines, gone)
    assert (missing, gone) == ([], []), "docs/permissions.md does not name:\n" + "\n".join(lines)


async def test_a_door_that_opens_too_far_is_found(hub: Inside, monkeypatch: pytest.MonkeyPatch):
    """The test itself is tested: everybody counts as the operator."""
    world, who = await made(hub)
    expected, there = permissions.read(), doors(hub)
    monkeypatch.setattr("routehub.directory.people.may_manage", lambda _who, _party: True)
    monkeypatch.setattr("routehub.directory.key_office.may_manage", lambda _who, _party: True)
    got = await world.knock(who["contact point"], there["POST /v1/keys/{key}/revoke"])
    assert got != expected.expected("POST /v1/keys/{key}/revoke")["contact point"]


def test_the_commands_of_the_operator_are_named(hub: Inside):
    named = {line.split("`")[1].split()[1] for line in permissions.FILE.read_text().splitlines()
             if line.startswith("| `routehub ")}  # fmt: skip
    assert named == {*COMMANDS, *GROUPS}
