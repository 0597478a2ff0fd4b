"""Real bytes, spoiled in a thousand ways, for everything that reads what comes from outside.

    for number in range(500):
        try_case(target, number)      # an Outcome

A case is named by its target and number and comes out the same every time. Its end must be a
right result or one of our own errors, in time.
"""

from __future__ import annotations

import gzip
import json
import re
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from random import Random
from xml.sax.saxutils import escape

from paperlark.domain.announcement import Listing
from paperlark.domain.criteria import parse_criteria
from paperlark.domain.errors import PaperlarkError
from paperlark.domain.judgement import ModelCall
from paperlark.domain.paper import Identifier, Paper, PaperId
from paperlark.domain.profile import Cutoffs
from paperlark.judges.recorded import RecordedJudge
from paperlark.judges.reply import parse_reply
from paperlark.people.semantic_scholar import read_reply
from paperlark.settings import load_settings
from paperlark.sources._arxiv_xml import parse_feed
from paperlark.sources._listing_page import parse_page
from paperlark.sources.oai import parse_oai
from paperlark.sources.search_api import parse_results
from paperlark.testing import a_paper
from standins import arxiv_pages as pages
from standins.arxiv_truth import submitted

SLOWEST = 5.0
"""Seconds; a case that takes longer hangs."""

DAY = date(2025, 2, 26)
ASKED = tuple(PaperId(f"2502.0000{number}") for number in range(1, 6))
BATCH = tuple(a_paper(name) for name in ASKED)
NUMBERED = dict(zip((412, 107, 999, 550, 731), BATCH, strict=True))


@dataclass(frozen=True, slots=True)
class Target:
    """Something that reads: `read` raises our own errors, and AssertionError for a wrong result."""

    name: str
    seeds: Sequence[bytes]
    read: Callable[[bytes, Path], object]


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a case ended: `failure` is None for a right result and for an error of ours."""

    seconds: float
    refused: bool
    failure: str | None


def try_case(target: Target, number: int, folder: Path) -> Outcome:
    """Spoil one of the target's seeds and have it read; `folder` is for what reads files."""
    content = spoiled(target, number)
    refused, failure = False, None
    began = time.perf_counter()
    try:
        target.read(content, folder)
    except PaperlarkError:
        refused = True
    except Exception as error:  # noqa: BLE001  # the very thing that must not be
        failure = f"{type(error).__name__}: {error}"
    seconds = time.perf_counter() - began
    if seconds > SLOWEST:
        failure = f"took {seconds:.1f} s"
    return Outcome(seconds, refused, failure)


def spoiled(target: Target, number: int) -> bytes:
    """Make the bytes of a case: one seed, changed one to four times.

    Every other case stays well-formed, so that what it says is read and not only how.
    """
    random = Random(f"{target.name} {number}")  # noqa: S311  # no secret
    changes = _CHANGES if number % 2 else _WELL_FORMED
    content = random.choice(target.seeds)
    for _ in range(random.randint(1, 4)):
        content = random.choice(changes)(content, random, target.seeds)
    return content


Change = Callable[[bytes, Random, Sequence[bytes]], bytes]


def _flip_bits(content: bytes, random: Random, _seeds: Sequence[bytes]) -> bytes:
    changed = bytearray(content)
    for _ in range(random.randint(1, 8) if changed else 0):
        changed[random.randrange(len(changed))] ^= 1 << random.randrange(8)
    return bytes(changed)


def _truncate(content: bytes, random: Random, _seeds: Sequence[bytes]) -> bytes:
    return content[: random.randint(0, len(content))]


def _cut_out(content: bytes, random: Random, _seeds: Sequence[bytes]) -> bytes:
    begin, end = _part(content, random)
    return content[:begin] + content[end:]


def _duplicate(content: bytes, random: Random, _seeds: Sequence[bytes]) -> bytes:
    begin, end = _part(content, random)
    times = random.choice((1, 2, 50)) if end - begin < 500 else 1  # bytes
    return content[:end] + content[begin:end] * times + content[end:]


def _splice(content: bytes, random: Random, seeds: Sequence[bytes]) -> bytes:
    other = random.choice(seeds)
    begin, end = _part(content, random)
    first, last = _part(other, random)
    return content[:begin] + other[first:last] + content[end:]


_PIECES = re.compile(rb"<[^<>]{1,200}>|\"[^\"\n]{0,80}\"|[\[\]{},:=]")


def _shuffle_tags(content: bytes, random: Random, _seeds: Sequence[bytes]) -> bytes:
    """Let some tags, or of JSON and TOML some strings and signs, change places."""
    found = list(_PIECES.finditer(content))
    chosen = sorted(random.sample(range(len(found)), min(len(found), random.randint(2, 6))))
    words = [found[place][0] for place in chosen]
    random.shuffle(words)
    changed, done = bytearray(), 0
    for place, word in zip(chosen, words, strict=True):
        changed += content[done : found[place].start()] + word
        done = found[place].end()
    return bytes(changed + content[done:])


def _change_number(content: bytes, random: Random, _seeds: Sequence[bytes]) -> bytes:
    found = list(re.finditer(rb"\d+", content))
    if not found:
        return content
    one = random.choice(found)
    return content[: one.start()] + random.choice(_NUMBERS) + content[one.end() :]


def _insert(content: bytes, random: Random, _seeds: Sequence[bytes]) -> bytes:
    at = random.randint(0, len(content))
    return content[:at] + random.choice(_TRICKS) * random.choice((1, 1, 1, 300)) + content[at:]


def _odd_words(random: Random) -> str:
    if random.random() < 0.5:  # as often as not
        return random.choice(_WORDS)
    return "".join(chr(random.choice(_SIGNS)) for _ in range(random.randint(0, 30)))


def _say_something_odd(content: bytes, random: Random, _seeds: Sequence[bytes]) -> bytes:
    """Put other words in the place of some: between tags, in quotes, after an equals sign."""
    found = list(_SAID.finditer(content))
    if not found:
        return content + _odd_words(random).encode()
    one = random.choice(found)
    words = _odd_words(random)
    words = escape(words) if one[0].endswith(b"<") else json.dumps(words)[1:-1]
    return content[: one.start(1)] + words.encode() + content[one.end(1) :]


def _element(content: bytes, random: Random, _seeds: Sequence[bytes]) -> bytes:
    """Leave out an element or a line, repeat it, or let two change places."""
    found = list(_WHOLE.finditer(content))
    if len(found) < 2:  # nothing to choose from
        return content
    one, two = (found[place] for place in sorted(random.sample(range(len(found)), 2)))
    before, between, after = (
        content[: one.start()],
        content[one.end() : two.start()],
        content[two.end() :],
    )
    first, second = random.choice(
        ((b"", two[0]), (one[0] * 2, two[0]), (two[0], one[0]), (one[0], two[0] * 30))
    )
    return before + first + between + second + after


def _value(content: bytes, random: Random, seeds: Sequence[bytes]) -> bytes:
    """Put another value somewhere into JSON; what is none is changed in its words."""
    lines = content.split(b"\n")
    place = random.randrange(len(lines)) if len(lines) > 1 else 0
    try:
        value = json.loads(content if len(lines) == 1 else lines[place])
    except (ValueError, RecursionError):
        return _say_something_odd(content, random, seeds)
    changed = json.dumps(_with_another(value, random)).encode()
    return b"\n".join([*lines[:place], changed, *lines[place + 1 :]])


def _with_another(value: object, random: Random) -> object:
    if isinstance(value, dict) and value and random.random() < _DEEPER:
        key = random.choice(list(value))
        return {**value, key: _with_another(value[key], random)}
    if isinstance(value, list) and value and random.random() < _DEEPER:
        place = random.randrange(len(value))
        return [*value[:place], _with_another(value[place], random), *value[place + 1 :]]
    return random.choice((*_VALUES, value, [value], {"id": value}, [value, value]))


def _part(content: bytes, random: Random) -> tuple[int, int]:
    longest = random.choice((4, 40, 400, 4000))
    begin = random.randint(0, len(content))
    return begin, min(len(content), begin + random.randint(0, longest))


_CHANGES: tuple[Change, ...] = (
    _flip_bits, _truncate, _cut_out, _duplicate, _splice, _shuffle_tags, _change_number, _insert,
)  # fmt: skip
_WELL_FORMED: tuple[Change, ...] = (_say_something_odd, _element, _value)
_SAID = re.compile(rb"(?<=[>\"])([^<>\"\n]+)[<\"]")
_WHOLE = re.compile(rb"<([\w:]+)(?: [^<>]*)?>[^<>]*</\1>|<item>.*?</item>|(?<=\n)[^<>\n]+\n")
_DEEPER = 0.8
_VALUES: tuple[object, ...] = (
    None, True, 0, -1, 8.5, 10**400, "", "8/10", "NaN", "2502.00001v2", "arXiv:2502.00002", [], {},
    "\ud800", "x" * 5000, {"ArXiv": "2502.00003"}, "2025-02-30", [[[[]]]],
)  # fmt: skip
_SIGNS = (*range(32, 127), 0x85, 0xA0, 0xD7, 0x301, 0x200D, 0x202E, 0x2028, 0x3000, 0xFFFD, 0x1F600)
_WORDS = (
    "", " ", "v1", "oai:arXiv.org:", "oai:arXiv.org:2502.00001v99999", "hep-th/9901001v2", "cs.LG",
    "2103.00010", "()", "(", ")", "A (B (C), D), E", ", , ,", "Ph. D.", "{" * 50, "\\" * 50, "$",
    "\\'{\\i}", "Tue, 30 Feb 2025 25:61:61 +9999", "0001-01-01T00:00:00Z", "-0", "1e9", "NEW",
    "9999-12-31T23:59:59-23:59", "Showing new listings for Friday, 31 February 2025", "2,000",
    "(showing 9 of 9,999,999 entries )", "replace-cross", "(arXiv:2307.01201v1 [cs.CL] UPDATED)",
    "(arXiv: [])", "\u0663\u0663", "&amp;#177;", "&lt;a href=", "Error", ",,,", "x" * 20_000,
    "http://arxiv.org/api/errors#x",
)  # fmt: skip
_NUMBERS = (b"0", b"-1", b"99", b"1e999", b"9" * 5000, b"2.5", b"NaN", b"Infinity", b"\xd9\xa3")
_TRICKS = (
    b"<", b">", b"&", b"&#0;", b"&#xD800;", b"&#99999999;", b"&lt;", b"]]>", b"<![CDATA[", b"<!--",
    b"\x00", b"\xff\xfe", b"\xed\xa0\x80", b"\xe2\x80\xae", b"<!DOCTYPE a [<!ENTITY b 'c'>]>&b;",
    b"<div>", b"</dl>", b"<dt>", b"<title>", b"<item>", b"<entry>", b"{", b"[", b'"', b"'", b"\\",
    b"\\ud800", b"(", b")", b"$", b"{\\L}", b"null", b"true", b"{}", b"[]", b"\n", b"\r", b"=",
    b"\n[[follow]]\n", b"\n## ", b"Not relevant:", b"```", b"<think>", b"</think>", b"1979-05-27",
)  # fmt: skip


def targets(shared: Path) -> tuple[Target, ...]:
    """Give everything that reads, with seeds from what was recorded."""
    edge, recorded = shared / "feeds" / "edge", shared / "recorded"
    new = [_unpacked(file) for file in sorted((shared / "feeds" / "month").glob("*03-1*"))[:6]]
    new += [_unpacked(file) for file in sorted(edge.glob("202[4-6]*"))]
    old = [_unpacked(file) for file in sorted(edge.glob("2023*"))]
    atom = [_unpacked(file) for file in sorted(edge.glob("atom*"))]
    listings = [_listings(content, n) for n, content in enumerate(new)]
    results = [[(one, submitted(one, DAY)[0]) for one in some] for some in listings]
    readers = shared / "readers"
    return (
        Target("RSS", _few(new, b"<item>", b"</item>"), _read_feed),
        Target("Atom", _few(atom, b"<entry>", b"</entry>"), _read_feed),
        Target("RDF", _few(old, b"<item ", b"</item>"), _read_feed),
        Target("listing page", [pages.listing_page(DAY, some) for some in listings], _read_page),
        Target(
            "catch-up page",
            [pages.catchup_page(DAY, some, page=1, size=3) for some in listings],
            _read_page,
        ),
        Target(
            "OAI-PMH",
            [_start(file.read_bytes()) for file in sorted((recorded / "oai").glob("*.xml"))]
            + [pages.records(DAY, some, skip=0, size=2, token="t") for some in listings],
            _read_records,
        ),
        Target(
            "search API",
            [file.read_bytes() for file in sorted((recorded / "api").glob("*.xml"))]
            + [pages.results(some, len(some)) for some in results],
            _read_results,
        ),
        Target("Semantic Scholar", list(_scholar(recorded / "s2")), _read_people),
        Target("recording", _days(readers / "ml-foundations" / "days.jsonl.gz"), _read_recording),
        Target("model reply", _replies(), _read_judgements),
        Target("configuration", (_PROFILE, _SMALL_PROFILE), _read_settings),
        Target(
            "criteria",
            [file.read_bytes() for file in sorted(readers.rglob("*.md"))],
            _read_criteria,
        ),
    )


def _unpacked(file: Path) -> bytes:
    return gzip.decompress(file.read_bytes())


def _listings(content: bytes, number: int) -> tuple[Listing, ...]:
    """Take five entries of a feed, others of each."""
    found = parse_feed(content, "cs.LG", "a recording").listings
    return found[number * 7 % (len(found) or 1) :][:5]


def _few(contents: Iterable[bytes], begin: bytes, end: bytes) -> list[bytes]:
    """Keep four entries of each feed, so that damage falls where it matters and cases are quick."""
    made = []
    for number, content in enumerate(contents):
        first, last = content.find(begin), content.rfind(end) + len(end)
        if first < 0:
            made.append(content)
            continue
        entries = [begin + one for one in content[first:last].split(begin)[1:]]
        start = number * 5 % max(1, len(entries) - 4)
        made.append(content[:first] + b"".join(entries[start : start + 4]) + content[last:])
    return made


def _start(content: bytes) -> bytes:
    """Keep the first records of a long reply; the schema files are short anyway."""
    end = content.find(b"</record>", 30_000)
    tail = content[content.rfind(b"</record>") + len(b"</record>") :]
    return content if end < 0 else content[: end + len(b"</record>")] + tail


def _scholar(folder: Path) -> Iterable[bytes]:
    """Find the JSON in recordings, and rows about the papers that are asked about."""
    yield (folder / "PaperWithNullValues.json").read_bytes()
    for file in sorted(folder.glob("*.yaml")):
        text = file.read_text("utf-8")
        for quoted in re.findall(r"(?:string|content): '(.*?)(?<!')'(?!')\n", text, re.DOTALL):
            yield re.sub(r"\s*\n\s*", " ", quoted.replace("''", "'")).encode()
    author = {"authorId": "1741101", "name": "Ada Lovelace", "hIndex": 12}
    rows = [{"externalIds": {"ArXiv": name}, "authors": [author, author]} for name in ASKED]
    unnamed = {"authors": [author | {"authorId": None}, author | {"hIndex": None}]}
    for shift in range(5):  # more of them, for recorded errors are many
        yield json.dumps([*rows[:shift], None, *rows[shift + 1 :]]).encode()
        yield json.dumps([*rows[:shift], unnamed, *rows[shift + 1 :]]).encode()


def _days(file: Path) -> list[bytes]:
    with gzip.open(file) as lines:
        days = [json.loads(line) for line in lines][:12]
    read = ("day", "model", "printed", "selected")
    printed = [json.dumps({name: day[name] for name in read}).encode() for day in days]
    return [b"\n".join(printed[n : n + 3]) + b"\n" for n in range(0, 12, 3)]


def _replies() -> list[bytes]:
    """Write replies as models wrap them."""
    rows = [
        {"paper": n, "relevance": 8, "novelty": 7, "comment": r"About $\alpha$ {and} \"sets\"."}
        for n in NUMBERED
    ]
    plain = json.dumps({"rows": rows})
    keyed = json.dumps({row["paper"]: {"relevance": "9/10", **row} for row in rows}, indent=1)
    return [
        text.encode()
        for text in (
            plain,
            f"Here you are:\n```json\n{json.dumps(rows, indent=2)}\n```\nDone.",
            f"<think>First {{...}} then.</think>\n{plain}",
            keyed,
            "\n".join(map(json.dumps, rows)),
        )
    ]


_SMALL_PROFILE = b'name = "Small"\ncategories = ["cs.LG"]\n'
_PROFILE = b"""\
name = "All of it"
categories = ["cs.LG", "math.OC", "cs"]
criteria = "criteria.md"
announce_types = ["new", "cross"]
primary_only = true
page_size = 30
least_h_index = 5
output = "pages"
database = "paperlark.db"
[cutoffs]
relevance = 7
novelty = 6
[judge]
base_url = "https://api.openai.com/v1"
model = "gpt-4o"
batch_size = 12
parallel = 4
timeout = 60.5
key_variable = "OPENAI_API_KEY"
[sources]
rss = "https://rss.arxiv.org/rss"
patience = 600.0
contact = "ada@example.org"
[[follow]]
name = "Ada Lovelace"
aliases = ["A. Lovelace", "Augusta Ada King"]
id = "1741101"
"""


def _check_papers(papers: Iterable[Paper]) -> None:
    """Hold whatever was read to what every later step takes for granted."""
    for paper in papers:
        assert Identifier.parse(paper.id) == Identifier(paper.id, None), paper.id
        assert paper.version >= 1
        assert paper.title == " ".join(paper.title.split())
        assert paper.title
        assert paper.categories
        texts = (paper.title, paper.abstract, *(author.name for author in paper.authors))
        "".join(texts).encode()


def _read_feed(content: bytes, _folder: Path) -> None:
    feed = parse_feed(content, "cs.LG", "a case")
    _check_papers(one.paper for one in feed.listings)


def _read_page(content: bytes, _folder: Path) -> None:
    page = parse_page(content, "cs.LG", "a case")
    _check_papers(one.paper for one in page.listings)
    assert page.expected is None or page.expected >= 0


def _read_records(content: bytes, _folder: Path) -> None:
    page = parse_oai(content, "cs.LG", "a case")
    _check_papers(one.paper for one in page.records)
    assert all(one.first <= one.latest or one.paper.version > 1 for one in page.records)


def _read_results(content: bytes, _folder: Path) -> None:
    page = parse_results(content, "cs.LG", "a case")
    _check_papers(one.paper for one in page.found)
    assert page.total >= 0


def _read_people(content: bytes, _folder: Path) -> None:
    """Decode as `people/_endpoint.py` does, and read."""
    try:
        payload = json.loads(content)
    except (ValueError, RecursionError):
        payload = None
    assert tuple(read_reply(payload, ASKED)) == ASKED


def _read_recording(content: bytes, folder: Path) -> None:
    file = folder / "recording.jsonl"
    file.write_bytes(content)
    said = list(RecordedJudge(file, parse_criteria("Bats.")).judge(BATCH, DAY))
    ends = [one.paper.id for one in said if not isinstance(one, ModelCall)]
    ends += [j.paper_id for one in said if isinstance(one, ModelCall) for j in one.judgements]
    assert sorted(ends) == sorted(ASKED)


def _read_judgements(content: bytes, _folder: Path) -> None:
    reading = parse_reply(content.decode("utf-8", "replace"), NUMBERED, Cutoffs())
    ends = [*(one.paper_id for one in reading.judgements), *reading.faults]
    assert sorted(ends) == sorted(ASKED)
    "".join(one.comment for one in reading.judgements).encode()


def _read_settings(content: bytes, folder: Path) -> None:
    (folder / "criteria.md").write_text("## Bats\nRelevant: sonar.")
    file = folder / "paperlark.toml"
    file.write_bytes(content)
    settings = load_settings(file)
    assert settings.profile.title
    assert settings.profile.categories


def _read_criteria(content: bytes, _folder: Path) -> None:
    text = content.decode("utf-8", "replace")
    criteria = parse_criteria(text)
    assert criteria.text == text
    assert criteria.fingerprint
