"""Following authors from the command line, and what is told of names that match nobody."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

import paperlark as public
from paperlark.settings.environment import Environment
from standins.commands import Paperlark
from standins.feeds import item, rss

DAY = "2025-02-26"
RUN = ("run", "--date", DAY, "--feeds", "feeds")


def _feed(home: Path, day: date, **creators: str) -> None:
    """Write a feed of one category: papers by number, with their authors."""
    papers = [
        item(f"oai:arXiv.org:{number.lstrip('p').replace('_', '.')}v1",
             title=f"Bats {number}", creator=creator)
        for number, creator in creators.items()
    ]  # fmt: skip
    stamp = f"{day:%d %b %Y}"
    (home / "feeds" / f"{day}.cs.LG.rss.xml").write_bytes(rss(*papers, stamp=stamp))


@pytest.fixture
def bats(home: Path, paperlark: Paperlark) -> Path:
    """Return a home with one page, of papers by four people."""
    _feed(
        home, date(2025, 2, 26),
        p2502_00007="Ada Lovelace, Charles Babbage, Emmy Noether, Alan M. Turing, Grace Hopper",
        p2502_00008="Byron Ada", p2502_00009="Robert Tarjan",
    )  # fmt: skip
    assert paperlark(*RUN).exit_code == 0
    return home


def _profile(home: Path) -> str:
    return (home / "paperlark.toml").read_text("utf-8")


def test_an_author_is_followed_and_their_papers_are_shown(
    paperlark: Paperlark, bats: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    before = _profile(bats)
    result = paperlark("follow", "Lovelace,", "Ada")
    assert result.exit_code == 0, result.output
    assert _profile(bats) == before + '\n[[follow]]\nname = "Lovelace, Ada"\n'
    assert result.output.splitlines() == [
        "Lovelace, Ada is followed from the next page on: see paperlark.toml",
        "Last papers of this name (1 in the last month):",
        "  2025-02-26  2502.00007  Bats p2502_00007",
        f"{'':26}cs.LG · Ada Lovelace with Charles Babbage, Emmy Noether and 2 more",
    ]


def test_the_next_page_has_the_author_first(paperlark: Paperlark, bats: Path) -> None:
    assert paperlark("follow", "Prof. Robert E. Tarjan").exit_code == 0
    assert paperlark("follow", "Ada Byron").exit_code == 0
    assert paperlark(*RUN).exit_code == 0
    page = (bats / "pages" / f"{DAY}.md").read_text("utf-8")
    assert "Author match: Prof. Robert E. Tarjan (by name)" in page
    assert "Author match: Ada Byron (perhaps: name order reversed)" in page
    assert "Author match: Ada Byron (perhaps: name order reversed)" in (
        bats / "pages" / f"{DAY}.html"
    ).read_text("utf-8")
    assert '"order_reversed": true' in (bats / "pages" / f"{DAY}.json").read_text("utf-8")
    shown = paperlark("follow", "--list").output
    assert "last on 2025-02-26 (2502.00008, perhaps: name order reversed)" in shown


def test_an_author_is_followed_once(paperlark: Paperlark, bats: Path) -> None:
    assert paperlark("follow", "Ada Lovelace", "--also", "A. Byron", "--id", "42").exit_code == 0
    after = _profile(bats)
    assert after.endswith('name = "Ada Lovelace"\naliases = ["A. Byron"]\nid = "42"\n')
    for again in ("LOVELACE, Dr. Ada", "A. Byron", "Lovelace Ada"):
        result = paperlark("follow", again)
        assert result.exit_code == 0
        assert result.output.startswith("followed already, as Ada Lovelace: nothing was changed\n")
    result = paperlark("follow", "Ada Lovelace", "--also", "Ada King")
    assert (
        "to add a name or an id, edit the table of that author in paperlark.toml" in result.output
    )
    assert _profile(bats) == after


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("Tarjan", '"Tarjan" is a single name, and matches only papers that print just that; did'
                   " you mean Robert Tarjan?"),
        ("A. Turing", '"A. Turing" has only initials for given names, and matches only papers that'
                      " print just that; did you mean Alan M. Turing?"),
        ("Curie", '"Curie" is a single name, and matches only papers that print just that; write'
                  " the full name as papers print it"),
        ("***", '"***" matches nobody: there is no name in it; write a full name as papers print'
                " it"),
    ],
)  # fmt: skip
def test_a_name_that_is_not_enough_is_refused_in_one_line(
    paperlark: Paperlark, bats: Path, name: str, told: str
) -> None:
    before = _profile(bats)
    result = paperlark("follow", name)
    assert result.exit_code == 1
    assert result.output == f"error: {told}\n"
    assert _profile(bats) == before


def test_a_single_name_is_followed_as_printed_where_that_is_meant(
    paperlark: Paperlark, bats: Path
) -> None:
    assert paperlark("follow", "Plato", "--as-printed").exit_code == 0
    assert _profile(bats).endswith('[[follow]]\nname = "Plato"\naliases = ["Plato"]\n')
    assert "single name" not in paperlark(*RUN).output
    assert paperlark("follow", "***", "--as-printed").exit_code == 1


@pytest.mark.usefixtures("bats")
def test_a_short_form_is_another_name_and_the_printed_one_is_suggested(
    paperlark: Paperlark,
) -> None:
    result = paperlark("follow", "Rob Tarjan")
    assert result.exit_code == 0
    assert "No paper has this name, of 3 looked through" in result.output
    assert "Did you mean Robert Tarjan?" in result.output


def test_without_a_page_there_is_nothing_to_look_in(paperlark: Paperlark, home: Path) -> None:
    result = paperlark("follow", "Ada Lovelace")
    assert result.exit_code == 0, result.output
    assert "No page was made yet, so there is nothing to look in." in result.output
    assert paperlark("follow", "--list").output.startswith("Ada Lovelace  no page was made yet")
    assert not (home / "paperlark.db").exists()


def test_an_author_is_followed_no_longer(paperlark: Paperlark, bats: Path) -> None:
    before = _profile(bats)
    for name in ("Samuel L. Jackson", "Samuel R. Jackson"):
        assert paperlark("follow", name).exit_code == 0
    result = paperlark("follow", "--remove", "Samuel Jackson")
    assert result.output == (
        'error: "Samuel Jackson" may be Samuel L. Jackson and Samuel R. Jackson: name one of them'
        " in full\n"
    )
    result = paperlark("follow", "--remove", "Sam L. Jackson")
    assert "did you mean Samuel L. Jackson or Samuel R. Jackson?" in result.output
    assert "list them: paperlark follow --list" in paperlark("follow", "--remove", "Nobody").output
    for name in ("Jackson, Samuel L.", "Jackson Samuel R."):
        result = paperlark("follow", "--remove", name)
        assert result.exit_code == 0, result.output
        assert "is no longer followed: removed from paperlark.toml" in result.output
    assert _profile(bats) == before


@pytest.mark.parametrize(
    "arguments",
    [(), ("--list", "Ada"), ("--remove",), ("--list", "--remove"), (" ",),
     ("--remove", "Ada Byron", "--id", "1")],
)  # fmt: skip
def test_what_cannot_be_meant_is_a_mistake(
    paperlark: Paperlark, arguments: tuple[str, ...]
) -> None:
    assert paperlark("follow", *arguments).exit_code == 2


@pytest.mark.usefixtures("bats")
def test_nobody_is_followed_yet(paperlark: Paperlark) -> None:
    assert "you follow nobody yet" in paperlark("follow", "--list").output


def test_the_run_tells_of_a_name_that_can_never_match(paperlark: Paperlark, bats: Path) -> None:
    with (bats / "paperlark.toml").open("a") as profile:
        profile.write('[[follow]]\nname = "A. Turing"\n[[follow]]\nname = "Hopper"\n')
    result = paperlark(*RUN)
    assert result.exit_code == 0, result.output
    assert "did you mean Alan M. Turing? (today: 2502.00007)" in " ".join(result.output.split())
    page = (bats / "pages" / f"{DAY}.md").read_text("utf-8")
    assert 'followed author "Hopper" is a single name' in page
    assert "Grace Hopper" in page
    # The next day knows the names of the last month.
    _feed(bats, date(2025, 2, 27), p2502_00010="Barbara Liskov")
    output = paperlark("run", "--date", "2025-02-27", "--feeds", "feeds").output
    assert "did you mean Grace Hopper?" in " ".join(output.split())


def test_the_sample_cannot_be_changed(tmp_path: Path, environment: Environment) -> None:
    with (
        public.open_sample(tmp_path, environment=environment) as sample,
        pytest.raises(public.PaperlarkError, match="cannot be changed"),
    ):
        sample.interests.follow("Ada Lovelace")


def test_the_doctor_shows_whom_names_match(paperlark: Paperlark, bats: Path) -> None:
    doctor = ("doctor", "--offline", "--no-model-call")
    assert "followed: nobody" in paperlark(*doctor).output
    for name in ("Ada Lovelace", "Ada Byron", "Rob Tarjan"):
        paperlark("follow", name)
    with (bats / "paperlark.toml").open("a") as profile:
        profile.write('[[follow]]\nname = "Hopper"\n')
    lines = [" ".join(line.split()) for line in paperlark(*doctor).output.splitlines()]
    assert (
        "ok Ada Lovelace: last 2502.00007 on 2025-02-26: Bats p2502_00007, 1 paper in the last"
        " month" in lines
    )
    assert (
        "ok Ada Byron: last 2502.00008 on 2025-02-26, perhaps: name order reversed: Bats"
        " p2502_00008, 1 paper in the last month" in lines
    )
    # One page is not a month.
    assert "note Rob Tarjan: no paper has this name yet, of 3 papers" in lines
    assert (
        'warning Hopper: "Hopper" is a single name, and matches only papers that print just'
        " that; did you mean Grace Hopper?" in lines
    )


def test_the_doctor_warns_of_a_name_that_matched_nobody_for_a_month(
    paperlark: Paperlark, home: Path
) -> None:
    days = [one for n in range(50) if (one := date(2025, 1, 6) + timedelta(n)).weekday() < 5]
    for n, day in enumerate(days):
        _feed(home, day, **{f"p2501_{n:05}": "Ada Lovelace" if n < 2 else "Robert Tarjan"})
    made = paperlark("run", "--from", str(days[0]), "--to", str(days[-1]), "--feeds", "feeds")
    assert made.exit_code in {0, 3}, made.output
    for name in ("Ada Lovelace", "Robert Tarjan", "Rob Tarjan", "Emmy Noether"):
        assert paperlark("follow", name).exit_code == 0
    result = paperlark("doctor", "--offline", "--no-model-call")
    assert result.exit_code == 3
    lines = [" ".join(line.split()) for line in result.output.splitlines()]
    assert (
        "ok Robert Tarjan: last 2501.00035 on 2025-02-24: Bats p2501_00035, 21 papers in the"
        " last month" in lines
    )
    start = lines.index("warning Ada Lovelace: no paper of the last month's 21 has this name; last"
                        " 2501.00001 on 2025-01-07: Bats p2501_00001")  # fmt: skip
    assert lines[start + 1] == "-> compare the name with one of their papers"
    start = lines.index("warning Rob Tarjan: no paper of the last month's 21 has this name")
    assert lines[start + 1] == "-> Did you mean Robert Tarjan?"
    assert "warning Emmy Noether: no paper of the last month's 21 has this name" in lines
    shown = paperlark("follow", "--list").output.splitlines()
    assert shown[0] == "Ada Lovelace   last on 2025-01-07 (2501.00001), 0 in the last month"
    assert shown[-1] == "Emmy Noether   no paper of 36 since 2025-01-06"
