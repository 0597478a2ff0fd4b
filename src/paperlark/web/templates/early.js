// Holds what is pressed before the whole page is here, for read.js, which comes after it.
"use strict";

const early = { pressed: [], stop() { removeEventListener("keydown", early.key, true); removeEventListener("submit", early.form, true); } };
early.key = (event) => {
  if (event.target.closest?.("input, textarea, select") || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key.length > 1 || event.key === " ") return;
  event.preventDefault();
  early.pressed.push({ key: event.key });
};
early.form = (event) => {
  if (!/\/(act|undo)$/.test(new URL(event.target.action).pathname)) return;
  event.preventDefault();
  early.pressed.push({ button: event.submitter, undoes: event.target.dataset.undo !== undefined });
};
// This file may come late as well: after read.js, or when all is loaded.
if (!("scripted" in document.documentElement.dataset) && document.readyState !== "complete") {
  addEventListener("keydown", early.key, true);
  addEventListener("submit", early.form, true);
  // By then read.js has taken over, or it cannot be had, and forms are sent as without scripts.
  for (const end of ["DOMContentLoaded", "load"]) addEventListener(end, early.stop);
}
