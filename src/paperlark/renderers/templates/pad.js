// Keys, and votes that stay in this browser until their lines are copied.
"use strict";
const template = document.getElementById("pad");
const papers = [...document.querySelectorAll("main > article")];
const [buttons, pad, help] = template.content.children;
const [lines, fold] = [pad.querySelector("textarea"), pad.querySelector("details")];
const [count, told] = [pad.querySelector("[data-count]"), pad.querySelector("[role=status]")];
const KEPT = `paperlark-votes ${location.pathname.replace(/index\.html$/, "")}`;
const KEYS_OFF = "paperlark-keys-off";
const OPPOSITE = { want: "not", not: "want" };
const VOTE = /^\S+ (want|not|save)$/, CAST = /^[\d-]{10} \d+ [\d:.TZ-]+$/;
const keys = new Map([...help.querySelectorAll("[data-key]")]
  .map((one) => [one.textContent, one.dataset.key]));
let votes = {};  // "2502.12206 want" -> "2025-02-26 3 2025-02-26T08:11:03.250Z": page, place, time
const LONGEST_ADDRESS = 7000;  // GitHub takes 8 kB
let sent = 0;
let keysWork = true;
let current = -1;

// The page's words in its language, by those written here.
const words = JSON.parse(template.dataset.words || "{}");
const say = (text, values) => (words[text] ?? text).replace(/\{(\w+)\}/g, (_, name) => values[name]);
const idOf = (paper) => paper.querySelector("h3 a").href.split("/abs/")[1];
const tell = (text) => { told.textContent = text; };

// A browser may refuse to keep anything, and what it kept may have been changed by others.
function read(name) {
  try { return JSON.parse(localStorage.getItem(name)); } catch { return null; }
}

function write(name, value) {
  try { localStorage.setItem(name, JSON.stringify(value)); return true; } catch { return false; }
}

function load() {
  const kept = read(KEPT);
  if (!kept || typeof kept !== "object") return;
  votes = Object.fromEntries(Object.entries(kept)
    .filter(([done, how]) => VOTE.test(done) && CAST.test(how)));
}

function show() {
  for (const paper of papers) {
    for (const button of paper.querySelectorAll("[data-do]")) {
      button.setAttribute("aria-pressed", String(`${idOf(paper)} ${button.dataset.do}` in votes));
    }
  }
  const all = Object.entries(votes).map((one) => one.join(" "));
  lines.value = all.join("\n");
  count.textContent = all.length === 0 ? say("No votes on this page yet")
    : all.length === 1 ? say("1 vote") : say("{count} votes", { count: all.length });
  pad.classList.toggle("some", all.length > 0);
}

function keep() {
  tell(write(KEPT, votes) ? ""
    : say("This browser keeps nothing: copy the lines before you leave this page."));
  show();
}

function cast(paper, action) {
  if (!paper) return;
  load();  // another tab may have voted
  const id = idOf(paper), pressed = `${id} ${action}` in votes;
  delete votes[`${id} ${action}`];
  if (!pressed) {
    delete votes[`${id} ${OPPOSITE[action]}`];
    votes[`${id} ${action}`] =
      `${template.dataset.day} ${papers.indexOf(paper) + 1} ${new Date().toISOString()}`;
  }
  keep();
}

function choose({ target }) {
  const paper = target.closest?.("main > article");
  if (!paper) return;
  papers[current]?.classList.remove("current");
  current = papers.indexOf(paper);
  paper.classList.add("current");
}

function step(by) {
  const paper = papers[current + by];
  paper?.scrollIntoView({ block: "start" });
  paper?.querySelector("h3 a").focus({ preventScroll: true });
}

function follow(link) {
  const found = papers[current]?.querySelector(link);
  if (found) window.open(found.href, "_blank", "noopener");
}

async function copy() {
  try {
    await navigator.clipboard.writeText(`${lines.value}\n`);
    tell(say("Copied. In a terminal: paperlark vote -"));
  } catch {
    fold.open = true;
    lines.focus();
    lines.select();
    tell(say("Marked: copy them as you copy any text."));
  }
}

// An issue takes as many lines as an address may be long; the next press sends what follows.
function send() {
  const all = lines.value.split("\n");
  if (sent >= all.length) sent = 0;
  let [until, address] = [sent, pad.querySelector("[data-issue]").dataset.issue];
  while (until < all.length) {
    const longer = address + encodeURIComponent(`${all[until]}\n`);
    if (longer.length > LONGEST_ADDRESS) break;
    [until, address] = [until + 1, longer];
  }
  window.open(address, "_blank", "noopener");
  const text = until < all.length
    ? "Votes {first} to {last} of {all}: submit the issue there, and press Send again for the others."
    : "Votes {first} to {last} of {all}: submit the issue there.";
  tell(say(text, { first: sent + 1, last: until, all: all.length }));
  sent = until;
}

const vote = (action) => () => cast(papers[current], action);
const COMMANDS = {
  want: vote("want"), not: vote("not"), save: vote("save"),
  next: () => step(1),
  previous: () => step(-1),
  abstract() {
    const abstract = papers[current]?.querySelector(":scope > details");
    if (abstract) abstract.open = !abstract.open;
  },
  arxiv: () => follow("h3 a"),
  pdf: () => follow("a[href*='/pdf/']"),
  help: () => (help.open ? help.close() : help.showModal()),
  copy,
  send,
  clear() {
    if (!confirm(say("Delete the votes on this page from this browser?"))) return;
    votes = {};
    keep();
  },
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (event.target.closest?.("input, textarea, select, [contenteditable]")) return;
  const command = keys.get(event.key);
  if (!command || !keysWork || (help.open && command !== "help")) return;
  event.preventDefault();
  COMMANDS[command]();
});

document.addEventListener("click", (event) => {
  choose(event);
  const button = event.target.closest("[data-do]");
  if (button) COMMANDS[button.dataset.do]();
});

document.addEventListener("focusin", choose);

for (const paper of papers) paper.append(buttons.cloneNode(true));
document.querySelector("main").append(pad, help);
const box = help.querySelector("input");
box.checked = keysWork = read(KEYS_OFF) !== true;
box.addEventListener("change", () => { keysWork = box.checked; write(KEYS_OFF, !keysWork); });
window.addEventListener("storage", (event) => {
  if (event.key === KEPT) { votes = {}; load(); show(); }
});
load();
show();
