"""How search orders papers: words and meaning, weighed by looking for papers that are known.

A paper is asked for by words that somebody may remember of it, and should come first:

- `abstract`: four words of the middle third of its abstract
- `title`: three words of its title
- `paraphrase`: its whole title, among papers of which only the abstracts are known

Weights are chosen on one half of the recorded corpus and reported on the other, and on papers of
the recorded month that are not in the corpus: the space has learnt from all of the corpus, so that
only the month's are new to it. Needs both at `../shared` or where PAPERLARK_SHARED says.

    python benchmarks/search_blend.py [--questions 300] [--papers 20000]
"""

from __future__ import annotations

import argparse
import json
import lzma
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random

import numpy as np
from precedents import DAY, new_papers

from paperlark.archive.search import RERANKED
from paperlark.domain.archive import PaperVector
from paperlark.domain.paper import Author, Paper, PaperId
from paperlark.domain.search import Hit, SearchQuery, read_terms
from paperlark.rankers import semantic_search
from paperlark.rankers.embedding import Embedding, PaperEncoder, pack
from paperlark.renderers import typeset
from paperlark.store import fts5_words, search_words
from paperlark.store.announcements import keep_papers
from paperlark.store.connection import transaction
from paperlark.store.database import open_database
from paperlark.store.search import SearchStore
from paperlark.testing import FakePaperVectors

SHARED = Path(os.environ.get("PAPERLARK_SHARED", Path(__file__).parents[2] / "shared"))
CORPUS = SHARED / "corpus" / "abstracts.jsonl.xz"
MEANING_WEIGHTS = (0.0, 0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 5.0, 100.0)
TITLE_WEIGHTS = (1, 2, 4, 8, 16)
LONG = 5
"""Letters of a word that somebody remembers."""


Kind = Callable[[Paper, Random], str]


@dataclass(frozen=True)
class Asked:
    """A question, the paper that is looked for, what words found, and how like that is."""

    target: PaperId
    hits: tuple[Hit, ...]
    likeness: Mapping[PaperId, float]


def main() -> None:
    """Print a table per kind of question: a row a weight, tuned here and reported there."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--questions", type=int, default=300)
    parser.add_argument("--papers", type=int, default=20_000, help="in each archive")
    options = parser.parse_args()
    count = options.questions
    corpus = list(read_corpus())
    known = {paper.id for paper in corpus}
    month = [one for one in new_papers(SHARED / "feeds" / "month") if one.id not in known]
    Random(0).shuffle(corpus)  # noqa: S311  # no secret
    one, other = corpus[: options.papers], corpus[-options.papers :]
    halves = {
        "tuned on": (one, one),
        "reported on": (other, other),
        "new papers": ([*other, *month], month),
    }
    for name, (archive, targets) in halves.items():
        drawn = Random(0).sample(targets, min(count, len(targets)))  # noqa: S311  # no secret
        print(f"\n{name}: {len(drawn)} of {len(targets):,} papers, among {len(archive):,}")
        with searched(archive) as store:
            by_title_weight(store, drawn)
            for kind in (abstract_words, title_words):
                report(kind.__name__, asked(store, drawn, archive, kind))
        bare = [replace(paper, title="") for paper in archive]
        with searched(bare) as store:
            report("paraphrase", asked(store, drawn, bare, whole_title))


def read_corpus() -> Iterator[Paper]:
    """Return the corpus, one paper after the other."""
    with lzma.open(CORPUS, "rt", encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            yield Paper(
                id=PaperId(row["id"]),
                version=1,
                title=row["title"],
                authors=(Author("Ada Lovelace"),),
                abstract=row["abstract"],
                categories=tuple(row["categories"]),
            )


@contextmanager
def searched(papers: Sequence[Paper]) -> Iterator[SearchStore]:
    """Return an archive of these papers."""
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "db"
        with open_database(path) as connection:
            connection.execute("PRAGMA synchronous = OFF")
            with transaction(connection):
                keep_papers(connection, papers)
            store = SearchStore(connection, path, "nobody", typeset.plain)
            store.catch_up(lambda *_: None)
            yield store


def abstract_words(paper: Paper, chance: Random) -> str:
    """Return four words of the middle of an abstract, in any order."""
    words = paper.abstract.split()
    third = len(words) // 3
    return some_words(words[third : 2 * third], 4, chance)


def title_words(paper: Paper, chance: Random) -> str:
    """Return three words of a title, in any order."""
    return some_words(paper.title.split(), 3, chance)


def whole_title(paper: Paper, chance: Random) -> str:  # noqa: ARG001  # the others draw
    """Return a title as it is."""
    return paper.title


def some_words(words: Sequence[str], most: int, chance: Random) -> str:
    """Draw some long words."""
    long = sorted({word for word in words if word.isalpha() and len(word) >= LONG})
    return " ".join(chance.sample(long, min(most, len(long))))


def asked(
    store: SearchStore, drawn: Sequence[Paper], archive: Sequence[Paper], kind: Kind
) -> list[Asked]:
    """Ask for each paper, function words and all, and place what words found."""
    texts = {paper.id: paper for paper in archive}
    encoder, chance = PaperEncoder(Embedding.shipped()), Random(1)  # noqa: S311  # no secret
    result = []
    for paper in drawn:
        text = kind(paper, chance)
        if not text:
            continue
        question = SearchQuery(text, read_terms(text))
        found = store.all_words(question).found or store.any_word(question).found
        best = sorted(found, key=lambda hit: (hit.text_score, hit.paper_id), reverse=True)[
            :RERANKED
        ]
        likeness = compare(text, [texts[hit.paper_id] for hit in best], encoder)
        result.append(Asked(paper.id, tuple(best), likeness))
    return result


def compare(text: str, papers: Sequence[Paper], encoder: PaperEncoder) -> Mapping[PaperId, float]:
    """Return the likeness of each paper, by places as they are kept."""
    if not papers:
        return {}
    places = FakePaperVectors()
    _, vectors = encoder.encode(papers)
    places.keep(
        (
            PaperVector(paper.id, DAY, "", vector)
            for paper, vector in zip(papers, pack(vectors), strict=True)
        ),
        encoder.embedding.fingerprint,
    )
    return semantic_search.SemanticSearch(places, encoder.embedding).similarities(
        text, [one.id for one in papers]
    )


def report(name: str, questions: Sequence[Asked]) -> None:
    """Print how often the paper comes first and among the first ten, by the weight of meaning."""
    reached = np.mean([one.target in {hit.paper_id for hit in one.hits} for one in questions])
    print(f"\n{name}: {len(questions)} questions, {reached:.1%} of the papers are found by words")
    print(f"{'meaning counts':<16}{'first':>8}{'in ten':>8}{'mean 1/rank':>13}")
    for weight in MEANING_WEIGHTS:
        ranks = [rank(one, weight) for one in questions]
        print(f"{weight:<16}{figures(ranks)}")


def rank(one: Asked, weight: float) -> float:
    """Return the place of the paper that is looked for, infinity where it is not found."""
    ordered = [hit.paper_id for hit in semantic_search.order(one.hits, one.likeness, weight)]
    return ordered.index(one.target) + 1 if one.target in ordered else np.inf


def figures(ranks: Sequence[float]) -> str:
    """Return share of the first, share of the first ten, and the mean of 1/rank."""
    places = np.array(ranks)
    return f"{np.mean(places == 1):>8.1%}{np.mean(places <= 10):>8.1%}{np.mean(1 / places):>13.3f}"  # noqa: PLR2004


def by_title_weight(store: SearchStore, drawn: Sequence[Paper]) -> None:
    """Print what a word in the title should count, by words alone."""
    usual = search_words.TITLE_WEIGHT
    print(f"\n{'title counts':<14}{'abstract words':>16}{'':<13}{'title words':>16}")
    for weight in TITLE_WEIGHTS:
        vars(fts5_words)["TITLE_WEIGHT"] = float(weight)
        rows = []
        for kind in (abstract_words, title_words):
            chance = Random(1)  # noqa: S311  # no secret
            ranks = []
            for paper in drawn:
                text = kind(paper, chance)
                if not text:
                    continue
                question = SearchQuery(text, read_terms(text))
                found = store.all_words(question).found or store.any_word(question).found
                best = sorted(found, key=lambda hit: (hit.text_score, hit.paper_id), reverse=True)
                ids = [hit.paper_id for hit in best]
                ranks.append(ids.index(paper.id) + 1 if paper.id in ids else np.inf)
            rows.append(figures(ranks))
        print(f"{weight:<14}{rows[0]}{rows[1]}")
    vars(fts5_words)["TITLE_WEIGHT"] = usual


if __name__ == "__main__":
    main()
