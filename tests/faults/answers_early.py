"""A hub with a planted fault: it answers before the commit. The kill harness must find out.

usage: python -m tests.faults.answers_early serve
"""

import time
from typing import Any

from routehub.cli import main
from routehub.journal import writer
from routehub.journal.batch import Batch


def perform_and_answer_too_early(self: Any, waiting: list[Any]) -> None:
    with self._db.write() as conn:
        batch = Batch.open(conn, self._clock, self._known)
        writer._answer_all([(item, *self._one(batch, item.job)) for item in waiting])
        batch.flush()
        time.sleep(0.02)  # what a slow disk takes; here a kill loses what was answered


if __name__ == "__main__":
    writer.Writer._perform = perform_and_answer_too_early  # type: ignore[method-assign]
    main()
