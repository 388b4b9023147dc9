"""Write a migration from the difference between the tables and the migrations so far.

usage: python tools/migration.py NUMBER NAME "What it does."     (0002 deliveries "Subscriptions and deliveries.")
"""

import subprocess
import sys
import tempfile
from pathlib import Path

from alembic import command

from routehub.core.db import Database
from routehub.migrate import config, scripts, upgrade


def main(number: str, name: str, words: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        db = Database(f"sqlite:///{folder}/new.db")
        if any((scripts() / "versions").glob("*.py")):
            upgrade(db)
        with db.writer.connect() as connection:
            made = command.revision(config(connection), message=words, autogenerate=True, rev_id=number)
        db.close()
    path = Path(made.path).rename(scripts() / "versions" / f"{number}_{name}.py")  # type: ignore[union-attr]
    for act in (["check", "--select", "I", "--fix"], ["format"]):
        subprocess.run([sys.executable, "-m", "ruff", *act, "--quiet", str(path)], check=True)
    print(f"written: {path}")


if __name__ == "__main__":
    main(*sys.argv[1:4])
