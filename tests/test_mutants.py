from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from mutants import Mutant, Verdict, enough, row, sample, stages, summary
from mutating.breakages import breakages, works
from mutating.names import Names
from mutating.nearby import Imports, nearest_first
from mutating.source import Breakage
from mutating.trying import Copy, failed

ROOT = Path(__file__).parent.parent
COLOURS = Names.of(["class Colour(Enum):\n    RED = 1\n    BLUE = 2\n", "def f(a, b=1): ...\n"])


def broken(source: str) -> set[str]:
    return {each.applied(source) for each in breakages(source, COLOURS) if works(each, source)}


@pytest.mark.parametrize(
    ("whole", "expected"),
    [
        ("a < b", "a <= b"),
        ("a >= b", "a > b"),
        ("a == b", "a != b"),
        ("a is not None", "a is None"),
        ("a not in b", "a in b"),
        ("(a) < (b)  # a > b", "(a) <= (b)  # a > b"),
        ("0 < a < b", "0 < a <= b"),
        ("a and b and c", "a and b or c"),
        ("a and b and c", "a and c"),
        ("(a or b) and c", "c"),
        ("(a or b) and c", "(a or b)"),
        ("not a", "a"),
        ("-a", "a"),
        ("a + b", "a - b"),
        ("a * b", "a / b"),
        ("a += 2", "a -= 2"),
        ("a += 2", "pass"),
        ("x[1:n]", "x[2:n]"),
        ("x[1:n]", "x[0:n]"),
        ("x[1:n]", "x[1:n + 1]"),
        ("limit = 4096", "limit = 8192"),
        ("fast = True", "fast = False"),
        ("min(a, b)", "max(a, b)"),
        ("any(a)", "all(a)"),
        ("sorted(a)", "sorted(a)[::-1]"),
        ("sorted(a, key=len)", "sorted(a)"),
        ("f(1, b=2)", "f(1)"),
        ("f((1), b=(2))", "f((1))"),
        ("a if b else c", "a if not (b) else c"),
        ("[a for a in b if a]", "[a for a in b if not (a)]"),
        ("if a:\n    b = c\n", "if not (a):\n    b = c\n"),
        ("a.strip('x')", "a"),
        ("a.startswith(b)", "a.endswith(b)"),
        ("Colour.RED", "Colour.BLUE"),
        ("names.append(a)", "pass"),
        ("self.a = b", "pass"),
        ("raise NoDay(a)", "pass"),
        ("for a in b:\n    continue\n", "for a in b:\n    break\n"),
        ("def g() -> int:\n    return a\n", "def g() -> int:\n    return None\n"),
        ("def g() -> bool:\n    return a(b)\n", "def g() -> bool:\n    return not (a(b))\n"),
        ("def g() -> None:\n    return\n", "def g() -> None:\n    pass\n"),
        (
            "try:\n    a = b\nexcept (A, B):\n    c = d\n",
            "try:\n    a = b\nexcept (A):\n    c = d\n",
        ),
    ],
)
def test_one_small_thing_is_broken(whole: str, expected: str) -> None:
    assert expected in broken(whole)


@pytest.mark.parametrize(
    ("whole", "expected"),
    [
        (r'P = re.compile(r"keep|drop")', r'P = re.compile(r"keep")'),
        (r'P = re.compile(r"keep|drop")', r'P = re.compile(r"drop")'),
        (r'P = re.compile(r"a(?:b|[|]|c)d")', r'P = re.compile(r"a(?:b|c)d")'),
        (r'P = re.compile(r"a(?:b|\||c)d")', r'P = re.compile(r"a(?:b|\|)d")'),
        (r'P = re.compile(r"\bwords?")', r'P = re.compile(r"\bwords")'),
        (r'P = re.compile(r"\bwords?")', r'P = re.compile(r"words?")'),
        (r'P = re.compile(r"a.*?b")', r'P = re.compile(r"a.*b")'),
        (r'P = re.compile(r"^a", re.I | re.M)', r'P = re.compile(r"^a", re.I)'),
        (r'P = re.compile(Q.pattern + r"|c")', r'P = re.compile(Q.pattern + r"c")'),
        ("re.search('a|b', c)", 're.search(r"a", c)'),
        ("re.search('a|b', c)", "re.match('a|b', c)"),
    ],
)
def test_a_regular_expression_loses_a_part(whole: str, expected: str) -> None:
    assert expected in broken(whole)


def test_two_patterns_of_one_function_are_swapped() -> None:
    patterns = 'A = re.compile("a")\nB = re.compile("b")\n'
    whole = patterns + "def g(t):\n    print(A.sub(t), B.sub(t))\n"
    assert patterns + "def g(t):\n    print(B.sub(t), B.sub(t))\n" in broken(whole)
    assert patterns + "def g(t):\n    print(A.sub(t), A.sub(t))\n" in broken(whole)


@pytest.mark.parametrize(
    ("whole", "expected"),
    [
        ("SELECT a FROM b WHERE c >= ?", "SELECT a FROM b WHERE c > ?"),
        ("SELECT a FROM b ORDER BY a DESC", "SELECT a FROM b ORDER BY a"),
        ("SELECT a FROM b WHERE c = ? AND d = ?", "SELECT a FROM b WHERE c = ? OR d = ?"),
        ("INSERT OR IGNORE INTO a VALUES (?)", "INSERT INTO a VALUES (?)"),
    ],
)
def test_sql_is_broken_as_the_program_that_it_is(whole: str, expected: str) -> None:
    assert f'q("{expected}")' in broken(f'q("{whole}")')
    assert f'q(f"{expected} {{d}}")' in broken(f'q(f"{whole} {{d}}")')


def test_the_bounds_of_a_range_in_sql_stay_together() -> None:
    assert broken('a = "SELECT b FROM c WHERE d BETWEEN ? AND ?"') == set()


SPARED = '''
"""Says 1 < 2, and True."""
from a import b

if TYPE_CHECKING:
    from c import d

class Paper:
    """One of 100."""

    form: Literal[1, 2]
    """One of 2."""

    def __repr__(self) -> str:
        return str(self.form + 1)

    @cache(maxsize=3)
    def of(self, at: Annotated[int, 5]) -> Literal[7]:
        """Not 1 < 2."""
        _log.info("at", 1 + 1)
        assert at == 3
        name = f"{at + 1}"
        if at:  # pragma: no cover
            return 9

class Shop(Protocol):
    def open(self) -> bool:
        return True

if __name__ == "__main__":
    main(1)
'''


def test_what_no_test_should_notice_is_spared() -> None:
    assert broken(SPARED) == set()


def test_a_place_counts_characters_and_not_bytes() -> None:
    assert 'a = "ä" if b >= 1 else "ü"' in broken('a = "ä" if b > 1 else "ü"')


def test_what_stays_the_same_or_is_no_python_does_not_work() -> None:
    assert not works(Breakage(1, 0, 1, "(a)"), "a")
    assert not works(Breakage(1, 0, 1, "a b"), "a")
    assert works(Breakage(1, 0, 1, "b"), "a")


def test_the_table_shows_the_change_and_a_little_around_it() -> None:
    source = f"x = 1\n    if {'a' * 40} < {'b' * 40}:\n"
    start = source.index("<")
    before, after = Breakage(2, start, start + 1, "<=").shown(source)
    assert before == "…" + "a" * 22 + " < " + "b" * 23 + "…"
    assert after == "…" + "a" * 22 + " <= " + "b" * 23 + "…"


SOURCES = {
    Path("src/paperlark/store/shelf.py"): "def f(a):\n    return a < 3\n\n\nB = 1\nC = -B\n",
    Path("src/paperlark/store/deep/box.py"): '"""At most 3."""\n\nD = [1, 2, 3]\n',
    Path("src/paperlark/llm/ask.py"): "TIMES = 4\n",
    Path("src/paperlark/cli/run.py"): "TIMES = 5\n",
}


def test_the_same_seed_draws_the_same_mutants_each_on_a_line_of_its_own() -> None:
    drawn = sample(SOURCES, ("store", "llm"), 4, 7)
    assert drawn == sample(dict(reversed(SOURCES.items())), ("store", "llm"), 4, 7)
    assert len({(mutant.file, mutant.breakage.line) for mutant in drawn}) == 4
    assert {mutant.room for mutant in sample(SOURCES, ("llm",), 9, 7)} == {"llm"}
    assert len({sample(SOURCES, ("store", "llm"), 4, seed) for seed in range(9)}) > 1


def test_a_smaller_sample_is_the_beginning_of_a_larger_one() -> None:
    larger = sample(SOURCES, ("store", "llm"), 5, 1)
    assert sample(SOURCES, ("store", "llm"), 2, 1) == larger[:2]


@pytest.mark.parametrize("room", ["domain", "store"])
def test_what_is_drawn_of_our_own_sources_is_another_program(room: str) -> None:
    sources = {
        file.relative_to(ROOT): file.read_text("utf-8")
        for file in (ROOT / "src" / "paperlark" / room).rglob("*.py")
    }
    drawn = sample(sources, (room,), 60, 3)
    assert len(drawn) == 60
    assert all(works(mutant.breakage, sources[mutant.file]) for mutant in drawn)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Return a program of three modules and its tests."""
    files = {
        "src/paperlark/__init__.py": "",
        "src/paperlark/__main__.py": "import paperlark.day.make\n",
        "src/paperlark/day/__init__.py": "",
        "src/paperlark/day/make.py": "from paperlark.day.cut import cut\n",
        "src/paperlark/day/cut.py": "def cut(a):\n    return a[:2]\n",
        "tests/conftest.py": "",
        "tests/standins/papers.py": "from paperlark.day import cut\n",
        "tests/day/test_a.py": "def test_a(): pass\n",
        "tests/day/test_cut.py": (
            "import pytest\nfrom paperlark.day.cut import cut\n"
            "@pytest.mark.parametrize('name', ['a b'])\n"
            "def test_it(name): assert cut('abc') == 'ab'\n"
        ),
        "tests/day/test_make.py": "from paperlark.day.make import cut\n",
        "tests/cli/conftest.py": "from standins.papers import cut\n",
        "tests/cli/test_x.py": "",
        "tests/store/test_lock.py": "",
        "tests/store/test_run.py": 'run("-m", "paperlark")\n',
    }
    for name, text in files.items():
        path = tmp_path / "whole" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return tmp_path / "whole"


def names(files: Iterator[Path] | list[Path], checkout: Path) -> list[str]:
    return [file.relative_to(checkout / "tests").as_posix() for file in files]


def test_tests_that_import_the_module_come_first_and_their_room_before_others(
    checkout: Path,
) -> None:
    imports = Imports(checkout)
    distances = imports.distances(checkout / "src/paperlark/day/cut.py")
    own, others = stages(imports.tests(), checkout / "tests", "day", distances)
    assert names(list(own), checkout) == ["day/test_cut.py", "day/test_make.py", "day/test_a.py"]
    assert names(list(others), checkout) == ["cli/test_x.py", "store/test_run.py"]
    assert nearest_first([*reversed(own)], distances) == own


def test_what_is_imported_by_a_name_put_together_is_known_of_too(checkout: Path) -> None:
    commands = checkout / "src/paperlark/cli"
    commands.mkdir()
    (commands / "__init__.py").write_text('import_module(f"paperlark.cli.{name}")\n', "utf-8")
    (commands / "run.py").write_text("from paperlark.day.make import cut\n", "utf-8")
    test = checkout / "tests/day/test_run.py"
    test.write_text("def test_run():\n    from paperlark.cli import main\n", "utf-8")
    assert Imports(checkout).distances(checkout / "src/paperlark/day/cut.py")[test] == 4


CUT = Path("src/paperlark/day/cut.py")


def test_a_mutant_is_noticed_in_a_copy_and_the_checkout_stays_whole(
    checkout: Path, tmp_path: Path
) -> None:
    copy = Copy(checkout, tmp_path / "copy")
    whole = (checkout / CUT).read_text("utf-8")
    tests = [copy.root / "tests/day/test_a.py", copy.root / "tests/day/test_cut.py"]
    broken = whole.replace("2", "3")
    assert copy.noticed(CUT, broken, tests) == "tests/day/test_cut.py::test_it[a b]"
    assert copy.noticed(CUT, broken, tests[:1]) is None
    assert copy.noticed(CUT, "def cut(", tests) == "tests/day/test_cut.py"
    assert (checkout / CUT).read_text("utf-8") == whole
    assert (copy.root / CUT).read_text("utf-8") == whole
    assert copy.unreliable == []


def test_a_test_that_fails_with_nothing_broken_notices_nothing(
    checkout: Path, tmp_path: Path
) -> None:
    (checkout / "tests/day/test_a.py").write_text("def test_a(): assert 0\n", "utf-8")
    copy = Copy(checkout, tmp_path / "copy")
    assert copy.noticed(CUT, "cut = str\n", [copy.root / "tests/day/test_a.py"]) is None
    assert copy.unreliable == ["tests/day/test_a.py::test_a"]


@pytest.mark.parametrize(
    ("output", "expected"),
    [
        ("tests/a.py::test_b PASSED [ 50%]\ntests/a.py::test_c[x y] FAILED [100%]", "c[x y]"),
        ("tests/a.py::test_b PASSED [ 50%]\ntests/a.py::test_c Timeout (0:02:00)!\n", "c"),
        ("tests/a.py::test_b PASSED [ 50%]\ntests/a.py::test_c \nTimeout (0:02:00)!\n", "c"),
        ("tests/a.py::test_b PASSED [100%]\n1 passed", None),
    ],
)
def test_the_test_that_failed_or_hung_is_found_in_what_pytest_says(
    output: str, expected: str | None
) -> None:
    assert failed(output) == (expected and f"tests/a.py::test_{expected}")


def test_nine_in_ten_are_enough_and_the_summary_counts_rooms() -> None:
    mutant = Mutant("llm", Path("src/paperlark/llm/ask.py"), Breakage(1, 8, 9, "5"))
    seen, passed_over = Verdict(mutant, "room", "tests/a.py::test_b"), Verdict(mutant, None)
    assert enough([seen] * 9 + [passed_over])
    assert not enough([seen] * 8 + [passed_over])
    assert summary([seen] * 8 + [passed_over] * 2).splitlines()[-1] == "8 of 10 noticed, 80%"
    assert row(3, mutant, SOURCES, seen).split() == [
        *("3", "llm", "ask.py:1", "room", "TIMES", "=", "4", "->", "TIMES", "=", "5"),
        "tests/a.py::test_b",
    ]
