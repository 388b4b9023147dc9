"""Signed checkpoints: what a hub says that a chain was at a moment, so that it cannot say otherwise later.

The form is that of transparency logs: the body of a checkpoint (C2SP tlog-checkpoint) in a signed note (C2SP
signed-note) with ed25519 (RFC 8032). The log is a chain and not a tree, so the hash is that of the chain's last link::

    routehub/8f3a91c2d4e5f607/feed/wbr/SI
    1042
    K1f…=
    epoch 1
    time 2015-10-20T06:24:11.120Z

    — routehub/8f3a91c2d4e5f607 8qBZ…

Nothing here needs more than the standard library; who has a library for ed25519 hands it in.
"""

import base64
import binascii
import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass

START = "0" * 64
"""What stands for the link before the first."""
ED25519 = b"\x01"
"""The signature algorithm in a note's key (C2SP signed-note)."""
MOST_BYTES = 4_000

Check = Callable[[bytes, bytes, bytes], bool]
"""Whether a public key (32 bytes) made a signature (64 bytes) of a text: RFC 8032, 5.1.7."""


def content_hash(salt: str, body: str) -> str:
    """The salted hash of a stored body. Without the salt nobody can guess short contents from it."""
    return _digest(salt + body)


def link(previous: str, number: int, content: str) -> str:
    """The chain link of position ``number``: over the link before it, the number and the content's hash."""
    return _digest(f"{previous}:{number}:{content}")


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True)
class Checkpoint:
    """A chain as it was: ``number`` links, of which the last is ``chain`` (64 hexadecimal digits). at: RFC 3339, UTC.

    origin: ``routehub/DEPLOYMENT/journal``, ``…/audit`` or ``…/feed/ROUTE/PARTY``.
    """

    origin: str
    number: int
    chain: str
    epoch: int
    at: str

    @property
    def id(self) -> str:
        """The place in the feed, as cursors name it."""
        return f"{self.epoch}.{self.number}"

    @property
    def text(self) -> str:
        """What is signed."""
        root = base64.b64encode(bytes.fromhex(self.chain)).decode()
        return f"{self.origin}\n{self.number}\n{root}\nepoch {self.epoch}\ntime {self.at}\n"


@dataclass(frozen=True)
class PublicKey:
    """The public half of a hub's key. Written ``NAME+ID+BASE64``, as verifiers of signed notes take it."""

    name: str
    public: bytes

    @property
    def id(self) -> bytes:
        """Four bytes that say which key it was; they prove nothing."""
        return hashlib.sha256(self.name.encode() + b"\n" + ED25519 + self.public).digest()[:4]

    def __str__(self) -> str:
        return f"{self.name}+{self.id.hex()}+{base64.b64encode(ED25519 + self.public).decode()}"

    @classmethod
    def parse(cls, text: str) -> "PublicKey":
        """Errors: ValueError where it is not one."""
        name, _, rest = text.strip().partition("+")
        id_, _, encoded = rest.partition("+")
        key = _decoded(encoded)
        found = cls(name, key[1:])
        if key[:1] != ED25519 or len(key) != 33 or not name or found.id.hex() != id_:
            raise ValueError("This is not a key of signed notes: NAME+ID+BASE64 with ed25519.")
        return found


def signed(checkpoint: Checkpoint, key: PublicKey, signature: bytes) -> str:
    """The signed note."""
    return f"{checkpoint.text}\n— {key.name} {base64.b64encode(key.id + signature).decode()}\n"


def opened(note: str, keys: Iterable[PublicKey], check: Check) -> Checkpoint:
    """The checkpoint of a note that one of these keys has signed.

    Errors: ValueError where it is no such note, or none of the keys signed it.
    """
    found, signatures = parse(note)
    held = {(key.name, key.id): key for key in keys}
    for name, raw in signatures:
        key = held.get((name, raw[:4]))
        if key is not None and check(key.public, raw[4:], found.text.encode()):
            return found
    raise ValueError("None of the keys that are known has signed this checkpoint.")


def parse(note: str) -> tuple[Checkpoint, list[tuple[str, bytes]]]:
    """The checkpoint of a note, and the names and bytes of its signatures, which are not checked here.

    Errors: ValueError where it is not a note of a checkpoint.
    """
    text, blank, tail = note.replace("\r\n", "\n").partition("\n\n")
    lines = text.split("\n")
    if not blank or len(lines) != 5 or len(note) > MOST_BYTES:
        raise ValueError("This is not a signed checkpoint.")
    origin, number, root, epoch, at = lines
    if not (_number(number) and epoch.startswith("epoch ") and _number(epoch[6:]) and at.startswith("time ")):
        raise ValueError("This is not a signed checkpoint.")
    chain = _decoded(root).hex()
    signatures = [_signature(line) for line in tail.splitlines() if line]
    if len(chain) != 64 or not origin or not signatures:
        raise ValueError("This is not a signed checkpoint.")
    return Checkpoint(origin, int(number), chain, int(epoch[6:]), at[5:]), signatures


def notes(text: str) -> list[str]:
    """The notes of a file in which several stand one after another."""
    found: list[str] = []
    lines: list[str] = []
    for line in text.replace("\r\n", "\n").split("\n"):
        if found and not lines and line.startswith("— "):
            found[-1] += line + "\n"
        elif line.startswith("— ") and len(lines) > 1:
            found.append("\n".join([*lines, line]) + "\n")
            lines = []
        elif line or lines:
            lines.append(line)
    if any(lines):
        raise ValueError("The last checkpoint of the file has no signature.")
    return found


def _signature(line: str) -> tuple[str, bytes]:
    dash, _, rest = line.partition(" ")
    name, _, encoded = rest.rpartition(" ")
    raw = _decoded(encoded)
    if dash != "—" or not name or len(raw) < 5:
        raise ValueError("This is not a signed checkpoint: a line of its signatures cannot be read.")
    return name, raw


def _number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 20


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise ValueError("This is not a signed checkpoint: a part of it is not base64.") from None
