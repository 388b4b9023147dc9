// What this device keeps, in IndexedDB: drafts of forms, and what waits to be sent. Each record names its owner, so
// that another person who signs in on the same device neither sees nor sends it.
"use strict";
window.routehubStore = (() => {
  let opened = null;

  const open = () => {
    opened ??= new Promise((done, failed) => {
      const asked = indexedDB.open("routehub", 1);
      asked.onupgradeneeded = () => {
        asked.result.createObjectStore("drafts", { keyPath: "id" });
        asked.result.createObjectStore("outbox", { keyPath: "id" });
      };
      asked.onsuccess = () => done(asked.result);
      asked.onerror = () => failed(asked.error);
    });
    return opened;
  };

  // Answers when the transaction is complete: "strict" asks the browser to have it on the disk by then.
  const run = async (name, mode, act) => {
    const database = await open();
    return new Promise((done, failed) => {
      const transaction = database.transaction(name, mode, { durability: "strict" });
      const asked = act(transaction.objectStore(name));
      transaction.oncomplete = () => done(asked.result);
      transaction.onerror = () => failed(transaction.error);
      transaction.onabort = () => failed(transaction.error);
    });
  };

  return {
    get: (name, id) => run(name, "readonly", (store) => store.get(id)),
    all: (name) => run(name, "readonly", (store) => store.getAll()),
    put: (name, record) => run(name, "readwrite", (store) => store.put(record)),
    remove: (name, id) => run(name, "readwrite", (store) => store.delete(id)),
  };
})();
