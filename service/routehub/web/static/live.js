// Live pages: the hub says that something changed, the page fetches itself and exchanges the parts that differ.
// Without this script, or without the stream, the page is complete as it was loaded.
"use strict";
(() => {
  const address = document.body.dataset.events;
  const parts = () => document.querySelectorAll("[data-live]");
  // Some parts are no messages and ring no bell, such as the log of pushes: they say how often to look, in seconds, and
  // where they stand when this page is the answer to a form.
  const polled = document.querySelector("[data-poll]");
  const place = polled?.dataset.from ?? location.href;
  if (parts().length === 0) return;

  const QUIET = 20_000;       // the hub sends a heartbeat at least every 15 s
  const LOST = 35_000;
  const POLL = 30_000;        // without a stream the page is looked up this often
  const announcer = document.getElementById("announcer");
  // When what stands on the page was right, by the hub's clock: that of an exercise may be moved.
  let shown = new Date(document.body.dataset.now);
  let heard = Date.now();
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
    if (quiet > LOST) say("lost", `Not connected. Showing ${time(shown)}`);
    else if (quiet > QUIET) say("due", `Checking. Showing ${time(shown)}`);
    else say("fine", `Up to date, ${time(shown)}`);
  };

  // A part in which somebody types or has opened something is left alone until the next change.
  const busy = (part) => {
    const active = document.activeElement;
    return part.contains(active) && active.matches("input, textarea, select");
  };

  const exchange = (fresh) => {
    for (const part of parts()) {
      const next = fresh.getElementById(part.id);
      if (!next || busy(part) || same(part, next)) continue;
      const focused = part.contains(document.activeElement) ? document.activeElement.id : "";
      part.replaceWith(next);
      next.classList.add("changed");
      if (focused) document.getElementById(focused)?.focus();
      if (next.dataset.say && next.dataset.say !== part.dataset.say) announcer.textContent = next.dataset.say;
    }
    if (fresh.title) document.title = fresh.title;
  };

  // Forms carry a key of their own at each rendering; that alone is no change.
  const plain = (part) => {
    const copy = part.cloneNode(true);
    copy.classList.remove("changed");
    if (!copy.className) copy.removeAttribute("class");
    for (const key of copy.querySelectorAll("input[name=key]")) key.remove();
    return copy.outerHTML;
  };
  const same = (one, other) => plain(one) === plain(other);

  const fetchPage = async () => {
    waiting = null;
    try {
      const answer = await fetch(place, { headers: { "X-Live": "1" }, credentials: "same-origin", redirect: "manual" });
      if (!answer.ok) return;
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
      exchange(fresh);
      shown = new Date(fresh.body.dataset.now);
      heard = Date.now();
      state();
    } catch {
      state();
    }
  };

  // Jitter: a thousand open pages do not all ask in the same instant.
  const soon = (event) => {
    heard = Date.now();
    if (event && event.data && !concerns(event.data)) return;
    waiting ??= setTimeout(fetchPage, 100 + Math.random() * 700);
  };

  const concerns = (text) => {
    let type = "";
    try { type = JSON.parse(text).type ?? ""; } catch { return true; }
    const kind = type.split(".")[1] ?? "";
    return [...parts()].some((part) => part.dataset.live === "" || part.dataset.live.split(" ").includes(kind));
  };

  const listen = () => {
    const stream = new EventSource(address);
    stream.onopen = () => { heard = Date.now(); clearInterval(polling); polling = null; state(); };
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
      polling ??= setInterval(fetchPage, POLL);
      if (stream.readyState === EventSource.CLOSED) setTimeout(listen, 5_000 + Math.random() * 10_000);
    };
    window.addEventListener("pagehide", () => stream.close(), { once: true });
  };

  if (polled) setInterval(() => { if (!document.hidden) waiting ??= setTimeout(fetchPage, 0); }, polled.dataset.poll * 1_000);
  if (!address || !window.EventSource) return;
  listen();
  setInterval(state, 2_000);
})();
