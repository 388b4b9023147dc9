// Opens pages without a connection, from what this device kept of the last seven days: the overview, the figures form,
// the outbox, the days of the route, and the records that were looked at. Forms are not kept, nor what is marked TLP:RED:
// of a party that reads such a message, only pages that list no messages.
// What is posted is never kept here: outbox.js does that. The hub puts the list of files (SHELL) and their mark before
// this.
"use strict";
const PAGES = "routehub-pages";
const FILES = `routehub-files-${MARK}`;
const SLOW = 8_000;
const WEEK = 7 * 86_400_000;
const BASE = "(?:/routes/[^/]+)?";
const LISTS = "outbox|keyboard|places|forecast|report|bulletin|replay|actions|help|parties|legs|alerts|measures|movements|requests|offers|threads|commitments|statements|conference|readouts";
const RECORDS = "parties|legs|alerts|measures|movements|requests|offers|threads|commitments|statements|conference|readouts|bulletin";
const KEPT = new RegExp(
  `^(?:/|/routes/[^/]+|${BASE}/(?:${LISTS})|${BASE}/(?:${RECORDS})/(?!new$)[^/]+|${BASE}/conference/[0-9]+/minutes|` +
  `${BASE}/figures/[^/]+/[0-9-]{10}(?:/history)?)$`);
const OF_A_DAY = new RegExp(`^${BASE}/replay$`);
const WITHOUT_MESSAGES = new RegExp(`^${BASE}/(?:outbox|keyboard|help|figures/.+)$`);
const MOST = 150;
const FORM_OF_THE_DAY = new RegExp(`^(${BASE}/figures)$`);

self.addEventListener("install", (event) => {
  self.skipWaiting();
  event.waitUntil(caches.open(FILES).then((files) => files.addAll([...SHELL, "/offline"])));
});

self.addEventListener("activate", (event) => {
  const old = (name) => name.startsWith("routehub-files-") && name !== FILES;
  event.waitUntil(caches.keys().then((names) => Promise.all(names.filter(old).map((name) => caches.delete(name)))));
  event.waitUntil(self.clients.claim());
});

self.addEventListener("message", (event) => {
  const paths = event.data?.keep ?? [];
  // One after the other: on a poor line they come beside what its person is doing.
  event.waitUntil((async () => {
    for (const path of paths) await fetch(path, { credentials: "same-origin" }).then(keep).catch(() => null);
  })());
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (url.origin !== self.location.origin) return;
  if (request.method === "POST" && url.pathname === "/sign-out") event.waitUntil(caches.delete(PAGES));
  if (request.method !== "GET") return;
  if (url.pathname.startsWith("/static/")) event.respondWith(file(request));
  else if (request.mode === "navigate") event.respondWith(page(event, url));
});

// A file's address names its content, so one that is kept is right.
const file = async (request) => (await caches.match(request)) ?? fetch(request);

const page = async (event, url) => {
  const fetched = fetch(event.request);
  if (keeps(url)) {
    event.waitUntil(fetched.then((answer) => keep(answer.clone()), () => null));
  }
  try {
    return await within(fetched, url);
  } catch {
    return (await saved(url)) ?? (await caches.match("/offline")) ?? Response.error();
  }
};

// An answer that takes long gives way to what is kept, where something is.
const within = async (fetched, url) => {
  const slow = new Promise((_done, failed) => { setTimeout(failed, SLOW, new Error("slow")); });
  try {
    return await Promise.race([fetched, slow]);
  } catch (fault) {
    if (fault.message !== "slow" || (await saved(url))) throw fault;
    return fetched;
  }
};

// Of a page that is asked something only the newest answer would be right: those are not kept, but for the days of the route.
const keeps = (url) => KEPT.test(url.pathname) && (!url.search || (OF_A_DAY.test(url.pathname) && /^\?day=[0-9-]{10}$/.test(url.search)));

const keep = async (answer) => {
  const url = new URL(answer.url);
  if (!answer.ok || !keeps(url)) return;
  const text = await answer.text();
  if (text.includes("TLP:RED") || (/<body[^>]* data-red[ >]/.test(text) && !WITHOUT_MESSAGES.test(url.pathname))) return;
  const headers = new Headers(answer.headers);
  headers.set("X-Saved", new Date().toISOString());
  const pages = await caches.open(PAGES);
  const path = url.pathname + url.search;
  await pages.delete(path);   // the newest stands last
  await pages.put(path, new Response(text, { headers }));
  const all = await pages.keys();
  for (const [at, request] of all.entries()) {
    const kept = await pages.match(request);
    if (at < all.length - MOST || Date.now() - Date.parse(kept.headers.get("X-Saved")) > WEEK) await pages.delete(request);
  }
};

// The page says itself that it is not fresh, and from when it is.
const saved = async (url) => {
  const pages = await caches.open(PAGES);
  const path = FORM_OF_THE_DAY.test(url.pathname) ? await latestForm(pages, url.pathname) : url.pathname + url.search;
  const kept = await pages.match(path);
  if (!kept) return undefined;
  const text = (await kept.text()).replace("<body", `<body data-saved="${kept.headers.get("X-Saved")}"`);
  return new Response(text, { headers: kept.headers });
};

const latestForm = async (pages, path) => {
  const found = (await pages.keys()).map((request) => new URL(request.url).pathname).filter((one) => one.startsWith(`${path}/`));
  return found.sort((one, other) => one.slice(-10).localeCompare(other.slice(-10))).at(-1) ?? path;
};
