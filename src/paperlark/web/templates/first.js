// Keys for the cards' buttons, and a word while arXiv is asked. It runs before the page is there, so
// that no key is lost: everything is looked for when it is needed.
"use strict";

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
  if (event.target.matches("input, textarea")) return;
  const button = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
  if (!button) return;
  event.preventDefault();
  button.click();
});

document.addEventListener("DOMContentLoaded", () => {
  for (const one of document.querySelectorAll("[data-keys-told]")) one.hidden = false;
});

document.addEventListener("submit", (event) => {
  if (!event.target.matches(".first")) return;
  document.querySelector("[data-told]").textContent = "Asking arXiv; this may take half a minute …";
});
