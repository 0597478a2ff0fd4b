// Ranks anew after a pause in typing; saving is a form, and the reader's own decision.
"use strict";

const form = document.getElementById("tune");
const list = document.querySelector("[data-list]");
const told = document.querySelector("[data-told]");
const PAUSE = 300;
let timer = null, asked = 0;

async function rank() {
  const mine = ++asked;
  told.textContent = "Ranking …";
  const body = new URLSearchParams(new FormData(form));
  body.set("do", "try");
  try {
    const answer = await fetch(`${document.body.dataset.base}/tune`, { method: "POST", headers: { Accept: "application/json" }, body });
    if (mine !== asked) return;  // more was typed meanwhile
    if (!answer.ok) { told.textContent = (await answer.text()).trim(); return; }
    list.innerHTML = (await answer.json()).list;  // of a template that escapes
    told.textContent = "Made anew by what you wrote; not saved.";
  } catch {
    if (mine === asked) told.textContent = "No connection.";
  }
}

form.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(rank, PAUSE); });
form.addEventListener("submit", (event) => {
  if (event.submitter?.value === "save") return;
  event.preventDefault();
  rank();
});
