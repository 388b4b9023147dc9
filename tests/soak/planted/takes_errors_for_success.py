"""A hub that does not look at what its commit came to.

usage: python -m tests.soak.planted.takes_errors_for_success serve
"""

import contextlib
from collections.abc import Iterator
from typing import Any

from sqlalchemy.exc import DBAPIError

from routehub.cli import main
from routehub.core.db import Database


@contextlib.contextmanager
def write_and_hope(self: Database) -> Iterator[Any]:
    with contextlib.suppress(DBAPIError), self.writer.begin() as connection:
        yield connection


if __name__ == "__main__":
    Database.write = write_and_hope  # type: ignore[method-assign]
    main()
