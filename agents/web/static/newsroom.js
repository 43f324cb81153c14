// New articles as they arrive, from one to the next by keyboard, and the lists of the most quoted and most named.
"use strict";

{
  const stream = document.getElementById("stream");
  const state = document.getElementById("live-state");
  const button = document.getElementById("new");
  const cards = () => [...stream.children];
  const at = (card) => Number(card.dataset.at);

  // Nothing moves under the reader: what is new waits until it is asked for, and goes then where its time belongs.
  let waiting = [];

  function made(html) {
    const template = document.createElement("template");
    template.innerHTML = html;
    return template.content.firstElementChild;
  }

  function show() {
    document.getElementById("empty")?.remove();
    let top = null;
    for (const { id, same, html } of waiting) {
      for (const card of cards()) if (card.dataset.id === id || card.dataset.same === String(same)) card.remove();
      const card = made(html);
      card.classList.add("new");
      stream.insertBefore(card, cards().find((other) => at(other) <= at(card)) ?? null);
      if (top === null || at(card) >= at(top)) top = card;
    }
    waiting = [];
    button.hidden = true;
    return top;
  }

  function take(article) {
    const shown = cards().find((card) => card.dataset.same === String(article.same) && card.dataset.id === article.id);
    if (shown) {
      // Another paper has it too: the list of papers changes, and nothing else.
      const [former, papers] = [shown, made(article.html)].map((card) => card.querySelector(".papers"));
      if (former && papers) {
        papers.open = former.open;
        former.replaceWith(papers);
        return;
      }
    }
    const oldest = cards().at(-1);
    if (!shown && oldest && "older" in stream.dataset && article.at < at(oldest)) return;
    waiting = waiting.filter((other) => other.id !== article.id && other.same !== article.same);
    waiting.push(article);
    if (!stream.children.length) { show(); return; }
    button.textContent = button.dataset.text.replace("{count}", waiting.length);
    button.hidden = false;
  }

  if (stream.dataset.live) {
    const source = new EventSource(stream.dataset.live);
    source.onopen = () => {
      state.textContent = state.dataset.on;
      state.classList.add("on");
    };
    source.onerror = () => {
      state.textContent = state.dataset.off;
      state.classList.remove("on");
    };
    source.onmessage = (event) => take(JSON.parse(event.data));
  }
  button.addEventListener("click", () => {
    const top = show();
    top?.focus({ preventScroll: true });
    top?.scrollIntoView({ block: "center" });
  });

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select")) return;
    const step = { j: 1, k: -1 }[event.key.toLowerCase()];
    const all = cards();
    if (!step || !all.length) return;
    const from = all.indexOf(document.activeElement.closest?.("#stream > *"));
    const next = all[Math.min(Math.max(from + step, 0), all.length - 1)];
    next.focus({ preventScroll: true });
    next.scrollIntoView({ block: "nearest" });
  });

  Redefluss.every(12000, () => Redefluss.refresh(document.getElementById("ranks"), "/fragments/ranks"));
}
