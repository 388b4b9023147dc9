"""The pictures in ``docs/pictures``: pages of the sample as they are now, small enough to be kept in the repository.

``make screenshots`` runs this. It needs Chromium and what developers need; nothing leaves this machine. Colours are
reduced to a palette, which pages of few colours do not show, so that all pictures together stay under a megabyte.
"""

import io
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from PIL import Image
from playwright.sync_api import Browser, sync_playwright

CHECKOUT = Path(__file__).parents[1]
sys.path.insert(0, str(CHECKOUT))

from tests.fixtures.browser import ARGUMENTS, find_chromium  # noqa: E402 - the checkout is not installed
from tests.fixtures.databases import migrate, sqlite_url  # noqa: E402
from tests.web.judged.sample import Sample, built, running  # noqa: E402

FOLDER = CHECKOUT / "docs" / "pictures"
COLOURS = 64
DESK, PHONE = (1280, 800), (390, 844)


@dataclass(frozen=True)
class Picture:
    """One file: the page, who looks at it, on what, in which theme."""

    name: str
    path: str
    who: str = "SI"
    size: tuple[int, int] = DESK
    theme: Literal["light", "dark"] = "light"
    whole: bool = False
    """All of the page, and not the first screen alone."""


def pictures(sample: Sample) -> list[Picture]:
    """The main pages. References are looked up: they are drawn by lot."""

    def first(route: str, who: str = "SI") -> str:
        return next(page.address for page in sample.pages if page.route == route and page.who == who)

    return [
        Picture("overview", "/", whole=True),
        Picture("overview-dark", "/", theme="dark"),
        Picture("overview-phone", "/", size=PHONE),
        Picture("figures", "/figures"),
        Picture("alert-phone", _asked(sample), size=PHONE),
        Picture("border", first("/legs/{leg}")),
        Picture("party", "/parties/MK"),
        Picture("free-places", "/places"),
        Picture("commitments", "/commitments"),
        Picture("agenda", "/conference/13"),
        Picture("readout", "/readouts/13", who=""),
    ]


def _asked(sample: Sample) -> str:
    """The alert that waits for Slovenia."""
    with sample.paper("SI") as slovenia:
        return next(link for link in slovenia.open("/").links if "/alerts/A-" in link)


def take(browser: Browser, sample: Sample, one: Picture) -> int:
    """Write one picture; answers its bytes."""
    context = browser.new_context(
        viewport={"width": one.size[0], "height": one.size[1]}, locale="en-GB", timezone_id="Europe/Brussels",
        color_scheme=one.theme, reduced_motion="reduce", service_workers="block",
    )  # fmt: skip
    if one.who:
        context.add_cookies([sample.cookie(one.who)])  # type: ignore[list-item]
    page = context.new_page()
    page.goto(f"{sample.url}{one.path}")
    shot = Image.open(io.BytesIO(page.screenshot(full_page=one.whole))).convert("RGB")
    context.close()
    file = FOLDER / f"{one.name}.png"
    shot.quantize(COLOURS, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE).save(file, optimize=True)
    return file.stat().st_size


def main(names: list[str]) -> int:
    """names: these pictures only; none: all."""
    chromium = find_chromium()
    if chromium is None:
        print("no Chromium: install it, or set ROUTEHUB_TEST_CHROMIUM to the program", file=sys.stderr)
        return 1
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="routehub-pictures-") as name:
        folder = Path(name)
        migrate(sqlite_url(folder / "empty.sqlite"), folder)
        made = built(folder / "hub", folder / "empty.sqlite")
        with running(folder / "hub", made) as sample, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=str(chromium), args=ARGUMENTS)
            wanted = [one for one in pictures(sample) if one.name in names or not names]
            sizes = [take(browser, sample, one) for one in wanted]
            browser.close()
    print(f"{len(sizes)} pictures, {sum(sizes) / 1000:.0f} kB in all")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
