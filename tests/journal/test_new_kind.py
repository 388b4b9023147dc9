"""A kind and its board come in by being handed in: no line of intake, journal or delivery knows them."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import BigInteger, Table, insert, select
from sqlmodel import Field, SQLModel

from routehub.core.columns import table_of
from routehub.core.errors import refused
from routehub.journal.message import Caution, Message, Transaction
from routehub.journal.rebuild import fingerprints, rebuild
from routehub_schemas.kind import Kind, Payload
from routehub_schemas.registry import Registry
from tests.fixtures.furnished import Inside, furnish, inside


class Weather(Payload):
    """The weather at a crossing, for this test alone."""

    place: str
    degrees: int


WEATHER = Kind(
    name="weather", version=1, payload=Weather, door="weather", title="Weather",
    summary=lambda payload, names: f"{payload.degrees} degrees",
    subject=lambda payload, sender: payload.place,
    posted_by=frozenset({"national_system"}), acts={"acknowledge": "addressee"}, short="W",
)  # fmt: skip


class WeatherNow(SQLModel, table=True):
    __tablename__ = "weather_of_a_test"

    sequence: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    place: str
    degrees: int
    audience_id: int


weather = table_of(WeatherNow)
SQLModel.metadata.remove(weather)  # migrations, and whoever goes over all tables, do not see it


class WeatherBoard:
    """Keeps every observation; refuses what no thermometer shows."""

    name = "weather"
    kinds = frozenset({"weather"})
    tables: tuple[Table, ...] = (weather,)

    def check(self, tx: Transaction, message: Message) -> list[Caution]:
        assert isinstance(message.payload, Weather)
        if message.payload.degrees > 60:
            raise refused("/degrees", "too-hot", "No thermometer shows this.", sent=message.payload.degrees)
        return [Caution("/degrees", "hot", "Hot.")] if message.payload.degrees > 40 else []

    def project(self, tx: Transaction, message: Message) -> None:
        assert isinstance(message.payload, Weather)
        tx.conn.execute(
            insert(weather).values(
                sequence=message.sequence, place=message.payload.place, degrees=message.payload.degrees,
                audience_id=message.audience_id,
            )
        )  # fmt: skip


@pytest.fixture
async def with_weather(migrated_database_url: str, tmp_path: Path) -> AsyncIterator[Inside]:
    held = furnish(migrated_database_url)
    registry = Registry.shipped().with_kind(WEATHER)
    async with inside(migrated_database_url, tmp_path, held, registry=registry, more_boards=(WeatherBoard(),)) as hub:
        with hub.hub.db.write() as conn:
            weather.create(conn)
        yield hub


async def test_it_is_posted_journaled_projected_read_answered_and_rebuilt(with_weather: Inside):
    hub = with_weather
    posted = await hub.post("MK", "weather", {"place": "Gevgelija", "degrees": 41, "audience": ["RS"]}, key="w1")
    assert posted.status_code == 201, posted.text
    event = posted.json()
    assert (event["type"], event["subject"], event["shortid"][:2]) == ("routehub.weather.v1", "Gevgelija", "W-")
    assert "hot" in [warning["code"] for warning in event["warnings"]]
    as_event = {"specversion": "1.0", "id": "w2", "type": "routehub.weather.v1", "data": {"place": "x", "degrees": 7}}
    assert (await hub.post("RS", "messages", as_event)).status_code == 201
    assert (await hub.post("MK", "weather", {"place": "x", "degrees": 90})).json()["problems"][0]["code"] == "too-hot"
    seen = (await hub.get("RS", "/v1/messages?kind=weather")).json()["messages"]
    assert [message["data"]["degrees"] for message in seen] == [41, 7]
    assert [m["data"]["degrees"] for m in (await hub.get("AT", "/v1/messages")).json()["messages"]] == [7]
    answer = await hub.post("RS", "responses", {"to": event["shortid"], "act": "acknowledge"})
    assert answer.status_code == 201, answer.text
    boards = hub.hub.boards
    with hub.hub.db.write() as conn:
        before = fingerprints(conn, boards)
        assert before["weather_of_a_test"][0] == 2
        rebuild(conn, boards, hub.hub.registry)
        assert fingerprints(conn, boards) == before
        assert conn.execute(select(weather.c.degrees).order_by(weather.c.sequence)).scalars().all() == [41, 7]
