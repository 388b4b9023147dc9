// What is typed in a form that says `data-keep` is saved on this device at each field, and put back when it is opened
// again: a closed tab, a dead battery or a session that ended loses nothing.
"use strict";
(() => {
  const bar = document.getElementById("device");
  const store = window.routehubStore;
  if (!bar || !store) return;

  const PAUSE = 400;
  const WEEK = 7 * 86_400_000;
  const formOf = () => document.querySelector("form[data-keep]");
  const idOf = (form) => `${bar.dataset.owner} ${new URL(form.action).pathname}`;
  const { at } = window.routehubOutbox;

  const typedIn = (form) => [...form.elements].filter((field) => field.name && field.type !== "hidden" && field.type !== "submit");
  const state = (form) => typedIn(form).map((field) => [field.name, /radio|checkbox/.test(field.type) ? `${field.value} ${field.checked}` : field.value]);

  const say = (words, ...more) => {
    const place = document.getElementById("drafted");
    if (!place) return;
    place.hidden = false;
    const chip = document.createElement("span");
    chip.className = "chip fine";
    chip.textContent = words;
    place.replaceChildren(chip, ...more);
  };

  const save = async (form) => {
    await store.put("drafts", { id: idOf(form), saved: Date.now(), version: form.elements.version?.value ?? "", fields: state(form) });
    say(phrase("Draft saved on this device"));
  };

  let pause = 0;
  const changed = (event) => {
    const form = event.target.closest?.("form[data-keep]");
    if (!form) return;
    clearTimeout(pause);
    pause = setTimeout(() => save(form).catch(() => null), PAUSE);
  };
  document.addEventListener("input", changed);
  document.addEventListener("change", changed);

  // Signing out clears what was typed and not posted. What waits to be sent stays for its owner: it was posted.
  const clear = async () => {
    for (const draft of await store.all("drafts")) {
      if (draft.id.startsWith(`${bar.dataset.owner} `)) await store.remove("drafts", draft.id);
    }
    localStorage.removeItem("routehub-week");
  };
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (new URL(form.action).pathname !== "/sign-out") return;
    event.preventDefault();
    clearTimeout(pause);
    clear().catch(() => null).finally(() => form.submit());
  });

  const put = (form, draft) => {
    const fields = typedIn(form);
    for (const [name, value] of draft.fields) {
      for (const field of fields.filter((one) => one.name === name)) {
        if (!/radio|checkbox/.test(field.type)) field.value = value;
        else if (value.startsWith(`${field.value} `)) field.checked = value.endsWith(" true");
      }
    }
    for (const box of form.querySelectorAll(".carry")) box.closest(".figure").classList.toggle("carried", box.checked);
  };

  const again = (form) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button small";
    button.textContent = phrase("Start again");
    button.addEventListener("click", async () => { await store.remove("drafts", idOf(form)); location.reload(); });
    return button;
  };

  const offer = (form, draft) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button small";
    button.textContent = phrase("Put it in");
    button.addEventListener("click", () => { put(form, draft); say(phrase("Your draft is in the form")); form.querySelector("input[type=text]")?.focus(); });
    say(phrase("You had typed figures here at %(saved)s, before the last were posted", { saved: at(draft.saved) }), button);
  };

  const restore = async () => {
    const form = formOf();
    if (!form || form.dataset.fresh === undefined) return;
    const draft = await store.get("drafts", idOf(form));
    if (!draft || JSON.stringify(draft.fields) === JSON.stringify(state(form))) return;
    if (Date.now() - draft.saved > WEEK) await store.remove("drafts", draft.id);
    else if (draft.version !== (form.elements.version?.value ?? "")) offer(form, draft);
    else {
      put(form, draft);
      say(phrase("Your draft of %(saved)s is back", { saved: at(draft.saved) }), again(form));
    }
  };
  restore().catch(() => null);
})();
