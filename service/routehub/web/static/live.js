// Live pages: the hub says that something changed, the page fetches itself and takes over what differs. Numbers change
// in place; a list in which somebody points or stands waits until it is asked for. Without this script, or without the
// stream, the page is complete as it was loaded.
"use strict";
(() => {
  const address = document.body.dataset.events;
  const parts = () => document.querySelectorAll("[data-live]");
  // Some parts are no messages and ring no bell, such as the log of pushes: they say how often to look, in seconds, and
  // where they stand when this page is the answer to a form.
  const polled = document.querySelector("[data-poll]");
  const place = () => polled?.dataset.from ?? location.href;
  if (parts().length === 0) return;

  const QUIET = 20_000;       // the hub sends a heartbeat at least every 15 s
  const LOST = 35_000;
  const SLOW = 10_000;        // a stream that was cut is open again before this, or the page says so
  const GONE = 30_000;
  const POLL = 30_000;        // without a stream the page is looked up this often
  const announcer = document.getElementById("announcer");
  // When what stands on the page was right, by the hub's clock: that of an exercise may be moved.
  let shown = new Date(document.body.dataset.now);
  let heard = Date.now();
  let cut = null;             // since when there has been no stream
  let waiting = null;
  let polling = null;

  // In the one zone that the page names, wherever the reader is.
  const time = (date) =>
    date.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: document.body.dataset.zone });

  const say = (kind, words) => {
    const chip = document.getElementById("connection");
    if (!chip || chip.textContent === words) return;
    chip.hidden = false;
    chip.className = `chip ${kind}`;
    chip.textContent = words;
  };

  const state = () => {
    const quiet = Date.now() - heard;
    const gone = cut === null ? 0 : Date.now() - cut;
    if (quiet > LOST || gone > GONE) say("lost", phrase("Not connected. Showing %(shown)s", { shown: time(shown) }));
    else if (quiet > QUIET || gone > SLOW || !navigator.onLine) say("due", phrase("Checking. Showing %(shown)s", { shown: time(shown) }));
    else say("fine", phrase("Up to date, %(shown)s", { shown: time(shown) }));
  };

  // A part in which somebody types or has opened something is left alone until the next change.
  const busy = (part) => {
    const active = document.activeElement;
    return (part.contains(active) && active.matches("input, textarea, select")) || part.querySelector("#saved") !== null;
  };

  // --- taking over what differs ---------------------------------------------------------------------------

  // Forms carry a key of their own at each rendering; that alone is no change.
  const isKey = (element) => element.matches("input[name=key], input[name=csrf]");

  // Where two trees have the same elements, only their texts and attributes are taken over: what the pointer or the
  // focus is on stays the very same element.
  const alike = (one, other) =>
    one.nodeType === other.nodeType && one.nodeName === other.nodeName && one.id === other.id &&
    one.childNodes.length === other.childNodes.length &&
    [...one.childNodes].every((child, at) => alike(child, other.childNodes[at]));

  const patch = (one, other) => {
    if (one.nodeType === Node.TEXT_NODE) {
      if (one.data === other.data) return;
      one.data = other.data;
      mark(one.parentElement);
    } else if (one.nodeType === Node.ELEMENT_NODE && !isKey(one)) {
      for (const { name, value } of other.attributes) if (one.getAttribute(name) !== value) one.setAttribute(name, value);
      for (const { name } of [...one.attributes]) if (!other.hasAttribute(name)) one.removeAttribute(name);
      one.childNodes.forEach((child, at) => patch(child, other.childNodes[at]));
    }
  };

  const mark = (element) => {
    element.classList.remove("changed");
    requestAnimationFrame(() => element.classList.add("changed"));
    setTimeout(() => {
      element.classList.remove("changed");
      if (!element.className) element.removeAttribute("class");
    }, 2_200);
  };

  const plain = (part) => {
    const copy = part.cloneNode(true);
    for (const element of [copy, ...copy.querySelectorAll("*")]) {
      element.classList.remove("changed");
      if (!element.className?.length) element.removeAttribute("class");
      if (isKey(element)) element.removeAttribute("value");
    }
    for (const news of copy.querySelectorAll(".news")) news.remove();
    return copy.outerHTML;
  };
  const same = (one, other) => plain(one) === plain(other);

  // The answer may have been rendered for somebody else of the same party: its forms get this page's token.
  const token = document.querySelector("input[name=csrf]")?.value ?? "";
  const own = (part) => {
    for (const field of part.querySelectorAll("input[name=csrf]")) field.value = token;
    for (const field of part.querySelectorAll("input[name=key]")) field.value = `web-${crypto.getRandomValues(new Uint32Array(4)).join("-")}`;
    return part;
  };

  const replace = (part, next) => {
    const focused = part.contains(document.activeElement) ? document.activeElement.id : "";
    part.replaceWith(next);
    window.htmx?.process(next);
    mark(next);
    if (focused) document.getElementById(focused)?.focus();
  };

  // A list that would move under the pointer or the focus says that there is more, and waits (UX 9.6).
  const held = new Map();
  const inUse = (part) => part.matches(":hover") || part.contains(document.activeElement);
  const items = (part) => part.querySelectorAll("li, tbody tr, article").length;

  const hold = (part, next) => {
    held.set(part.id, next);
    const count = Math.max(0, items(next) - items(part));
    const words = count ? phrase("%(count)s new, show", { count }) : phrase("Changed, show");
    let button = part.querySelector(":scope > .news > button");
    if (!button) {
      const news = document.createElement("p");
      news.className = "news";
      button = document.createElement("button");
      button.type = "button";
      button.className = "button small";
      button.addEventListener("click", () => release(part.id));
      news.append(button);
      part.prepend(news);
      part.addEventListener("mouseleave", () => { if (held.has(part.id) && !inUse(part)) release(part.id, false); });
    }
    button.textContent = words;
    if (next.dataset.say) part.dataset.say = next.dataset.say;   // said once
  };
  const release = (id, asked = true) => {
    const next = held.get(id);
    held.delete(id);
    const part = document.getElementById(id);
    if (!part || !next) return;
    replace(part, next);
    if (!asked) return;
    const heading = next.querySelector("h2, h3");
    heading?.setAttribute("tabindex", "-1");
    heading?.focus();
  };

  const exchange = (page) => {
    for (const part of parts()) {
      const next = page.getElementById(part.id);
      if (!next || busy(part)) continue;
      const said = next.dataset.say && next.dataset.say !== part.dataset.say ? next.dataset.say : "";
      if (!same(part, next)) {
        own(next);
        if (!held.has(part.id) && alike(part, next)) patch(part, next);
        else if (inUse(part)) hold(part, next);
        else {
          held.delete(part.id);
          replace(part, next);
        }
      }
      if (said) announcer.textContent = said;
    }
    if (page.title) document.title = page.title;
  };

  const fetchPage = async () => {
    waiting = null;
    try {
      const answer = await fetch(place(), { headers: { "X-Live": "1" }, credentials: "same-origin", redirect: "manual" });
      if (!answer.ok) return;
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
      exchange(fresh);
      document.body.dataset.spread = fresh.body.dataset.spread ?? document.body.dataset.spread;
      const now = new Date(fresh.body.dataset.now);
      if (now > shown) shown = now;   // a text may serve many for some seconds
      heard = Date.now();
      state();
    } catch {
      state();
    }
  };

  // Jitter: a thousand open pages do not all ask in the same instant. The hub says over how long, by how many there are.
  const soon = (event) => {
    heard = Date.now();
    if (event && event.data && !concerns(event.data)) return;
    waiting ??= setTimeout(fetchPage, 100 + Math.random() * document.body.dataset.spread);
  };

  const concerns = (text) => {
    let type = "";
    try { type = JSON.parse(text).type ?? ""; } catch { return true; }
    const kind = type.split(".")[1] ?? "";
    return [...parts()].some((part) => part.dataset.live === "" || part.dataset.live.split(" ").includes(kind));
  };

  const listen = () => {
    const stream = new EventSource(address);
    stream.onopen = () => { heard = Date.now(); cut = null; clearInterval(polling); polling = null; state(); };
    stream.onmessage = soon;
    stream.addEventListener("heartbeat", (event) => {
      heard = Date.now();
      if (!waiting) shown = new Date(JSON.parse(event.data).time);   // nothing newer than what is shown
      state();
    });
    stream.addEventListener("start", (event) => {
      heard = Date.now();
      if (event.data.includes('"recovered":false')) soon();   // something was missed: look at all of it
    });
    stream.onerror = () => {
      cut ??= Date.now();
      polling ??= setInterval(fetchPage, POLL);
      if (stream.readyState === EventSource.CLOSED) setTimeout(listen, 5_000 + Math.random() * 10_000);
    };
    window.addEventListener("pagehide", () => stream.close(), { once: true });
  };

  if (polled) setInterval(() => { if (!document.hidden) waiting ??= setTimeout(fetchPage, 0); }, polled.dataset.poll * 1_000);
  if (!address || !window.EventSource) return;
  listen();
  setInterval(state, 2_000);
  window.addEventListener("offline", state);
  window.addEventListener("online", () => soon());
})();
