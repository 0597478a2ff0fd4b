"""What outside text may do in a chat: be read, and nothing else, in every chat's own dialect."""
# ruff: noqa: RUF001  # letters that look like others are the point

from __future__ import annotations

import re

import pytest
from apprise import Apprise, NotifyFormat
from apprise.conversion import markdown_to_html
from apprise.plugins import NotifyBase
from hypothesis import given
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from paperlark.domain.delivery import Bulletin, MessageFormat, Style
from paperlark.renderers.letters import write
from paperlark.renderers.letters.neutralize import neutralize
from standins.bulletins import CHATS, INTRUSIVE, PAGE, intrusive_day, of_a_day, of_a_failure

# Apprise imports it where there is one, though it needs it for nothing that is sent here.
pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")

SLACK = "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/#papers"
DISCORD = "discord://4174216298/JHMHI8qBe7bk2ZwO5U711o3dV_js"
DINGTALK = "dingtalk://abcdefghijkl"
NTFY = "ntfy://papers?format=markdown"
TELEGRAM = "tgram://123456789:abcdefg_hijklmnop/12315544/"
GOOGLE_CHAT = "gchat://workspace/key/token"

PAPERS = [f"https://arxiv.org/abs/2502.{place:05}" for place in range(1, len(INTRUSIVE) + 1)]
ADDRESSES = [PAGE, *PAPERS]
PINGS = re.compile(r"@|<!|<#|<@|&#\d+;|&lt;!")


def service(url: str) -> NotifyBase:
    made = Apprise.instantiate(url)
    assert isinstance(made, NotifyBase)
    return made


def said(style: Style, bulletin: Bulletin | None = None) -> str:
    bulletin = bulletin or of_a_day(intrusive_day(), notices=INTRUSIVE[:6], profile=INTRUSIVE[0])
    [message] = write(bulletin, MessageFormat(style, 100_000, 0))
    return message.text


def in_the_dialect_of(url: str, style: NotifyFormat, text: str) -> str:
    """Convert as Apprise does where it is told what a text is written in."""
    plugin = service(url)
    assert plugin.resolve_format(style) is style
    return plugin.dialect_convert(text, style)


@pytest.mark.parametrize("url", [DISCORD, DINGTALK, NTFY])
def test_where_markdown_arrives_as_it_is_only_our_own_links_are_links(url: str) -> None:
    text = said(Style.MARKDOWN)
    assert in_the_dialect_of(url, NotifyFormat.MARKDOWN, text) == text
    assert re.findall(r"\[[^\[\]\n]+\]\(<([^<>\n]+)>\)", text) == ADDRESSES
    bare = re.sub(r"\[([^\[\]\n]+)\]\(<[^<>\n]+>\)", r"\1", text)
    assert re.findall(r"[\[\]<>`~|@\\]|://|www\.", bare) == []
    assert re.findall(r"\*\*", bare) == ["**", "**"]
    assert "*" not in bare.replace("**", "")
    assert PINGS.findall(bare) == []


def test_slack_shows_only_our_links_and_mentions_nobody() -> None:
    text = in_the_dialect_of(SLACK, NotifyFormat.MARKDOWN, said(Style.MARKDOWN))
    assert re.findall(r"<([^|<>]+)\|[^<>|]+>", text) == ADDRESSES
    bare = re.sub(r"<[^|<>]+\|([^<>|]+)>", r"\1", text)
    assert re.findall(r"[<>@`~\\]|://", bare) == []
    assert bare.count("*") == 2


def test_google_chat_shows_only_our_own_links() -> None:
    text = in_the_dialect_of(GOOGLE_CHAT, NotifyFormat.MARKDOWN, said(Style.MARKDOWN))
    assert re.findall(r"<([^|<>]+)\|[^<>|]+>", text) == ADDRESSES
    assert re.findall(r"[<>@`~]|://", re.sub(r"<[^|<>]+\|([^<>|]+)>", r"\1", text)) == []


def test_rendered_by_commonmark_it_has_our_links_one_strong_line_and_nothing_else() -> None:
    tree = LexborHTMLParser(markdown_to_html(said(Style.MARKDOWN)))
    assert [node.attributes["href"] for node in tree.css("a")] == ADDRESSES
    assert {node.tag for node in tree.css("body *")} == {"p", "br", "a", "strong"}
    assert len(tree.css("strong")) == 1


def test_telegram_gets_its_own_elements_and_only_our_own_links() -> None:
    sent = said(Style.HTML)
    text = in_the_dialect_of(TELEGRAM, NotifyFormat.HTML, sent)
    assert re.findall(r"<(/?\w+)", text) == re.findall(r"<(/?\w+)", sent)
    tree = LexborHTMLParser(text)
    assert [node.attributes["href"] for node in tree.css("a")] == ADDRESSES
    assert {node.tag for node in tree.css("body *")} == {"a", "b"}
    assert PINGS.findall(tree.body.text() if tree.body else "") == []


def test_plain_text_mentions_nobody_and_has_no_address_but_ours() -> None:
    text = in_the_dialect_of(SLACK, NotifyFormat.TEXT, said(Style.TEXT))
    assert re.findall(r"\w+://\S+", text) == ADDRESSES
    assert PINGS.findall(text) == []


@pytest.mark.parametrize("style", CHATS)
@pytest.mark.parametrize("problem", INTRUSIVE)
def test_a_problem_and_an_alarm_are_neutralized_too(style: Style, problem: str) -> None:
    text = said(style, of_a_failure(problem))
    assert PINGS.findall(text) == []
    assert "://" not in text
    assert re.findall("[\x00-\x09\x0b-\x1f\u202a-\u202e\u2066-\u2069]", text) == []


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("@everyone", "＠everyone"),
        ("<!channel>", "＜!channel＞"),
        ("[x](http://evil.example)", "［x］(http∶//evil․example)"),
        ("# heading", "＃ heading"),
        ("1. item", "1． item"),
        ("--- rule", "－-- rule"),
        ("&#64;all & more", "＆#64;all & more"),
        ("_so_ and OPENAI_API_KEY", "ˍsoˍ and OPENAI_API_KEY"),
        ("GPT-4.5, e.g. for 10% of $x^2$ - C++", "GPT-4.5, e.g. for 10% of $x^2$ - C++"),
    ],
)
def test_markup_characters_become_look_alikes(text: str, read: str) -> None:
    assert neutralize(text) == read


@given(st.text() | st.sampled_from(INTRUSIVE))
def test_words_keep_their_length_and_need_it_only_once(text: str) -> None:
    assert len(neutralize(text)) == len(text)
    assert neutralize(neutralize(text)) == neutralize(text)
