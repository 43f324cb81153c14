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
  source.onmessage = (event) => {
    const { id, html } = JSON.parse(event.data);
    document.getElementById("empty")?.remove();
    for (const card of stream.children) if (card.dataset.id === id) { card.remove(); break; }
    const top = stream.firstElementChild?.getBoundingClientRect().top ?? 0;
    stream.insertAdjacentHTML("afterbegin", html);
    const card = stream.firstElementChild;
    card.classList.add("new");
    Redefluss.localize(card);
    // Whoever has scrolled down goes on reading undisturbed.
    if (top < 0) window.scrollBy(0, card.getBoundingClientRect().height);
    while (stream.children.length > kept) stream.lastElementChild.remove();
  };

  Redefluss.every(12000, () => Redefluss.refresh(document.getElementById("ranks"), "/fragments/ranks"));
}
