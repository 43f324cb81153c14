// Quotes in a list: from one to the next by keyboard, each with its address. Quotes anywhere: copied with where they stand.
"use strict";

{
  const hits = [...document.querySelectorAll(".quote-hit")];
  let current = hits.findIndex((hit) => `#${hit.id}` === location.hash);

  function go(number) {
    for (const hit of hits) hit.classList.remove("on");
    current = number;
    const hit = hits[number];
    if (!hit) return;
    hit.classList.add("on");
    hit.focus({ preventScroll: true });
    hit.scrollIntoView({ block: "nearest" });
    history.replaceState(null, "", `#${hit.id}`);
  }

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select")) return;
    const step = { j: 1, k: -1 }[event.key.toLowerCase()];
    if (!step || !hits.length) return;
    go(Math.min(Math.max(current + step, 0), hits.length - 1));
  });
  if (current >= 0) go(current);

  document.addEventListener("click", async (event) => {
    const button = event.target.closest(".copy");
    if (!button) return;
    const text = button.dataset.copy.replace("{origin}", location.origin);
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      const field = document.createElement("textarea");
      field.value = text;
      document.body.append(field);
      field.select();
      document.execCommand("copy");
      field.remove();
    }
    button.classList.add("done");
    button.focus();
    // For those who do not see the tick; anew each time, or it would not be said again.
    const said = document.getElementById("copied");
    said.textContent = "";
    setTimeout(() => { said.textContent = said.dataset.text; }, 100);
  });
}
