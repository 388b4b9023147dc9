// For a hub that keeps nothing on devices any more: what an earlier one kept goes, and so does this script.
"use strict";
self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => {
  event.waitUntil(caches.keys().then((names) => Promise.all(names.map((name) => caches.delete(name)))));
  event.waitUntil(self.registration.unregister());
});
