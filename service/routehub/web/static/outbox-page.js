// The outbox page: what waits on this device, what needs a look, what was sent.
"use strict";
(() => {
  const outbox = window.routehubOutbox;
  if (!outbox) return;
  const { at, element, button, send, open, drop } = outbox;

  const line = (item, words, ...acts) => element("li", {},
    element("div", {}, element("b", {}, item.title), element("p", { class: "meta" }, words)),
    element("p", { class: "row" }, ...acts));

  const waiting = (item) => line(item,
    `${phrase("Saved %(made)s.", { made: at(item.made) })} ${item.tries ? `${item.tries === 1 ? phrase("Tried once.") : phrase("Tried %(tries)s times.", { tries: item.tries })} ${item.said} ${phrase("Next try %(time)s.", { time: at(item.next) })}` : phrase("Being sent.")}`,
    button(phrase("Try now"), () => send(true)), button(phrase("Drop"), () => confirmed(item)));
  const attention = (item) => line(item, phrase("Saved %(made)s. %(said)s.", { made: at(item.made), said: item.said }),
    button(phrase("Open"), () => open(item), "primary"), button(phrase("Drop"), () => confirmed(item)));
  const gone = (item) => line(item, phrase("Sent %(sent)s.", { sent: at(item.sent) }), element("a", { href: item.url }, phrase("See what was posted")));

  // Nothing brings it back, so it is asked once.
  const confirmed = (item) => { if (window.confirm(phrase("Drop %(title)s, saved %(made)s? It was not posted.", { title: item.title, made: at(item.made) }))) drop(item.id); };

  const fill = (id, lines) => {
    const place = document.getElementById(id);
    place.hidden = lines.length === 0;
    place.querySelector("ul").replaceChildren(...lines);
  };
  const show = (all) => {
    fill("outbox-waiting", all.filter((item) => item.state === "waiting").map(waiting));
    fill("outbox-attention", all.filter((item) => item.state === "attention").map(attention));
    fill("outbox-sent", all.filter((item) => item.state === "sent").reverse().map(gone));
    document.getElementById("outbox-empty").hidden = all.length > 0;
  };

  document.getElementById("without-scripts").hidden = true;
  document.addEventListener("routehub:outbox", (event) => show(event.detail));
  outbox.mine().then(show, () => { document.getElementById("outbox-empty").hidden = false; });
})();
