// Saves notes as they are typed. Without this script the buttons of the page do it.
"use strict";
(() => {
  const form = document.querySelector("#notes-form[data-saves]");
  const told = document.getElementById("saved");
  if (!form || !told) return;
  let waiting = 0, busy = false, again = false, sending = false;

  const number = (prefix, ids) => {           // new rows get the numbers that the hub has given them
    const rows = [...form.querySelectorAll(`input[type=hidden][name^="${prefix}"][name$="-id"]`)]
      .filter((hidden) => [...hidden.closest(".note").querySelectorAll("textarea, input:not([type=hidden])")]
        .some((field) => field.value.trim() !== ""));
    rows.forEach((hidden, at) => { if (ids[at]) hidden.value = ids[at]; });
  };

  const save = async () => {
    if (sending) return;
    if (busy) { again = true; return; }
    busy = true;
    try {
      const answer = await fetch(form.action, {
        method: "POST", credentials: "same-origin", headers: { Accept: "application/json" },
        body: new URLSearchParams(new FormData(form)),
      });
      if (answer.ok && (answer.headers.get("content-type") || "").startsWith("application/json")) {
        const said = await answer.json();
        form.elements.version.value = said.version;
        number("c", said.conclusions);
        number("a", said.actions);
        told.textContent = `${said.saved}.`;
      } else if (answer.status === 412 || answer.status === 409) {
        told.textContent = phrase("Somebody else saved or writes here. Press Save to see both versions.");
      } else if (answer.status === 422) {
        told.textContent = phrase("Not saved yet: something is missing. Press Save to see what.");
      } else {
        told.textContent = phrase("Not saved. Press Save.");
      }
    } catch {
      told.textContent = phrase("Not saved: no connection. It is tried again as you write.");
    } finally {
      busy = false;
      if (again) { again = false; later(); }
    }
  };
  const later = () => { clearTimeout(waiting); waiting = setTimeout(save, 1_200); };
  form.addEventListener("input", later);
  form.addEventListener("change", later);
  form.addEventListener("submit", (event) => {
    clearTimeout(waiting);
    if (busy) {                               // the version of the running save has to come back first
      event.preventDefault();
      const button = event.submitter;
      const wait = setInterval(() => { if (!busy) { clearInterval(wait); form.requestSubmit(button); } }, 50);
      return;
    }
    sending = true;
  });
})();
