// What a bad connection would lose: a form that says `data-keep` is written to this device before it is sent, and sent
// again until the hub has answered. Its key is in the form, so the hub takes it once however often it arrives.
"use strict";
window.routehubOutbox = (() => {
  const PAGES = "routehub-pages";
  const bar = document.getElementById("device");
  if (!bar) {
    // Nobody is signed in: pages kept for somebody go. What waits stays for its owner, and shows to nobody else.
    if (location.pathname.startsWith("/sign-in")) window.caches?.delete(PAGES);
    return null;
  }

  const { owner, base, zone } = bar.dataset;
  if (localStorage.getItem("routehub-owner") !== owner) {
    window.caches?.delete(PAGES);
    localStorage.removeItem("routehub-week");
  }
  localStorage.setItem("routehub-owner", owner);
  const store = window.routehubStore;
  const EVERY = 15_000;
  const LONGEST_GAP = 300_000;
  const PATIENCE = 20_000;
  const WEEK = 7 * 86_400_000;
  const waitingLink = document.getElementById("waiting");
  const announcer = document.getElementById("announcer");
  let unreachable = false;

  // --- words --------------------------------------------------------------------------------------------

  // The hub's clock leads, also here: that of an exercise may be moved. A kept page no longer knows it.
  const SKEW = "routehub-clock";
  if (!document.body.dataset.saved) localStorage.setItem(SKEW, String(Date.parse(bar.dataset.now) - Date.now()));
  const skew = Number(localStorage.getItem(SKEW) ?? 0);
  const hubTime = (moment) => new Date(new Date(moment).getTime() + (Math.abs(skew) > 60_000 ? skew : 0));

  const at = (moment) => {
    const date = hubTime(moment);
    const inZone = (options) => date.toLocaleString("en-GB", { timeZone: zone, ...options });
    const clock = inZone({ hour: "2-digit", minute: "2-digit" });
    const day = { weekday: "short", day: "numeric", month: "short" };
    const today = hubTime(Date.now()).toLocaleString("en-GB", { timeZone: zone, ...day }) === inZone(day);
    return today ? clock : `${inZone(day).replace(",", "")}, ${clock}`;
  };
  const items = (count) => (count === 1 ? phrase("1 item") : phrase("%(count)s items", { count }));

  // Elements from words: what a person typed is never read as a page.
  const element = (name, attributes, ...children) => {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    made.append(...children);
    return made;
  };
  const button = (words, act, kind = "") => {
    const made = element("button", { type: "button", class: `button small ${kind}` }, words);
    made.addEventListener("click", act);
    return made;
  };

  // --- what waits ---------------------------------------------------------------------------------------

  const mine = async () => {
    const all = (await store.all("outbox")).filter((item) => item.owner === owner);
    for (const item of all) if (item.state === "sent" && Date.now() - item.sent > WEEK) await store.remove("outbox", item.id);
    return all.sort((one, other) => one.made - other.made);
  };
  const csrf = () => document.querySelector("input[name=csrf]")?.value ?? "";

  const post = (item, token) => {
    const body = new URLSearchParams(item.body);
    body.set("csrf", token);
    return fetch(item.target, { method: "POST", body, credentials: "same-origin", signal: AbortSignal.timeout(PATIENCE) });
  };

  // A token of an earlier sign-in is taken for another's form: the present one stands in the form's own page. Empty when
  // somebody else has signed in meanwhile, on another page of this browser: nothing is sent in another's name.
  const freshToken = async (item) => {
    const answer = await fetch(item.target, { credentials: "same-origin", signal: AbortSignal.timeout(PATIENCE) });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (page.getElementById("device")?.dataset.owner !== item.owner) return "";
    return page.querySelector("input[name=csrf]")?.value ?? "";
  };

  const later = (item, said) => {
    item.tries += 1;
    item.said = said;
    item.next = Date.now() + Math.min(LONGEST_GAP, 15_000 * 2 ** (item.tries - 1));
    return store.put("outbox", item);
  };

  // True when the hub answered, whatever it said.
  const attempt = async (item) => {
    let answer;
    try {
      answer = await post(item, csrf());
      if (answer.status === 403) {
        const token = await freshToken(item);
        if (!token) return await later(item, phrase("Sign in again to send it.")).then(() => false);
        answer = await post(item, token);
      }
    } catch {
      unreachable = true;
      await later(item, phrase("The hub could not be reached."));
      return false;
    }
    unreachable = false;
    if (answer.status === 429 || answer.status >= 500) {
      await later(item, phrase("The hub could not take it (%(status)s).", { status: answer.status }));
      return false;
    }
    if (answer.status === 401) {
      await later(item, phrase("Sign in again to send it."));
      return false;
    }
    if (answer.redirected && answer.ok) await sent(item, answer.url);
    else await asks(item, await answer.text());
    return true;
  };

  const sent = async (item, url) => {
    await store.put("outbox", { ...item, state: "sent", body: "", sent: Date.now(), url, said: "" });
    await store.remove("drafts", `${owner} ${item.target}`);
    announcer.textContent = phrase("%(title)s: sent.", { title: item.title });
    if (document.getElementById("saved")?.dataset.item === item.id) location.assign(url);
  };

  // The hub refused it, or asks first: its person decides.
  const asks = async (item, text) => {
    const page = new DOMParser().parseFromString(text, "text/html");
    const lines = page.querySelectorAll("#check-title, #conflict-title, .summary li, .error p");
    const said = [...lines].map((line) => line.textContent.trim()).join(". ") || page.title.split(" - ")[0];
    await store.put("outbox", { ...item, state: "attention", said });
    const box = document.getElementById("saved");
    if (box?.dataset.item === item.id) open(item);
  };

  const sendAll = async (force) => {
    for (const item of await mine()) {
      if (item.state !== "waiting" || (!force && item.next > Date.now())) continue;
      if (!(await attempt(item))) break;
    }
    await show();
  };
  const send = async (force = false) => {
    if (!navigator.locks) return sendAll(force);
    return navigator.locks.request("routehub-outbox", { ifAvailable: true }, (lock) => lock && sendAll(force));
  };

  // --- what its person does -----------------------------------------------------------------------------

  // As a form of its own: the answer is the hub's own page, with everything that was typed.
  const open = (item) => {
    const form = element("form", { method: "post", action: item.target, hidden: "" });
    for (const [name, value] of new URLSearchParams(item.body)) form.append(element("input", { type: "hidden", name, value }));
    form.append(element("input", { type: "hidden", name: "csrf", value: csrf() }));
    sessionStorage.setItem("routehub-opened", item.id);
    document.body.append(form);
    form.submit();
  };
  const drop = async (id) => {
    await store.remove("outbox", id);
    await show();
  };

  // --- what the page shows ------------------------------------------------------------------------------

  const about = (item) => phrase("%(title)s, saved %(made)s", { title: item.title, made: at(item.made) });

  const show = async () => {
    const all = await mine();
    const waiting = all.filter((item) => item.state === "waiting" && !sending.has(item.id));
    const here = document.querySelector("form[data-keep]:not([data-fresh]) input[name=key]")?.value;   // being looked at
    const asked = all.filter((item) => item.state === "attention" && item.id !== here);
    waitingLink.hidden = waiting.length + asked.length === 0;
    const [sign, words] = asked.length ? [`! ${asked.length}`, phrase("%(items)s to look at", { items: items(asked.length) })] : [`\u2191 ${waiting.length}`, phrase("%(items)s waiting", { items: items(waiting.length) })];
    waitingLink.replaceChildren(element("span", { "aria-hidden": "true" }, sign), element("span", { class: "vh" }, words));
    waitingLink.title = words;
    bar.replaceChildren(...lines(waiting, asked));
    bar.hidden = bar.childElementCount === 0;
    document.dispatchEvent(new CustomEvent("routehub:outbox", { detail: all }));
  };

  const lines = (waiting, asked) => {
    const found = [];
    const saved = document.body.dataset.saved;
    const offline = !navigator.onLine || unreachable;
    if (saved) found.push(element("p", {}, element("b", {}, offline ? phrase("You are offline.") + " " : phrase("The connection is slow.") + " "), phrase("This page was saved at %(saved)s.", { saved: at(saved) })));
    else if (!navigator.onLine) found.push(element("p", {}, element("b", {}, phrase("You are offline.") + " "), phrase("What stands here is as it was.")));
    if (waiting.length) {
      const when = navigator.onLine ? (waiting[0].said ? `${waiting[0].said} ${phrase("Next try %(time)s.", { time: at(waiting[0].next) })}` : phrase("It is being sent.")) : phrase("It will send when you are back online.");
      found.push(element("p", {}, phrase("%(items)s waiting to send: %(which)s. %(when)s", { items: items(waiting.length), which: waiting.map(about).join("; "), when })));
    }
    for (const item of asked) {
      found.push(element("p", {}, element("b", {}, `${item.title}: `), `${item.said}. `, button(phrase("Open"), () => open(item))));
    }
    if (waiting.length) found.push(element("p", { class: "row" }, button(phrase("Try now"), () => send(true)), element("a", { class: "button small", href: `${base}/outbox` }, phrase("See outbox"))));
    return found;
  };

  const showSaved = (form, item, problem) => {
    const box = element("section", { class: "card posted narrow", id: "saved", tabindex: "-1", "data-item": item.id },
      element("h2", {}, phrase("Saved on this device, %(made)s", { made: at(item.made) })),
      element("p", {}, problem),
      element("p", { class: "row" },
        button(phrase("Try now"), () => send(true), "primary"),
        button(phrase("Change"), async () => { await drop(item.id); box.remove(); form.hidden = false; fill(form, item); form.querySelector("input[type=text]")?.focus(); }),
        element("a", { class: "button small", href: `${base}/outbox` }, phrase("See outbox"))));
    document.getElementById("saved")?.remove();
    form.hidden = true;
    form.before(box);
    box.focus();
    announcer.textContent = phrase("Saved on this device, %(made)s.", { made: at(item.made) });
  };

  // Back into the form what was saved: the page may have been opened anew since.
  const fill = (form, item) => {
    const body = new URLSearchParams(item.body);
    for (const field of form.querySelectorAll("input[type=text], textarea")) if (body.has(field.name)) field.value = body.get(field.name);
    for (const field of form.querySelectorAll("input[type=radio], input[type=checkbox]")) field.checked = body.getAll(field.name).includes(field.value);
  };

  const trouble = (xhr, title) => {
    if (xhr.status === 0) return phrase("It will send when you are back online. You can close this page.");
    const code = /operator code ([0-9A-F]{4})/.exec(xhr.responseText)?.[1];
    const words = phrase("The hub could not take %(title)s. Nothing was lost: it is saved on this device and tried again by itself.", { title });
    return code ? `${words} ${phrase("If it goes on, give the operator code %(code)s.", { code })}` : words;
  };

  // --- forms of this page -------------------------------------------------------------------------------

  const sending = new Map();   // items under way from this page: their form's own request comes first
  const requests = new WeakMap();
  const underway = new WeakMap();
  let slow = 0;

  document.addEventListener("htmx:confirm", (event) => {
    const form = event.target.closest("form[data-keep]");
    if (!form) return;
    const body = new URLSearchParams(new FormData(form, event.detail.triggeringEvent?.submitter));
    if (["copy", "change"].includes(body.get("act"))) return;
    body.delete("csrf");
    const item = {
      id: body.get("key"), owner, target: event.detail.path, title: form.dataset.keep, made: Date.now(), body: String(body),
      tries: 0, next: Date.now() + 2 * PATIENCE, state: "waiting", said: "",
    };
    requests.delete(underway.get(form));   // a second press takes the place of the first; both have one key
    requests.set(form, item);
    sending.set(item.id, item);
    event.preventDefault();
    // On the device first. A browser that keeps nothing (a private window) sends without.
    store.put("outbox", item).catch(() => requests.delete(form)).finally(() => event.detail.issueRequest(true));
  });

  // By its request: when the answer is in, the form is no longer part of the page.
  document.addEventListener("htmx:beforeRequest", (event) => {
    const form = event.detail.elt;
    if (!requests.has(form)) return;
    requests.set(event.detail.xhr, { form, item: requests.get(form) });
    underway.set(form, event.detail.xhr);
    document.getElementById("main").setAttribute("aria-busy", "true");
    slow = setTimeout(() => { form.dataset.slow = ""; announcer.textContent = phrase("Sending."); }, 400);
  });

  document.addEventListener("htmx:afterRequest", (event) => { answered(event.detail.xhr).catch(() => null); });

  const answered = async (xhr) => {
    const { form, item } = requests.get(xhr) ?? {};
    if (!item) return;
    requests.delete(xhr);
    requests.delete(form);
    sending.delete(item.id);
    clearTimeout(slow);
    delete form.dataset.slow;
    document.getElementById("main").removeAttribute("aria-busy");
    if (xhr.status === 0 || xhr.status === 429 || xhr.status >= 500) {
      unreachable = xhr.status === 0;
      await later(item, unreachable ? phrase("The hub could not be reached.") : phrase("The hub could not take it."));
      showSaved(form, item, trouble(xhr, item.title));
    } else {
      await store.remove("outbox", item.id);
      if (new URL(xhr.responseURL).pathname !== item.target) await finished(item.target);
    }
    await show();
  };

  const finished = async (target) => {
    await store.remove("drafts", `${owner} ${target}`);
    const opened = sessionStorage.getItem("routehub-opened");
    if (opened) await store.remove("outbox", opened);
    sessionStorage.removeItem("routehub-opened");
  };

  // Dropping one's own version drops what this device still holds of it.
  document.addEventListener("click", async (event) => {
    const link = event.target.closest?.("a#drop");
    if (!link) return;
    event.preventDefault();
    await finished(new URL(link.href).pathname).catch(() => null);
    location.assign(link.href);
  });

  // --- when it is tried, and what the device keeps for later ----------------------------------------------

  // What waits for the form of this page stands in its place: it is not typed twice.
  const placeSaved = async () => {
    const form = document.querySelector("form[data-keep][data-fresh]");
    const item = form && (await mine()).find((one) => one.state === "waiting" && one.target === new URL(form.action).pathname);
    if (item && !document.getElementById("saved")) showSaved(form, item, `${item.said} ${phrase("It is sent as soon as the hub can be reached.")}`);
  };

  const began = async () => {
    if (location.pathname.includes("/posted/")) await finished(location.pathname.replace(/\/posted\/.*/, ""));
    await placeSaved();
    await send(true);
    await show();
  };
  began().catch(() => null);
  setInterval(() => send().catch(() => null), EVERY);
  window.addEventListener("online", () => send(true).then(back, () => null));
  window.addEventListener("offline", () => show().catch(() => null));
  document.addEventListener("visibilitychange", () => { if (!document.hidden) send(true).catch(() => null); });

  // A page that the device kept makes room for the present one, unless somebody types in it.
  const back = () => {
    if (document.body.dataset.saved && !document.querySelector("form[data-keep], #saved")) location.reload();
  };

  // The overview, the form of the day and the outbox open without a connection, also when they were not opened before.
  const keepPages = async () => {
    if (document.body.dataset.saved || !navigator.serviceWorker) return;
    await navigator.serviceWorker.register("/service-worker.js");
    const last = Number(sessionStorage.getItem("routehub-kept") ?? 0);
    if (Date.now() - last < 1_800_000) return;
    const registration = await navigator.serviceWorker.ready;
    registration.active.postMessage({ keep: [base || "/", `${base}/figures`, `${base}/outbox`, ...week()] });
    sessionStorage.setItem("routehub-kept", String(Date.now()));
  };

  // The route on each of the last seven days and what is listed, once a day; not where its person saves on data.
  const week = () => {
    const DAY = 86_400_000;
    const dates = [0, 1, 2, 3, 4, 5, 6].map((back) => hubTime(Date.now() - back * DAY).toISOString().slice(0, 10));
    if (navigator.connection?.saveData || localStorage.getItem("routehub-week") === `${owner} ${dates[0]}`) return [];
    localStorage.setItem("routehub-week", `${owner} ${dates[0]}`);
    const lists = ["alerts", "parties", "legs", "bulletin"].map((list) => `${base}/${list}`);
    return [...lists, ...dates.map((day) => `${base}/replay?day=${day}`)];
  };
  window.addEventListener("load", () => keepPages().catch(() => null));

  return { at, hubTime, mine, send, open, drop, element, button };
})();
