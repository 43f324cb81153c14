// Ties quotes, speakers and cues together: by pointer, by keyboard, by the address.
"use strict";

{
  const text = document.querySelector(".text");
  const cards = [...document.querySelectorAll("[data-card]")];
  let current = null;

  const numbers = (value) => (value ? value.split(" ") : []);
  const partsOf = (number) => [...text.querySelectorAll("[data-quotes], [data-role-of]")].filter(
    (part) => numbers(part.dataset.quotes).includes(number) || numbers(part.dataset.roleOf).includes(number),
  );

  function show(number) {
    for (const part of text.querySelectorAll(".on")) part.classList.remove("on");
    for (const card of cards) card.classList.toggle("on", card.dataset.card === number);
    text.classList.toggle("focused", number !== null);
    if (number !== null) for (const part of partsOf(number)) part.classList.add("on");
  }

  function go(number) {
    current = number;
    show(number);
    if (number === null) return;
    const card = cards[Number(number)];
    card.querySelector(".jump").focus({ preventScroll: true });
    card.scrollIntoView({ block: "nearest" });
    const address = card.querySelector(".jump").hash;
    if (location.hash !== address) history.replaceState(null, "", address);
    document.getElementById(`quote-${number}`)?.scrollIntoView({ block: "center", behavior: "smooth" });
  }

  const innermost = (target) => {
    const quoted = target.closest("[data-quotes]");
    if (quoted) return numbers(quoted.dataset.quotes).at(-1);
    const role = target.closest("[data-role-of]");
    return role ? numbers(role.dataset.roleOf)[0] : null;
  };

  text.addEventListener("pointerover", (event) => show(innermost(event.target) ?? current));
  text.addEventListener("pointerleave", () => show(current));
  text.addEventListener("click", (event) => {
    const link = event.target.closest("a");
    const number = innermost(event.target);
    // A finger cannot hover: the first touch shows the quote, the second follows the name in it.
    const first = link && number !== null && number !== current && matchMedia("(hover: none)").matches;
    if (link && !first) return;
    if (first) event.preventDefault();
    go(number);
  });
  for (const card of cards) {
    card.addEventListener("pointerenter", () => show(card.dataset.card));
    card.addEventListener("pointerleave", () => show(current));
    card.addEventListener("focusin", () => show(card.dataset.card));
    card.querySelector(".jump").addEventListener("click", (event) => {
      event.preventDefault();
      go(card.dataset.card);
    });
  }

  const entityParts = (id) => [...text.querySelectorAll("[data-entity]")].filter((part) => part.dataset.entity === id);
  for (const item of document.querySelectorAll("[data-entity-card]")) {
    const mark = (on) => { for (const part of entityParts(item.dataset.entityCard)) part.classList.toggle("on", on); };
    for (const name of ["pointerenter", "focusin"]) item.addEventListener(name, () => mark(true));
    for (const name of ["pointerleave", "focusout"]) item.addEventListener(name, () => mark(false));
  }

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select")) return;
    const step = { j: 1, k: -1 }[event.key.toLowerCase()];
    if (event.key === "Escape") go(null);
    if (!step || !cards.length) return;
    const from = current === null ? (step > 0 ? -1 : cards.length) : Number(current);
    go(String((from + step + cards.length) % cards.length));
  });

  for (const record of document.querySelectorAll(".record")) {
    record.addEventListener("toggle", async () => {
      if (!record.open || record.dataset.loaded) return;
      record.dataset.loaded = "yes";
      const shown = record.querySelector("pre");
      try {
        const response = await fetch(record.dataset.record);
        const value = await response.json();
        shown.textContent = response.ok ? JSON.stringify(value, null, 2) : value.error;
      } catch (error) {
        shown.textContent = String(error);
      }
    });
  }

  const follow = () => {
    const byNumber = /^#quote-(\d+)$/.exec(location.hash);
    const linked = byNumber
      ? cards[Number(byNumber[1])]
      : cards.find((card) => card.querySelector(".jump").hash === location.hash);
    document.getElementById("reworded").hidden = Boolean(linked) || !/^#words-/.test(location.hash);
    if (linked) go(linked.dataset.card);
  };
  addEventListener("hashchange", follow);
  follow();
}
