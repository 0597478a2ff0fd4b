"""Where a paper can be voted on by a link, every letter has that link beside the paper."""

from __future__ import annotations

import re

import pytest
from selectolax.lexbor import LexborHTMLParser

from paperlark.domain.delivery import Bulletin, MessageFormat, Style
from paperlark.domain.paper import PaperId
from paperlark.renderers.letters import write
from standins.bulletins import MAIL, long_day, of_a_day
from standins.digests import ordinary

LINKS = {
    PaperId(f"2502.0000{number}"): f"https://papers.example.org/vote/2502.0000{number}/signed"
    for number in (1, 2, 3)
}


def with_links() -> Bulletin:
    return of_a_day(ordinary(), votes=LINKS)


def test_a_mail_has_the_link_of_each_paper_in_both_parts() -> None:
    [mail] = write(with_links(), MAIL)
    links = LexborHTMLParser(mail.html or "").css("a[href*='/vote/']")
    expected = [(name, url) for link in LINKS.values() for name, url in _both(link)]
    assert [(one.text(), one.attributes["href"]) for one in links] == expected
    saving = [f"{link}?do=save" for link in LINKS.values()]
    assert re.findall(r"^   Save: (\S+)$", mail.text, re.MULTILINE) == saving
    assert re.findall(r"^   Vote: (\S+)$", mail.text, re.MULTILINE) == list(LINKS.values())
    tree = LexborHTMLParser(mail.html or "")
    assert tree.css("script, form, button, input, [onclick]") == []


def _both(link: str) -> tuple[tuple[str, str], ...]:
    return (("vote", link), ("save", f"{link}?do=save"))


@pytest.mark.parametrize(
    ("style", "written"),
    [
        (Style.TEXT, "\nVote\n{}"),
        (Style.HTML, '\n<a href="{}">Vote</a>'),
        (Style.MARKDOWN, "  \n[Vote](<{}>)"),
    ],
)
def test_a_chat_has_the_link_below_each_paper(style: Style, written: str) -> None:
    [message] = write(with_links(), MessageFormat(style, 4_000, 0))
    for link in LINKS.values():
        assert written.format(link) in message.text


def test_a_link_without_room_beside_the_title_is_left_out_whole() -> None:
    messages = write(with_links(), MessageFormat(Style.TEXT, 85, 0))
    assert "https://arxiv.org/abs/2502.00001" in "".join(one.text for one in messages)
    for message in messages:
        assert len(message.text) <= 85
        assert "papers.example.org" not in message.text


@pytest.mark.parametrize("form", [MAIL, MessageFormat(Style.HTML, 4_000, 0)])
def test_without_an_address_there_is_no_link(form: MessageFormat) -> None:
    for message in write(of_a_day(), form):
        assert "vote" not in f"{message.text} {message.html}".lower()


def test_a_mail_with_many_links_keeps_its_size() -> None:
    day = long_day()
    links = {one.paper.id: f"https://papers.example.org/vote/{'x' * 80}" for one in day.entries}
    [mail] = write(of_a_day(day, votes=links), MAIL)
    assert mail.html is not None
    assert "/vote/" in mail.html
    assert len(mail.html.encode()) <= 99_000
