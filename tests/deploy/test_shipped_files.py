"""The files of deploy/ fit the hub and each other; where a tool that knows their form is there, it has its say."""

import json
import os
import re
import subprocess
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]

from routehub.api.observed import WATCHED
from routehub.core.observe import Metrics
from routehub.core.settings import Settings
from tests.fixtures.proxies import DEPLOY, find_program

METRIC = re.compile(r"\brouteh[a-z_]+")
SETTING = re.compile(r"\bROUTEHUB_[A-Z_]+")
UNITS = sorted(file.name for file in DEPLOY.glob("*.service"))
RULES = DEPLOY / "prometheus/routehub.rules.yml"


def known_metrics() -> set[str]:
    """As Prometheus calls them."""
    found: set[str] = set()
    for metric in Metrics().registry.collect():
        ends = {"counter": ["_total"], "histogram": ["_bucket", "_count", "_sum"]}.get(metric.type, [""])
        found |= {metric.name + end for end in ends}
    return found


def expressions() -> Iterator[str]:
    for group in yaml.safe_load(RULES.read_text("utf-8"))["groups"]:
        yield from (rule["expr"] for rule in group["rules"])
    for panel in json.loads((DEPLOY / "grafana/routehub.json").read_text("utf-8"))["panels"]:
        yield from (target["expr"] for target in panel.get("targets", []))


def test_alerts_and_dashboard_ask_for_metrics_that_exist():
    asked = {name for one in expressions() for name in METRIC.findall(one)} - {"routehub"}
    assert asked - known_metrics() == set()
    assert {"routehub_last_backup_timestamp_seconds", "routehub_deliveries_dead"} <= asked


def test_the_first_answer_of_a_kind_that_an_alert_is_about_is_a_rise():
    assert set(re.findall(r'status="(\d+)"', RULES.read_text("utf-8"))) == set(WATCHED)


def test_every_alert_leads_to_a_page_that_is_there():
    rules = [rule for group in yaml.safe_load(RULES.read_text("utf-8"))["groups"] for rule in group["rules"]]
    pages = {rule["annotations"]["runbook"] for rule in rules}
    assert {page for page in pages if not (DEPLOY.parent / page).is_file()} == set()
    assert {rule["labels"]["severity"] for rule in rules} == {"page", "work"}


def test_every_setting_that_a_shipped_file_names_exists():
    known = {f"ROUTEHUB_{name.upper()}" for name in Settings.model_fields}
    named = {name for file in DEPLOY.rglob("*") if file.is_file() for name in SETTING.findall(file.read_text("utf-8"))}
    assert named - known == set()


def test_the_proxies_let_through_what_the_hub_takes():
    largest = Settings().max_batch_bytes
    for file, said in (("nginx/nginx.conf", "client_max_body_size 9m;"), ("Caddyfile", "max_size 9MB")):
        assert said in (DEPLOY / file).read_text("utf-8")
    assert largest < 9_000_000


def _answer(*command: str | Path, folder: Path = DEPLOY) -> str:
    done = subprocess.run(
        list(map(str, command)), cwd=folder, capture_output=True, text=True, check=False, timeout=60,
        env={**os.environ, "HUB_NAME": "hub.example.org", "POSTGRES_PASSWORD": "x", "NATS_PASSWORD": "x"},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def _units(program: str) -> None:
    for unit in UNITS:
        said = _answer(program, "security", "--offline=true", "--threshold=15", unit)
        assert "OK" in said.splitlines()[-1]


def _rules(program: str) -> None:
    _answer(program, "check", "rules", RULES.name, folder=RULES.parent)
    _answer(program, "test", "rules", "routehub.rules.test.yml", folder=RULES.parent)


def _caddyfile(program: str) -> None:
    _answer(program, "validate", "--config", "Caddyfile", "--adapter", "caddyfile")


TOOLS: dict[str, Callable[[str], None]] = {"systemd-analyze": _units, "promtool": _rules, "caddy": _caddyfile}
HERE = [(name, program) for name in TOOLS if (program := find_program(name))]
"""None of these is needed to run the tests: each judges where it is there."""


@pytest.mark.parametrize(("name", "program"), HERE, ids=[name for name, _ in HERE])
def test_a_tool_that_knows_the_form_finds_no_fault(name: str, program: str):
    TOOLS[name](program)


def test_manifests_name_each_other_and_both_compose_files_their_networks():
    docs: list[dict[str, Any]] = list(yaml.safe_load_all((DEPLOY / "kubernetes/routehub.yaml").read_text("utf-8")))
    kinds = {one["kind"]: one for one in docs}
    labels = kinds["Deployment"]["spec"]["template"]["metadata"]["labels"]
    assert kinds["Service"]["spec"]["selector"] == labels
    assert kinds["PodDisruptionBudget"]["spec"]["selector"]["matchLabels"] == labels
    hub = kinds["Deployment"]["spec"]["template"]["spec"]["containers"][0]
    assert hub["securityContext"]["readOnlyRootFilesystem"] is True
    version = tomllib.loads((DEPLOY.parent / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    assert hub["image"] == f"routehub:{version}"
    for file in ("compose.yaml", "compose.replicas.yaml"):
        found = yaml.safe_load((DEPLOY / file).read_text("utf-8"))
        address = found["services"]["proxy"]["networks"]["inside"]["ipv4_address"]
        hubs = [one for name, one in found["services"].items() if name.startswith("hub")]
        assert {one["environment"]["ROUTEHUB_TRUSTED_PROXY"] for one in hubs} == {address}
