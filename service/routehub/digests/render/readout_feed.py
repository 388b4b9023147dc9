"""Readouts as an Atom feed. An erratum makes its readout newer, so that readers of feeds see it again."""

from collections.abc import Sequence
from datetime import datetime

from routehub.boards.readouts.correcting import standing
from routehub.boards.readouts.queries import ReadoutView
from routehub.digests.render.reader import MARKS
from routehub.digests.render.readout import address, plain
from routehub.directory.snapshot import Directory, RouteView
from routehub.formats import atom


def readout_feed(
    views: Sequence[ReadoutView], route: RouteView, directory: Directory, public_url: str, now: datetime
) -> atom.Feed:
    """The feed of what is published, the last change first."""
    mark = f"{MARKS[route.marking]}: " if route.marking in MARKS else ""
    newest = sorted(views, key=lambda view: view.updated_at, reverse=True)
    home = f"{public_url}/routes/{route.code}/readouts"
    return atom.Feed(
        id=f"{public_url}/v1/routes/{route.code}/readouts.atom", title=f"{mark}{route.title}: readouts",
        subtitle="What the contact points’ conferences came to, as published.",
        address=f"{public_url}/v1/routes/{route.code}/readouts.atom", home=home,
        updated=newest[0].updated_at if newest else now, rights="TLP:CLEAR",
        entries=[_entry(view, route, directory, public_url, mark) for view in newest],
    )  # fmt: skip


def _entry(view: ReadoutView, route: RouteView, directory: Directory, public_url: str, mark: str) -> atom.Entry:
    places = view.places
    summary = " ".join(standing(places["/opening"]).split())
    if view.errata:
        last = view.errata[-1]
        summary += f" Erratum {last.number}: “{last.wrong}” should read “{last.right}”."
    return atom.Entry(
        id=f"urn:uuid:{view.id}", title=f"{mark}{plain(places['/title'])}", link=address(view, route, public_url),
        published=view.published_at, updated=view.updated_at, author=directory.name(view.party, view.day),
        summary=summary, category="readout", tlp="CLEAR",
    )  # fmt: skip
