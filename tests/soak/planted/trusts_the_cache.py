"""A hub that answers before the disk has what it wrote: a power cut loses it.

usage: python -m tests.soak.planted.trusts_the_cache serve
"""

from typing import Any

from sqlalchemy import event

from routehub.cli import main
from routehub.core import db, engines

make_engine = engines.sqlite_engine


def careless(url: str, pool_size: int, *, writer: bool) -> Any:
    engine = make_engine(url, pool_size, writer=writer)

    @event.listens_for(engine, "connect")
    def _careless(connection: Any, _record: Any) -> None:
        connection.execute("PRAGMA synchronous=NORMAL")

    return engine


if __name__ == "__main__":
    db.sqlite_engine = careless  # type: ignore[attr-defined]
    db.Database.durability = lambda self: []  # type: ignore[method-assign]
    main()
