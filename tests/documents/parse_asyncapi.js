// Reads a JSON list of AsyncAPI documents from the standard input with the official parser, and writes about each what
// is wrong with it and what it found in it.
const { Parser } = require("@asyncapi/parser");

const ERROR = 0;

async function judge(text) {
  const { document, diagnostics } = await new Parser().parse(text);
  const wrong = diagnostics
    .filter((found) => found.severity === ERROR)
    .map((found) => `${found.path.join("/")}: ${found.message}`);
  const operations = document ? document.operations().all().map((one) => one.id()) : [];
  const messages = document ? document.messages().all().length : 0;
  return { wrong, operations, messages };
}

async function main() {
  const chunks = [];
  for await (const chunk of process.stdin) chunks.push(chunk);
  const documents = JSON.parse(Buffer.concat(chunks).toString("utf8"));
  const found = [];
  for (const one of documents) found.push(await judge(JSON.stringify(one)));
  process.stdout.write(JSON.stringify(found));
}

main();
