"""Papers as rows: one version of one paper, as arXiv described it."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from functools import lru_cache
from itertools import starmap

from paperlark.domain.paper import Author, Paper, PaperId

FIELDS = ("id", "version", "title", "authors", "abstract", "categories")
"""The columns that `paper_of` reads, in its order."""

# Thousands of papers are read for one page, and their authors write many each.
_author = lru_cache(maxsize=2**16)(Author)


def keep_papers(
    connection: sqlite3.Connection, papers: Iterable[Paper], *, printed: bool = False
) -> None:
    """Keep what is not known yet; a version that is known stays as it was first described.

    Unless it is known as an imported page `printed` it: then it is as arXiv describes it.
    """
    connection.executemany(
        "INSERT INTO papers (id, version, title, authors, abstract, categories, printed)"
        " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id, version) DO UPDATE SET"
        " title = excluded.title, authors = excluded.authors, abstract = excluded.abstract,"
        " categories = excluded.categories, printed = 0 WHERE printed AND NOT excluded.printed",
        ((*row_of(paper), printed) for paper in papers),
    )


def row_of(paper: Paper) -> tuple[str | int, ...]:
    """Give the values of FIELDS."""
    authors = json.dumps([[author.name, author.affiliation] for author in paper.authors])
    categories = " ".join(paper.categories)
    return paper.id, paper.version, paper.title, authors, paper.abstract, categories


def paper_of(*row: str | int) -> Paper:
    """Make a paper of the values of FIELDS."""
    identifier, version, title, authors, abstract, categories = row
    return Paper(
        id=PaperId(str(identifier)),
        version=int(version),
        title=str(title),
        authors=tuple(starmap(_author, json.loads(str(authors)))),
        abstract=str(abstract),
        categories=tuple(str(categories).split()),
    )
