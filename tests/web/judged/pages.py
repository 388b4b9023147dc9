"""Every page that the sample leads its people to: found by following links, so that a new page is judged as soon as
somebody can get there. What no link reaches is named by hand; a page that is in neither fails a test."""

import re
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from fastapi import FastAPI

from tests.fixtures.addresses import addresses
from tests.web import paper
from tests.web.paper import Paper

if TYPE_CHECKING:
    from tests.web.judged.sample import Sample

NO_PAGES = (
    "/v1/",
    "/docs",
    "/checkpoints",
    "/static/",
    "/health",
    "/metrics",
    "/openapi",
    "/asyncapi",
    "/schemas",
    "/service-worker.js",
)
"""What programs read, files, and the reference of the doors, which is one page of a megabyte without a script."""
WHO = ("SI", "EC", "operator", "", "MK", "AT")
"""Whose links are followed, in this order; nobody is the public."""
DOORS = {"": ("/sign-in", "/readouts"), "MK": ("/alerts",), "AT": ("/measures",)}
"""Where they begin, if not at the start page; who begins at a list stays below it: what is theirs has acts."""
LOOKED_AT = 3
"""Pages of one address that are opened in search of others."""
JUDGED = 2
"""Pages of one address that are judged: such that offer different buttons, as an open alert and one that ended do."""


EMPTY = "a list on which nothing was posted yet"
LISTS = (
    "/", "/alerts", "/measures", "/movements", "/requests", "/places", "/threads", "/commitments", "/statements",
    "/conference", "/actions", "/readouts", "/messages", "/legs", "/forecast", "/report", "/bulletin", "/replay",
)  # fmt: skip
"""Lists of the sample's second route, which is an exercise and empty."""


@dataclass(frozen=True, order=True)
class Page:
    """One page: its route as it is written, an address of it, and who looks (nobody: a stranger)."""

    route: str
    address: str
    who: str


@dataclass(frozen=True)
class Pattern:
    """A route that may be a page. ``act``: the last word says what is done, and makes another page of each word."""

    path: str
    form: re.Pattern[str]
    words: int

    @property
    def act(self) -> bool:
        return self.path.endswith("{act}")


def by_hand(day: date, checked: str, running: str) -> list[Page]:
    """What no link leads to, or only an act: the pages themselves hold still."""
    return [
        Page("/figures/{party}/{day}/history", f"/figures/RS/{day}/history", "SI"),
        Page("/conference/{number}/close", "/conference/15/close", "EC"),
        Page("/conference/{number}/minutes/{item}", f"/conference/{running}/minutes/2", "EC"),
        Page("/conference/{number}/readout", f"/conference/{checked}/readout", "EC"),
        Page("/conference/{number}/readout/publish", f"/conference/{checked}/readout/publish", "EC"),
        Page("/sign-in/{token}", "/sign-in/a-link-from-a-mail", ""),
        Page("/acknowledge/{token}", "/acknowledge/a-link-that-is-over", ""),
        *(Page(EMPTY, f"/routes/wbr-exercise{path}", "SI") for path in LISTS),
    ]


def patterns(app: FastAPI) -> list[Pattern]:
    """Every GET address that is meant for people, the most exact first."""
    found = []
    for one in addresses(app, "GET"):
        if not one.path.startswith(NO_PAGES):
            form = re.compile(re.sub(r"\\\{[^}]+\\\}", "[^/]+", re.escape(one.path)))
            found.append(Pattern(one.path, form, one.path.count("{")))
    return sorted(found, key=lambda one: (one.words, -len(one.path)))


def found(sample: "Sample") -> tuple[list[Page], set[str], list[str]]:
    """The pages to be judged, some of each kind; every route that was reached, those that lead on included; and links
    that lead to no page."""
    known = patterns(sample.hub.app)
    chosen: dict[str, dict[frozenset[str], Page]] = {}
    reached: set[str] = set()
    dead: list[str] = []
    for who in WHO:
        with sample.paper(who) as browser:
            for kind, page, buttons in _led(browser, who, known, reached, dead):
                some = chosen.setdefault(kind, {})
                if len(some) < JUDGED:
                    some.setdefault(buttons, page)
    return sorted(page for some in chosen.values() for page in some.values()), reached, dead


def _led(
    browser: Paper, who: str, known: list[Pattern], reached: set[str], dead: list[str]
) -> Iterator[tuple[str, Page, frozenset[str]]]:
    """(kind of page, page, the words on its buttons) of what somebody reaches by links alone."""
    waiting = deque(DOORS.get(who, ("/",)))
    seen, opened = set(waiting), Counter[str]()
    while waiting:
        address = waiting.popleft()
        route, kind = _kind(address, known)
        opened[kind] += 1
        if opened[kind] > LOOKED_AT:
            continue
        page = browser.open(address)
        reached.add(route)
        if page.status == 403:  # help tells of pages that others have; they say who may
            continue
        if page.status >= 400:
            dead.append(f"{who or 'nobody'} is led to {address}, which answers {page.status}")
            continue
        if not page.answer.headers.get("content-type", "").startswith("text/html"):
            continue
        if page.path != address:
            address = page.path
            route, kind = _kind(address, known)
            reached.add(route)
        if route:
            yield kind, Page(route, address, who), frozenset(words for f in page.forms for _, _, words in f.buttons)
        for path in _links(page):
            if path not in seen and (not who or path.startswith(DOORS.get(who, ("/",)))):
                seen.add(path)
                waiting.append(path)


def _kind(address: str, known: list[Pattern]) -> tuple[str, str]:
    """The route of an address and what kind of page it is; no route for what is no page."""
    route = next((one for one in known if one.form.fullmatch(address)), None)
    if route is None:
        return "", address
    return route.path, f"{route.path} {address.rsplit('/', 1)[1]}" if route.act else route.path


def _links(page: paper.Page) -> Iterator[str]:
    """Pages of the default route that a page leads to."""
    for link in page.links:
        there = urlsplit(urljoin(str(page.answer.url), link))
        same = there.netloc == page.answer.url.netloc.decode()
        if same and not there.path.startswith((*NO_PAGES, "/routes/")):
            yield there.path
