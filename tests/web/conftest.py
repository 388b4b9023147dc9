"""A furnished hub for the pages: four neighbours, a coordinator who chairs, and national systems."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.web.paper import Paper
from tests.web.server import Served
from tests.web.stage import Stage, furnish

# Pages stand on the same queries on both databases; the journeys of test_journey run on both.
ON_SQLITE = pytest.mark.parametrize("database_kind", ["sqlite"])
PEOPLE = {
    "MK": "contact_point", "RS": "contact_point", "HR": "contact_point", "SI": "contact_point", "EC": "chair",
    "FRONTEX": "operator",
}  # fmt: skip
SYSTEMS = ("GR", "MK", "RS", "HR", "SI", "AT")


@pytest.fixture
def set_stage(migrated_database_url: str, tmp_path: Path) -> Iterator[Callable[..., Stage]]:
    """A hub with settings of a test's own: ``set_stage(marking="exercise", smtp_url=…)``."""
    served: list[Served] = []

    def make(*, marking: str = "live", **settings: str) -> Stage:
        keys = furnish(migrated_database_url, PEOPLE, marking=marking, systems=SYSTEMS)
        served.append(Served(tmp_path, migrated_database_url, **settings))
        return Stage(served[-1].start(), keys)

    yield make
    for hub in served:
        hub.stop()


@pytest.fixture
def stage(set_stage: Callable[..., Stage]) -> Stage:
    return set_stage()


@pytest.fixture
def stranger() -> Iterator[Callable[[Stage], Paper]]:
    """A browser without scripts and without a session: ``stranger(stage)``."""
    opened: list[Paper] = []

    def make(stage: Stage) -> Paper:
        opened.append(Paper(stage.url))
        return opened[-1]

    yield make
    for browser in opened:
        browser.client.close()


@pytest.fixture
def paper(stage: Stage, stranger: Callable[[Stage], Paper]) -> Callable[[str], Paper]:
    """The same, signed in for a party: ``paper("SI")``."""

    def sign_in(party: str) -> Paper:
        return stranger(stage).sign_in(party, PEOPLE[party])

    return sign_in
