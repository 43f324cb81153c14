// New articles as they arrive, and the lists of the most quoted and most named.
"use strict";

{
  const kept = 60;
  const stream = document.getElementById("stream");
  const state = document.getElementById("live-state");
  const source = new EventSource(`/live?after=${stream.dataset.after}`);

  source.onopen = () => {
    state.textContent = state.dataset.on;
    state.classList.add("on");
  };
  source.onerror = () => {
    state.textContent = state.dataset.off;
    state.classList.remove("on");
  };
  // Nothing moves under the reader: what is new waits until it is asked for, or until the top is in sight again.
  const button = document.getElementById("new");
  let waiting = [];

  function show() {
    for (const { id, html } of waiting) {
      document.getElementById("empty")?.remove();
      for (const card of stream.children) if (card.dataset.id === id) { card.remove(); break; }
      stream.insertAdjacentHTML("afterbegin", html);
      stream.firstElementChild.classList.add("new");
      Redefluss.localize(stream.firstElementChild);
    }
    waiting = [];
    button.hidden = true;
    while (stream.children.length > kept) stream.lastElementChild.remove();
  }

  source.onmessage = (event) => {
    const article = JSON.parse(event.data);
    waiting = waiting.filter((other) => other.id !== article.id);
    waiting.push(article);
    if (!stream.children.length) { show(); return; }
    button.textContent = button.dataset.text.replace("{count}", waiting.length);
    button.hidden = false;
  };
  button.addEventListener("click", () => {
    show();
    scrollTo({ top: 0 });
    stream.querySelector("a")?.focus({ preventScroll: true });
  });

  Redefluss.every(12000, () => Redefluss.refresh(document.getElementById("ranks"), "/fragments/ranks"));
}
