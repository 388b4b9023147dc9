"""A backup of a hub that goes on, and the hub restored from it (PROMISES A8 and 5), on both databases."""

import json
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from routehub.core.db import Database
from routehub.core.errors import HubError
from routehub.core.settings import Settings
from routehub.journal.verify import verify
from routehub.keeping import manifest as manifests
from routehub.keeping.restoring import restore
from routehub.keeping.taking import take
from tests.faults.load import Load
from tests.fixtures.furnished import Keys, bearer
from tests.fixtures.hub import HubProcess


def quiet(_part: str, _done: int, _of: int) -> None:
    return


@dataclass
class Place:
    """A hub with its database, and where its backups go."""

    hub: HubProcess
    keys: Keys
    settings: Settings

    @property
    def reader(self) -> httpx.Client:
        return httpx.Client(base_url=self.hub.url, headers=bearer(self.keys[("wbr", "EC")]), trust_env=False)

    def head(self) -> str:
        with self.reader as client:
            return str(client.get("/v1/messages?limit=1").raise_for_status().json()["head"])

    def ids(self) -> set[str]:
        with self.reader as client:
            found: set[str] = set()
            after = "0"
            while True:
                page = client.get("/v1/messages", params={"after": after, "limit": 500}).raise_for_status().json()
                found |= {event["id"] for event in page["messages"]}
                if page["next"] == after or not page["messages"]:
                    return found
                after = page["next"]


@pytest.fixture
def place(
    furnished_database: tuple[str, Keys], start_hub: Callable[..., HubProcess], tmp_path: Path, programs_in_path: Path
) -> Place:
    url, keys = furnished_database
    data = tmp_path / "data"
    data.mkdir()
    (data / "signing.key").write_text("a key of the hub's own")
    return Place(start_hub(url), keys, Settings(database_url=url, data_dir=data))


def test_a_hub_is_restored_from_a_backup_that_was_taken_while_it_was_posted_to(place: Place):
    with Load(place.hub.url, place.keys, ("SI", "HR", "RS")) as load:
        load.wait_for(30)
        at_least = dict(load.accepted)
        folder, manifest = take(place.settings, place.settings.backup_folder, quiet)
        load.wait_for(len(load.accepted) + 30)
    assert load.faults == []
    old, everything = place.head(), place.ids()
    assert manifest.proven_at is not None
    assert len(at_least) <= manifest.content.sequence < len(everything)

    with pytest.raises(HubError, match=r"Another hub runs|is connected"):
        restore(place.settings, folder, quiet, replace=True)
    place.hub.kill9()
    with pytest.raises(HubError, match="--replace"):
        restore(place.settings, folder, quiet)
    (place.settings.data_dir / "signing.key").write_text("another key")
    restored = restore(place.settings, folder, quiet, replace=True)
    assert restored.anew.epoch > 1
    assert (place.settings.data_dir / "signing.key").read_text() == "a key of the hub's own"
    assert len(restored.aside) == 2

    place.hub.start()
    kept = place.ids()
    assert len(kept) == manifest.content.sequence
    assert {next(iter(one.answers))[1] for one in at_least.values()} <= kept <= everything
    _old_cursors_are_gone(place, old)
    _what_was_lost_can_be_sent_again(place, load, kept)
    place.hub.stop()
    db = Database(place.settings.database_url)
    assert db.read_sync(lambda conn: list(verify(conn))) == []
    db.close()


def _old_cursors_are_gone(place: Place, old: str) -> None:
    """Polling, events and sockets say so, and name the head from which to read again."""
    now = place.head()
    with place.reader as client:
        answers = [
            client.get("/v1/messages", params={"after": old}),
            client.get("/v1/events", headers={"Last-Event-ID": old}),
        ]
    with pytest.raises(InvalidStatus) as refused:
        connect(
            f"ws://127.0.0.1:{place.hub.port}/v1/stream?after={old}", proxy=None,
            additional_headers=bearer(place.keys[("wbr", "EC")]),
        )  # fmt: skip
    gone = refused.value.response
    told = [(answer.status_code, answer.json()) for answer in answers]
    for status, body in [*told, (gone.status_code, json.loads(gone.body or b""))]:
        assert (status, body["type"].rpartition("#")[2], body["head"]) == (410, "cursor-gone", now)


def _what_was_lost_can_be_sent_again(place: Place, load: Load, kept: set[str]) -> None:
    """A sender that repeats all it has sent under its keys brings back what is missing, and doubles nothing."""
    with httpx.Client(base_url=place.hub.url, trust_env=False) as client:
        for key, one in list(load.accepted.items()):
            body = {"to": ["EC"], "subject": "Under load", "text": key}
            headers = bearer(place.keys[("wbr", one.party)]) | {"Idempotency-Key": key}
            answer = client.post("/v1/notes", json=body, headers=headers)
            assert answer.status_code == (200 if one.answers[0][1] in kept else 201) or answer.headers.get(
                "Idempotent-Replay"
            ), answer.text
    assert len(place.ids()) == len(load.accepted)


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_a_damaged_backup_is_refused_and_nothing_is_touched(furnished_database: tuple[str, Keys], tmp_path: Path):
    settings = Settings(database_url=furnished_database[0], data_dir=tmp_path / "data")
    folder, _ = take(settings, settings.backup_folder, quiet)
    file = folder / manifests.SQLITE_FILE
    good = file.read_bytes()
    for bad, words in ((good[:-4096], "not what was written"), (good[:9000] + b"x" + good[9001:], "not what")):
        file.write_bytes(bad)
        with pytest.raises(HubError, match=words):
            restore(settings, folder, quiet, replace=True)
    file.write_bytes(good)
    with sqlite3.connect(file) as conn:  # a forger who knows of the hash writes it anew
        conn.execute("UPDATE party SET code = code")
        conn.execute("UPDATE audit_row SET act = 'nothing' WHERE number = 1")
    conn.close()
    manifest = manifests.read(folder)
    manifests.write(folder, manifest.model_copy(update={"files": [manifests.kept(folder, file)]}))
    before = Path(settings.database_url.removeprefix("sqlite:///")).read_bytes()
    if manifest.content.audit:
        with pytest.raises(HubError, match="chain"):
            restore(settings, folder, quiet, replace=True)
    assert Path(settings.database_url.removeprefix("sqlite:///")).read_bytes() == before
    assert [path.name for path in settings.data_dir.rglob("*.restoring")] == []
