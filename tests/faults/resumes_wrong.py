"""A hub with a planted fault: going on from a cursor leaves one message out, or gives one twice.

usage: PLANTED=skip python -m tests.faults.resumes_wrong serve      (or PLANTED=repeat)
"""

import os
from typing import Any

from routehub.cli import main
from routehub.journal import feed

page = feed.page
off_by = {"skip": 1, "repeat": -1}.get(os.environ.get("PLANTED", ""), 0)


def page_off_by_one(conn: Any, route: str, party: str, after: int, limit: int, *more: Any) -> Any:
    return page(conn, route, party, after + off_by if after else after, limit, *more)


if __name__ == "__main__":
    feed.page = page_off_by_one  # type: ignore[assignment]
    main()
