"""Fixtures of the long runs."""

from tests.faults.forked import fork_hub

__all__ = ["fork_hub"]
