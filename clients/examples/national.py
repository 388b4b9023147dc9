"""A national system in Python with routehub-client: today's figures out, the party's feed in.

export ROUTEHUB_URL=https://hub.example ROUTEHUB_KEY_FILE=$HOME/routehub.key
python national.py push figures.json [--dry-run]
python national.py read [cursor.txt]
"""

import json
import os
import sys
from pathlib import Path

from routehub_client import Hub, Refused


def push(hub: Hub, file: str, *, dry_run: bool) -> int:
    me = hub.me()
    data = json.loads(Path(file).read_text())
    try:
        # The client gives each message an id of its own and keeps it over its repeats.
        posted = hub.put_report(me["party"]["code"], str(me["reporting_day"]), data, dry_run=dry_run)
    except Refused as fault:
        for problem in fault.problems:
            sys.stderr.write(f"{problem.pointer}: {problem.message}\n")
        return 1
    for warning in posted.unusual():
        sys.stderr.write(f"unusual: {warning.message}\n")
    sys.stdout.write(f"{me['reporting_day']} {posted.web or 'checked, nothing stored'}\n")
    return 0


def read(hub: Hub, file: str) -> int:
    place = Path(file)
    page = hub.page(place.read_text().strip() if place.exists() else None)
    while True:
        for event in page.messages:
            sys.stdout.write(f"{event.model_dump_json(exclude_none=True)}\n")
        sys.stdout.flush()
        # The cursor moves only after the messages are out: after a crash some come again, and none is lost.
        place.write_text(page.next or "")
        if not page.more:
            return 0
        page = hub.page(page.next)


def main(act: str, *words: str) -> int:
    # `wait`: while there is no connection or the hub is busy, try again for up to a minute, as Retry-After says.
    with Hub(os.environ["ROUTEHUB_URL"], key_file=os.environ["ROUTEHUB_KEY_FILE"], wait=60) as hub:
        if act == "push":
            return push(hub, words[0], dry_run="--dry-run" in words)
        return read(hub, words[0] if words else "cursor.txt")


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
