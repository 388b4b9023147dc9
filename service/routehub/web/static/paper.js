// A page is printed by its own button where there are scripts; without them the browser's menu does it.
"use strict";
(() => {
  const ready = () => { for (const button of document.querySelectorAll("[data-print]")) button.hidden = false; };
  document.addEventListener("click", (event) => { if (event.target.closest?.("[data-print]")) window.print(); });
  document.addEventListener("htmx:afterSettle", ready);
  ready();
})();
