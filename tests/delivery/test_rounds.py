"""One prepared frame for all, joined by round: what a listener is written, and when it is cut."""

import asyncio
import json
from collections.abc import Callable
from typing import cast

import pytest
from websockets.exceptions import InvalidStatus

from routehub.delivery.live.frame import Form, Frame
from routehub.delivery.live.listener import TOO_SLOW, Ending, Listener
from routehub.delivery.live.round import Item, Round
from routehub.delivery.wanted import Traits, Wanted
from routehub.directory.principal import Principal
from tests.delivery.calls import frame, note, socket
from tests.delivery.local import LocalHub
from tests.delivery.office import Office
from tests.fixtures.waiting import eventually

Start = Callable[..., LocalHub]
MK = Principal("wbr", "MK", "system", "key:k", frozenset(), frozenset({"read:feed"}))


class Reader:
    """A connection whose reader takes in what the test says."""

    form: Form = "websocket"

    def __init__(self) -> None:
        self.writes: list[bytes] = []
        self.waiting = 0
        self.ending: Ending | None = None

    @property
    def transport(self) -> "Reader":
        return self

    def write(self, data: bytes) -> None:
        self.writes.append(data)

    def get_write_buffer_size(self) -> int:
        return self.waiting

    def end(self, ending: Ending) -> None:
        self.ending = ending


def listener(reader: Reader, *kinds: str, events: int = 256, size: int = 1_000_000) -> Listener:
    return Listener(MK, Wanted(kinds=frozenset(kinds)), reader, (events, size))


def item(feed: int, kind: str = "note") -> Item:
    found = Traits(kind, frozenset(), (), None, frozenset(), frozenset())
    return Frame(f'{{"feed":{feed}}}', feed, f"1.{feed}"), lambda: found


def events(written: bytes) -> list[dict[str, int]]:
    """The text frames in one write (RFC 6455, 5.2), all of them short."""
    found = []
    while written:
        assert written[0] == 0x81
        found.append(json.loads(written[2 : 2 + written[1]]))
        written = written[2 + written[1] :]
    return found


def test_a_round_is_one_write_and_the_same_bytes_for_all():
    readers = [Reader(), Reader()]
    round_ = Round([item(1), item(2), item(3)])
    for reader in readers:
        listener(reader).take(round_)
    (one,), (other,) = (reader.writes for reader in readers)
    assert one is other
    assert events(one) == [{"feed": 1}, {"feed": 2}, {"feed": 3}]


def test_a_listener_that_joined_in_the_middle_gets_only_what_follows():
    reader = Reader()
    made = listener(reader)
    made.at = 2
    made.take(Round([item(1), item(2), item(3)]))
    made.take(Round([item(2), item(3)]))
    assert [events(data) for data in reader.writes] == [[{"feed": 3}]]


def test_filtered_listeners_in_the_same_place_share_their_bytes_too():
    readers = [Reader(), Reader(), Reader()]
    made = [listener(reader, "alert") for reader in readers]
    made[2].at = made[2].sent = 1
    round_ = Round([item(1, "alert"), item(2), item(3, "alert")])
    for one in made:
        one.take(round_)
    assert readers[0].writes[0] is readers[1].writes[0]
    assert events(readers[0].writes[0]) == [{"feed": 1, "previous": 0}, {"feed": 3, "previous": 1}]
    assert events(readers[2].writes[0]) == [{"feed": 3, "previous": 1}]


def test_lengths_of_frames_and_chunks_are_written_as_their_standards_say():
    for length, head in ((125, b"\x81\x7d"), (126, b"\x81\x7e\x00\x7e"), (65_536, b"\x81\x7f" + (65_536).to_bytes(8))):
        made = Frame("x" * length)
        assert made.websocket == head + b"x" * length
        assert made.sse == b"%x\r\ndata: " % (length + 8) + b"x" * length + b"\n\n\r\n"


def test_a_reader_who_is_behind_is_cut_by_events_and_by_bytes_but_not_for_a_burst():
    reader = Reader()
    made = listener(reader, events=3, size=1000)
    made.take(Round([item(number) for number in range(1, 9)]))  # eight at once, with nothing waiting: no fault
    assert reader.ending is None
    reader.waiting = len(item(8)[0].websocket)  # it took seven of them
    made.take(Round([item(9)]))
    assert reader.ending is None
    reader.waiting = 10_000
    made.take(Round([item(10)]))
    assert cast(Ending, reader.ending).code == TOO_SLOW
    assert len(reader.writes) == 2


def test_only_events_that_still_wait_count():
    reader = Reader()
    made = listener(reader, events=3)
    for number in range(1, 100):
        reader.waiting = len(reader.writes[-1]) if reader.writes else 0  # always one behind, never more
        made.take(Round([item(number)]))
    assert reader.ending is None
    for number in range(100, 105):
        reader.waiting += len(reader.writes[-1])
        made.take(Round([item(number)]))
    assert cast(Ending, reader.ending).code == TOO_SLOW


def test_a_reader_who_takes_nothing_while_something_waits_is_stalled():
    reader = Reader()
    made = listener(reader)
    made.take(Round([item(1)]))
    assert not made.stalled(0)
    reader.waiting = len(reader.writes[0])
    assert not made.stalled(60)
    assert made.stalled(0)
    reader.waiting = 0
    assert not made.stalled(0)


@pytest.mark.parametrize("database_kind", ["sqlite"])
async def test_messages_that_arrive_during_a_round_are_joined_in_order(
    office: Office, start: Start, monkeypatch: pytest.MonkeyPatch, database_kind: str
):
    """Every write gives the loop its turn, so that rounds and new messages are mixed as much as they can be."""
    monkeypatch.setattr("routehub.delivery.live.broadcast.WRITES", 1)
    gr, mk = office.key("GR"), office.key("MK")
    hub = start()
    async with socket(hub, mk) as one, socket(hub, mk) as other, socket(hub, mk, "?kind=note") as filtered:
        for reader in (one, other, filtered):
            await frame(reader)
        await asyncio.to_thread(lambda: [note(hub, gr, f"note {number}", "MK") for number in range(40)])
        for reader in (one, other, filtered):
            assert [(await frame(reader))["feed"] for _ in range(40)] == list(range(1, 41))


@pytest.mark.parametrize("database_kind", ["sqlite"])
async def test_a_key_may_have_so_many_streams_open_and_no_more(office: Office, start: Start, database_kind: str):
    mk, gr = office.key("MK"), office.key("GR")
    hub = start(streams_per_key=2)
    async with socket(hub, gr), socket(hub, mk) as one, socket(hub, mk):
        await frame(one)
        with pytest.raises(InvalidStatus) as caught:
            async with socket(hub, mk):
                pass
        assert caught.value.response.status_code == 429
        assert json.loads(caught.value.response.body or b"")["type"].endswith("#too-many")
        await one.close()
        await eventually(lambda: len(hub.hub.live.listeners) == 2, 5, "the end of the first")
        async with socket(hub, mk) as again:
            assert (await frame(again))["recovered"] is True


@pytest.mark.parametrize("database_kind", ["sqlite"])
async def test_the_streams_of_a_key_are_counted_also_when_all_are_asked_for_at_once(
    office: Office, start: Start, database_kind: str
):
    mk = office.key("MK")
    hub = start(streams_per_key=2)

    async def listens() -> bool:
        try:
            async with socket(hub, mk) as one:
                await frame(one)
                await asked_by_all.wait()
                return True
        except InvalidStatus as refused:
            return refused.response.status_code != 429
        finally:
            answered.release()

    asked_by_all, answered = asyncio.Event(), asyncio.Semaphore(0)
    async with asyncio.TaskGroup() as group:
        asking = [group.create_task(listens()) for _ in range(20)]
        for _ in range(18):
            await answered.acquire()
        asked_by_all.set()
    assert sum(one.result() for one in asking) == 2
