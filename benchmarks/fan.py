"""The light load of ``c/fan.c`` from Python: build it, start it against a server, give it phases, read the answers."""

import contextlib
import json
import os
import resource
import subprocess
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

SOURCES = Path(__file__).parent / "c"
STAMP = "sent_ns=" + "0" * 20 + "." + "0" * 8
PAYLOAD = json.dumps({"stamp": STAMP, "text": "x" * 600})[:598].replace('"}', "") + '"}'
"""What peers carry: about as many bytes as an alert of the hub."""


@dataclass(frozen=True)
class Talk:
    """What subscribers and publishers of one server say. ``ready``: the bytes that show a subscription."""

    form: str
    hellos: Sequence[bytes]
    ready: bytes
    message: bytes
    preamble: bytes = b""
    publishers: int = 1


@dataclass
class Fan:
    """A running load. Every phase answers with what ``c/fan.c`` measured."""

    process: "subprocess.Popen[str]"
    connected: dict[str, Any] = field(default_factory=dict)

    def phase(self, words: str) -> dict[str, Any]:
        self.begin(words)
        return self.answer()

    def idle(self, ms: int) -> None:
        """Read on, so that what is still on its way is not counted in the next phase."""
        self.phase(f"idle {ms} 0")

    def begin(self, words: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(words + "\n")
        self.process.stdin.flush()

    def answer(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError("the load ended")
        return dict(json.loads(line))


def build(folder: Path, name: str) -> Path:
    """Compile one of the C programs; every gcc will do."""
    made = folder / name
    subprocess.run(["gcc", "-O2", "-o", str(made), str(SOURCES / f"{name}.c")], check=True)
    return made


def allow_many_files() -> None:
    """As many sockets as the system lets a process have, for this one and those it starts."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


@contextlib.contextmanager
def fan(program: Path, port: int, count: int, talk: Talk, *, stalled: int = 0, slow: int = 0) -> Iterator[Fan]:
    """Connect so many subscribers; they stay until the end of the block."""
    folder = program.parent
    mark = f"{port}-{count}-{time.monotonic_ns()}"
    hellos = b"".join(len(one).to_bytes(4, "little") + one for one in talk.hellos)
    files = []
    for name, content in (("hellos", hellos), ("message", talk.message), ("preamble", talk.preamble)):
        files.append(folder / f"{mark}.{name}")
        files[-1].write_bytes(content)
    process = subprocess.Popen(
        [str(program), str(port), str(count), talk.form, str(files[0]), talk.ready.hex(), str(files[1]),
         str(files[2]), str(talk.publishers), str(stalled), str(slow)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        found = Fan(process)
        found.connected = found.answer()
        yield found
    finally:
        process.kill()
        process.wait()


def cpu_seconds(pid: int) -> float:
    """Seconds of processor that a process has used, in all its threads, those that ended too."""
    with open(f"/proc/{pid}/stat", encoding="ascii") as stat:
        fields = stat.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def memory_kib(pid: int) -> int:
    with open(f"/proc/{pid}/status", encoding="ascii") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS"))
