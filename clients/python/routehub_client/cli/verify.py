"""Proof that one's own feed is complete and unchanged."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import platformdirs
import typer

from routehub_client.cli import config
from routehub_client.cli.command import command
from routehub_client.cli.exits import Exit, Usage
from routehub_client.cli.run import Run
from routehub_client.cli.words import clean, count
from routehub_client.proof import Fault, Proof, believed, ed25519
from routehub_schemas.checkpoint import PublicKey, notes

MOST_SHOWN = 20


def register(app: typer.Typer) -> None:
    command(app, "verify")(verify)


def verify(
    run: Run,
    checkpoints: Annotated[
        list[Path] | None, typer.Option("--checkpoints", help="File of earlier checkpoints; again for more.")
    ] = None,
    key: Annotated[
        list[str] | None, typer.Option("--key", help="Believe this key of the hub: NAME+ID+BASE64.", metavar="KEY")
    ] = None,
    save: Annotated[Path | None, typer.Option("--save", help="Write all checkpoints to this file, to keep.")] = None,
) -> None:
    """Compute the chain of your feed again, and compare it with every checkpoint that the hub ever signed for you.

    The keys and checkpoints that were seen are kept on this device, so that the hub cannot say otherwise next time.
    """
    check, me = ed25519(), run.ask_me()
    chain = f"feed/{me.get('route', {}).get('code')}/{me.get('party', {}).get('code')}"
    kept = _Kept.read(run, chain)
    told = _keys([str(one.get("key")) for one in run.hub.checkpoint_keys()])
    keys = _keys([*kept.keys, *(key or [])]) or told
    given = [note for file in checkpoints or [] for note in _notes(file)]
    signed = run.hub.checkpoints()
    seen = list(dict.fromkeys([*kept.notes, *given, *(str(one.get("note")) for one in signed)]))
    marks, faults = believed(seen, keys, chain, check)
    proof = Proof(marks, faults=faults)
    head = 0
    for page_head, links in run.hub.feed_links():
        head = page_head
        for link in links:
            proof.take(link)
    proof.end(head)
    new = [one for one in told if one not in keys]
    proof.faults += [
        Fault(f"key {one}", "is new. Ask the operator for it by another way, then: rh verify --key KEY") for one in new
    ]
    if not proof.faults:
        _Kept([str(one) for one in keys], seen).write(run, chain)
    if save is not None:
        save.write_text("\n".join(seen), "utf-8")
    _tell(run, proof, [str(one) for one in keys], first=not kept.keys and not key)
    if proof.faults:
        raise typer.Exit(Exit.FAILED)


def _tell(run: Run, proof: Proof, keys: Sequence[str], *, first: bool) -> None:
    run.mark()
    if run.options.json:
        run.json(
            {
                "messages": proof.number, "erased": proof.erased, "checkpoints": proof.fitting, "keys": list(keys),
                "faults": [
                    {"where": one.where, "fault": one.what, "good_until": one.good or None} for one in proof.faults
                ],
            }
        )  # fmt: skip
        return
    for one in proof.faults[:MOST_SHOWN]:
        run.line(clean(f"{one.where}: {one.what}" + (f" (well up to {one.good})" if one.good else "")))
    if len(proof.faults) > MOST_SHOWN:
        run.say(f"… and {len(proof.faults) - MOST_SHOWN} more. All of them: rh verify --json")
    erased = f" ({proof.erased} erased)" if proof.erased else ""
    seen = f"{count(proof.number, 'message')}{erased}, {count(proof.fitting, 'signed checkpoint')}"
    if proof.faults:
        run.line(f"{count(len(proof.faults), 'fault')} in {seen}.")
        return
    run.line(f"Your feed is complete and unchanged: {seen}.")
    if not proof.fitting:
        run.say("The hub has signed nothing yet that could prove it later.")
    elif first:
        run.say(f"The hub's key is believed from now on: {', '.join(keys)}")


class _Kept:
    """What this device keeps of a feed: the keys that it believes, and every checkpoint that it has seen."""

    def __init__(self, keys: Sequence[str] = (), notes: Sequence[str] = ()) -> None:
        self.keys, self.notes = list(keys), list(notes)

    @classmethod
    def read(cls, run: Run, chain: str) -> _Kept:
        try:
            told = json.loads(_file(run, chain).read_text("utf-8"))
            return cls([str(one) for one in told["keys"]], [str(one) for one in told["checkpoints"]])
        except FileNotFoundError:
            return cls()
        except (OSError, ValueError, KeyError, TypeError):
            raise Usage(f"What was kept of earlier checkpoints cannot be read: {_file(run, chain)}") from None

    def write(self, run: Run, chain: str) -> None:
        config.write_private(_file(run, chain), json.dumps({"keys": self.keys, "checkpoints": self.notes}))


def _file(run: Run, chain: str) -> Path:
    name = hashlib.sha256(f"{run.hub.address.url} {chain}".encode()).hexdigest()[:16]
    return Path(platformdirs.user_state_path("routehub", appauthor=False)) / "checkpoints" / f"{name}.json"


def _keys(texts: Sequence[str]) -> list[PublicKey]:
    try:
        return list(dict.fromkeys(PublicKey.parse(text) for text in texts))
    except ValueError as fault:
        raise Usage(str(fault)) from None


def _notes(file: Path) -> list[str]:
    try:
        return notes(file.read_text("utf-8"))
    except (OSError, ValueError) as fault:
        raise Usage(f"{file} cannot be read as checkpoints: {fault}") from None
