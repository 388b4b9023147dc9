"""``python -m benchmarks [TABLE …] [--quick]``: all tables, or those that are named."""

import sys

from benchmarks import ingestion, reads

TABLES = {"ingestion": lambda quick: ingestion.run(), "reads": reads.run}

words = [word for word in sys.argv[1:] if word != "--quick"]
for name in words or TABLES:
    TABLES[name]("--quick" in sys.argv)
