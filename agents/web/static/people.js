// Suggests names while one types.
"use strict";

{
  const field = document.getElementById("name");
  const kind = document.getElementById("type");
  const names = document.getElementById("names");
  let asked = "";
  let timer = 0;

  async function suggest() {
    const query = field.value.trim();
    const address = String(new URLSearchParams({ q: query, type: kind.value, limit: "12" }));
    if (query.length < 2 || address === asked) return;
    asked = address;
    const response = await fetch(`/api/people?${address}`).catch(() => null);
    if (!response?.ok || address !== asked) return;
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
  kind.addEventListener("change", suggest);
}
