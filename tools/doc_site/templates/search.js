// Searches the sections of the documentation; index.js holds them and calls `indexed`.
"use strict";

const LETTERS = { ł: "l", ø: "o", đ: "d", ß: "ss", æ: "ae", œ: "oe" };
const MOST = 30;
const form = document.getElementById("ask");
const field = document.getElementById("q");
const message = document.getElementById("told");
const found = document.getElementById("found");

// Normalizes a query as the index was: lower case, no accents, plurals as singulars.
function termsOf(text) {
  const plain = text.toLowerCase().replace(/[łøđßæœ]/g, (letter) => LETTERS[letter])
    .normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  const words = plain.match(/[\p{L}\p{N}]+/gu) || [];
  return [...new Set(words.map((word) =>
    word.length > 3 && word.endsWith("s") && !word.endsWith("ss") ? word.slice(0, -1) : word))];
}

// Returns the numbers of the sections that have all terms, best first.
function search(index, terms) {
  let scores = null;
  for (const term of terms) {
    const next = new Map();
    const list = Object.hasOwn(index.terms, term) ? index.terms[term] : [];
    const rare = Math.log(1 + index.sections.length / (1 + list.length));
    let posting = 0;
    for (const step of list) {
      posting += step;
      const number = posting >> 1;
      if (scores === null || scores.has(number)) {
        const before = scores === null ? 0 : scores.get(number);
        next.set(number, before + rare * (posting & 1 ? 4 : 1));
      }
    }
    scores = next;
  }
  return [...(scores || [])].sort((one, other) => other[1] - one[1] || one[0] - other[0])
    .map(([number]) => number);
}

function item([title, address, page, excerpt]) {
  const one = document.createElement("li");
  const link = document.createElement("a");
  link.href = address;
  link.textContent = title === page ? title : `${page}: ${title}`;
  const text = document.createElement("p");
  text.textContent = excerpt;
  one.append(link, text);
  return one;
}

window.indexed = (index) => {
  const show = () => {
    const terms = termsOf(field.value);
    const hits = search(index, terms);
    found.replaceChildren(...hits.slice(0, MOST).map((number) => item(index.sections[number])));
    message.textContent = terms.length === 0 ? ""
      : hits.length === 0 ? "No section has all these words."
        : hits.length > MOST ? `The best ${MOST} of ${hits.length} sections.`
          : `${hits.length} ${hits.length === 1 ? "section" : "sections"}.`;
  };
  form.addEventListener("submit", (event) => { event.preventDefault(); show(); });
  field.addEventListener("input", show);
  field.value = new URLSearchParams(location.search).get("q") || "";
  form.hidden = false;
  show();
};
