"""The sample as it will be on other days: whichever weekday, on both nights in which the clocks change and around them,
at the ends of months and years. No page fails or says what was meant for programs, and all mail is as it has to be."""

import re
from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.fixtures.sizes import sized
from tests.web.judged.letters import letters
from tests.web.judged.sample import Sample, built, running
from tests.web.judged.test_words import faults_of

pytestmark = [pytest.mark.soak, pytest.mark.long, pytest.mark.timeout(0)]
CHANGES = (date(2027, 3, 28), date(2026, 10, 25))
"""On these nights the clocks of Europe change."""
DAYS = (
    *CHANGES,
    *(day + timedelta(days=by) for day in CHANGES for by in (-7, -1, 1, 7)),
    date(2028, 2, 28), date(2028, 2, 29), date(2028, 3, 1), date(2026, 12, 31), date(2027, 1, 1), date(2027, 4, 30),
    *(date(2027, 6, 14) + timedelta(days=by) for by in range(7)),
)  # fmt: skip
OURS = re.compile(r"\bnan\b|%\(|\{\{|\{%|undefined|Traceback|timedelta|datetime\.|<Markup")


@pytest.mark.parametrize("day", DAYS[: sized(2, len(DAYS))], ids=str)
def test_the_sample_holds_on_any_day(day: date, tmp_path: Path, migrated_sqlite: Path):
    folder = tmp_path / "sample"
    made = built(folder, migrated_sqlite, day)
    with running(folder, made) as sample:
        assert sample.now.date() == day
        assert sample.dead == []
        wrong = [fault for language in ("en", "de") for fault in _pages(sample, language)]
        wrong += [fault for letter in letters(folder) for fault in faults_of(letter)]
        wrong += _refused(sample)
    assert wrong == []


def _pages(sample: Sample, language: str) -> list[str]:
    wrong = []
    for who in sorted({page.who for page in sample.pages}):
        with sample.paper(who) as browser:
            browser.client.headers["Accept-Language"] = language
            for one in (page for page in sample.pages if page.who == who):
                page = browser.open(one.address)
                if page.status >= 500:
                    wrong.append(f"{one.address} ({language}) answers {page.status}")
                wrong += [f"{one.address} ({language}) says {words!r}" for words in set(OURS.findall(page.words))]
    return wrong


def _refused(sample: Sample) -> list[str]:
    """What programs read of such a day."""
    paths = (
        "status",
        "route",
        "reporting",
        "alerts",
        "conferences",
        "measures",
        "movements",
        "early-warning",
        "figures",
    )
    with sample.system("SI") as slovenia:
        answers = {path: slovenia.get(f"/v1/{path}").status_code for path in paths}
    return [f"/v1/{path} answers {status}" for path, status in answers.items() if status != 200]
