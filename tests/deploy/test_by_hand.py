"""``deploy/hub``: the program by hand, with the settings of the service as systemd would hand them over."""

import os
import pwd
import subprocess
from pathlib import Path

import pytest

from tests.fixtures.proxies import DEPLOY

ENVIRONMENT = r"""# a comment with NO=thing
; another
ROUTEHUB_MAIL_FROM=Routehub <hub at hub.example.org>
QUOTED="two  words and \"one\", \n $HOME"
SINGLE='a " and a \'
INSIDE=it's
EMPTY=
SPACED = on \
two lines
ENDS=here@@@
""".replace("@", " ")

PROGRAM = """#!/bin/sh
for name in ROUTEHUB_MAIL_FROM QUOTED SINGLE INSIDE EMPTY SPACED ENDS NO ROUTEHUB_DATA_DIR; do
  eval "printf '%s=[%s]\\n' $name \\"\\${$name}\\""
done
umask
printf '<%s>' "$@"
"""


@pytest.fixture
def files(tmp_path: Path) -> dict[str, str]:
    environment, program = tmp_path / "routehub.env", tmp_path / "routehub"
    environment.write_text(ENVIRONMENT)
    program.write_text(PROGRAM)
    program.chmod(0o755)
    account = pwd.getpwuid(os.geteuid()).pw_name
    return {"HUB_ENVIRONMENT": str(environment), "HUB_PROGRAM": str(program), "HUB_ACCOUNT": account}


def run(files: dict[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    inherited = {"PATH": os.environ["PATH"], "NO": "none"}
    return subprocess.run([DEPLOY / "hub", *words], env=inherited | files, capture_output=True, text=True, timeout=60)


def test_values_with_spaces_and_quotes_reach_the_program_whole(files: dict[str, str]):
    said = run(files, "people", "add", "olga@ops.example", "Olga Operator")
    assert (said.returncode, said.stderr) == (0, "")
    assert said.stdout.splitlines() == [
        "ROUTEHUB_MAIL_FROM=[Routehub <hub at hub.example.org>]",
        r'QUOTED=[two  words and "one", \n $HOME]',
        'SINGLE=[a " and a \\]',
        "INSIDE=[it's]",
        "EMPTY=[]",
        "SPACED=[on two lines]",
        "ENDS=[here]",
        "NO=[none]",
        "ROUTEHUB_DATA_DIR=[/var/lib/routehub]",
        "0077",
        "<people><add><olga@ops.example><Olga Operator>",
    ]


def test_what_is_missing_is_said_in_one_sentence(files: dict[str, str]):
    said = run(files | {"HUB_ENVIRONMENT": "/nowhere/routehub.env"}, "doctor")
    assert (said.returncode, said.stderr.count("\n")) == (1, 1)
    assert "/nowhere/routehub.env" in said.stderr
    assert "no account nobody-here" in run(files | {"HUB_ACCOUNT": "nobody-here"}, "doctor").stderr
