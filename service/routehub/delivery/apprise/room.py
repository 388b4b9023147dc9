"""The room: ``python -m routehub.delivery.apprise.room [private]``, a process in which services of Apprise are called.

Apprise makes its own requests, with other libraries than the hub's, and reads whole answers. So each call is a fork of
this process with bounds on time, memory and files, and what it connects to is checked at the connection itself by an
audit hook (PEP 578): nothing can be resolved again in between, and redirects are checked like the first address. A call
that hangs, raises or eats memory ends alone.

In: one JSON object a line: id, url, and to send: title, text, brief. Out: one line for each: id, sent, words, again,
status. Nothing is logged, and no answer holds an address: they are passwords as well.
"""

import contextlib
import json
import logging
import os
import re
import resource
import select
import signal
import sys
from collections.abc import Iterator
from ipaddress import ip_address
from pathlib import Path
from typing import Any, NoReturn

from routehub.delivery.apprise.schemes import faults_of
from routehub.delivery.guard import refusal

SECONDS = 20
MEMORY = 256 * 1024 * 1024
"""Bytes that one call may take beyond what the room has."""
_REFUSED = (
    "subprocess.Popen", "os.exec", "os.posix_spawn", "os.spawn", "os.system", "os.fork", "os.forkpty", "pty.spawn",
    "os.remove", "os.rename", "os.mkdir", "os.rmdir", "os.link", "os.symlink", "os.truncate", "os.chmod", "os.chown",
    "socket.bind", "ctypes.dlopen",
)  # fmt: skip
_READABLE = tuple(
    str(Path(folder).resolve()) + "/"
    for folder in {*sys.path, sys.prefix, sys.base_prefix, "/etc/ssl", "/usr"}
    if folder
)
_CERTIFICATES = tuple(filter(None, (os.environ.get("REQUESTS_CA_BUNDLE"), os.environ.get("SSL_CERT_FILE"))))


class _Guard:
    """Says no to every connection and file that a call has no need of, and keeps why."""

    def __init__(self, *, private: bool) -> None:
        self.private, self.why = private, ""

    def __call__(self, event: str, args: tuple[Any, ...]) -> None:
        if event in ("socket.connect", "socket.sendto", "socket.sendmsg"):
            self._connect(args[1])
        elif event == "open":
            self._open(*args[:2])
        elif event in _REFUSED:
            raise PermissionError(event)

    def _connect(self, address: Any) -> None:
        host = str(address[0]).partition("%")[0] if isinstance(address, tuple) else ""
        try:
            why = refusal(ip_address(host), private=self.private)
        except ValueError:
            why = "an address of another sort"
        if why is not None:
            self.why = why
            raise PermissionError(why)

    def _open(self, path: Any, mode: Any) -> None:
        writes = isinstance(mode, str) and set(mode) & set("wax+")
        if isinstance(path, int) and not writes:
            return
        found = os.path.realpath(os.fsdecode(path)) if isinstance(path, (str, bytes)) else ""
        if writes or not (found.startswith(_READABLE) or found in (*_CERTIFICATES, os.devnull)):
            raise PermissionError("files are not for services")


class _Status(logging.Handler):
    """Apprise tells the other side's status in its log and nowhere else. Only the number is kept."""

    status: int | None = None

    def emit(self, record: logging.LogRecord) -> None:
        if (found := re.search(r"error=(\d{3})\b", record.getMessage())) is not None:
            self.status = int(found.group(1))


def _call(job: dict[str, Any], *, private: bool) -> dict[str, Any]:
    """Look at an address, or send to it. In a fork of the room."""
    import apprise

    if faults_of(job["url"]):
        return _not_sent("the address of the service cannot be used", again=False)
    guard, status = _Guard(private=private), _Status()
    logger = logging.getLogger("apprise")
    logger.handlers[:], logger.propagate = [status], False
    sys.addaudithook(guard)
    try:
        service = apprise.Apprise.instantiate(job["url"], suppress_exceptions=True)
        if not isinstance(service, apprise.NotifyBase):
            return _not_sent("the address of the service cannot be used", again=False)
        if "text" not in job:
            return {"sent": False, "words": "the address can be read", "again": True}
        text = job["text"] if len(job["text"]) <= service.body_maxlen or not job["brief"] else job["brief"]
        service.overflow_mode = apprise.OverflowMode.TRUNCATE
        if service.notify(body=text, title=job["title"], body_format=apprise.NotifyFormat.TEXT):
            return {"sent": True, "words": "handed over"}
    except Exception as fault:  # noqa: BLE001 - whatever a service does, its call has an end that can be told
        return _not_sent(f"the service failed ({type(fault).__name__})", again=True)
    if guard.why:
        return _not_sent(f"the service leads to {guard.why}; nothing is sent there", again=False)
    if status.status is not None:
        return _not_sent(f"the service answered {status.status}", again=True) | {"status": status.status}
    return _not_sent("the service could not be reached or did not take it", again=True)


def _not_sent(words: str, *, again: bool) -> dict[str, Any]:
    return {"sent": False, "words": words, "again": again}


class Room:
    """Forks for each line that comes in, and answers for forks that could not."""

    def __init__(self, answers: int, *, private: bool) -> None:
        self._answers, self._private = answers, private
        self._running: dict[int, str] = {}

    def run(self) -> None:
        """Until nobody asks any more."""
        ended, wake = os.pipe()
        os.set_blocking(wake, False)
        os.set_blocking(ended, False)
        signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        for line in self._lines(ended):
            self._begin(json.loads(line))

    def _lines(self, ended: int) -> Iterator[bytes]:
        waiting = b""
        while True:
            readable, _, _ = select.select([0, ended], [], [])
            if ended in readable:
                with contextlib.suppress(BlockingIOError):
                    os.read(ended, 4096)
                self._reap()
            if 0 in readable:
                some = os.read(0, 1 << 16)
                if not some:
                    return
                *lines, waiting = (waiting + some).split(b"\n")
                yield from lines

    def _begin(self, job: dict[str, Any]) -> None:
        child = os.fork()
        if child == 0:
            self._work(job)
        self._running[child] = job["id"]

    def _work(self, job: dict[str, Any]) -> NoReturn:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.alarm(SECONDS)  # kills: no code of a service can hold it up
        _bound()
        self._answer(job["id"], _call(job, private=self._private))
        os._exit(0)

    def _reap(self) -> None:
        while self._running:
            child, how = os.waitpid(-1, os.WNOHANG)
            if child == 0:
                return
            name = self._running.pop(child)
            if os.WIFSIGNALED(how) and os.WTERMSIG(how) == signal.SIGALRM:
                self._answer(name, _not_sent(f"no answer within {SECONDS} s", again=True))
            elif how != 0:
                self._answer(name, _not_sent("the service failed", again=True))

    def _answer(self, name: str, told: dict[str, Any]) -> None:
        """One write of less than PIPE_BUF bytes: lines of several forks never mix."""
        os.write(self._answers, json.dumps({"id": name, **told}).encode() + b"\n")


def _bound() -> None:
    pages = int(Path("/proc/self/statm").read_text().split()[0]) if Path("/proc/self/statm").exists() else 0
    if pages:
        most = pages * resource.getpagesize() + MEMORY
        resource.setrlimit(resource.RLIMIT_AS, (most, most))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def main() -> None:
    import apprise

    logging.disable(logging.NOTSET)
    answers = os.dup(1)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # whatever a service prints is no answer
    apprise.Apprise.instantiate("json://localhost", suppress_exceptions=True)  # loads all services, once for all forks
    Room(answers, private="private" in sys.argv[1:]).run()


if __name__ == "__main__":
    main()
