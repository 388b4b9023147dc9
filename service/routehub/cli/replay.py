"""``routehub replay``: post a table of days by series through the public door, as its parties would have."""

import asyncio
import json
import signal
from collections.abc import Mapping as Map
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import httpx
import typer

from routehub.cli.progress import Bars
from routehub.cli.series import Mapping, Report, Step, steps
from routehub.core.canonical import digest, iso
from routehub.core.errors import Busy, HubError, Refused
from routehub.core.settings import Settings

AT_ONCE = 8
PATIENCE = 60.0
JSON = {"Content-Type": "application/json"}


def replay(
    file: Annotated[Path, typer.Argument(help="CSV table.", exists=True, dir_okay=False)],
    mapping: Annotated[Path, typer.Option(help="What the columns mean (docs/replay.md).", exists=True)],
    keys: Annotated[Path, typer.Option(help="Folder with one key file per party: MK.key, RS.key …", exists=True)],
    url: Annotated[str, typer.Option(help="Address of the hub.")] = "",
    route: Annotated[str, typer.Option(help="Route to post on; that of the keys when left out.")] = "",
    state: Annotated[Path | None, typer.Option(help="Where to note how far it came.")] = None,
    resume: Annotated[bool, typer.Option(help="Go on where an earlier run stopped.")] = True,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON line per report.")] = False,
) -> None:
    """Post each day in turn. On an exercise hub the clock is moved to the time of posting first, so that freshness,
    detectors and digests run as on that day; a live hub's clock stays. Running it again doubles nothing."""
    settings = Settings()
    meaning = Mapping.read(mapping)
    todo = steps(file, meaning)
    mark = digest(file.read_bytes() + mapping.read_bytes())
    notes = Notes(state or keys / f".replay-{mark[:12]}.json", mark)
    done = notes.read() if resume else 0
    held = {party: _key(keys, party) for party in sorted(meaning.parties)}
    clock_key = _key(keys, "OPERATOR") if (keys / "OPERATOR.key").exists() else next(iter(held.values()))
    base = (url or settings.public_url).rstrip("/")
    run = Run(base, f"/v1/routes/{route}" if route else "/v1", held, clock_key, as_json)
    with Bars(quiet=as_json) as bars:
        asyncio.run(run.all(todo, done, notes, bars))
    if not as_json:
        said = ", ".join(f"{number} {word}" for word, number in sorted(run.counts.items())) or "nothing to do"
        typer.echo(f"{len(todo) - done} of {len(todo)} days posted: {said}.")


def _key(folder: Path, party: str) -> str:
    file = folder / f"{party}.key"
    if not file.exists():
        raise Refused(f"There is no key of {party} at {file}. Make one: routehub keys make")
    return file.read_text().strip()


@dataclass(frozen=True)
class Notes:
    """How far a replay came: a file with the number of steps that are done, for this table and mapping only."""

    path: Path
    mark: str

    def read(self) -> int:
        if not self.path.exists():
            return 0
        said = json.loads(self.path.read_text())
        return int(said["done"]) if said.get("mark") == self.mark else 0

    def write(self, done: int) -> None:
        new = self.path.with_suffix(".new")
        new.write_text(json.dumps({"mark": self.mark, "done": done}))
        new.replace(self.path)


@dataclass
class Run:
    """One replay against one hub."""

    base: str
    prefix: str
    keys: Map[str, str]
    clock_key: str
    as_json: bool
    counts: dict[str, int] = field(default_factory=dict)

    async def all(self, todo: list[Step], done: int, notes: Notes, bars: Bars) -> None:
        """Every step from ``done`` on. A termination signal ends it after the reports that are on their way."""
        stopping = asyncio.Event()
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopping.set)
        limits = httpx.Limits(max_connections=AT_ONCE)
        async with httpx.AsyncClient(base_url=self.base, timeout=30, trust_env=False, limits=limits) as client:
            movable = await self._movable(client)
            for number, step in enumerate(todo):
                if number < done:
                    continue
                if stopping.is_set():
                    raise Refused(f"Stopped before {step.label}. Run the same command to go on.")
                if movable:
                    await self._set_clock(client, step.at)
                await self._post_all(client, step)
                notes.write(number + 1)
                bars.show("days", number + 1, len(todo))

    async def _movable(self, client: httpx.AsyncClient) -> bool:
        answer = await self._ask(client, "GET", f"{self.prefix}/clock", self.clock_key)
        return bool(answer.json()["movable"])

    async def _set_clock(self, client: httpx.AsyncClient, at: datetime) -> None:
        await self._ask(client, "PUT", f"{self.prefix}/clock", self.clock_key, {"now": iso(at)})

    async def _post_all(self, client: httpx.AsyncClient, step: Step) -> None:
        """The reports of a step, several at once: different days and parties do not touch each other."""
        room = asyncio.Semaphore(AT_ONCE)

        async def one(report: Report) -> None:
            async with room:
                await self._post(client, step, report)

        await asyncio.gather(*map(one, step.reports))

    async def _post(self, client: httpx.AsyncClient, step: Step, report: Report) -> None:
        address = f"{self.prefix}/parties/{report.party}/reports/{report.day.isoformat()}"
        answer = await self._ask(client, "PUT", address, self.keys[report.party], report.body, key=report.key)
        replayed = answer.headers.get("Idempotent-Replay")
        word = "new" if answer.status_code == 201 else "there already" if replayed else "unchanged"
        self.counts[word] = self.counts.get(word, 0) + 1
        if self.as_json:
            said = {"posted": step.label, "day": report.day.isoformat(), "party": report.party, "outcome": word}
            typer.echo(json.dumps(said | {"id": answer.json()["id"], "status": answer.status_code}))

    async def _ask(
        self, client: httpx.AsyncClient, method: str, address: str, token: str, body: Any = None, key: str | None = None
    ) -> httpx.Response:
        """One request; what the hub cannot take now is tried again for a minute. Errors end the replay in words."""
        headers = {"Authorization": f"Bearer {token}", **(JSON if body is not None else {})}
        if key is not None:
            headers["Idempotency-Key"] = key
        end = asyncio.get_running_loop().time() + PATIENCE
        while True:
            pause = 1.0
            try:
                answer = await client.request(method, address, headers=headers, json=body)
                if answer.status_code not in (429, 503, 507):
                    break
                pause = float(answer.headers.get("Retry-After", "1"))
                fault = f"it answered {answer.status_code}"
            except httpx.TransportError as error:
                fault = str(error) or type(error).__name__
            if asyncio.get_running_loop().time() + pause > end:
                raise Busy(f"The hub at {self.base} cannot be used: {fault}. Run the same command to go on later.")
            await asyncio.sleep(pause)
        if answer.is_success:
            return answer
        raise _refusal(method, address, answer)


def _refusal(method: str, address: str, answer: httpx.Response) -> HubError:
    try:
        said = answer.json()
        words = "; ".join([said["detail"], *(f"{p['pointer']}: {p['message']}" for p in said.get("problems", []))])
    except (ValueError, KeyError, TypeError):
        words = answer.text[:200]
    return HubError(f"{method} {address}: {answer.status_code}: {words}")
