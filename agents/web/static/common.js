// Times in the reader's own zone, and small helpers that the other scripts share.
"use strict";

const Redefluss = {
  localize(root) {
    const format = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "short", timeStyle: "short" });
    for (const time of root.querySelectorAll("time[datetime]")) {
      const moment = new Date(time.dateTime);
      if (!Number.isNaN(moment.valueOf())) time.textContent = format.format(moment);
    }
  },

  // Puts a server-rendered fragment into an element; open folds stay open. Tells whether it worked.
  async refresh(element, address) {
    try {
      const response = await fetch(address, { headers: { Accept: "text/html" } });
      if (!response.ok) return false;
      const open = new Set([...element.querySelectorAll("details[open][id]")].map((fold) => fold.id));
      const focused = document.activeElement && document.activeElement.closest("details[id]");
      const focusId = focused && element.contains(focused) ? focused.id : null;
      element.innerHTML = await response.text();
      for (const fold of element.querySelectorAll("details[id]")) fold.open = open.has(fold.id);
      if (focusId) document.getElementById(focusId)?.querySelector("summary")?.focus();
      Redefluss.localize(element);
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

Redefluss.localize(document);

// Whether the broker is away is said on every page, however long it is open.
Redefluss.every(10000, () => Redefluss.refresh(document.getElementById("trouble"), "/fragments/trouble"));
