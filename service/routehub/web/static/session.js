// Five minutes before a sign-in ends, a bar says so and makes it last longer without leaving the page (WCAG 2.2.1).
// Without this script the bar is there when a page is loaded late, and opens another page.
"use strict";
(() => {
  const bar = document.getElementById("session-end");
  if (!bar) return;
  const form = bar.querySelector("form");
  const words = form.querySelector("[role=status]");
  const before = 5 * 60_000;
  let ends = Date.parse(bar.dataset.ends);

  const look = () => {
    const left = ends - Date.now();
    if (left > before) return;
    bar.hidden = false;
    if (left > 0) return;
    clearInterval(timer);
    words.textContent = phrase("Your sign-in has ended. What you have typed is still here: sign in on another page, then go on.");
    form.querySelector("button").hidden = true;
    const link = document.createElement("a");
    link.className = "button small";
    link.href = "/sign-in?again=1&next=/account";
    link.target = "_blank";
    link.rel = "noopener";
    link.textContent = phrase("Sign in on another page");
    form.append(link);
  };
  const timer = setInterval(look, 10_000);
  look();

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)) });
      const until = Date.parse(answer.headers.get("X-Session-Ends"));
      if (!answer.ok || Number.isNaN(until)) throw new Error(`status ${answer.status}`);
      const last = until <= ends;
      ends = until;
      bar.hidden = !last;
      if (last) words.textContent = phrase("This sign-in cannot be made longer. Finish what you are doing, then sign in again.");
    } catch {
      words.textContent = phrase("That did not work. Sign in on another page before this sign-in ends; what you typed stays here.");
    }
  });
})();
