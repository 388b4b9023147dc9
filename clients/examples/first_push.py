"""A first push from Python: checks the figures, posts them, and shows what the hub made of them.

export ROUTEHUB_URL=https://hub.example ROUTEHUB_KEY_FILE=$HOME/si.key
python first_push.py 2026-01-21
"""

import os
import sys

from routehub_client import Hub, Refused

FIGURES = [
    {"indicator": "arrivals", "counterpart": "HR", "value": 1362},
    {"indicator": "departures", "counterpart": "AT", "value": 1121},
    {"indicator": "present", "value": 5840, "status": "provisional"},
]


def main(day: str) -> int:
    # `wait`: while there is no connection, try again for half a minute. A repeat never counts twice.
    with Hub(os.environ["ROUTEHUB_URL"], key_file=os.environ["ROUTEHUB_KEY_FILE"], wait=30) as hub:
        party = hub.me()["party"]["code"]
        try:
            tried = hub.put_report(party, day, {"figures": FIGURES}, dry_run=True)
            for warning in tried.unusual():
                sys.stderr.write(f"unusual: {warning.message}\n")
            posted = hub.put_report(party, day, {"figures": FIGURES})
        except Refused as fault:
            for problem in fault.problems:
                sys.stderr.write(f"{problem.pointer}: {problem.message}\n")
            return 1
        sys.stdout.write(f"{posted.id}\n{posted.web or ''}\n")
        for figure in hub.figures(party=party, start=day, end=day):
            sys.stdout.write(f"{figure['indicator']}  {figure['value']}  {figure['status']}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
