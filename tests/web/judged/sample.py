"""The sample of ``make run`` as the judges need it, with people signed in. It is built once for all test processes."""

import asyncio
import fcntl
import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from routehub.app import Hub
from routehub.core.settings import Settings
from routehub.directory import sign_in
from routehub.directory.sessions import cookie_name
from routehub.sample import story
from routehub.sample.build import SampleBuilder
from tests.fixtures.databases import sqlite_url
from tests.web.judged import pages, scene
from tests.web.judged.pages import Page
from tests.web.paper import Paper
from tests.web.server import Served

PEOPLE = {who: f"{who.lower()}@example.org" for who in ("SI", "MK", "AT", "EC", "operator")}
"""Whose browsers look: contact points of parties (and their offices), the chair, and who runs the hub."""
SETTINGS: dict[str, Any] = {"mode": "exercise", "default_route": story.ROUTE, "rate_per_minute": 1_000_000}
FILE, MADE = "hub.sqlite", "made.json"


@dataclass
class Sample:
    """A running hub with the sample route: its folder, keys of parties, cookies of people, pages that links reach."""

    hub: Served
    folder: Path
    keys: dict[str, str]
    now: datetime
    tokens: dict[str, str]
    pages: list[Page]
    reached: set[str]
    dead: list[str]

    @property
    def url(self) -> str:
        return self.hub.url

    def cookie(self, who: str) -> dict[str, str]:
        """As a browser's context takes it."""
        return {"name": cookie_name(self.url), "value": self.tokens[who], "url": self.url}

    @contextmanager
    def paper(self, who: str = "") -> Iterator[Paper]:
        """A browser without scripts: of a person by ``PEOPLE``, or of a stranger."""
        browser = Paper(self.url)
        if who:
            browser.client.cookies.set(cookie_name(self.url), self.tokens[who])
        with browser.client:
            yield browser

    def system(self, party: str) -> httpx.Client:
        """A party's own program with its key."""
        return httpx.Client(
            base_url=self.url, trust_env=False, timeout=30, headers={"Authorization": f"Bearer {self.keys[party]}"}
        )


def _fill(folder: Path, today: date | None) -> dict[str, Any]:
    """The sample itself, and a session for everybody in ``PEOPLE``."""
    hub = Hub(Settings(database_url=sqlite_url(folder / FILE), data_dir=folder, **SETTINGS))
    try:
        hub.db.hold()
        built = asyncio.run(SampleBuilder(hub, lambda done, of: None).build(today))
        known = hub.directory.value.people_by_email
        tokens = {
            who: hub.writer.change(lambda tx, p=known[mail].id: sign_in.begin(tx, p, "link", "tests", 12)).token  # type: ignore[misc]
            for who, mail in PEOPLE.items()
        }
    finally:
        hub.db.close()
    return {"keys": built.keys, "now": built.now.isoformat(), "tokens": tokens}


@contextmanager
def running(folder: Path, made: dict[str, Any]) -> Iterator[Sample]:
    """A hub on what was built."""
    hub = Served(folder, sqlite_url(folder / FILE), **SETTINGS).start()
    found = [Page(*one) for one in made.get("pages", ())]
    try:
        yield Sample(
            hub, folder, made["keys"], datetime.fromisoformat(made["now"]), made["tokens"], found,
            set(made.get("reached", ())), made.get("dead", []),
        )  # fmt: skip
    finally:
        hub.stop()


def built(folder: Path, migrated: Path, today: date | None = None) -> dict[str, Any]:
    """Build the sample in a folder that is not there yet, from an empty database. Answers what ``running`` is given.
    today: the day of the sample, if it is to be another than today."""
    folder.mkdir()
    shutil.copyfile(migrated, folder / FILE)
    made = _fill(folder, today)
    with running(folder, made) as sample:
        by_hand = pages.by_hand(sample.now.date(), *scene.act(sample))
        found, reached, dead = pages.found(sample)
        found, reached = sorted({*found, *by_hand}), reached | {one.route for one in by_hand}
    made["pages"] = [[one.route, one.address, one.who] for one in found]
    made |= {"reached": sorted(reached), "dead": dead}
    (folder / MADE).write_text(json.dumps(made))
    return made


@pytest.fixture(scope="session")
def sample_folder(tmp_path_factory: pytest.TempPathFactory, migrated_sqlite: Path) -> Path:
    """A hub's folder with the sample, to be copied. Whichever test process comes first builds it."""
    base = tmp_path_factory.getbasetemp()
    common = base.parent if base.name.startswith("popen-") else base
    folder = common / "sample"
    with (common / "sample.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / MADE).exists():
            shutil.rmtree(folder, ignore_errors=True)
            built(folder, migrated_sqlite)
    return folder


@pytest.fixture(scope="module")
def sample(sample_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sample]:
    """One hub with a copy of the sample for a module of tests. Its clock stands at 07:02 and goes on."""
    folder = tmp_path_factory.mktemp("judged") / "hub"
    shutil.copytree(sample_folder, folder)
    with running(folder, json.loads((folder / MADE).read_text())) as found:
        yield found
