"""Fixtures of the judges."""

from tests.web.judged.sample import sample, sample_folder

__all__ = ["sample", "sample_folder"]
