"""Keys on their pages: made and shown once with lines that work as they stand, and the log that SI's people read."""

import html
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from tests.web.conftest import ON_SQLITE
from tests.web.paper import Page

pytestmark = ON_SQLITE


def lines(page: Page) -> dict[str, str]:
    """The blocks to copy, by their names."""
    found = re.findall(r'<pre class="lines-to-copy" id="lines-([a-z-]+)"[^>]*>(.*?)</pre>', page.answer.text, re.S)
    return {name: html.unescape(text) for name, text in found}


def run(text: str, folder: Path) -> str:
    """In a shell, as if pasted."""
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    done = subprocess.run(
        ["sh", "-eu", "-c", text], cwd=folder, env={**os.environ, "PATH": path}, capture_output=True, text=True,
        timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


def make_key(operator, name: str = "border-system") -> Page:
    made: Page = operator.press(operator.open("/keys"), "Make the key", system=name, party="SI")
    return made


def test_the_lines_of_a_first_push_work_as_they_stand(set_stage, stranger, tmp_path):
    stage = set_stage(marking="exercise")
    operator, slovenia = (stranger(stage).sign_in(*who) for who in (("FRONTEX", "operator"), ("SI", "contact_point")))
    made = make_key(operator)
    blocks = lines(made)
    key = blocks["key"].strip()
    assert made.answer.text.count(key) == 3  # to copy, to save, and in the lines
    run(blocks["file"], tmp_path)
    assert (tmp_path / "routehub.key").read_text() == f"{key}\n"
    assert (tmp_path / "routehub.key").stat().st_mode & 0o077 == 0
    if shutil.which("curl") is None or shutil.which("node") is None:
        pytest.skip("curl or node is not installed")
    assert '"dry_run":true' in run(blocks["curl"], tmp_path)
    assert '"web":' in run(blocks["curl-post"], tmp_path)
    assert run(blocks["python"], tmp_path) == "Checked, nothing stored.\n"
    assert "/messages/" in run(blocks["python-post"], tmp_path)
    assert run(blocks["javascript"], tmp_path) == "200 Checked, nothing stored.\n"
    assert run(blocks["javascript-post"], tmp_path).startswith("200 http")
    later = slovenia.open(f"/keys/{key.split('_')[2]}")
    assert key not in later.answer.text
    assert "put the rest of your key here" in later.words
    for words, times in (("Accepted", 1), ("Dry run: all well", 3), ("On record already", 2)):
        assert later.words.count(words) == times, later.words


def test_the_log_says_what_was_wrong_to_the_partys_people_only(stage, stranger):
    operator, slovenia, croatia = (
        stranger(stage).sign_in(*who)
        for who in (("FRONTEX", "operator"), ("SI", "contact_point"), ("HR", "contact_point"))
    )  # fmt: skip
    key = lines(make_key(operator))["key"].strip()
    httpx.put(
        f"{stage.url}/v1/parties/SI/reports/{stage.today('SI')}", json={"comnent": "<b>7</b>"}, trust_env=False,
        headers={"Authorization": f"Bearer {key}"},
    )  # fmt: skip
    seen = slovenia.open("/keys").words
    assert "Refused" in seen
    assert "/comnent There is no such field. Did you mean comment?" in seen
    assert "comnent" not in croatia.open("/keys").words
    assert croatia.open(f"/keys/{key.split('_')[2]}").status == 404
    assert "comnent" not in operator.open("/keys").words
    assert "Operators read no content" in operator.open(f"/keys/{key.split('_')[2]}").words


def test_a_key_is_rotated_and_revoked_by_who_makes_keys_and_by_nobody_else(stage, stranger):
    operator, slovenia = (stranger(stage).sign_in(*who) for who in (("FRONTEX", "operator"), ("SI", "contact_point")))
    old = lines(make_key(operator))["key"].strip().split("_")[2]
    again = make_key(operator, "no/such name")
    assert again.status == 422
    assert "letters, digits" in again.words
    assert "Make the key" not in slovenia.open("/keys").answer.text
    assert "Rotate the key" not in slovenia.open(f"/keys/{old}").answer.text
    rotated = operator.press(operator.open(f"/keys/{old}"), "Rotate the key")
    new = lines(rotated)["key"].strip().split("_")[2]
    assert new != old
    revoked = operator.press(operator.open(f"/keys/{new}"), "Revoke the key")
    assert "Revoked" in revoked.words
    assert "First push" not in revoked.words


def test_a_live_route_offers_the_exercise_or_says_how_the_operator_makes_one(stage, paper):
    assert lines(paper("SI").open("/keys"))["exercise"] == "routehub routes exercise wbr"
