"""Hubs that take posts in, and a server of the same kind that checks the same bodies and stores nothing."""

import json
import os
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import product
from pathlib import Path
from typing import Any

from benchmarks.peers import free_port, wait_open
from tests.fixtures.postgres import PostgresServer, find_programs

NOTHING_STORED = """
from typing import Any

from fastapi import FastAPI, Request, Response
from routehub_schemas import parse
from routehub_schemas.registry import Registry

app, kinds = FastAPI(openapi_url=None), Registry.shipped()

async def check(request: Request, kind: str, more: dict[str, Any]) -> Response:
    found = parse.payload(kinds[kind], parse.loads(await request.body()) | more, "")
    return Response(found.model_dump_json(exclude_unset=True), 201, media_type="application/json")

@app.post("/v1/notes", status_code=201)
async def note(request: Request) -> Response:
    return await check(request, "note", {})

@app.put("/v1/parties/{party}/reports/{day}", status_code=201)
async def report(request: Request, party: str, day: str) -> Response:
    return await check(request, "report", {"party": party, "day": day})
"""
PARTY, LAST_DAY = "MK", date(2015, 10, 20)


@dataclass(frozen=True)
class Server:
    """A running server: its port, its process and a key for it."""

    port: int
    pid: int
    key: str = ""

    def cpu(self) -> float:
        """Seconds of processor time so far."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def memory(self) -> float:
        """Resident megabytes."""
        line = next(one for one in Path(f"/proc/{self.pid}/status").read_text().splitlines() if one.startswith("VmRSS"))
        return int(line.split()[1]) / 1024

    def stages(self) -> dict[str, tuple[int, float]]:
        """Messages and seconds of each stage of acceptance so far, from the hub's own metrics."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/metrics", timeout=30) as answer:
            lines = answer.read().decode().splitlines()
        found: dict[str, dict[str, float]] = {}
        for line in lines:
            if line.startswith(("routehub_accept_seconds_sum{", "routehub_accept_seconds_count{")):
                name, _, value = line.rpartition(" ")
                stage = name.split('"')[1]
                found.setdefault(stage, {})["sum" if "_sum{" in name else "count"] = float(value)
        return {stage: (int(one["count"]), one["sum"]) for stage, one in found.items()}

    def request(self, method: str, path: str, body: Any, key: str = "", media: str = "application/json") -> bytes:
        data = json.dumps(body).encode()
        name = f"Idempotency-Key: {key}\r\n" if key else ""
        head = (
            f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\nAuthorization: Bearer {self.key}\r\n"
            f"Content-Type: {media}\r\n{name}Content-Length: {len(data)}\r\n\r\n"
        )
        return head.encode() + data


@contextmanager
def _serving(command: Sequence[str], port: int, key: str = "", **more: Any) -> Iterator[Server]:
    process = subprocess.Popen([sys.executable, "-m", *command], **more)
    try:
        wait_open(port)
        yield Server(port, process.pid, key)
    finally:
        process.terminate()
        process.wait(60)


@contextmanager
def hub(folder: Path, url: str) -> Iterator[Server]:
    """A real hub process with one key on an exercise route."""
    port = free_port()
    environment = os.environ | {
        "ROUTEHUB_DATABASE_URL": url, "ROUTEHUB_DATA_DIR": str(folder), "ROUTEHUB_PORT": str(port),
        "ROUTEHUB_MODE": "exercise", "ROUTEHUB_LOG_LEVEL": "ERROR", "ROUTEHUB_RATE_PER_MINUTE": "10000000",
    }  # fmt: skip

    def command(*words: str) -> str:
        return subprocess.run(
            [sys.executable, "-m", "routehub.cli", *words], env=environment, check=True, capture_output=True, text=True
        ).stdout

    command("migrate")
    command("routes", "install", "wbr", "--marking", "exercise")
    said = command("keys", "make", PARTY, "bench", "--route", "wbr", "--scope", "post:*", "--scope", "read:feed")
    key = next(word for word in said.split() if word.startswith("rh_"))
    with _serving(["routehub.cli", "serve"], port, key, env=environment) as server:
        yield server


@contextmanager
def storing_nothing(folder: Path) -> Iterator[Server]:
    """The same framework, server and contract: it reads and checks each body, and answers."""
    (folder / "nothing.py").write_text(NOTHING_STORED)
    port = free_port()
    command = ["uvicorn", "nothing:app", "--port", str(port), "--loop", "uvloop", "--http", "httptools",
               "--no-access-log", "--log-level", "error"]  # fmt: skip
    with _serving(command, port, cwd=folder) as server:
        yield server


@contextmanager
def postgres() -> Iterator[str | None]:
    """The address of a PostgreSQL whose data lie on the same disk; None where there is none."""
    programs = find_programs()
    if programs is None:
        yield None
        return
    server = PostgresServer(programs, durable=True)
    try:
        server.start()
        yield server.create("bench")
    finally:
        server.close()


# --- what is posted ---


def notes(server: Server, count: int, mark: str) -> list[bytes]:
    """About 400 bytes each: nothing but the common path."""
    return [
        server.request(
            "POST", "/v1/notes", {"to": ["EC"], "subject": f"Line {n}", "text": "x" * 300}, f"{mark}-{n}"
        )
        for n in range(count)
    ]  # fmt: skip


def _figures(number: int) -> list[dict[str, Any]]:
    return [
        {"indicator": "arrivals", "counterpart": "GR", "value": 5000 + number % 100},
        {"indicator": "departures", "counterpart": "RS", "value": 4800 + number % 100},
        {"indicator": "present", "value": 900 + number % 50},
        {"indicator": "registered", "value": 4000 + number % 50},
        {"indicator": "asylum_applications", "value": number % 7},
        {"indicator": "smuggling_cases", "value": number % 5},
    ]


def reports(server: Server, count: int, mark: str, first: int) -> list[bytes]:
    """A day of six figures each, by PUT; ``first``: days back, so that no two say the same."""
    return [
        server.request(
            "PUT", f"/v1/parties/{PARTY}/reports/{LAST_DAY - timedelta(days=first + n)}", {"figures": _figures(n)},
            f"{mark}-{n}",
        )
        for n in range(count)
    ]  # fmt: skip


def batches(server: Server, count: int, mark: str, of: int = 1_000) -> list[bytes]:
    """Batches of a thousand notes as CloudEvents."""
    return [
        server.request(
            "POST", "/v1/messages",
            [
                {
                    "specversion": "1.0", "id": f"{mark}-{n}-{m}", "type": "routehub.note.v1",
                    "data": {"to": ["EC"], "subject": f"Line {m}", "text": "x" * 300},
                }
                for m in range(of)
            ],
            media="application/cloudevents-batch+json",
        )
        for n in range(count)
    ]  # fmt: skip


AGES = ("0-4", "5-11", "12-17", "18-59", "60+", "0-17", "18+", "18-34", "35-59")
NATIONS = ("SY", "AF", "IQ", "IR", "PK", "BD", "SO", "ER", "NG", "MA", "DZ", "EG", "LB")
SEXES, MODES = ("female", "male", "unknown"), ("sea", "land", "air")


def wide_reports(server: Server, count: int) -> list[bytes]:
    """Reports of 1,000 figures, broken down as far as the catalogue allows."""
    figures = [
        {
            "indicator": "arrivals", "counterpart": "GR", "nationality": nation, "sex": sex, "age_band": age,
            "mode": mode,
        }
        for nation, sex, age, mode in product(NATIONS, SEXES, AGES, MODES)
    ][:1_000]  # fmt: skip
    return [
        server.request(
            "POST", "/v1/reports",
            {
                "party": PARTY, "day": str(LAST_DAY - timedelta(days=5000 + n)),
                "figures": [figure | {"value": n + m} for m, figure in enumerate(figures)],
            },
        )
        for n in range(count)
    ]  # fmt: skip


def hours(server: Server, first: int, count: int, sections: Sequence[str]) -> bytes:
    """A batch of hourly reports, a figure for each section."""
    begin = datetime(2013, 10, 21, tzinfo=UTC)
    return server.request(
        "POST", "/v1/messages",
        [
            {
                "specversion": "1.0", "id": f"hour-{n}", "type": "routehub.report.v1",
                "data": {
                    "party": PARTY, "period": "hour", "start": (begin + timedelta(hours=n)).isoformat(),
                    "day": str((begin + timedelta(hours=n)).date()),
                    "figures": [
                        {"indicator": "arrivals", "place": place, "value": (n * 7 + at) % 400}
                        for at, place in enumerate(sections)
                    ],
                },
            }
            for n in range(first, first + count)
        ],
        media="application/cloudevents-batch+json",
    )  # fmt: skip
