// The figures form by keyboard: arrows move, = takes yesterday's number, Enter posts; what is unusual is said at once.
// The hub decides the same again when the form arrives: without this script nothing is lost but speed.
"use strict";
(() => {
  const NARROW = "\u202f";
  const COUNT = /^(\d{1,20}|[1-9]\d{0,2}(?:([ \u00a0\u202f\u2009,.'\u2019])\d{3})(?:\2\d{3})*)$/;

  const grouped = (value) => String(value).replace(/\B(?=(\d{3})+$)/g, NARROW);
  const fields = () => [...document.querySelectorAll(".figure input[type=text]")];
  const isField = (element) => element instanceof HTMLInputElement && element.matches(".figure input[type=text]");

  // null: blank; NaN: no count. As the hub reads counts: one separator, groups of three, no fractions.
  const read = (text) => {
    const plain = text.trim();
    if (plain === "") return null;
    return COUNT.test(plain) ? Number(plain.replace(/\D/g, "")) : NaN;
  };

  const remark = (row, kind, words) => {
    const place = row.querySelector(".remark");
    row.classList.remove("bad", "odd");
    if (kind) row.classList.add(kind);
    const line = document.createElement("p");
    if (kind === "bad") line.className = "fault";
    line.textContent = words;
    place.replaceChildren(...(words ? [line] : []));
  };

  const carry = (field, carried) => {
    const row = field.closest(".figure");
    row.classList.toggle("carried", carried);
    row.querySelector(".carry").checked = carried;
    if (!carried) return;
    remark(row, "", phrase("carried over"));
    row.querySelector(".remark p").className = "over";
  };

  const apart = (value, before) => {
    const share = before ? ` (${value > before ? "+" : "\u2212"}${Math.round((100 * Math.abs(value - before)) / before)}%)` : "";
    const many = grouped(Math.abs(value - before));
    const apart = value > before ? phrase("%(many)s more than the day before", { many }) : phrase("%(many)s fewer than the day before", { many });
    return phrase("%(apart)s. Check it, or keep it.", { apart: apart + share });
  };

  const look = (field) => {
    const row = field.closest(".figure");
    if (row.classList.contains("carried")) return;
    const value = read(field.value);
    field.removeAttribute("aria-invalid");
    if (value === null) return remark(row, "", "");
    if (Number.isNaN(value)) {
      field.setAttribute("aria-invalid", "true");
      return remark(row, "bad", field.dataset.wrong);
    }
    field.value = grouped(value);
    const { yesterday, bound } = field.dataset;
    const odd = yesterday !== undefined && Math.abs(value - yesterday) > Number(bound);
    remark(row, odd ? "odd" : "", odd ? apart(value, Number(yesterday)) : "");
  };

  const same = (field) => {
    if (field.dataset.yesterday === undefined) return remark(field.closest(".figure"), "odd", phrase("The day before has no figure to repeat."));
    field.value = grouped(field.dataset.yesterday);
    field.removeAttribute("aria-invalid");
    carry(field, true);
    field.dispatchEvent(new Event("change", { bubbles: true }));
    step(field, 1) ?? document.querySelector("#form button.posting")?.focus();
  };

  const step = (field, by) => {
    const all = fields();
    const next = all[all.indexOf(field) + by];
    next?.focus();
    next?.select();
    return next;
  };

  document.addEventListener("keydown", (event) => {
    if (!isField(event.target) || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "ArrowDown") step(event.target, 1);
    else if (event.key === "ArrowUp") step(event.target, -1);
    else if (event.key === "=") same(event.target);
    else return;
    event.preventDefault();
  });

  document.addEventListener("input", (event) => {
    if (isField(event.target) && event.target.closest(".carried")) {
      carry(event.target, false);
      remark(event.target.closest(".figure"), "", "");
    }
  });
  document.addEventListener("focusout", (event) => { if (isField(event.target)) look(event.target); });

  // The button works without this script as well: then the hub fills in the same.
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("button[name=act][value=copy]");
    if (!button) return;
    event.preventDefault();
    event.stopPropagation();
    let copied = 0;
    for (const field of fields()) {
      if (field.value.trim() !== "" || field.dataset.yesterday === undefined) continue;
      field.value = grouped(field.dataset.yesterday);
      carry(field, true);
      copied += 1;
    }
    fields()[0]?.dispatchEvent(new Event("change", { bubbles: true }));
    const said = copied ? phrase("Copied figures are marked \u201ccarried over\u201d for readers, unless you change them.") : phrase("No field was empty.");
    document.getElementById("announcer").textContent = said;
    const line = document.getElementById("copied") ?? document.createElement("p");
    line.id = "copied";
    line.className = "meta";
    line.textContent = said;
    button.closest(".row").after(line);
  }, { capture: true });

  const ready = () => { for (const hint of document.querySelectorAll(".with-keys")) hint.hidden = false; };
  document.addEventListener("htmx:afterSettle", ready);
  ready();
})();
