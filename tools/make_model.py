"""Learn the shipped space from abstracts of all fields of arXiv: `make model`.

Needs the corpus at `../shared/corpus` or where PAPERLARK_SHARED says: lines of JSON with `id`,
`title`, `abstract` and `categories`, xz-compressed. Same corpus, same numpy and scipy: same bytes.

Terms start as the directions of a latent semantic analysis. Then two parts of one paper, its
title or a stretch of its abstract and the rest, are to find each other among the thousand of a
batch, which are neighbours of their field: what tells papers of one field apart is learnt, and
not only what tells fields apart (InfoNCE, van den Oord et al. 2018; Adam).
"""

from __future__ import annotations

import hashlib
import json
import lzma
import os
import sys
import time
from collections import Counter
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from threadpoolctl import threadpool_limits

from paperlark.rankers.embedding import Vectors, unit
from paperlark.rankers.tokens import TermIds, count_terms, terms, token_ids

ROOT = Path(__file__).resolve().parent.parent
SHARED = Path(os.environ.get("PAPERLARK_SHARED", ROOT.parent / "shared"))
CORPUS = SHARED / "corpus" / "abstracts.jsonl.xz"
MODEL = ROOT / "src" / "paperlark" / "rankers" / "model"


@dataclass(frozen=True)
class Recipe:
    """All that was chosen; how the choices fared is in docs/design/005-ranking.md."""

    terms: int = 50_000
    dimensions: int = 208
    pair_share: float = 0.5
    """A pair of words must be this much more frequent than a word to be taken: 1 / pair_share."""
    epochs: int = 14
    batch: int = 1024
    neighbourhood: int = 256
    """So many papers of a batch are from one category or archive."""
    temperature: float = 0.1
    rate: float = 0.015
    forget: float = 0.2
    """The share of terms left out each time, so that no single one suffices."""
    seed: int = 0


@dataclass(frozen=True)
class Corpus:
    """The papers as words in their order; `places` gives each paper's category."""

    titles: list[TermIds]
    abstracts: list[TermIds]
    categories: NDArray[np.str_]
    sha256: str


def main() -> int:
    """Read, choose terms, start, learn, pack."""
    recipe = Recipe()
    corpus = _read(CORPUS)
    ids, rarity = _choose_terms(corpus, recipe)
    # One thread adds in one order: the same bytes each time.
    with threadpool_limits(1):
        rows = _start(corpus, ids, rarity, recipe)
        rows, losses = _learn(corpus, ids, rows, recipe)
    _pack(ids, rows, corpus, recipe, losses)
    return 0


def _read(path: Path) -> Corpus:
    titles: list[TermIds] = []
    abstracts: list[TermIds] = []
    categories: list[str] = []
    with lzma.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            paper = json.loads(line)
            titles.append(token_ids(paper["title"]))
            abstracts.append(token_ids(paper["abstract"]))
            listed = paper["categories"]
            categories.append((listed.split() if isinstance(listed, str) else listed)[0])
    _tell(f"{len(titles):,} papers read")
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return Corpus(titles, abstracts, np.array(categories), digest)


def _choose_terms(corpus: Corpus, recipe: Recipe) -> tuple[TermIds, Vectors]:
    """Return the terms found in most papers, ascending, and how rare each is."""
    papers: Counter[int] = Counter()
    single: set[int] = set()
    for title, abstract in zip(corpus.titles, corpus.abstracts, strict=True):
        papers.update(count_terms(title, abstract).ids.tolist())
        single.update(title.tolist(), abstract.tolist())
    worth = {
        term: count * (1 if term in single else recipe.pair_share)
        for term, count in papers.items()
        if count > 1
    }
    best = sorted(worth, key=lambda term: (-worth[term], term))[: recipe.terms]
    ids = np.array(sorted(best), dtype=np.uint32)
    found = np.array([papers[int(term)] for term in ids], dtype=np.float32)
    rarity = np.log(1 + (len(corpus.titles) - found + 0.5) / (found + 0.5))
    _tell(f"{len(ids):,} terms, the rarest in {int(found.min())} papers")
    return ids, rarity.astype(np.float32)


def _start(corpus: Corpus, ids: TermIds, rarity: Vectors, recipe: Recipe) -> Vectors:
    """Return each term its direction in a latent semantic analysis (randomised, Halko 2011)."""
    texts = [np.concatenate([t, _GAP, t, _GAP, a]) for t, a in _pairs(corpus)]
    found = _matrix(texts, ids)
    weighed = found @ sparse.diags(rarity)
    length = np.sqrt(np.asarray(weighed.multiply(weighed).sum(axis=1)).ravel())
    weighed = (sparse.diags(1 / np.maximum(length, 1e-9)) @ weighed).astype(np.float32)
    random = np.random.default_rng(recipe.seed)
    basis = random.standard_normal((len(ids), recipe.dimensions + 20)).astype(np.float32)
    for _ in range(3):
        basis, _ = np.linalg.qr(weighed @ basis)
        basis, _ = np.linalg.qr(weighed.T @ basis)
    image = weighed @ basis
    _, squares, turn = np.linalg.svd(image.T @ image)
    directions = (basis @ turn.T)[:, : recipe.dimensions]
    strengths = np.sqrt(np.sqrt(squares[: recipe.dimensions]))
    rows = directions * rarity[:, None] / np.sqrt(strengths)
    _tell("latent semantic analysis done")
    result: Vectors = (0.1 * rows / np.sqrt(np.mean(rows**2))).astype(np.float32)
    return result


def _learn(
    corpus: Corpus, ids: TermIds, rows: Vectors, recipe: Recipe
) -> tuple[Vectors, list[float]]:
    """Turn the directions until the parts of papers find each other; give the losses too."""
    random = np.random.default_rng(recipe.seed)
    mean, square = np.zeros_like(rows), np.zeros_like(rows)
    archives = np.array([category.split(".")[0] for category in corpus.categories])
    steps, step = recipe.epochs * (len(archives) // recipe.batch), 0
    losses: list[float] = []
    for epoch in range(recipe.epochs):
        field = corpus.categories if epoch % 2 else archives
        seen: list[float] = []
        for batch in _batches(field, random, recipe):
            halves = [_halves(corpus, paper, random) for paper in batch]
            left = _forget(_matrix([one for one, _ in halves], ids), random, recipe.forget)
            right = _forget(_matrix([other for _, other in halves], ids), random, recipe.forget)
            loss, slope, touched = _slope(left, right, rows, recipe.temperature)
            seen.append(loss)
            step += 1
            rate = recipe.rate * min(1, step / 100) * max(0.02, 1 - step / steps)
            # Adam, on the rows that this batch has something to say of.
            mean[touched] = 0.9 * mean[touched] + 0.1 * slope
            square[touched] = 0.99 * square[touched] + 0.01 * slope**2
            rows[touched] -= rate * mean[touched] / (np.sqrt(square[touched]) + 1e-8)
        losses.append(round(float(np.mean(seen)), 4))
        _tell(f"epoch {epoch + 1} of {recipe.epochs}, loss {losses[-1]:.3f}")
    return rows, losses


def _batches(
    field: NDArray[np.str_], random: np.random.Generator, recipe: Recipe
) -> list[NDArray[np.int64]]:
    """Deal the papers into batches made of a few groups of neighbours each."""
    shuffled = random.permutation(len(field))
    ordered = shuffled[np.argsort(field[shuffled], kind="stable")]
    size = recipe.neighbourhood
    groups = [ordered[at : at + size] for at in range(0, len(ordered) - size + 1, size)]
    random.shuffle(groups)
    together = recipe.batch // size
    return [
        np.concatenate(groups[at : at + together])
        for at in range(0, len(groups) - together + 1, together)
    ]


def _halves(corpus: Corpus, paper: int, random: np.random.Generator) -> tuple[TermIds, TermIds]:
    """Part a paper in two: its title, with or without a stretch of the abstract, and the rest."""
    title, abstract = corpus.titles[paper], corpus.abstracts[paper]
    third = len(abstract) // 3
    cut = third + int(random.integers(0, third + 1))
    stretch, rest = abstract[:cut], abstract[cut:]
    if random.random() < 0.5:  # noqa: PLR2004  # a coin
        stretch, rest = rest, stretch
    first = np.concatenate([title, _GAP, stretch]) if random.random() < 0.5 else title  # noqa: PLR2004
    return first, rest if random.random() < 0.5 else abstract  # noqa: PLR2004


def _slope(
    left: sparse.csr_matrix, right: sparse.csr_matrix, rows: Vectors, temperature: float
) -> tuple[float, Vectors, NDArray[np.int64]]:
    """Return the loss, how it changes with the rows, and which rows those are."""
    both = sparse.vstack([left, right]).tocsr()
    touched, place = np.unique(both.indices, return_inverse=True)
    both = sparse.csr_matrix((both.data, place, both.indptr), shape=(both.shape[0], len(touched)))
    images = both @ rows[touched]
    lengths = np.linalg.norm(images, axis=1, keepdims=True) + 1e-6
    one, other = np.split(images / lengths, 2)
    papers = len(one)
    likeness = one @ other.T / temperature
    forth = np.exp(likeness - likeness.max(axis=1, keepdims=True))
    forth /= forth.sum(axis=1, keepdims=True)
    back = np.exp(likeness - likeness.max(axis=0, keepdims=True))
    back /= back.sum(axis=0, keepdims=True)
    own = np.arange(papers)
    loss = float(-np.log(forth[own, own] + 1e-9).mean())
    wrong = (forth + back) / 2
    wrong[own, own] -= 1
    wrong /= temperature * papers
    pull = np.vstack([wrong @ other, wrong.T @ one])
    directions = np.vstack([one, other])
    pull = (pull - directions * (directions * pull).sum(axis=1, keepdims=True)) / lengths
    return loss, np.asarray(both.T.tocsr() @ pull, dtype=np.float32), touched


_GAP = np.zeros(1, dtype=np.uint32)


def _pairs(corpus: Corpus) -> zip[tuple[TermIds, TermIds]]:
    return zip(corpus.titles, corpus.abstracts, strict=True)


def _matrix(texts: list[TermIds], ids: TermIds) -> sparse.csr_matrix:
    """Return a row per text: 1 + ln of how often it has each of the terms."""
    bags = [terms(text) for text in texts]
    found = np.concatenate(bags)
    text = np.repeat(np.arange(len(bags)), [len(bag) for bag in bags])
    column = np.minimum(np.searchsorted(ids, found), len(ids) - 1)
    known = ids[column] == found
    counts = sparse.csr_matrix(
        (np.ones(int(known.sum()), np.float32), (text[known], column[known])),
        shape=(len(bags), len(ids)),
    )
    counts.sum_duplicates()
    counts.data = 1 + np.log(counts.data)
    return counts


def _forget(
    counts: sparse.csr_matrix, random: np.random.Generator, share: float
) -> sparse.csr_matrix:
    counts.data *= random.random(len(counts.data)) >= share
    return counts


def _pack(ids: TermIds, rows: Vectors, corpus: Corpus, recipe: Recipe, losses: list[float]) -> None:
    """Write the rows as bytes with a scale each, and beside them where they come from."""
    scales = (np.abs(rows).max(axis=1) / 127).astype(np.float16)
    scales = np.maximum(scales, np.float16(1e-4))
    packed = np.rint(rows / scales.astype(np.float32)[:, None]).clip(-127, 127).astype(np.int8)
    MODEL.mkdir(exist_ok=True)
    # Its bytes hardly compress, and to expand them would take 40 ms of every page.
    np.savez(MODEL / "space.npz", ids=ids, scales=scales, rows=packed)
    kept = unit(packed * scales.astype(np.float32)[:, None])
    size = (MODEL / "space.npz").stat().st_size
    provenance = {
        "made_by": "make model (tools/make_model.py)",
        "corpus": {
            "what": "titles and abstracts of papers of all fields of arXiv announced before 2026;"
            " arXiv's descriptive metadata is CC0",
            "papers": len(corpus.titles),
            "sha256": corpus.sha256,
        },
        "recipe": asdict(recipe),
        "loss_per_epoch": losses,
        "cosine_of_packed_to_exact_rows": round(float((kept * unit(rows)).sum(axis=1).mean()), 6),
        "made_with": {name: version(name) for name in ("numpy", "scipy")},
        "bytes": size,
        "sha256": hashlib.sha256((MODEL / "space.npz").read_bytes()).hexdigest(),
    }
    (MODEL / "provenance.json").write_text(json.dumps(provenance, indent=2) + "\n")
    _tell(f"{MODEL / 'space.npz'}: {size / 1e6:.1f} MB")


_STARTED = time.monotonic()


def _tell(what: str) -> None:
    print(f"{time.monotonic() - _STARTED:6.0f} s  {what}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
