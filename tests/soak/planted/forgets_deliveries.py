"""A hub that now and then takes a message for dispatched which is not.

usage: python -m tests.soak.planted.forgets_deliveries serve
"""

import itertools
from typing import Any

from routehub.cli import main
from routehub.delivery import outgoing

add = outgoing.add
_numbers = itertools.count(1)


def add_most(tx: Any, rows: Any) -> None:
    add(tx, [row for row in rows if next(_numbers) % 5])


if __name__ == "__main__":
    outgoing.add = add_most
    main()
