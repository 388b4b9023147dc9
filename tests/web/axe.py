"""axe-core, the usual judge of accessible pages (WCAG 2.2 A and AA, and its best practices), run inside a real page."""

from functools import cache
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

SCRIPT = Path(__file__).parents[1] / "vendored" / "axe.min.js"
TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
OF_COLOURS = ("color-contrast", "link-in-text-block")
"""The rules that another theme of the same page can break."""
RUN = """only => axe.run(document, { ...only, resultTypes: ['violations'], preload: false, iframes: false })
                .then(said => said.violations)"""


@cache
def _source() -> str:
    return SCRIPT.read_text(encoding="utf-8")


def violations(page: Page, *rules: str) -> list[str]:
    """What axe finds wrong, one line for each element: the rule, where, and why. rules: these only."""
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(f"() => {{ {_source()} }}")
    only = {"type": "rule", "values": list(rules)} if rules else {"type": "tag", "values": list(TAGS)}
    found: list[dict[str, Any]] = page.evaluate(RUN, {"runOnly": only})
    return [
        f"{one['id']}: {node['target']}: {node['any'][0]['message'] if node['any'] else one['help']}"
        for one in found
        for node in one["nodes"]
    ]
