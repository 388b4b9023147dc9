"""The lines of a first push, filled in for one key: hub, route, party and today's reporting day. They never hold the
key itself: it goes into a file first, and every line reads it from there."""

from dataclasses import dataclass
from datetime import date

from routehub.directory.snapshot import RouteView
from routehub.web.figure_fields import borders

KEY_FILE = "routehub.key"
REASON = "First push, to try"
"""Somebody may have pushed other figures for the day already; a confirmed one changes only with a reason."""
LEAST, STEP = 120, 10
"""The invented figures begin here and grow, so that none is taken for real and none for another."""


@dataclass(frozen=True)
class FirstPush:
    """Lines to copy, each block whole: for curl, for Python and for Node.js 18 or newer, with nothing to install. What
    stores something is a block of its own, so that a pasted dry run stays one."""

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
        _python(address, figures),
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
    return (
        f'cat > today.json <<\'JSON\'\n{{"reason": "{REASON}", "figures": [\n  '
        + ",\n  ".join(figures)
        + "\n]}\nJSON\n"
    )


def _curl(address: str, more: str = "") -> str:
    return (
        f'curl -sS -X PUT "{address}" \\\n'
        f'  -H "Authorization: Bearer $(cat {KEY_FILE})" \\\n'
        f'{more}  -H "Content-Type: application/json" --data @today.json\n'
    )


def _python(address: str, figures: list[str]) -> str:
    rows = "".join(f"    {row},\n" for row in figures)
    return f"""cat > push.py <<'PY'
import json, sys, urllib.error, urllib.request, uuid

FIGURES = [
{rows}]
dry_run = "" if "--post" in sys.argv else "?dry_run=true"
request = urllib.request.Request(
    "{address}" + dry_run, method="PUT", data=json.dumps({{"reason": "{REASON}", "figures": FIGURES}}).encode(),
    headers={{
        "Authorization": "Bearer " + open("{KEY_FILE}").read().strip(),
        "Content-Type": "application/json",
        "Idempotency-Key": str(uuid.uuid4()),
    }},
)
try:
    said = json.load(urllib.request.urlopen(request, timeout=30))
except urllib.error.HTTPError as refusal:
    said = json.load(refusal)
    for problem in said.get("problems", []):
        print(problem["pointer"] + ": " + problem["message"], file=sys.stderr)
    sys.exit(said["detail"])
print("Checked, nothing stored." if dry_run else said["web"])
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
  body: JSON.stringify({{ reason: "{REASON}", figures }}),
}});
const said = await answer.json();
for (const problem of said.problems ?? []) console.error(problem.pointer + ": " + problem.message);
console.log(answer.status, answer.ok ? said.web ?? "Checked, nothing stored." : said.detail);
process.exitCode = answer.ok ? 0 : 1;
JS
node push.mjs
"""
