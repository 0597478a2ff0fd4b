"""What a plug-in does wrong is told, and hides nothing."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from paperlark.compose.plugins import (
    open_plugin_channel,
    open_plugin_judge,
    open_plugin_ranker,
    open_plugin_saver,
    open_plugin_source,
)
from paperlark.domain.delivery import Message
from paperlark.domain.errors import (
    ChannelBusy,
    FeedUnreadable,
    MaybeDelivered,
    PaperlarkError,
    PluginError,
    SavingError,
    SecretMissing,
    SourceUnreachable,
    StoreError,
)
from paperlark.domain.feedback import NO_EVIDENCE
from paperlark.domain.judgement import Match, ModelCall, Unjudged
from paperlark.domain.paper import PaperId
from paperlark.domain.saving import SavedCopy
from paperlark.settings import Settings, load_settings
from paperlark.settings.environment import Environment
from standins.papers import papers
from standins.plugins import write_plugin

DAY = date(2025, 2, 26)
NOW = datetime(2025, 2, 26, 12, tzinfo=UTC)
PAPERS = papers(3)
SETTINGS = {
    "sources": '[plugins]\nsources = ["bad"]\n',
    "judges": '[plugins]\njudge = "bad"\n',
    "channels": '[[deliver]]\nname = "c"\nplugin = "bad"\n[plugins]\n',
    "savers": '[plugins]\nsavers = ["bad"]\n',
    "rankers": '[plugins]\nranker = "bad"\n',
}
HANGS = "import threading\nNEVER = threading.Event()\n"


class Bad:
    """Opens a plug-in that is written here."""

    def __init__(self, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.home, self._patch = home, monkeypatch

    def write(self, group: str, code: str) -> None:
        site = self.home / f"site-{len(list(self.home.iterdir()))}"
        write_plugin(site, group, "bad", code)
        self._patch.syspath_prepend(str(site))

    def settings(self, group: str, *, at_most: float = 20.0, table: str = "") -> Settings:
        (self.home / "criteria.md").write_text("## Bats\nRelevant: sonar.")
        file = self.home / "paperlark.toml"
        file.write_text(
            'name = "Bats"\ncategories = ["cs.LG"]\n'
            f"{SETTINGS[group]}at_most = {at_most}\n"
            + (f"[plugins.settings.bad]\n{table}\n" if table else "")
        )
        return load_settings(file)


@pytest.fixture
def bad(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bad:
    return Bad(tmp_path, monkeypatch)


def _environment(variables: Mapping[str, str] | None = None) -> Environment:
    return Environment(variables or {}, now=lambda: NOW)


def _channel(code: str, bad: Bad, *, at_most: float = 20.0) -> Any:
    bad.write("channels", f"{HEAD}{code}\ndef make(context): return C()\n")
    return open_plugin_channel(bad.settings("channels", at_most=at_most), "bad", _environment())


HEAD = f"""
from paperlark.domain.delivery import MessageFormat, Style
from paperlark.domain.errors import *
{HANGS}
class Base:
    message_format = MessageFormat(Style.TEXT, 1000, 100)
    deduplicates = False
"""
MESSAGE = Message("Bats", "Three papers.")


def test_one_that_is_not_installed_says_how_to_install_it(bad: Bad) -> None:
    with pytest.raises(
        PluginError, match=r"channel plug-in bad is not installed: install its package with pip"
    ):
        open_plugin_channel(bad.settings("channels"), "bad", _environment())


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("import there_is_no_such_module", "cannot be imported: ModuleNotFoundError: No module"),
        ("raise SystemExit(7)", "cannot be imported: SystemExit: 7"),
        ("make = 7", "is not callable"),
        ("def make(context): return 7", "has no property message_format"),
        ("def make(context): return context.nothing", "broke down .AttributeError."),
        (
            "class C: message_format = deduplicates = 1\ndef make(context): return C()",
            "has no method send",
        ),
        (
            "class C:\n message_format = deduplicates = 1\n send = len\n"
            "def make(context): return C()",
            "states no MessageFormat",
        ),
    ],
)
def test_one_that_cannot_be_used_is_told_in_one_line(bad: Bad, code: str, said: str) -> None:
    bad.write("channels", code)
    with pytest.raises(PluginError, match=said) as raised:
        open_plugin_channel(bad.settings("channels"), "bad", _environment())
    assert "\n" not in str(raised.value)


def test_two_packages_with_one_name_are_told_apart(bad: Bad) -> None:
    bad.write("channels", "make = 1")
    bad.write("channels", "make = 2")
    with pytest.raises(PluginError, match="is in several packages: plugin_bad_"):
        open_plugin_channel(bad.settings("channels"), "bad", _environment())


def test_it_is_given_its_settings_and_only_the_secrets_that_it_names(bad: Bad) -> None:
    bad.write(
        "savers",
        "class S:\n"
        " def __init__(self, c): self.place = repr((c.settings, c.secrets, str(c.folder)))\n"
        " def bring(self, papers, copies): pass\n"
        "def make(context): return S(context)\n",
    )
    settings = bad.settings("savers", table='colour = "red"\nkey_variable = "BAD_KEY"')
    with pytest.raises(SecretMissing, match="plug-in bad needs a secret BAD_KEY"):
        open_plugin_saver(settings, "bad", _environment())
    saver = open_plugin_saver(settings, "bad", _environment({"BAD_KEY": "s3cret", "OTHER": "x"}))
    given = ({"colour": "red", "key_variable": "BAD_KEY"}, {"key_variable": "s3cret"})
    assert saver.place == repr((*given, str(bad.home)))


def test_a_channel_that_breaks_or_hangs_may_have_delivered(bad: Bad) -> None:
    broken = _channel("class C(Base):\n def send(self, m, n): raise KeyError('s3cret')", bad)
    with pytest.raises(MaybeDelivered, match=r"bad broke down \(KeyError\)$"):
        broken.send(MESSAGE, "one")


def test_a_channel_that_hangs_is_left(bad: Bad) -> None:
    hangs = _channel("class C(Base):\n def send(self, m, n): NEVER.wait(30)", bad, at_most=0.3)
    with pytest.raises(MaybeDelivered, match=r"bad did not finish within 0\.3 seconds"):
        hangs.send(MESSAGE, "one")


def test_a_channel_that_knows_what_happened_is_believed_within_bounds(bad: Bad) -> None:
    busy = _channel(
        "class C(Base):\n"
        " def send(self, m, n): raise ChannelBusy('full\\n' * 999, retry_after=float('nan'))",
        bad,
    )
    with pytest.raises(ChannelBusy) as raised:
        busy.send(MESSAGE, "one")
    assert (len(raised.value.problem), raised.value.retry_after) == (300, None)


def _judge(code: str, bad: Bad, *, at_most: float = 20.0) -> list[ModelCall | Unjudged]:
    bad.write(
        "judges",
        f"""
from paperlark.domain.judgement import *
from paperlark.domain.spending import Spend
{HANGS}
FREE = Spend(None, None)
class J:
    signature = prompt = "as it likes"
    def model(self, day): return "coin"
    def judge(self, papers, day, precedents=None, reading=1):
        first = papers[0]
        good = Judgement(first.id, first.version, 9, 8, "Good.\\n\\x1b[31m" + "x" * 5000, "New.\\n")
        other = Judgement("2502.99999", 1, 9, 8, "Nobody asked.")
{code}
def make(context): return J()
""",
    )
    judge = open_plugin_judge(bad.settings("judges", at_most=at_most), "bad", _environment())
    return list(judge.judge(PAPERS, DAY))


@pytest.mark.parametrize(
    ("code", "judged", "why"),
    [
        ("        raise ValueError('s3cret')", 0, "the plug-in bad broke down (ValueError)"),
        ("        yield ModelCall((good, other), FREE)", 1, "the judge did not return a judgement"),
        (
            "        yield ModelCall((good,), FREE)\n        yield 7",
            1,
            "the judge plug-in bad yields what is neither ModelCall nor Unjudged",
        ),
        (
            "        while True: yield ModelCall((good,), FREE)",
            1,
            "the judge plug-in bad yields results without end",
        ),
        ("        return None", 0, "the plug-in bad broke down (TypeError)"),
        (
            "        yield ModelCall((Judgement(first.id, 1, 8.5, 7, ''),), FREE)",
            0,
            "the judge plug-in bad gives scores that are no whole numbers",
        ),
        ("        raise SystemExit(1)", 0, "the plug-in bad broke down (SystemExit)"),
    ],
)
def test_papers_that_a_judge_does_not_judge_are_named_with_the_reason(
    bad: Bad, code: str, judged: int, why: str
) -> None:
    found = _judge(code, bad)
    judgements = [one for call in found if isinstance(call, ModelCall) for one in call.judgements]
    unjudged = [one for one in found if isinstance(one, Unjudged)]
    assert [one.paper_id for one in judgements] == [one.id for one in PAPERS[:judged]]
    assert [one.paper for one in unjudged] == list(PAPERS[judged:])
    assert {one.reason for one in unjudged} == {why}
    assert all(len(one.comment) <= 1000 and "\n" not in one.comment for one in judgements)
    assert all(one.summary == "New." for one in judgements)


def test_a_judge_that_hangs_keeps_what_it_judged_before(bad: Bad) -> None:
    found = _judge("        yield ModelCall((good,), FREE)\n        NEVER.wait(30)", bad, at_most=1)
    call, *unjudged = found
    assert isinstance(call, ModelCall)
    assert len(call.judgements) == 1
    assert [one.reason for one in unjudged if isinstance(one, Unjudged)] == [
        "the plug-in bad did not finish within 1 seconds: allow it more with plugins.at_most"
    ] * 2


def test_a_judge_that_is_not_installed_judges_nothing_and_says_so(bad: Bad) -> None:
    judge = open_plugin_judge(bad.settings("judges"), "bad", _environment())
    reasons = {one.reason for one in judge.judge(PAPERS, DAY) if isinstance(one, Unjudged)}
    assert all("judge plug-in bad is not installed" in one for one in reasons)
    assert judge.model(DAY) == "judge bad"


class _Embedded:
    """Ranks in the order given."""

    def rank(self, papers: Any, *_: object) -> tuple[Match, ...]:
        return tuple(Match(1.0, at, len(papers)) for at in range(1, len(papers) + 1))

    def learn(self, *_: object) -> None:
        """Learn nothing."""

    def explain(self, *_: object) -> Mapping[PaperId, Any]:
        return {PAPERS[0].id: None}


@pytest.mark.parametrize(
    "returned",
    [
        "None",
        "[]",
        "[7, 7, 7]",
        "[Match(1.0, 1, 3)] * 3",
        "[Match(float('nan'), n, 3) for n in (1, 2, 3)]",
        "[Match(1.0, n, 3) for n in (0, 1, 2)]",
        "[Match(10**400, n, 3) for n in (1, 2, 3)]",
        "1 / 0",
    ],
)
def test_where_a_ranker_fails_the_embedded_one_ranks_and_the_page_says_so(
    bad: Bad, returned: str
) -> None:
    bad.write(
        "rankers",
        "from paperlark.domain.judgement import Match\n"
        f"class R:\n def rank(self, papers, criteria, evidence): return {returned}\n"
        "def make(context): return R()\n",
    )
    settings = bad.settings("rankers")
    ranker = open_plugin_ranker(settings, "bad", _environment(), _Embedded())
    criteria = settings.profile.criteria
    assert [one.rank for one in ranker.rank(PAPERS, criteria, NO_EVIDENCE)] == [1, 2, 3]
    (note,) = ranker.notes
    assert note.startswith("papers were ranked by the embedded ranker: the ")
    assert ranker.used == ()
    assert ranker.explain(PAPERS, criteria, NO_EVIDENCE, {PAPERS[0].id}) == {PAPERS[0].id: None}


@pytest.mark.parametrize(
    ("returned", "error", "why"),
    [
        ("None", FeedUnreadable, "returns no Feed"),
        ("1 / 0", SourceUnreachable, r"broke down \(ZeroDivisionError\)"),
        ("NEVER.wait(30)", SourceUnreachable, "did not finish"),
        ("feed(7)", FeedUnreadable, "entry 1 of the source plug-in bad has no type"),
        ("feed(*[7] * 10_001)", FeedUnreadable, "more than 10000 entries"),
        ("feed(listing(id='10.1101/2024.01.01.573887'))", FeedUnreadable, "id that is not arXiv's"),
        ("feed(listing(title='x' * 1001))", FeedUnreadable, "no title or abstract"),
        ("feed(listing(categories=()))", FeedUnreadable, "no categories"),
        ("feed(listing(authors=(7,)))", FeedUnreadable, "authors that are none"),
        ("feed(listing(version='1'))", FeedUnreadable, "no version"),
    ],
)
def test_a_source_that_fails_leaves_the_day_to_the_next(
    bad: Bad, returned: str, error: type[PaperlarkError], why: str
) -> None:
    bad.write(
        "sources",
        f"""
from dataclasses import replace
from paperlark.domain.announcement import *
from paperlark.domain.paper import *
{HANGS}
PAPER = Paper("2502.00001", 1, "Bats", (Author("Ada"),), "Sonar.", ("cs.LG",))
def listing(**changed): return Listing(replace(PAPER, **changed), AnnounceType.NEW)
def feed(*listings): return Feed("cs.LG", None, listings, "here", expected=1, confirmed=Via.LISTING)
class S:
    def feed(self, category, day): return {returned}
def make(context): return S()
""",
    )
    at_most = 0.3 if "NEVER" in returned else 20.0
    settings = bad.settings("sources", at_most=at_most)
    with pytest.raises(error, match=why):
        open_plugin_source(settings, "bad", _environment()).feed("cs.LG", DAY)


class _Stored:
    """Stores copies for the thread that opened it alone, as a database connection does."""

    def __init__(self, *, refuses: bool = False) -> None:
        self.copies: dict[PaperId, SavedCopy] = {}
        self._refuses, self._thread = refuses, threading.get_ident()

    def all(self) -> Mapping[PaperId, SavedCopy]:
        assert threading.get_ident() == self._thread
        return {**self.copies}

    def keep(self, copies: Iterable[SavedCopy]) -> None:
        assert threading.get_ident() == self._thread
        if self._refuses:
            raise StoreError("another run has taken over")
        self.copies |= {one.paper_id: one for one in copies}


def _bring(code: str, bad: Bad, stored: _Stored, *, at_most: float = 20.0) -> None:
    bad.write(
        "savers",
        f"""
from pathlib import Path
from paperlark.domain.errors import *
from paperlark.domain.saving import *
from datetime import UTC, datetime
{HANGS}
NOW = datetime(2025, 2, 26, tzinfo=UTC)
SENT = Path({str(bad.home / "sent")!r})
class S:
    place = "here"
    def bring(self, papers, copies):
        one = papers[0].paper.id
{code}
def make(context): return S()
""",
    )
    saver = open_plugin_saver(bad.settings("savers", at_most=at_most), "bad", _environment())
    saver.bring([_saved()], stored)


def _saved() -> Any:
    from paperlark.domain.digest import Entry  # noqa: PLC0415  # only here
    from paperlark.domain.saving import SavedPaper  # noqa: PLC0415  # likewise

    return SavedPaper(Entry(1, PAPERS[0], None, None), NOW)


def test_a_copy_is_stored_before_its_saver_goes_on(bad: Bad) -> None:
    stored = _Stored()
    _bring(
        "        copies.keep([SavedCopy(one, CopyState.SENDING, NOW)])\n"
        "        assert copies.all()[one].state is CopyState.SENDING\n"
        "        copies.keep([SavedCopy(one, CopyState.THERE, NOW)])\n",
        bad,
        stored,
    )
    assert [one.state.value for one in stored.copies.values()] == ["there"]


def test_a_saver_sends_nothing_that_could_not_be_stored(bad: Bad) -> None:
    code = (
        "        copies.keep([SavedCopy(one, CopyState.SENDING, NOW)])\n"
        "        SENT.write_text('sent')\n"
    )
    with pytest.raises(StoreError, match="taken over"):
        _bring(code, bad, _Stored(refuses=True))
    assert not (bad.home / "sent").exists()


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("        copies.keep([7])", "no copy of a saved paper"),
        ("        copies.keep([SavedCopy('2502.9', CopyState.THERE, NOW)])", "no copy of a saved"),
        (
            "        copies.keep([SavedCopy(one, CopyState.THERE, NOW, key='x' * 501)])",
            "a copy that is malformed",
        ),
        (
            "        while True: copies.keep([SavedCopy(one, CopyState.THERE, NOW)])",
            "stores copies without end",
        ),
        ("        raise KeyError('s3cret')", r"broke down \(KeyError\)$"),
        ("        raise StoreError('of its own')", "^of its own$"),
        ("        raise SavingError('no room\\n' * 999)", "^no room no room"),
    ],
)
def test_a_saver_that_stores_nonsense_is_stopped(bad: Bad, code: str, why: str) -> None:
    with pytest.raises(SavingError, match=why) as raised:
        _bring(code, bad, _Stored())
    assert len(raised.value.problem) <= 300


def test_a_saver_that_hangs_is_left_and_what_it_stored_counts(bad: Bad) -> None:
    stored = _Stored()
    code = "        copies.keep([SavedCopy(one, CopyState.THERE, NOW)])\n        NEVER.wait(30)\n"
    with pytest.raises(SavingError, match="did not finish"):
        _bring(code, bad, stored, at_most=1)
    assert list(stored.copies) == [PAPERS[0].id]
