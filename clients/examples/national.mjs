// A national system in JavaScript, Node.js 18 or newer, without a package: today's figures out, the party's feed in.
//
//   export ROUTEHUB_URL=https://hub.example ROUTEHUB_KEY_FILE=$HOME/routehub.key
//   node national.mjs push figures.json [--dry-run]
//   node national.mjs read [cursor.txt]
import { randomUUID } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

const TRIES = 5;
const { ROUTEHUB_URL, ROUTEHUB_KEY_FILE } = process.env;

// The answer as JSON. 429, 503 and a lost connection are tried again; what is refused ends the program.
async function ask(method, path, body, headers = {}) {
  const Authorization = `Bearer ${readFileSync(ROUTEHUB_KEY_FILE, "utf8").trim()}`;
  for (let left = TRIES - 1; ; left--) {
    let wait = 2;
    try {
      const answer = await fetch(`${ROUTEHUB_URL}/v1${path}`, {
        method, body, headers: { Authorization, "Content-Type": "application/json", ...headers },
      });
      const said = await answer.json();
      if (answer.ok) return said;
      if (![429, 503].includes(answer.status) || !left) {
        for (const problem of said.problems ?? []) console.error(`${problem.pointer}: ${problem.message}`);
        console.error(`${answer.status}: ${said.detail}`);
        process.exit(1);
      }
      wait = Number(answer.headers.get("Retry-After") ?? wait);
    } catch (fault) {
      if (!left) throw fault;
    }
    await sleep(wait * 1000);
  }
}

async function push(file, dryRun) {
  const { party, reporting_day: day } = await ask("GET", "/me");
  const address = `/parties/${party.code}/reports/${day}${dryRun ? "?dry_run=true" : ""}`;
  // One id for one message: if an answer is lost, the repeat is known for the same message.
  const said = await ask("PUT", address, readFileSync(file), { "Idempotency-Key": randomUUID() });
  for (const warning of said.warnings) console.error(`${warning.code}: ${warning.message}`);
  console.log(day, said.web ?? "checked, nothing stored");
}

async function read(file) {
  for (let more = true; more; ) {
    const after = existsSync(file) ? readFileSync(file, "utf8").trim() : "0";
    const page = await ask("GET", `/messages?limit=100&after=${after}`);
    for (const event of page.messages) console.log(JSON.stringify(event));
    // The cursor moves only after the messages are out: after a crash some come again, and none is lost.
    writeFileSync(file, page.next);
    more = page.more;
  }
}

const [act, file, flag] = process.argv.slice(2);
if (act === "push") await push(file, flag === "--dry-run");
else await read(file ?? "cursor.txt");
