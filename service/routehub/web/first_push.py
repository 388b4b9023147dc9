"""The lines of a first push, filled in for one key: hub, route, party and today's reporting day. They never hold the
key itself: it goes into a file first, and every line reads it from there."""

from dataclasses import dataclass
from datetime import date

from routehub.directory.snapshot import RouteView
from routehub.web.figure_fields import borders

KEY_FILE = "routehub.key"
LEAST, STEP = 120, 10
"""The invented figures begin here and grow, so that none is taken for real and none for another."""


@dataclass(frozen=True)
class FirstPush:
    """Lines to copy, each block whole: for curl, for Python with routehub-client, for Node.js 18 or newer. What stores
    something is a block of its own, so that a pasted dry run stays one."""

    curl: str
    curl_post: str
    python: str
    python_post: str
    javascript: str
    javascript_post: str
    read: str


def first_push(public_url: str, route: RouteView, party: str, day: date) -> FirstPush:
    hub = public_url.rstrip("/")
    address = f"{hub}/v1/routes/{route.code}/parties/{party}/reports/{day}"
    figures = _figures(route, party, day)
    return FirstPush(
        _curl_file(figures) + _curl(f"{address}?dry_run=true"),
        _curl(address, '  -H "Idempotency-Key: first-push-$(date +%s)" \\\n'),
        _python(hub, route.code, party, day, figures),
        "python3 push.py --post\n",
        _javascript(address, figures),
        "node push.mjs --post\n",
        f'curl -sS "{hub}/v1/routes/{route.code}/messages?limit=3" -H "Authorization: Bearer $(cat {KEY_FILE})"\n',
    )


def _figures(route: RouteView, party: str, day: date) -> list[str]:
    rows = []
    for number, series in enumerate(borders(route, party, day)):
        parts = "".join(f'"{name}": "{value}", ' for name, value in series)
        rows.append(f'{{{parts}"value": {LEAST + number * STEP}}}')
    return rows


def _curl_file(figures: list[str]) -> str:
    return "cat > today.json <<'JSON'\n{\"figures\": [\n  " + ",\n  ".join(figures) + "\n]}\nJSON\n"


def _curl(address: str, more: str = "") -> str:
    return (
        f'curl -sS -X PUT "{address}" \\\n'
        f'  -H "Authorization: Bearer $(cat {KEY_FILE})" \\\n'
        f'{more}  -H "Content-Type: application/json" --data @today.json\n'
    )


def _python(hub: str, route: str, party: str, day: date, figures: list[str]) -> str:
    rows = "".join(f"    {row},\n" for row in figures)
    return f"""cat > push.py <<'PY'
import sys
from routehub_client import Hub, Refused

FIGURES = [
{rows}]
dry_run = "--post" not in sys.argv
with Hub("{hub}", key_file="{KEY_FILE}", route="{route}", wait=30) as hub:
    try:
        posted = hub.put_report("{party}", "{day}", {{"figures": FIGURES}}, dry_run=dry_run)
    except Refused as fault:
        sys.exit("\\n".join(f"{{p.pointer}}: {{p.message}}" for p in fault.problems) or str(fault))
    print("Checked, nothing stored." if dry_run else posted.web)
PY
python3 push.py
"""


def _javascript(address: str, figures: list[str]) -> str:
    rows = "".join(f"  {row},\n" for row in figures)
    return f"""cat > push.mjs <<'JS'
import {{ readFileSync }} from "node:fs";
import {{ randomUUID }} from "node:crypto";

const figures = [
{rows}];
const dryRun = process.argv.includes("--post") ? "" : "?dry_run=true";
const answer = await fetch("{address}" + dryRun, {{
  method: "PUT",
  headers: {{
    "Authorization": "Bearer " + readFileSync("{KEY_FILE}", "utf8").trim(),
    "Content-Type": "application/json",
    "Idempotency-Key": randomUUID(),
  }},
  body: JSON.stringify({{ figures }}),
}});
const said = await answer.json();
for (const problem of said.problems ?? []) console.error(problem.pointer + ": " + problem.message);
console.log(answer.status, answer.ok ? said.web ?? "Checked, nothing stored." : said.detail);
process.exitCode = answer.ok ? 0 : 1;
JS
node push.mjs
"""
