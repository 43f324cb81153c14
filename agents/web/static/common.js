// Small helpers that the other scripts share.
"use strict";

const Redefluss = {
  // What can have the focus within an element, each with a name under which it is found again when it was made anew.
  focusable(element) {
    const found = new Map();
    for (const one of element.querySelectorAll("a[href], button, summary, [tabindex]")) {
      const name = [one.tagName, one.closest("[id]").id, one.getAttribute("href"), one.getAttribute("aria-label")].join(" ");
      let number = 0;
      while (found.has(`${name} ${number}`)) number += 1;
      found.set(`${name} ${number}`, one);
    }
    return found;
  },

  // Puts a server-rendered fragment into an element, unless it is there already; open folds stay open, and the focus
  // where it is. Tells whether it worked.
  async refresh(element, address) {
    try {
      const response = await fetch(address, { headers: { Accept: "text/html" } });
      if (!response.ok) return false;
      const made = document.createElement("template");
      made.innerHTML = await response.text();
      for (const fold of element.querySelectorAll("details[open][id]")) {
        made.content.getElementById(fold.id)?.setAttribute("open", "");
      }
      if (made.innerHTML.trim() === element.innerHTML.trim()) return true;
      const focused = [...Redefluss.focusable(element)].find(([, one]) => one === document.activeElement);
      element.replaceChildren(made.content);
      if (focused) Redefluss.focusable(element).get(focused[0])?.focus({ preventScroll: true });
      return true;
    } catch {
      return false;
    }
  },

  every(milliseconds, act) {
    setInterval(() => { if (!document.hidden) act(); }, milliseconds);
    document.addEventListener("visibilitychange", () => { if (!document.hidden) act(); });
  },
};

// Whether the broker is away is said on every page, however long it is open.
Redefluss.every(10000, () => Redefluss.refresh(document.getElementById("trouble"), "/fragments/trouble"));
