// Keeps the state of the stream fresh, and says to those who do not see it when it has changed, and only then.
"use strict";

{
  const element = document.getElementById("operations");
  const said = document.getElementById("state");
  const state = () => element.querySelector(".banner p").firstChild.textContent.trim();
  let known = state();
  Redefluss.every(3000, async () => {
    await Redefluss.refresh(element, "/fragments/operations");
    if (state() === known) return;
    known = state();
    said.textContent = known;
  });
}
