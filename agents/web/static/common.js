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

  // Puts a part of a page into an element, unless it is there already; open folds stay open, and the focus where it is.
  put(element, html) {
    const made = document.createElement("template");
    made.innerHTML = html;
    for (const fold of element.querySelectorAll("details[open][id]")) {
      made.content.getElementById(fold.id)?.setAttribute("open", "");
    }
    if (made.innerHTML.trim() === element.innerHTML.trim()) return;
    const focused = [...Redefluss.focusable(element)].find(([, one]) => one === document.activeElement);
    element.replaceChildren(made.content);
    if (focused) Redefluss.focusable(element).get(focused[0])?.focus({ preventScroll: true });
  },

  // Puts in what the server gives at an address. Tells whether it worked.
  async refresh(element, address) {
    try {
      // A login that has ended would lead to its form.
      const options = { headers: { Accept: "text/html" }, redirect: "error", signal: AbortSignal.timeout(8000) };
      const response = await fetch(address, options);
      if (!response.ok) return false;
      Redefluss.put(element, await response.text());
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

// Whether the broker is away is said on every page, however long it is open; also that the pages themselves are away,
// or that a login has ended: what is open would stay as it is, and look as if all were well.
Redefluss.every(10000, async () => {
  const trouble = document.getElementById("trouble");
  if (await Redefluss.refresh(trouble, "/fragments/trouble") || trouble.querySelector(".away")) return;
  const banner = document.createElement("p");
  banner.className = "banner bad trouble away";
  banner.textContent = trouble.dataset.away;
  trouble.replaceChildren(banner);
});

// Forms show what the page was asked for: going back, or loading it anew, browsers put in what was chosen after that.
addEventListener("pageshow", (event) => {
  const [{ type }] = performance.getEntriesByType("navigation");
  if (event.persisted || type !== "navigate") for (const form of document.forms) form.reset();
});
