"""Two years of hourly figures of thirty sections, through the public door: how fast, and whether memory grows."""

import tempfile
from pathlib import Path

from benchmarks.ingestion import TWO_YEARS, hub, replay


def run(quick: bool) -> None:
    """Print ten points of the way. quick: a tenth of it."""
    with tempfile.TemporaryDirectory() as name, hub(Path(name), f"sqlite:///{name}/replay.db") as server:
        replay(server, TWO_YEARS // 10 if quick else TWO_YEARS)
