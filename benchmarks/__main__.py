"""``python -m benchmarks``: all tables."""

from benchmarks import ingestion, warning

ingestion.run()
warning.run()
