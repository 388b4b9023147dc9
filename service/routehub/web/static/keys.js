// Keys for those who use the pages every day. Never active while somebody types, and off when the keyboard page says so
// (WCAG 2.2, 2.1.4).
"use strict";
(() => {
  const OFF = "routehub-keys-off";
  const list = document.querySelector(".top nav a[href]") && (document.getElementById("device")?.dataset.base ?? "");
  const SOON = 1_200;
  let g = 0;

  const off = () => localStorage.getItem(OFF) !== null;
  const typing = (element) => element.closest?.("input, textarea, select, [contenteditable]") !== null;
  const go = (path) => location.assign(list + path || "/");

  const acknowledge = () => {
    // To the button and no further: an acknowledgement is said to all parties, so a second key says it.
    const near = document.activeElement?.closest(".alert") ?? document.getElementById("main");
    near?.querySelector("[id^=acknowledge-]")?.focus();
  };

  const PLACES = { o: "", a: "/alerts", c: "/conference" };
  const ACTS = {
    p: () => document.querySelector(".top a[href$='/figures']")?.click(),
    a: () => document.querySelector(".top a[href$='/alerts/new']")?.click(),
    k: acknowledge,
    "?": () => go("/keyboard"),
    "/": () => { const field = document.getElementById("q"); if (field) field.focus(); else go("/search"); },
    g: () => { g = Date.now(); },
  };

  document.addEventListener("keydown", (event) => {
    if (off() || list === null || event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    const second = Date.now() - g < SOON && event.key in PLACES;
    g = 0;
    if (second) go(PLACES[event.key]);
    else if (event.key in ACTS) ACTS[event.key]();
    else return;
    event.preventDefault();
  });

  const toggle = document.getElementById("keys-switch");
  if (!toggle) return;
  const show = () => {
    toggle.hidden = false;
    toggle.textContent = off() ? phrase("Turn the keys on") : phrase("Turn the keys off");
    document.getElementById("keys-state").textContent = off() ? phrase("The keys are off on this device.") : phrase("The keys are on.");
  };
  toggle.addEventListener("click", () => {
    if (off()) localStorage.removeItem(OFF);
    else localStorage.setItem(OFF, "1");
    show();
  });
  show();
})();
