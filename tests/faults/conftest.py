"""Fixtures of the fault harnesses."""

from tests.faults.forked import fork_hub

__all__ = ["fork_hub"]
