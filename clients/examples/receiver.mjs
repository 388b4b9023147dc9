// A receiver of webhooks in Node.js 18 or newer without any package: verifies, remembers, answers, then prints.
//
// export ROUTEHUB_WEBHOOK_KEYS='whsec_… whpk_…'      # those that hold now; several while keys are changed
// node receiver.mjs 8080 seen.txt                    # behind a proxy that does https
import { createHmac, createPublicKey, timingSafeEqual, verify } from "node:crypto";
import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";

const LARGEST = 4 * 1024 * 1024;
const keys = process.env.ROUTEHUB_WEBHOOK_KEYS.split(/\s+/).filter(Boolean);
const [port, file = "seen.txt"] = process.argv.slice(2);
const seen = new Set(existsSync(file) ? readFileSync(file, "utf8").split("\n") : []);

// Standard Webhooks: whsec_ verifies signatures v1 (HMAC-SHA256), whpk_ verifies v1a (ed25519).
function fits(key, signed, signature) {
  const [version, text = ""] = signature.split(",");
  const bytes = Buffer.from(text, "base64");
  if (key.startsWith("whpk_") && version === "v1a") {
    const x = Buffer.from(key.slice(5), "base64").toString("base64url");
    return verify(null, signed, createPublicKey({ format: "jwk", key: { kty: "OKP", crv: "Ed25519", x } }), bytes);
  }
  if (key.startsWith("whsec_") && version === "v1") {
    const expected = createHmac("sha256", Buffer.from(key.slice(6), "base64")).update(signed).digest();
    return expected.length === bytes.length && timingSafeEqual(expected, bytes);
  }
  return false;
}

function fromTheHub(headers, body) {
  const id = headers["webhook-id"], at = headers["webhook-timestamp"], given = headers["webhook-signature"];
  if (!id || !given || !(Math.abs(Date.now() / 1000 - Number(at)) < 300)) return false;
  const signed = Buffer.concat([Buffer.from(`${id}.${at}.`), body]);
  return given.split(" ").some((signature) => keys.some((key) => fits(key, signed, signature)));
}

createServer(async (request, response) => {
  const answer = (status) => response.writeHead(status, { "Content-Length": 0 }).end();
  const parts = [];
  let length = 0;
  for await (const part of request) {
    length += part.length;
    if (length > LARGEST) return answer(413);
    parts.push(part);
  }
  const body = Buffer.concat(parts);
  if (!fromTheHub(request.headers, body)) return answer(401);
  const event = JSON.parse(body);
  // The same message may come twice: a try whose answer was lost, or a replay. Its id stays the same.
  if (!seen.has(event.id)) {
    console.log(JSON.stringify(event));
    appendFileSync(file, `${event.id}\n`);
    seen.add(event.id);
  }
  return answer(204); // only now: what is not answered with 2xx comes again
}).listen(Number(port), "127.0.0.1");
