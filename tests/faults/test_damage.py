"""A database file that is damaged under a running hub: from the first sign on nothing is accepted, as what would be
accepted could not be kept when a backup takes the file's place."""

import contextlib
import os
import sqlite3
from collections.abc import Callable
from functools import partial
from pathlib import Path

import httpx
import pytest
from sqlalchemy.exc import OperationalError

from routehub.core.db_faults import as_hub_error
from routehub.core.errors import Damaged
from tests.fixtures.furnished import bearer, furnish
from tests.fixtures.hub import HubProcess
from tests.fixtures.waiting import wait_for

PAGE = 4096


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_after_the_first_sign_of_damage_nothing_is_accepted(
    migrated_database_url: str, start_hub: Callable[..., HubProcess]
):
    keys = furnish(migrated_database_url)
    hub = start_hub(migrated_database_url)
    with httpx.Client(base_url=hub.url, headers=bearer(keys["wbr", "MK"]), trust_env=False, timeout=30) as client:
        assert _post(client).status_code == 201
        _overwrite(Path(migrated_database_url.removeprefix("sqlite:///")))
        wait_for(partial(_is_noticed, hub), 60, "the hub meeting the damage")
        answers = [_post(client) for _ in range(20)]
        assert {answer.status_code for answer in answers} == {503}
        said = answers[-1].json()
        assert said["title"] == "The hub's database is damaged"
        assert "restore the newest backup" in said["detail"]
        assert answers[-1].headers["Retry-After"] == "60"
        assert client.get("/health/live").status_code == 200
    assert hub.log.count("nothing is accepted any more") == 1


def test_what_somebody_sent_cannot_look_like_damage():
    """The words of a fault may repeat it, and damage stops the hub for everybody."""
    fault = sqlite3.OperationalError("no such column: the database disk image is malformed")
    fault.sqlite_errorcode = sqlite3.SQLITE_ERROR
    assert not isinstance(as_hub_error(OperationalError("SELECT", {}, fault)), Damaged)
    fault.sqlite_errorcode = sqlite3.SQLITE_CORRUPT_VTAB
    assert isinstance(as_hub_error(OperationalError("SELECT", {}, fault)), Damaged)


def _post(client: httpx.Client) -> httpx.Response:
    return client.post("/v1/notes", json={"to": ["EC"], "subject": "Kept?", "text": "Is this kept?"})


def _overwrite(file: Path) -> None:
    """All pages but the first, as a failing disk or a wrong hand would; and what lies in the log beside it."""
    with file.open("r+b") as damaged:
        damaged.seek(PAGE)
        damaged.write(os.urandom(os.path.getsize(file) - PAGE))
    with contextlib.suppress(FileNotFoundError), Path(f"{file}-wal").open("r+b") as beside:
        size = os.path.getsize(beside.name)
        beside.seek(32)
        beside.write(os.urandom(max(0, size - 32)))


def _is_noticed(hub: HubProcess) -> bool:
    """By whichever part of the hub came by first."""
    answer = httpx.get(f"{hub.url}/health/ready", trust_env=False, timeout=30)
    return answer.status_code == 503 and "damaged" in answer.text
