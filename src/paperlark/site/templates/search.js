// Searches the index of the site: plain files of a few days each, of which a query needs a few.
"use strict";

const form = document.getElementById("ask");
const field = document.getElementById("q");
const message = document.getElementById("told");
const found = document.getElementById("found");
const MOST = 50;
const INDEX = "index.js";
const FOLDER = location.protocol === "file:";
const TRIES = 4, PAUSE = 500;
const LETTERS = { ł: "l", ø: "o", đ: "d", ß: "ss", æ: "ae", œ: "oe" };
// The page's words in its language, by those written here.
const texts = JSON.parse(form.dataset.words || "{}");
const say = (text, values) => (texts[text] ?? text).replace(/\{(\w+)\}/g, (_, name) => values[name]);
const cache = new Map();
let requests = 0;
let indexCache = "no-cache";

// Normalizes a query as search_index.py does: lower case, no accents, plurals as singulars.
function termsOf(text) {
  const terms = new Set();
  for (const part of text.toLowerCase().split(/\s+/)) {
    if (/^[a-z-]+\.[a-z-]{2,}$/.test(part)) { terms.add("in:" + part); continue; }
    const plain = part.replace(/[łøđßæœ]/g, (letter) => LETTERS[letter])
      .normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
    for (const word of plain.match(/[\p{L}\p{N}]+/gu) || []) {
      const plural = word.length > 3 && word.endsWith("s") && !word.endsWith("ss");
      terms.add(plural ? word.slice(0, -1) : word);
    }
  }
  return [...terms];
}

// CRC-32 as in zlib; its remainder is the shard of a term.
function shardOf(term, shards) {
  let crc = -1;
  for (const byte of new TextEncoder().encode(term)) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ((crc ^ -1) >>> 0) % shards;
}

// Every file of the index is a script that calls this with its name and its content.
const arriving = new Map();
window.indexed = (name, content) => arriving.get(name)?.(content);

// In a folder without a web server a page may load scripts only.
function load(name) {
  return new Promise((resolve, reject) => {
    const script = document.createElement("script");
    arriving.set(name, resolve);
    script.onerror = () => reject(new Error(name + " is missing"));
    script.src = name;
    document.head.append(script);
  });
}

// Over HTTP the same files are read as text, without being run.
async function download(name) {
  // Only the index is asked for by the same address when it has changed.
  const answer = await fetch(name, { cache: name === INDEX ? indexCache : "default" });
  if (!answer.ok) throw new Error(name + ": " + answer.status);
  const text = await answer.text();
  return JSON.parse(text.slice(text.indexOf(",") + 1, text.lastIndexOf(")")));
}

async function read(name) {
  if (!cache.has(name)) {
    cache.set(name, (FOLDER ? load(name) : download(name))
      .catch((error) => { cache.delete(name); throw error; }));
  }
  return cache.get(name);
}

// Reads a file of a segment: a folder that never changes, and is gone once it is of a past build.
function part(segment, name) {
  return read(`${segment.name}/${name}.js`);
}

// The postings of a term in a segment, undefined where no paper there has it.
async function postings(index, segment, term) {
  const terms = await part(segment, `terms-${shardOf(term, index.shards)}`);
  return Object.hasOwn(terms, term) ? terms[term] : undefined;
}

// Returns the papers of one segment that contain all terms, each with its score.
async function searchSegment(index, segment, terms) {
  const lists = await Promise.all(terms.map((term) => postings(index, segment, term)));
  if (lists.some((list) => list === undefined)) return [];
  // A word found in most papers does not tell papers apart.
  const selective = lists.filter((list) => list !== 0);
  let scores = null;
  for (const list of selective) {
    const rare = Math.log(1 + segment.papers / list.length);
    const next = new Map();
    let number = 0;
    for (const step of list) {
      number += step >> 2;
      if (scores === null || scores.has(number)) {
        next.set(number, (scores ? scores.get(number) : 0) + rare * [1, 1.5, 2.5, 3][step & 3]);
      }
    }
    scores = next;
  }
  return [...(scores || [])].map(([number, score]) => ({ segment, number, score }));
}

async function paperOf(index, hit) {
  const block = Math.floor(hit.number / index.block);
  const papers = await part(hit.segment, `papers-${block}`);
  return papers[hit.number % index.block];
}

function element(name, kind, text) {
  const one = document.createElement(name);
  if (kind) one.className = kind;
  one.textContent = text;
  return one;
}

function shown([id, day, selected, chip, title, authors]) {
  const item = document.createElement("li");
  const words = element("span", "title", "");
  const link = element("a", "", title);
  const page = selected ? "" : "others/";
  link.href = `../${day.replaceAll("-", "/")}/${page}index.html#paper-${id.replace("/", "-")}`;
  words.append(link, element("span", "by", authors));
  item.append(element("span", "chip", chip), words, element("span", "aside", day));
  return item;
}

// The identifier that the whole query is, or that a link to arXiv or a mirror ends in.
function identifierOf(query) {
  const id = "(\\d{4}\\.\\d{4,5}|[a-z-]+(?:\\.[a-z]{2})?/\\d{7})(?:v\\d{1,4})?";
  const link = new RegExp(`^(?:(?:oai:arxiv\\.org:|arxiv:\\s*)|\\S*[/:=.])?${id}(?:\\.pdf)?/?(?:[?#]\\S*)?$`, "i");
  const named = query.trim().slice(0, 300).match(link);
  return named ? named[1].toLowerCase().replace(/\.[a-z]{2}(?=\/)/, "") : null;
}

// Whether one letter left out, put in, exchanged or swapped with its neighbour makes a of b.
function oneLetterOff(a, b) {
  if (Math.abs(a.length - b.length) > 1 || a === b) return false;
  let at = 0;
  while (at < a.length && a[at] === b[at]) at++;
  const [restA, restB] = [a.slice(at), b.slice(at)];
  return restA.slice(1) === restB.slice(1) || restA.slice(1) === restB || restA === restB.slice(1)
    || (restA[0] === restB[1] && restA[1] === restB[0] && restA.slice(2) === restB.slice(2));
}

async function isKnown(index, term) {
  const each = await Promise.all(index.segments.map((one) => postings(index, one, term)));
  return each.some((list) => list !== undefined);
}

// Corrects words that no paper has, by the common words of the latest days.
async function corrected(index, query) {
  const changes = [];
  const lists = await Promise.all(index.segments.slice(0, 3).map((one) => part(one, "words")));
  const words = [];
  for (const written of query.split(/\s+/).slice(0, 8)) {
    const [term, ...others] = termsOf(written);
    let word = written;
    if (term && others.length === 0 && term.length > 3 && !(await isKnown(index, term))) {
      const plain = written.toLowerCase().normalize("NFKD").replace(/[^\p{L}\p{N}]/gu, "");
      const near = lists.map((list) => list.find((one) => oneLetterOff(plain, one))).find(Boolean);
      if (near) { word = near; changes.push([written, near]); }
    }
    words.push(word);
  }
  return { query: words.join(" "), changes };
}

function told(changes) {
  const quoted = (at) => changes.map((one) => `«${one[at]}»`).join(", ");
  return changes.length
    ? `${say("No paper has {words}; showing {others}:", { words: quoted(0), others: quoted(1) })} ` : "";
}

async function hitsOf(index, terms) {
  const each = await Promise.all(index.segments.map((one) => searchSegment(index, one, terms)));
  return each.flat().sort((a, b) => b.score - a.score);
}

function summary(many) {
  if (many === 0) {
    return say("No paper contains all of these words. Words found in most papers are ignored.");
  }
  if (many > MOST) return say("More than {count} papers. The best {count}:", { count: MOST });
  return many === 1 ? say("1 paper") : say("{count} papers", { count: many });
}

// Finds the best papers, how many there are, and which words were corrected.
async function answer(query, terms, selectedOnly) {
  const index = await read(INDEX);
  let hits = await hitsOf(index, terms), changes = [];
  if (hits.length === 0 && !identifierOf(query)) {
    const meant = await corrected(index, query);
    const other = meant.changes.length ? await hitsOf(index, termsOf(meant.query)) : [];
    if (other.length) { hits = other; changes = meant.changes; }
  }
  const papers = [];
  for (let at = 0; at < hits.length && papers.length < MOST; at += MOST) {
    const some = await Promise.all(hits.slice(at, at + MOST).map((hit) => paperOf(index, hit)));
    papers.push(...some.filter((paper) => paper[2] || !selectedOnly));
  }
  return { papers, many: selectedOnly ? papers.length : hits.length, changes };
}

// Where the site was built again since the index was read, the new one names what is there.
async function patiently(ask) {
  for (let tried = 1; ; tried++) {
    try {
      return await ask();
    } catch (error) {
      if (tried === TRIES || FOLDER) throw error;
      cache.clear();
      // A server that tells changes by the second takes two builds within one for the same.
      indexCache = "reload";
      await new Promise((done) => setTimeout(done, PAUSE));
    }
  }
}

async function search(query, selectedOnly) {
  const mine = ++requests;
  const terms = termsOf(identifierOf(query) || query);
  found.replaceChildren();
  if (terms.length === 0) { message.textContent = ""; return; }
  message.textContent = say("Searching …");
  try {
    const { papers, many, changes } = await patiently(() => answer(query, terms, selectedOnly));
    if (mine !== requests) return;
    found.replaceChildren(...papers.slice(0, MOST).map(shown));
    message.textContent = told(changes) + summary(many);
  } catch (error) {
    if (mine !== requests) return;
    message.textContent = say("Could not read the search index ({problem}).", { problem: error.message });
  }
}

form.hidden = false;
form.addEventListener("submit", (event) => {
  event.preventDefault();
  const asks = new FormData(form);
  const address = new URLSearchParams(asks);
  history.replaceState(null, "", `?${address}`);
  search(asks.get("q"), asks.has("selected"));
});
const address = new URLSearchParams(location.search);
if (address.get("q")) {
  field.value = address.get("q");
  form.elements.selected.checked = address.has("selected");
  form.requestSubmit();
}
