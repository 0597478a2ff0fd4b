// Keys for the cards' buttons, and a word while arXiv is asked.
"use strict";

const keyed = new Map([...document.querySelectorAll("[data-key]")].map((one) => [one.dataset.key, one]));
const told = document.querySelector("[data-told]");

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
  if (event.target.matches("input, textarea")) return;
  const button = keyed.get(event.key);
  if (!button) return;
  event.preventDefault();
  button.click();
});

document.querySelector(".first")?.addEventListener("submit", () => {
  told.textContent = "Asking arXiv; this may take half a minute …";
});
