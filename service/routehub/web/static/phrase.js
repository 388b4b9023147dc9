// What scripts say, in the page's language: English stands in the scripts, another language comes as a file of its own
// before them, made from its catalogue (assets.py). Gaps are %(name)s, as in the catalogues.
"use strict";

window.phrase = (words, gaps = {}) =>
  (window.routehubWords?.[words] ?? words).replace(/%\((\w+)\)s/g, (_, name) => String(gaps[name]));
