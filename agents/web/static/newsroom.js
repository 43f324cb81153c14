// New articles as they arrive, from one to the next by keyboard, and the lists of the most quoted and most named.
"use strict";

{
  const stream = document.getElementById("stream");
  const state = document.getElementById("live-state");
  const button = document.getElementById("new");
  const cards = () => [...stream.children];
  const at = (card) => Number(card.dataset.at);

  // Nothing moves under the reader: what is new waits until it is asked for, and goes then where its time belongs.
  // If it is more than that, or some of it was left out, the page is asked for anew: the list would have holes.
  // What is shown is kept right meanwhile: a new version stands where the former one did, and what is withdrawn goes.
  // A new version of another time waits too, since it belongs elsewhere; until then its card has the time of its place.
  const most = 100;
  let waiting = [];
  let many = false;

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

  const showAnew = () => location.assign(location.pathname + location.search);

  function offerAnew() {
    if (!stream.children.length) { showAnew(); return; }
    many = true;
    waiting = [];
    button.textContent = button.dataset.many;
    button.hidden = false;
  }

  function offer() {
    button.textContent = button.dataset.text.replace("{count}", waiting.length);
    button.hidden = !waiting.length;
  }

  const standsFor = (card, { id, same }) => card.dataset.id === id && card.dataset.same === String(same);

  function change(card, now) {
    const [former, papers] = [card, now].map((one) => one.querySelector(".papers"));
    if (former && papers) papers.id = former.id;
    Object.assign(card.dataset, now.dataset);
    Redefluss.put(card, now.innerHTML);
  }

  function stands(card) {
    const [before, after] = [card.previousElementSibling, card.nextElementSibling];
    return (!before || at(before) >= at(card)) && (!after || at(after) <= at(card));
  }

  function take(article) {
    const shown = cards().find((card) => standsFor(card, article))
      ?? cards().find((card) => card.dataset.same === String(article.same))
      ?? cards().find((card) => card.dataset.id === article.id);
    waiting = waiting.filter((other) => other.id !== article.id && other.same !== article.same);
    if (shown) {
      const former = shown.dataset.at;
      change(shown, made(article.html));
      if (stands(shown)) { if (!many) offer(); return; }
      shown.dataset.at = former;
    }
    if (many) return;
    const oldest = cards().at(-1);
    if (!shown && oldest && "older" in stream.dataset && article.at < at(oldest)) return;
    waiting.push(article);
    if (waiting.length > most) { offerAnew(); return; }
    if (!stream.children.length) { show(); return; }
    offer();
  }

  function drop(article) {
    waiting = waiting.filter((other) => other.id !== article.id || other.same !== article.same);
    if (!many) offer();
    const card = cards().find((one) => standsFor(one, article));
    if (!card) return;
    if (card.contains(document.activeElement)) {
      (card.nextElementSibling ?? card.previousElementSibling)?.focus({ preventScroll: true });
    }
    card.remove();
    if (!stream.children.length) showAnew();
  }

  let last = null;
  let open = null;

  // Only while the page is seen: browsers make no more than six connections to a host, and six pages would take them all.
  function listen() {
    open?.close();
    if (document.hidden) return;
    const address = new URL(stream.dataset.live, location.href);
    if (last) address.searchParams.set("after", last);
    const source = open = new EventSource(address);
    source.onopen = () => {
      state.textContent = state.dataset.on;
      state.classList.add("on");
    };
    source.onerror = () => {
      state.textContent = state.dataset.off;
      state.classList.remove("on");
      // After an answer such as 503, also that of a proxy, browsers do not try again by themselves.
      if (source.readyState === EventSource.CLOSED) setTimeout(listen, 5000);
    };
    source.onmessage = (event) => {
      last = event.lastEventId;
      take(JSON.parse(event.data));
    };
    source.addEventListener("gone", (event) => {
      last = event.lastEventId;
      drop(JSON.parse(event.data));
    });
    source.addEventListener("left-out", offerAnew);
  }
  if (stream.dataset.live) {
    listen();
    document.addEventListener("visibilitychange", listen);
  }

  button.addEventListener("click", () => {
    if (many) { showAnew(); return; }
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
