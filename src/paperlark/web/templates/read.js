// Keys, and answers at once: what a form of this page does, without loading it again.
"use strict";

const body = document.body;
const papers = [...document.querySelectorAll("[data-paper]")];
const toldLine = document.querySelector("[data-told]");
const leftLine = document.querySelector("[data-left]");
const undoForm = document.querySelector("[data-undo]");
const help = document.getElementById("help");
// Several readers may share this browser and this address: what is kept is named by whose it is.
const BASE = body.dataset.base, READER = body.dataset.reader;
const WAITING = `paperlark-waiting ${READER}`, PLACE = `paperlark-place ${READER} ${location.pathname}`;
const HIDES = `paperlark-hides ${READER}`, KEYS_OFF = `paperlark-keys-off ${READER}`;
const OPPOSITE = { want: "not", not: "want" };
const ENDED = "ended";
const RETRY = 3000, SWIPE = 80;
const keys = new Map([...document.querySelectorAll("[data-command]")]
  .map((one) => [one.textContent, one.dataset.command]));
const undoable = ["want", "not", "later", "save", "note"];
const mine = undoForm.dataset.undo.split(" ").filter(Boolean);  // events to undo, the latest last
let current = -1;
let sending = null;
let undoing = Promise.resolve();
let asking = new AbortController();

function stored(name, fallback) {
  try { return JSON.parse(localStorage.getItem(name)) ?? fallback; } catch { return fallback; }
}

function store(name, value) {
  try { localStorage.setItem(name, JSON.stringify(value)); } catch { /* a private window */ }
}

function tell(text) { toldLine.textContent = text; }

function show(index, { scrolls = true } = {}) {
  if (index < 0 || index >= papers.length) return;
  papers[current]?.classList.remove("current");
  current = index;
  papers[current].classList.add("current");
  if (scrolls) papers[current].scrollIntoView({ block: "start" });
  papers[current].querySelector("h3 a").focus({ preventScroll: true });
  store(PLACE, papers[current].dataset.paper);
}

function step(by) {
  const hides = body.classList.contains("hides");
  let next = current + by;
  while (hides && papers[next]?.classList.contains("seen")) next += by;
  const left = papers[current];
  if (by > 0 && left && !left.classList.contains("seen")) act(left, "seen", true);
  show(next);
}

function buttonOf(paper, action) { return paper.querySelector(`[data-action="${action}"]`); }

function isPressed(button) { return button.getAttribute("aria-pressed") === "true"; }

// Shows at once what the server will say in a moment.
function showState(paper, pressed, seen) {
  for (const [action, on] of Object.entries(pressed)) {
    buttonOf(paper, action)?.setAttribute("aria-pressed", String(on));
  }
  paper.classList.toggle("seen", seen);
}

function act(paper, action, on, text = "") {
  const pressed = { [action]: on };
  if (on && OPPOSITE[action]) { pressed[OPPOSITE[action]] = false; pressed.later = false; }
  if (action !== "seen" && action !== "open" && action !== "note") showState(paper, pressed, true);
  else paper.classList.toggle("seen", action !== "seen" || on);
  send("/act", {
    do: [(on ? "" : "-") + action, paper.dataset.paper, paper.dataset.day || "-", paper.dataset.place || "-"].join(" "),
    text, page: body.dataset.page || "",
  }, undoable.includes(action));
}

function press(paper, action) {
  if (!paper) return;
  act(paper, action, !isPressed(buttonOf(paper, action)));
}

// Each event has an id, waits in the browser until the server has it, and counts once.
function send(address, fields, canBeUndone = false) {
  const event = crypto.randomUUID();
  store(WAITING, [...stored(WAITING, []), { address, fields: { ...fields, event } }]);
  if (canBeUndone) mine.push(event);
  return flush();
}

function flush() {
  sending ??= sendAll().finally(() => { sending = null; });
  return sending;
}

async function sendAll() {
  await null;  // what else is done in this moment waits by then, and is sent as well
  try {
    for (let waiting = stored(WAITING, []); waiting.length; waiting = stored(WAITING, [])) {
      const [first] = waiting;
      const answer = await post(first.address, first.fields);
      store(WAITING, stored(WAITING, []).filter((one) => one.fields.event !== first.fields.event));
      await report(answer);
    }
  } catch (error) {
    const why = error.message === ENDED ? "Signed out: reload the page" : "No connection";
    tell(`${why}: ${stored(WAITING, []).length} not sent yet; they are kept here and sent later.`);
    setTimeout(flush, RETRY);
  }
}

// Throws where the server cannot be reached, is at a loss, or does not know the session any more;
// any other refusal is an answer.
async function post(address, fields) {
  const answer = await fetch(BASE + address, {
    method: "POST", headers: { Accept: "application/json" },
    body: new URLSearchParams({ ...fields, token: body.dataset.token }),
  });
  if (answer.status === 401 || answer.status === 403) throw new Error(ENDED);
  if (answer.status >= 500) throw new Error(String(answer.status));
  return answer;
}

async function report(answer) {
  if (!answer.ok) { tell((await answer.text()).trim()); return; }
  const said = await answer.json();
  tell(said.told);
  if (body.dataset.page) leftLine.textContent = said.left;
  undoForm.hidden = !said.undo;
  undoForm.undoes.value = said.undo;
  undoForm.querySelector("button").title = said.undo_text;
  const paper = papers.find((one) => one.dataset.paper === said.paper);
  const more = stored(WAITING, []).some((one) => one.fields.do?.includes(` ${said.paper} `));
  if (!paper || more) return;
  showState(paper, said.pressed, said.seen);
  paper.querySelector(".kept-note").textContent = said.note;
  if (said.moves) showMoves(paper, said.moves);
  else if (!said.pressed.want && !said.pressed.not) paper.querySelector(".moves")?.remove();
}

// What the newest vote moves is tried by the server when it has been quiet for a moment.
async function showMoves(paper, address) {
  asking.abort();
  const mine = asking = new AbortController();
  paper.querySelector(".moves")?.remove();
  try {
    for (let said = { wait: true }; said.wait && !mine.signal.aborted;) {
      const answer = await fetch(address, { headers: { Accept: "application/json" }, signal: mine.signal });
      if (!answer.ok) return;
      said = await answer.json();
      if (said.text) paper.querySelector(".acts").after(movesLine(said.text, address));
    }
  } catch { /* the vote is stored all the same */ }
}

function movesLine(text, address) {
  const line = document.createElement("p");
  line.className = "moves";
  const order = document.createElement("a");
  order.href = address;
  order.textContent = "See the order";
  line.append(text, " ", order);
  return line;
}

// Takes back what was done last: at once where that is known here, else as soon as the server says.
function undo() {
  if (mine.length) undoEvent(mine.pop());
  else undoing = undoing.then(undoEarlier);
}

function undoEvent(undoes) { return send("/undo", { undoes, page: body.dataset.page || "" }); }

async function undoEarlier() {
  while (sending) await sending;
  if (mine.length) await undoEvent(mine.pop());
  else if (undoForm.hidden) tell("Nothing to undo.");
  else await undoEvent(undoForm.undoes.value);
}

function follow(paper, link) {
  const found = paper?.querySelector(link);
  if (!found) return;
  act(paper, "open", true);
  window.open(found.href, "_blank", "noopener");
}

// Edits a note in place; without scripts the link leads to a page for it.
function editNote(paper) {
  if (!paper || paper.querySelector(".note-form")) return;
  const form = document.getElementById("note-form").content.firstElementChild.cloneNode(true);
  form.elements.text.value = paper.querySelector(".kept-note").textContent;
  paper.append(form);
  form.elements.text.focus();
}

// What had the focus is gone with the form, so the paper has it again.
function endNote(form) {
  const paper = form.closest("[data-paper]");
  form.remove();
  show(papers.indexOf(paper), { scrolls: false });
}

function hide() {
  const hides = body.classList.toggle("hides");
  store(HIDES, hides);
  document.querySelector("[data-do=hide]").setAttribute("aria-pressed", String(hides));
}

const COMMANDS = {
  next: () => step(1),
  previous: () => step(-1),
  want: () => press(papers[current], "want"),
  not: () => press(papers[current], "not"),
  later: () => press(papers[current], "later"),
  save: () => press(papers[current], "save"),
  abstract: () => { const one = papers[current]?.querySelector("article > details"); if (one) one.open = !one.open; },
  arxiv: () => { follow(papers[current], "h3 a"); },
  pdf: () => { follow(papers[current], "a[href*='/pdf/']"); },
  note: () => editNote(papers[current]),
  undo,
  hide,
  search: () => document.querySelector(".ways input").focus(),
  help: () => (help.open ? help.close() : help.showModal()),
};

document.addEventListener("keydown", (event) => {
  const typing = event.target.closest?.("input, textarea, select");
  if (event.key === "Escape" && typing) { event.target.blur(); return; }
  if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
  if (pressKey(event.key)) event.preventDefault();
});

// Returns whether the key has a command.
function pressKey(key) {
  const command = keys.get(key);
  if (!command || (stored(KEYS_OFF, false) && command !== "help")) return false;
  COMMANDS[command]();
  return true;
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-do]");
  if (button) COMMANDS[button.dataset.do]();
  const paper = event.target.closest("[data-paper]");
  if (event.target.closest("article h3 a, article a[href*='/pdf/']")) act(paper, "open", true);
  if (event.target.closest(".note-link")) { event.preventDefault(); editNote(paper); }
  if (event.target.closest("[data-cancel]")) endNote(event.target.closest("form"));
  if (paper && !event.target.closest("form")) show(papers.indexOf(paper), { scrolls: false });
});

// A swipe to the right wants a paper, one to the left does not.
let touched = null;
document.addEventListener("touchstart", (event) => {
  const [finger] = event.touches;
  const paper = event.target.closest("[data-paper]");
  touched = event.touches.length === 1 && paper ? { paper, x: finger.clientX, y: finger.clientY } : null;
}, { passive: true });
document.addEventListener("touchend", (event) => {
  if (!touched) return;
  const [finger] = event.changedTouches;
  const [across, down] = [finger.clientX - touched.x, finger.clientY - touched.y];
  if (Math.abs(across) > SWIPE && Math.abs(down) < SWIPE / 2) {
    press(touched.paper, across > 0 ? "want" : "not");
    show(papers.indexOf(touched.paper), { scrolls: false });
  }
  touched = null;
}, { passive: true });

document.addEventListener("submit", (event) => {
  const form = event.target;
  const paper = (event.submitter ?? form).closest("[data-paper]");
  if (form === undoForm) {
    event.preventDefault();
    COMMANDS.undo();
  } else if (form.hasAttribute("data-sign-out")) {
    // What this browser keeps of the reader is deleted then, so all of it is sent before.
    event.preventDefault();
    flush().then(() => { if (!stored(WAITING, []).length) form.submit(); });
  } else if (form.id === "acts") {
    event.preventDefault();
    press(paper, event.submitter.dataset.action);
  } else if (form.classList.contains("note-form")) {
    event.preventDefault();
    const text = form.elements.text.value.trim();
    paper.querySelector(".kept-note").textContent = text;
    endNote(form);
    act(paper, "note", true, text);
  }
});

for (const paper of papers) {
  paper.querySelector("article > details")?.addEventListener("toggle", (event) => {
    if (event.target.open && !paper.dataset.opened) { paper.dataset.opened = "yes"; act(paper, "open", true); }
  });
}

const keysBox = document.querySelector("[data-keys]");
keysBox.checked = !stored(KEYS_OFF, false);
keysBox.addEventListener("change", () => store(KEYS_OFF, !keysBox.checked));
for (const one of document.querySelectorAll("[data-scripted]")) one.hidden = false;
if (stored(HIDES, false)) hide();
navigator.serviceWorker?.register(`${BASE}/sw.js?reader=${READER}`).catch(() => { /* reads on without it */ });
window.addEventListener("online", flush);
flush();
const kept = papers.findIndex((one) => one.dataset.paper === stored(PLACE, ""));
if (papers.length && !location.hash) show(Math.max(kept, 0), { scrolls: kept > 0 });

// What was pressed before this script was here (early.js).
document.documentElement.dataset.scripted = "";
if (typeof early !== "undefined") {
  early.stop();
  for (const { key, button, undoes } of early.pressed) {
    if (key) pressKey(key);
    else if (undoes) undo();
    else press(button.closest("[data-paper]"), button.dataset.action);
  }
}

// Follows a page that is being made. Whoever reads another one meanwhile is not taken away from it.
if (document.querySelector("[data-making] [data-step]")) {
  const follow = async () => {
    const said = await (await fetch(`${BASE}/making`)).json();
    if (said.made || said.failed) {
      if (papers.length) tellEnd(said.made ? "The new page is there." : "The new page could not be made.", said.made ? "Read it" : "See why");
      else location.assign(`${BASE}/`);
      return;
    }
    const total = said.total ? `, ${said.done} of ${said.total}` : "";
    document.querySelector("[data-step]").textContent = said.step ? `: ${said.step}${total}` : "";
    setTimeout(follow, 500);
  };
  const tellEnd = (text, leads) => {
    const link = document.createElement("a");
    link.href = `${BASE}/`;
    link.textContent = leads;
    const line = document.createElement("p");
    line.append(`${text} `, link);
    document.querySelector("[data-making]").replaceChildren(line);
  };
  setTimeout(follow, 500);
}
