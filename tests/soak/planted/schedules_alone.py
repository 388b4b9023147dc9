"""A hub that does what is due without asking whether another does, and calls it by a name of its own.

usage: python -m tests.soak.planted.schedules_alone serve
"""

import secrets
from typing import Any

from routehub.cli import main
from routehub.digests import occurrences
from routehub.digests.tasks import agenda


def ids_of_its_own(*_: Any) -> str:
    return secrets.token_hex(16)


if __name__ == "__main__":
    occurrences.claim = lambda *_: True
    occurrences.end = lambda *_, **__: False
    vars(agenda)["edition_id"] = ids_of_its_own
    main()
