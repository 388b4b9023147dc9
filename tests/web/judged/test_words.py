"""What the sample says in pages, mail, papers and the terminal: marked everywhere, and links that change nothing
(UX 14: A13, A33, A34)."""

import hashlib
import io
import re
import sqlite3
import subprocess
import sys
from urllib.parse import urlsplit

import pytest
from pypdf import PdfReader

from tests.fixtures.programs import plain_environment
from tests.web.judged.letters import Letter, letters
from tests.web.judged.sample import FILE, Sample

pytestmark = pytest.mark.timeout(300)  # whoever comes first builds the sample
MARK = re.compile("sample", re.IGNORECASE)
ACTS = re.compile(
    r"(EXTREME|SEVERE|MODERATE|MINOR|UNKNOWN)\b|Acknowledge|Agree|Answer|Confirm|Say whether|Check by|Sign|For you|Post"
    r"|Draft agenda|Agenda|Minutes|In check|Readout|Bulletin|Request|Offer|Conference|Cancelled|Moved|Reminder|Weekly"
)
"""A subject begins with the severity, or with what is wanted, or with what the paper is."""
LIVELY = ("delivery", "escalation", "follow", "session", "push", "rate", "schedule", "person", "sqlite", "warning")
"""Tables in which a running hub writes by itself, or which know when somebody was last here."""


def test_every_page_is_marked_as_sample(sample: Sample):
    unmarked = []
    for who in sorted({page.who for page in sample.pages}):
        with sample.paper(who) as browser:
            for page in (one for one in sample.pages if one.who == who and "wbr-exercise" not in one.address):
                seen = browser.open(page.address)
                if "Sample data. Every figure, name and event on this page is invented." not in seen.words:
                    unmarked.append(page.address)
    assert unmarked == []


def faults_of(letter: Letter) -> list[str]:
    plain, html = letter.part("text/plain"), letter.part("text/html")
    said = letter.subject.removeprefix("SAMPLE – ")
    faults = {
        "no text part": not plain.strip(),
        "an image": "<img" in html or "background=" in html or "url(" in html,
        "a script": "<script" in html or "javascript:" in html,
        "not marked": not (MARK.search(plain) and MARK.search(html) and letter.subject.startswith("SAMPLE – ")),
        "its subject": not ACTS.match(said),
        "no zone": bool(re.search(r"\d\d:\d\d(?!.*(CET|CEST|UTC|Brussels))", plain, re.DOTALL)),
    }
    return [f"{letter.subject}: {fault}" for fault, there in faults.items() if there]


def test_mail_is_plain_marked_and_says_first_what_is_wanted(sample: Sample):
    found = list(letters(sample.folder))
    assert len(found) > 50
    assert [fault for letter in found for fault in faults_of(letter)] == []


def held(sample: Sample) -> dict[str, str]:
    """What the hub has written down, by table: a hash of its rows."""
    with sqlite3.connect(f"file:{sample.folder / FILE}?mode=ro", uri=True) as database:
        names = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {
            name: hashlib.sha256(repr(database.execute(f'SELECT * FROM "{name}"').fetchall()).encode()).hexdigest()
            for name in names
            if not any(word in name for word in LIVELY)
        }


def test_opening_every_link_of_every_mail_three_times_changes_nothing(sample: Sample):
    addresses = {urlsplit(link) for letter in letters(sample.folder) for link in letter.links}
    paths = {one.path + (f"?{one.query}" if one.query else "") for one in addresses}
    assert any("/acknowledge/" in path for path in paths)
    before = held(sample)
    with sample.paper() as scanner, sample.paper("SI") as slovenia:
        for path in sorted(paths) * 3:
            browser = scanner if "/acknowledge/" in path else slovenia
            assert browser.open(path).status < 500
    after = held(sample)
    assert [name for name in before if before[name] != after[name]] == []
    assert {"entry", "audit_row", "acknowledgement_link"} <= set(before)


@pytest.mark.parametrize("path", ["conferences/13/agenda.pdf", "readouts/13.pdf", "plans/wbr-2015-final/report.pdf"])
def test_papers_are_marked(sample: Sample, path: str):
    with sample.system("SI") as slovenia:
        answer = slovenia.get(f"/v1/{path}")
    assert answer.status_code == 200, answer.text
    assert MARK.search(PdfReader(io.BytesIO(answer.content)).pages[0].extract_text())


def test_the_terminal_is_marked_and_plain_when_piped(sample: Sample):
    key = sample.folder / "SI.key"
    key.write_text(sample.keys["SI"])
    key.chmod(0o600)
    home = {name: str(sample.folder) for name in ("HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME")}
    for words in (("status",), ("alert", "list", "--open"), ("agenda", "show", "13")):
        done = subprocess.run(
            [sys.executable, "-m", "routehub_client", *words], check=True, capture_output=True, text=True,
            env=plain_environment(**home, ROUTEHUB_URL=sample.url, ROUTEHUB_KEY_FILE=str(key), TERM="xterm"),
        )  # fmt: skip
        assert MARK.search(done.stderr + done.stdout), words
        assert "\x1b[" not in done.stdout + done.stderr, words
