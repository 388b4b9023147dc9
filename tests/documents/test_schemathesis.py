"""schemathesis asks a running hub everything that its OpenAPI document says, and much that it does not: no failure of
the hub, no status, type or field that the document leaves out."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from routehub.api.documents.openapi import kind_examples
from routehub.core.canonical import iso
from routehub_schemas import Registry
from tests.documents.stage import Stage, stage
from tests.fixtures.accounting import Account
from tests.fixtures.hub import HubProcess
from tests.fixtures.sizes import sized

PROGRAM = Path(sys.executable).with_name("st")
CONFIG = Path(__file__).with_name("schemathesis.toml")
# Forms by suffix are the same doors again: a small run asks them by Accept only.
FORMS = r"\.(json|csv|xlsx|atom|ics|txt|html|md|cloudevents)$"


def prepare(client: httpx.Client, stage_: Stage) -> dict[str, str]:
    """Things to ask for by their ids: an alert, a conference, a subscription; as variables of the configuration."""
    found = {"ROUTEHUB_SESSION": stage_.session, "ROUTEHUB_PERSON": stage_.colleague}
    kinds = Registry.shipped()
    for variable, door, body in (
        ("ROUTEHUB_NUMBER", "conferences", kind_examples(kinds["conference"])["shortest"]),
        ("ROUTEHUB_REF", "alerts", kind_examples(kinds["alert"])["shortest"] | {"expires": soon()}),
        ("ROUTEHUB_SUB", "subscriptions", {"channel": "email"}),
    ):
        answer = client.post(f"/v1/{door}", json=body, headers=stage_.person)
        assert answer.status_code == 201, answer.text
        found[variable] = answer.json()["id"]
    return found


def soon() -> str:
    return iso(datetime.now(UTC) + timedelta(days=1))


def ask(
    document: str, made: Stage, folder: Path, variables: dict[str, str], *more: str
) -> subprocess.CompletedProcess[str]:
    headers = [w for name, value in made.person.items() if name != "Cookie" for w in ("--header", f"{name}: {value}")]
    return subprocess.run(
        [
            str(PROGRAM), "--config-file", str(CONFIG), "run", document, *headers, "--seed", "1", "--no-color",
            "--warnings", "off", "--continue-on-failure", "--request-timeout", "30", *more,
        ],
        cwd=folder, env=os.environ | variables, capture_output=True, text=True, check=False,
    )  # fmt: skip


@pytest.mark.soak
@pytest.mark.timeout(sized(120, 0))
@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_a_running_hub_keeps_to_its_document(
    migrated_database_url: str, start_hub: Callable[..., HubProcess], tmp_path: Path, account: Account
):
    made = stage(migrated_database_url)
    hub = start_hub(migrated_database_url, mode="exercise", rate_per_minute="1000000")
    extent = ("--phases", "examples,coverage", "--exclude-path-regex", FORMS) if sized(1, 0) else ()
    with httpx.Client(base_url=hub.url, trust_env=False, timeout=30) as client:
        variables = prepare(client, made)
        wrong = client.get("/openapi.json").json()
    size = ("--max-time", str(sized(20, 1800)), "--max-examples", str(sized(2, 60)))
    done = ask(f"{hub.url}/openapi.json", made, tmp_path, variables, *size, *extent)
    assert done.returncode == 0, done.stdout[-6000:] + hub.log[-2000:]
    if generated := re.search(r"([\d,]+) generated", done.stdout):
        account.tried["requests from the document"] = int(generated[1].replace(",", ""))

    wrong["paths"] = {"/v1/me": wrong["paths"]["/v1/me"]}
    wrong["paths"]["/v1/me"]["get"]["responses"].pop("200")
    (tmp_path / "wrong.json").write_text(json.dumps(wrong))
    done = ask("wrong.json", made, tmp_path, variables, "--url", hub.url, "--phases", "coverage", "--max-examples", "1")
    assert done.returncode == 1
    assert "Undocumented status code" in done.stdout, done.stdout[-2000:]
