// Suggests names while one types.
"use strict";

{
  const field = document.getElementById("name");
  const names = document.getElementById("names");
  let asked = "";
  let timer = 0;

  async function suggest() {
    const query = field.value.trim();
    if (query.length < 2 || query === asked) return;
    asked = query;
    const address = new URLSearchParams({ q: query, type: field.dataset.kind, limit: "12" });
    const response = await fetch(`/api/people?${address}`).catch(() => null);
    if (!response?.ok || query !== asked) return;
    const found = (await response.json()).items;
    names.replaceChildren(...found.map((person) => {
      const option = document.createElement("option");
      option.value = person.name;
      option.label = person.roles[0] ?? "";
      return option;
    }));
  }

  field.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(suggest, 120);
  });
}
