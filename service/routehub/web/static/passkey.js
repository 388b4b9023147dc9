// Passkeys. A form with data-passkey asks that address what is to be signed, lets the browser's authenticator sign, and
// is sent like any other form. Without this script it stays hidden: the other ways to sign in need none.
"use strict";
(() => {
  if (!window.PublicKeyCredential || !navigator.credentials) return;

  const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
  const text = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  const named = (list) => (list || []).map((one) => ({ ...one, id: bytes(one.id) }));

  const make = async (options) => {
    const made = await navigator.credentials.create({ publicKey: {
      ...options, challenge: bytes(options.challenge), user: { ...options.user, id: bytes(options.user.id) },
      excludeCredentials: named(options.excludeCredentials),
    } });
    return { id: made.id, rawId: text(made.rawId), type: made.type, response: {
      clientDataJSON: text(made.response.clientDataJSON), attestationObject: text(made.response.attestationObject),
      transports: made.response.getTransports ? made.response.getTransports() : [],
    } };
  };

  const use = async (options) => {
    const said = await navigator.credentials.get({ publicKey: {
      ...options, challenge: bytes(options.challenge), allowCredentials: named(options.allowCredentials),
    } });
    const r = said.response;
    return { id: said.id, rawId: text(said.rawId), type: said.type, response: {
      clientDataJSON: text(r.clientDataJSON), authenticatorData: text(r.authenticatorData), signature: text(r.signature),
      userHandle: r.userHandle ? text(r.userHandle) : null,
    } };
  };

  const ask = async (form) => {
    const answer = await fetch(form.dataset.passkey, {
      method: "POST", body: new URLSearchParams({ csrf: form.elements.csrf.value }), credentials: "same-origin",
    });
    if (!answer.ok) throw new Error(`status ${answer.status}`);
    return answer.json();
  };

  for (const form of document.querySelectorAll("form[data-passkey]")) {
    const fault = form.querySelector(".fault[role=alert]");
    form.hidden = false;
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const button = form.querySelector("button");
      button.disabled = true;
      fault.hidden = true;
      try {
        const { step, ...options } = await ask(form);
        const said = await ("make" in form.dataset ? make(options) : use(options));
        if (step) form.elements.step.value = step;
        form.elements.credential.value = JSON.stringify(said);
        form.submit();
      } catch (error) {
        // Whoever presses Cancel, and whoever has no passkey here, gets the same NotAllowedError: browsers tell no more.
        fault.textContent = {
          NotAllowedError: phrase("Nothing was signed. Try again, or take another way."),
          InvalidStateError: phrase("This device has a passkey for you already."),
        }[error.name] || phrase("That did not work. Load the page again, or take another way.");
        fault.hidden = false;
        button.disabled = false;
      }
    });
  }
})();
