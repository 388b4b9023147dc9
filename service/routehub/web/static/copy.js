// A button beside each block of lines that copies it. Without this script a click selects the whole block.
"use strict";
(() => {
  if (!navigator.clipboard) return;   // browsers give it to https and to this machine only
  for (const block of document.querySelectorAll("pre.lines-to-copy")) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button small copy";
    button.textContent = phrase("Copy");
    button.setAttribute("aria-describedby", block.id);
    button.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(block.textContent);
        button.textContent = phrase("Copied");
      } catch {
        button.textContent = phrase("Select and copy");
      }
      setTimeout(() => { button.textContent = phrase("Copy"); }, 2_000);
    });
    block.after(button);
  }
})();
