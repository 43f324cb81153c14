// Keeps the state of the stream fresh.
"use strict";

{
  const element = document.getElementById("operations");
  Redefluss.every(3000, () => Redefluss.refresh(element, "/fragments/operations"));
}
