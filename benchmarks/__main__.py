"""``python -m benchmarks``: all tables."""

from benchmarks import ingestion

ingestion.run()
