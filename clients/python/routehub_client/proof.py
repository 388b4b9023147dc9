"""Whether a feed is complete and unchanged, worked out from what the hub tells and from what it signed before.

The hub gives the links of the feed with the text that each covers; every link is computed again here. Checkpoints that
were kept, by this program or in a file, say what the links were then: a hub that changed, removed or added anything
since cannot give a chain that has them.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from routehub_client.errors import Misconfigured
from routehub_schemas.checkpoint import START, Checkpoint, PublicKey, content_hash, link, opened


@dataclass(frozen=True)
class Fault:
    """One thing that does not fit. good: the last checkpoint before it that does."""

    where: str
    what: str
    good: str = ""


@dataclass
class Proof:
    """A feed while it is gone through. marks: believed checkpoints of it."""

    marks: Sequence[Checkpoint]
    number: int = 0
    chain: str = START
    erased: int = 0
    fitting: int = 0
    good: str = ""
    faults: list[Fault] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._waiting = sorted(self.marks, key=lambda mark: mark.number)

    def take(self, told: Mapping[str, Any]) -> None:
        """The next link."""
        number, content, chain = told.get("feed"), str(told.get("content")), str(told.get("chain"))
        where = f"feed number {number}, message {told.get('id')}"
        if number != self.number + 1:
            self._fault(where, f"follows number {self.number}: something between them is missing")
        self.number = number if isinstance(number, int) else self.number + 1
        body, salt = told.get("body"), told.get("salt")
        if body is None:
            self.erased += 1
        elif not isinstance(body, str) or content_hash(str(salt), body) != content:
            self._fault(where, "has another content than the one that was accepted")
        elif _id(body) != told.get("id"):
            self._fault(where, "stands under the id of another message")
        if link(self.chain, self.number, content) != chain:
            self._fault(where, "does not fit the chain")
        self.chain = chain
        self._compare()

    def end(self, head: int) -> None:
        """The feed is said to end here."""
        if head != self.number:
            self._fault("head of the feed", f"is said to be {head}, the links end with {self.number}")
        for mark in self._waiting:
            self._other(mark, f"{mark.number} messages were signed, the feed ends with {self.number}")
        self._waiting = []

    def _compare(self) -> None:
        while self._waiting and self._waiting[0].number <= self.number:
            mark = self._waiting.pop(0)
            if (mark.number, mark.chain) != (self.number, self.chain):
                self._other(mark, "another link was signed for this number")
                continue
            self.fitting += 1
            if not self.faults:
                self.good = f"number {mark.number}, checkpoint of {mark.at}"

    def _other(self, mark: Checkpoint, what: str) -> None:
        if any(mark.epoch < other.epoch for other in self.marks):
            what += f" (in epoch {mark.epoch}; the hub was restored from a backup since)"
        self._fault(f"checkpoint {mark.id} of {mark.at}", what)

    def _fault(self, where: str, what: str) -> None:
        self.faults.append(Fault(where, what, self.good))


def believed(
    notes: Iterable[str], keys: Sequence[PublicKey], chain: str, check: Callable[[bytes, bytes, bytes], bool]
) -> tuple[list[Checkpoint], list[Fault]]:
    """The checkpoints of notes that one of the keys signed and that are about this chain (``feed/wbr/SI``); and what
    is wrong with the others."""
    found: dict[Checkpoint, None] = {}
    faults = []
    for note in dict.fromkeys(notes):
        try:
            mark = opened(note, keys, check)
        except ValueError as fault:
            faults.append(Fault("a checkpoint", str(fault)))
            continue
        if mark.origin not in {f"{key.name}/{chain}" for key in keys}:
            faults.append(Fault(f"checkpoint {mark.id} of {mark.at}", f"is about {mark.origin}, not {chain}"))
            continue
        found[mark] = None
    return list(found), faults


def ed25519() -> Callable[[bytes, bytes, bytes], bool]:
    """The check of signatures (RFC 8032).

    Errors: Misconfigured without the library for it.
    """
    try:
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    except ImportError:
        raise Misconfigured("To check signatures install the extra: pip install 'routehub-client[ed25519]'") from None

    def check(public: bytes, signature: bytes, text: bytes) -> bool:
        try:
            Ed25519PublicKey.from_public_bytes(public).verify(signature, text)
        except (InvalidSignature, ValueError):
            return False
        return True

    return check


def _id(body: str) -> object:
    try:
        told = json.loads(body)
    except ValueError:
        return None
    return told.get("id") if isinstance(told, dict) else None
