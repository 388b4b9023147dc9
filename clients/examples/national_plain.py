"""The same with Python's standard library alone, for machines on which nothing can be installed.

export ROUTEHUB_URL=https://hub.example ROUTEHUB_KEY_FILE=$HOME/routehub.key
python3 national_plain.py push figures.json [--dry-run]
python3 national_plain.py read [cursor.txt]
"""

import json
import os
import sys
import time
import urllib.error
import urllib.request
import uuid
from pathlib import Path
from typing import Any

TRIES = 5


def ask(method: str, path: str, body: bytes | None = None, **headers: str) -> dict[str, Any]:
    """The answer as JSON. 429, 503 and a lost connection are tried again; what is refused ends the program."""
    key = Path(os.environ["ROUTEHUB_KEY_FILE"]).read_text().strip()
    given = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"} | headers
    url = os.environ["ROUTEHUB_URL"] + "/v1" + path
    for left in reversed(range(TRIES)):
        request = urllib.request.Request(url, body, given, method=method)  # noqa: S310 - the operator's own setting
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310
                found: dict[str, Any] = json.load(answer)
                return found
        except urllib.error.HTTPError as fault:
            said = json.load(fault)
            if fault.code not in (429, 503) or not left:
                for problem in said.get("problems", []):
                    sys.stderr.write(f"{problem['pointer']}: {problem['message']}\n")
                sys.exit(f"{fault.code}: {said['detail']}")
            wait = float(fault.headers.get("Retry-After", 2))
        except OSError as fault:
            if not left:
                sys.exit(f"No connection: {fault}")
            wait = 2.0
        time.sleep(wait)
    raise AssertionError("the last try answers or ends")


def push(file: str, *, dry_run: bool) -> None:
    me = ask("GET", "/me")
    party, day = me["party"]["code"], me["reporting_day"]
    address = f"/parties/{party}/reports/{day}" + ("?dry_run=true" if dry_run else "")
    # One id for one message: if an answer is lost, the repeat is known for the same message.
    said = ask("PUT", address, Path(file).read_bytes(), **{"Idempotency-Key": str(uuid.uuid4())})
    for warning in said["warnings"]:
        sys.stderr.write(f"{warning['code']}: {warning['message']}\n")
    sys.stdout.write(f"{day} {said.get('web', 'checked, nothing stored')}\n")


def read(file: str) -> None:
    place = Path(file)
    more = True
    while more:
        after = place.read_text().strip() if place.exists() else "0"
        page = ask("GET", f"/messages?limit=100&after={after}")
        for event in page["messages"]:
            sys.stdout.write(json.dumps(event) + "\n")
        sys.stdout.flush()
        # The cursor moves only after the messages are out: after a crash some come again, and none is lost.
        place.write_text(page["next"])
        more = page["more"]


def main(act: str, *words: str) -> None:
    if act == "push":
        push(words[0], dry_run="--dry-run" in words)
    else:
        read(words[0] if words else "cursor.txt")


if __name__ == "__main__":
    main(*sys.argv[1:])
