// Fills the list of ways to go on from what is typed, while it is typed. The page works without.
"use strict";
const field = document.querySelector("input[name=q][list]");
const list = field && document.getElementById(field.getAttribute("list"));
let waiting = 0;
async function fill() {
  const address = new URL(field.dataset.completions, location.href);
  const typed = field.value;
  address.searchParams.set("q", typed);
  const answer = await fetch(address);
  if (!answer.ok || typed !== field.value) return;
  list.replaceChildren(...(await answer.json()).map((text) => new Option(text, text)));
}
if (list) {
  field.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => fill().catch(() => {}), 200);
  });
}
