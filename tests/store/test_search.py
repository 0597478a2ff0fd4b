from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from paperlark.archive.search import ArchiveSearch
from paperlark.domain.errors import InvalidQuery
from paperlark.domain.feedback import Example, LabelSource
from paperlark.domain.judgement import Judgement
from paperlark.domain.paper import Author, Paper, PaperDetails, PaperId
from paperlark.domain.search import PaperStatus, SearchQuery, read_name, read_terms
from paperlark.renderers import typeset
from paperlark.store import search, search_index, sqlite
from paperlark.store.announcements import AnnouncementStore, keep_papers
from paperlark.store.connection import DatabaseConnection, transaction
from paperlark.store.database import open_database
from paperlark.store.digests import DigestStore
from paperlark.store.imported_papers import LibraryStore
from paperlark.store.search import SearchStore
from paperlark.testing import FakePaperSearch, a_feed, a_paper
from standins.digests import DAY, digest, entry
from standins.hostile import HOSTILE
from standins.postgresql import ENGINES, OpenEngine

READER = digest().profile
ONE, TWO, THREE = (PaperId(f"2502.0000{number}") for number in (1, 2, 3))
LATER = date(2025, 2, 27)

Find = Callable[..., set[PaperId]]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "store.db"


@pytest.fixture(params=ENGINES)
def connection(
    request: pytest.FixtureRequest, open_engine: OpenEngine
) -> Iterator[DatabaseConnection]:
    with open_engine(request.param) as opened:
        yield opened


@pytest.fixture
def store(connection: DatabaseConnection, path: Path) -> SearchStore:
    return SearchStore(connection, path, READER, typeset.plain)


@pytest.fixture
def keep(connection: DatabaseConnection, store: SearchStore) -> Callable[..., None]:
    def kept(*papers: Paper) -> None:
        with transaction(connection):
            keep_papers(connection, papers)
        store.catch_up(lambda *_: None)

    return kept


@pytest.fixture
def find(store: SearchStore) -> Find:
    def found(text: str = "", *, any_word: bool = False, **asked: object) -> set[PaperId]:
        question = SearchQuery(text, read_terms(text), **asked)  # type: ignore[arg-type]
        if not question.terms:
            hits = store.without_words(question)
        else:
            hits = store.any_word(question) if any_word else store.all_words(question)
        return {hit.paper_id for hit in hits.found}

    return found


BATS = a_paper(ONE, title="Bats in caves", abstract="Their sonar is loud.")
CAKES = a_paper(TWO, title="Cakes", abstract="Baked without sonar or bats.")


def test_all_words_must_be_there_in_whichever_field(keep: Callable[..., None], find: Find) -> None:
    keep(BATS, CAKES)
    assert find("bats sonar") == {ONE, TWO}
    assert find("BATS loud") == {ONE}
    assert find("lovelace cakes") == {TWO}
    assert find("bats whales") == set()
    assert find("bats whales", any_word=True) == {ONE, TWO}


def test_words_in_quotes_follow_each_other_and_a_star_goes_on(
    keep: Callable[..., None], find: Find
) -> None:
    keep(BATS, CAKES)
    assert find('"bats in"') == {ONE}
    assert find("“sonar is”") == {ONE}
    assert find('"sonar bats"') == set()
    assert find("bake*") == {TWO}
    assert find("bake") == set()
    assert find("bak*") == set()
    assert find("in-caves") == {ONE}


def test_a_title_counts_more_than_an_abstract(
    keep: Callable[..., None], store: SearchStore
) -> None:
    keep(BATS, CAKES)
    scores = {hit.paper_id: hit.text_score for hit in store.all_words(_asked("bats")).found}
    assert scores[ONE] > scores[TWO] > 0


@pytest.mark.parametrize(
    ("written", "asked"),
    [
        (r"Schr\"odinger", "schrödinger"),
        (r"Schr\"{o}dinger", "schrodinger"),
        (r"Erd\H{o}s", "Erdos"),
        ("Kuśmierz and Łódź", "lodz kusmierz"),
        ("eﬃcient", "efficient"),
        (r"\emph{fast}er", "faster"),
        ("Straße", "strasse"),
        ("量子 計算", "計算"),
        ("naïve ﬂow", "naive flow"),
    ],
)
def test_the_same_word_is_found_however_it_is_written(
    keep: Callable[..., None], find: Find, written: str, asked: str
) -> None:
    keep(a_paper(ONE, abstract=written), CAKES)
    assert find(asked) == {ONE}


def test_a_new_version_takes_the_place_of_the_old_one(
    keep: Callable[..., None], find: Find
) -> None:
    keep(BATS)
    keep(replace(BATS, version=2, title="Whales"))
    assert find("caves") == set()
    assert find("whales") == {ONE}


def test_an_old_version_that_comes_late_changes_nothing(
    keep: Callable[..., None], find: Find, connection: DatabaseConnection
) -> None:
    keep(replace(BATS, version=2, title="Whales"))
    keep(BATS)
    assert find("caves") == set()
    assert find("whales") == {ONE}
    table = "search_words_docsize" if isinstance(connection, sqlite3.Connection) else "search_texts"
    assert connection.execute(f"SELECT count(*) FROM {table}").fetchone() == (1,)  # noqa: S608


def test_arxiv_s_text_takes_the_place_of_what_an_imported_page_printed(
    connection: DatabaseConnection, keep: Callable[..., None], find: Find
) -> None:
    with transaction(connection):
        keep_papers(connection, [replace(BATS, title="Flying mice")], printed=True)
    keep()
    assert find("mice") == {ONE}
    keep(BATS)
    assert find("mice") == set()
    assert find("caves") == {ONE}


def test_no_text_is_read_twice(
    connection: DatabaseConnection, path: Path, keep: Callable[..., None]
) -> None:
    read: list[str] = []

    def note(text: str) -> str:
        read.append(text)
        return text

    store = SearchStore(connection, path, READER, note)
    tex = replace(BATS, abstract=r"\emph{Loud.}")
    feed = a_feed(tex)
    for day in (DAY, LATER):
        AnnouncementStore(connection, path).keep(feed, day)
        assert store.waiting() == (day == DAY)
        store.catch_up(lambda *_: None)
    keep(tex)
    assert read == [r"\emph{Loud.}"]


def test_texts_are_read_some_at_a_time_and_progress_is_told(
    connection: DatabaseConnection, store: SearchStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search_index, "_AT_ONCE", 2)
    monkeypatch.setattr(search_index, "_WORTH_MERGING", 5)
    with transaction(connection):
        keep_papers(connection, (a_paper(f"2502.0000{n}") for n in range(5)))
    told: list[int] = []
    assert store.waiting() == 5
    store.catch_up(lambda units=1, *_: told.append(units))
    assert told == [2, 2, 1]
    assert store.waiting() == 0
    assert len(store.all_words(_asked("bernoulli")).found) == 5


def test_no_more_texts_are_indexed_than_asked_for(
    connection: DatabaseConnection, store: SearchStore, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search_index, "_AT_ONCE", 2)
    with transaction(connection):
        keep_papers(connection, (a_paper(f"2502.0000{n}") for n in range(5)))
    index = search_index.FullTextIndex(connection, path, typeset.plain)
    told: list[int] = []
    index.catch_up(lambda units=1, *_: told.append(units), 3)
    assert told == [2, 1]
    assert store.waiting() == 2
    index.catch_up(lambda *_: None, 3)
    assert store.waiting() == 0


def test_reading_that_is_interrupted_is_gone_on_with(
    connection: DatabaseConnection,
    store: SearchStore,
    find: Find,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(search_index, "_AT_ONCE", 2)
    with transaction(connection):
        keep_papers(connection, (a_paper(f"2502.0000{n}") for n in range(5)))

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        store.catch_up(interrupt)
    assert store.waiting() == 3
    store.catch_up(lambda *_: None)
    assert len(find("bernoulli")) == 5


def test_a_database_of_before_there_was_an_index_is_searched_all_the_same(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as before:
        before.setattr(
            sqlite, "_MIGRATIONS", {n: one for n, one in sqlite._MIGRATIONS.items() if n <= 5}
        )
        before.setattr(sqlite, "VERSION", 5)
        with open_database(path) as old:
            old.executemany(
                "INSERT INTO papers VALUES (?, 1, 'On bats', '[]', '', 'cs.LG')",
                (("2502.00001",), ("hep-th/9901001",), ("0704.0001",)),
            )
            old.execute(
                "INSERT INTO scanned (profile, day, paper_id, on_page) VALUES (?, ?, ?, 1)",
                (READER, DAY.isoformat(), ONE),
            )
            page = {"entries": [{"place": 7, "paper": {"id": ONE}}]}
            old.execute(
                "INSERT INTO digests VALUES (?, ?, ?)",
                (READER, DAY.isoformat(), json.dumps(page)),
            )
            old.execute("INSERT INTO digests VALUES (?, '2025-02-27', 'no JSON')", (READER,))
    with open_database(path) as connection:
        store = SearchStore(connection, path, READER, typeset.plain)
        waiting = connection.execute(
            "SELECT paper_id FROM search_waiting ORDER BY number"
        ).fetchall()
        assert [paper for (paper,) in waiting] == ["hep-th/9901001", "0704.0001", "2502.00001"]
        store.catch_up(lambda *_: None)
        assert len(store.all_words(_asked("bats")).found) == 3
        assert store.statuses(SearchQuery(), [ONE])[0].place == 7


def test_what_a_reader_imported_is_found_by_that_reader_only(
    connection: DatabaseConnection, path: Path, store: SearchStore, find: Find
) -> None:
    imported = Example(BATS, DAY, wanted=True, label_source=LabelSource.LIBRARY)
    LibraryStore(connection, path, "Somebody else").keep([imported])
    store.catch_up(lambda *_: None)
    assert find("caves") == set()
    LibraryStore(connection, path, READER).keep([imported])
    store.catch_up(lambda *_: None)
    assert find("caves") == {ONE}
    assert store.statuses(SearchQuery(), [ONE]) == [PaperStatus()]


def test_what_arxiv_says_of_a_paper_takes_the_place_of_what_was_imported(
    connection: DatabaseConnection, path: Path, keep: Callable[..., None], find: Find
) -> None:
    library = LibraryStore(connection, path, READER)
    library.keep(
        [Example(replace(BATS, title="Notes"), DAY, wanted=True, label_source=LabelSource.LIBRARY)]
    )
    keep()
    assert find("notes") == {ONE}
    keep(BATS)
    assert find("notes") == set()
    library.keep(
        [Example(replace(BATS, title="Scraps"), DAY, wanted=True, label_source=LabelSource.LIBRARY)]
    )
    keep()
    assert find("scraps") == set()
    assert find("caves") == {ONE}


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("hinton", True),
        ("Geoffrey Hinton", True),
        ("Hinton, Geoffrey", True),
        ("G Hinton", True),
        ("G. E. Hinton", True),
        ("J Hinton", False),
        ("H Hinton", False),
        ("Geoffrey Bengio", False),
        ("hint", False),
        ("Maria-Jose Perez", True),
        ("Łukasz", True),
        ("李", True),
    ],
)
def test_an_author_is_one_person_with_all_words_of_the_name(
    keep: Callable[..., None], find: Find, asked: str, *, found: bool
) -> None:
    names = ("Geoffrey E. Hinton", "Yoshua Bengio", "María-José de la Pérez", "Lukasz K.", "李 明")
    keep(a_paper(ONE, authors=tuple(map(Author, names))), CAKES)
    assert find(author=read_name(asked)) == ({ONE} if found else set())


@pytest.mark.parametrize(
    ("category", "found"),
    [("cs.LG", {ONE}), ("cs", {ONE}), ("math-ph", {ONE}), ("math", {TWO}), ("math.PR", {TWO})],
)
def test_a_category_is_found_whole_and_an_archive_with_all_of_its_categories(
    keep: Callable[..., None], find: Find, category: str, found: set[PaperId]
) -> None:
    keep(replace(BATS, categories=("cs.LG", "math-ph")), replace(CAKES, categories=("math.PR",)))
    assert find(category=category) == found
    assert find("sonar", category=category) == found
    assert find(category.replace(".", "").replace("-", "")) == set()


@pytest.fixture
def days(connection: DatabaseConnection, path: Path, keep: Callable[..., None]) -> None:
    """Return two days: on the first, one of two papers was selected; the other came on both."""
    entries = [entry(1), entry(2)]
    papers = [one.paper for one in entries]
    judged = (Judgement(ONE, 1, 9, 8, "Yes."), Judgement(TWO, 1, 5, 4, ""))
    archive = DigestStore(connection, path)
    archive.save(digest(entries[:1], judgements=judged, scanned=(ONE, TWO)))
    archive.save(digest(day=LATER, scanned=(TWO,)))
    keep(*papers, a_paper(THREE, title="Title 3"))


@pytest.mark.usefixtures("days")
@pytest.mark.parametrize("text", ["", "title"])
@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"first": DAY}, {ONE, TWO}),
        ({"last": DAY}, {ONE, TWO}),
        ({"first": LATER}, {TWO}),
        ({"last": date(2025, 2, 25)}, set()),
        ({"selected": True}, {ONE}),
        ({"selected": True, "first": LATER}, set()),
        ({"score": 5}, {ONE, TWO}),
        ({"score": 6}, {ONE}),
        ({"score": 5, "first": LATER}, set()),
    ],
)
def test_days_pages_and_scores_are_this_reader_s(
    find: Find, text: str, asked: dict[str, object], found: set[PaperId]
) -> None:
    assert find(text, **asked) == found


@pytest.mark.usefixtures("days")
def test_another_reader_s_days_are_not_this_one_s(
    connection: DatabaseConnection, path: Path
) -> None:
    other = SearchStore(connection, path, "Somebody else", typeset.plain)
    assert other.without_words(SearchQuery(selected=True)).found == ()
    assert len(other.all_words(_asked("title")).found) == 3


@pytest.mark.usefixtures("days")
def test_a_paper_s_standing_is_that_of_the_day_it_was_selected(
    connection: DatabaseConnection, path: Path, store: SearchStore
) -> None:
    AnnouncementStore(connection, path).keep(a_feed(a_paper(THREE)), LATER)
    assert store.statuses(SearchQuery(), [TWO, ONE, THREE]) == [
        PaperStatus(LATER, scanned=True),
        PaperStatus(DAY, scanned=True, selected=True, place=1, relevance=9, novelty=8),
        PaperStatus(LATER),
    ]
    before = store.statuses(SearchQuery(last=DAY), [TWO])
    assert before == [PaperStatus(DAY, scanned=True, relevance=5, novelty=4)]


@pytest.mark.usefixtures("days")
def test_without_words_the_latest_come_first_and_of_a_day_the_selected(store: SearchStore) -> None:
    found = store.without_words(SearchQuery(first=DAY, last=DAY)).found
    assert [hit.paper_id for hit in found] == [ONE, TWO]
    found = store.without_words(SearchQuery(first=DAY)).found
    assert [hit.paper_id for hit in found] == [TWO, ONE]
    newest = store.without_words(SearchQuery(category="cs.LG")).found
    assert [hit.paper_id for hit in newest] == [THREE, TWO, ONE]
    assert store.without_words(SearchQuery()).found == ()


def test_of_too_many_papers_the_latest_are_weighed_and_those_with_the_words_in_the_title(
    keep: Callable[..., None], store: SearchStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "BOUND", 2)
    titled = a_paper("2501.00001", title="Bats")
    keep(titled, *(a_paper(f"2502.0000{n}", abstract="bats and whales") for n in range(5)))
    hits = store.all_words(_asked("bats"))
    assert {hit.paper_id for hit in hits.found} == {"2501.00001", "2502.00003", "2502.00004"}
    assert not hits.whole
    assert store.all_words(_asked("caves")).whole


def test_of_any_words_the_rarest_count(
    keep: Callable[..., None], find: Find, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "BOUND", 3)
    keep(*(a_paper(f"2502.0000{n}", abstract="bats and whales") for n in range(5)))
    keep(a_paper("2502.00007", abstract="Whales and sonar."))
    assert find("whales sonar caves", any_word=True) == {"2502.00007"}
    assert len(find("whales caves", any_word=True)) == 3


def _asked(text: str) -> SearchQuery:
    return SearchQuery(text, read_terms(text))


SIGNS = st.sampled_from(
    [
        *(
            '"',
            "'",
            "*",
            "^",
            ":",
            "(",
            ")",
            "{",
            "}",
            "-",
            "+",
            ",",
            ".",
            "\\",
            "\0",
            "%",
            "_",
            ";",
        ),
        *("AND", "OR", "NOT", "NEAR", "NEAR(", "title:", "rowid", "bats", " ", "🦇", "é", "\ud83d"),
    ]
)
QUESTIONS = st.one_of(st.text(max_size=60), st.lists(SIGNS, max_size=20).map("".join))


@pytest.fixture(scope="module")
def searched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SearchStore]:
    path = tmp_path_factory.mktemp("searched") / "store.db"
    with open_database(path) as connection:
        with transaction(connection):
            keep_papers(connection, [BATS, CAKES])
        store = SearchStore(connection, path, READER, typeset.plain)
        store.catch_up(lambda *_: None)
        yield store


@given(QUESTIONS, QUESTIONS)
@example('"', "a AND")
@example("bats*", 'x" OR "y')
@example('"bats" NEAR(bats, 5)', "bats")
@example("bats\0 caves", "a\0b")
@example("* bats", "^bats")
@example("\u0345\u0345", "\ufdfa")
@example("²", "\U00011700")
@example("", "ª")
def test_whatever_is_asked_is_never_a_command(searched: SearchStore, text: str, name: str) -> None:
    try:
        terms, author = read_terms(text), read_name(name)
    except InvalidQuery:
        return
    for question in (SearchQuery(text, terms), SearchQuery(text, terms, author=author)):
        searched.all_words(question)
        searched.any_word(question)
        searched.without_words(question)


@pytest.mark.slow
@given(st.lists(st.from_regex(r"[a-z]{1,8}", fullmatch=True), min_size=1, max_size=6))
def test_a_text_is_found_by_each_of_its_own_words(
    tmp_path_factory: pytest.TempPathFactory, words: list[str]
) -> None:
    path = tmp_path_factory.mktemp("own") / "store.db"
    with open_database(path) as connection:
        with transaction(connection):
            keep_papers(connection, [a_paper(ONE, abstract=" ".join(words)), CAKES])
        store = SearchStore(connection, path, READER, typeset.plain)
        store.catch_up(lambda *_: None)
        assert ONE in {hit.paper_id for hit in store.all_words(_asked(" ".join(words))).found}
        phrase = _asked(f'"{" ".join(words)}"')
        assert ONE in {hit.paper_id for hit in store.all_words(phrase).found}


@pytest.mark.parametrize("text", ["a" * 10_000, "a " * 5_000, '"' * 9_999 + "a", "a-" * 5_000])
def test_a_long_question_is_answered(searched: SearchStore, text: str) -> None:
    searched.all_words(_asked(text))
    searched.any_word(_asked(text))


@pytest.mark.parametrize("text", ["x" * 100_000, "?!", "🦇", '""', "* ^", "\0"])
def test_a_question_without_words_or_end_is_refused(text: str) -> None:
    with pytest.raises(InvalidQuery):
        read_terms(text)


@pytest.mark.parametrize("name", ["", "G", "G. E.", "?", "n" * 201])
def test_too_little_or_too_much_of_a_name_is_refused(name: str) -> None:
    with pytest.raises(InvalidQuery):
        read_name(name)


def test_hostile_papers_are_read_and_found(keep: Callable[..., None], find: Find) -> None:
    keep(
        *(
            a_paper(
                f"2502.{number:05}",
                title=_storable(one.title),
                abstract=_storable(one.abstract),
                authors=(Author(one.title),),
            )
            for number, one in enumerate(HOSTILE.values())
        )
    )
    assert len(find("bats")) > len(HOSTILE) / 2
    assert len(find(author="bats")) > len(HOSTILE) / 2


def _storable(text: str) -> str:
    return text.encode("utf-8", "replace").decode()


def test_the_fake_finds_as_the_store_does() -> None:
    finder = FakePaperSearch([BATS, CAKES])
    assert {hit.paper_id for hit in finder.all_words(_asked("bats caves")).found} == {ONE}
    assert {hit.paper_id for hit in finder.any_word(_asked("bats caves")).found} == {ONE, TWO}
    assert {hit.paper_id for hit in finder.without_words(SearchQuery(author="Ada")).found} == {
        ONE,
        TWO,
    }
    assert finder.without_words(SearchQuery()).found == ()
    assert finder.statuses(SearchQuery(), [ONE]) == [PaperStatus()]


@pytest.mark.parametrize(
    "written", ["H2O", "H$_2$O", "H$_{2}$O", "H_2O", r"$\mathrm{H_2O}$", r"\ce{H2O} \& ice", "H₂O"]
)
@pytest.mark.parametrize("asked", ["H2O", "h2o vapour", "H$_2$O", "H₂O", "H_2O"])
def test_a_chemical_formula_is_found_however_its_digits_are_set(
    keep: Callable[..., None], find: Find, written: str, asked: str
) -> None:
    keep(a_paper(ONE, abstract=f"Vapour of {written} in discs"), CAKES)
    assert find(asked) == {ONE}


def test_a_formula_asked_for_with_others_keeps_to_all_conditions(
    keep: Callable[..., None], find: Find
) -> None:
    keep(a_paper(ONE, abstract="Vapour of H$_2$O."), a_paper(TWO, abstract="H is 2 of O."))
    assert find("H2O") == {ONE}
    assert find("vapour H2O absent") == set()
    assert find("H2O CO2", any_word=True) == {ONE}


def test_papers_of_each_word_are_counted(keep: Callable[..., None], store: SearchStore) -> None:
    keep(BATS, CAKES)
    store.catch_up(lambda *_: None)
    assert store.papers_with(["bats", "loud", "whales"]) == {"bats": 2, "loud": 1}


def test_what_is_rare_may_be_misspelled_and_exact_matches_come_first(
    keep: Callable[..., None], store: SearchStore
) -> None:
    rare = a_paper("2502.00999", title="Galaxis", abstract="A misspelling in print.")
    many = [a_paper(f"2502.01{at:03}", title="Galaxies", abstract="Many.") for at in range(12)]
    keep(rare, *many)
    store.catch_up(lambda *_: None)
    texts = {one.id: one for one in (rare, *many)}

    class Texts:
        def find(self, papers: Iterable[PaperId]) -> Mapping[PaperId, Paper]:
            return {one: texts[one] for one in papers}

    class Alike:
        def similarities(self, _: str, papers: Iterable[PaperId]) -> dict[PaperId, float]:
            return dict.fromkeys(papers, 0.5)

    search = ArchiveSearch(store, Texts(), Alike)  # type: ignore[arg-type]
    found = search.answer(_asked("galaxis"), 20)
    assert found.found[0].paper.id == rare.id
    assert len(found.found) == 13
    assert (found.corrections[0].corrected, found.corrections[0].papers) == ("galaxies", 1)


def test_comments_journal_and_venue_are_found_also_where_they_come_later(
    keep: Callable[..., None], find: Find
) -> None:
    keep(BATS, CAKES)
    assert find("iclr") == set()
    keep(replace(BATS, details=PaperDetails("Accepted at ICLR'25", "J. Chiroptera 3")))
    assert find("ICLR 2025") == find("chiroptera") == find("sonar loud") == {ONE}
