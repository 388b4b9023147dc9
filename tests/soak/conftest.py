"""Fixtures that the long runs share with the tests of delivery."""

from tests.delivery.conftest import office, start, start_process

__all__ = ["office", "start", "start_process"]
