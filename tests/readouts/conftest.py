"""A hub on the afternoon of the thirteenth conference, with its minutes and commitments in, and the chair's desk."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest

from routehub.chairing.readouts.desk import ReadoutDesk
from routehub.chairing.readouts.template import Template
from routehub_schemas import parse
from tests.digests.world import World, local, open_world, person
from tests.readouts import thirteenth

AFTERNOON = local("2016-01-22 14:00")
CHAIR = person("EC", "chair", name="Chair of the Commission")


@dataclass
class Conference:
    """The world with the thirteenth conference in it."""

    world: World
    ids: dict[str, str]

    @property
    def desk(self) -> ReadoutDesk:
        hub = self.world.hub
        return ReadoutDesk(hub.db, hub.writer, hub.intake, hub.directory, hub.clock)

    async def answer(self, party: str, ref: str, act: str, **more: Any) -> None:
        await self.world.post(person(party), "response", to=ref, act=act, **more)


async def enter(world: World) -> dict[str, str]:
    """Commitments with their progress, as public as the readout made them, then the minutes."""
    ids: dict[str, str] = {}
    await world.at(local("2016-01-21 12:00"))
    for name, party, data, whole in thirteenth.COMMITMENTS:
        data = data | ({"parent": ids[whole]} if whole else {})
        ids[name] = (await world.post(person(party), "commitment", tlp="CLEAR", **data)).message_id
    await world.at(local("2016-01-22 09:00"))
    for name, value in thirteenth.PROGRESS.items():
        step = {"commitment": ids[name], "stage": "in_place", "value": value, "as_of": "2016-01-22"}
        await world.post(person("UNHCR"), "progress", tlp="CLEAR", **step)
    await world.at(AFTERNOON)
    ids["minutes"] = (await world.post(CHAIR, "minutes", **thirteenth.MINUTES)).message_id
    return ids


@pytest.fixture
async def thirteen(migrated_database_url: str) -> AsyncIterator[Conference]:
    async with open_world(migrated_database_url, AFTERNOON, marking="live") as world:
        found = Conference(world, await enter(world))
        template = parse.validate(Template, thirteenth.TEMPLATE)
        await found.desk.set_template(CHAIR, "weekly", template, None)
        yield found
