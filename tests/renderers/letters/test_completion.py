"""The letter of a page that was sent incomplete and is complete now."""

from __future__ import annotations

from dataclasses import replace

import pytest

from paperlark.domain.delivery import Bulletin, MessageFormat, Occasion, Style
from paperlark.domain.digest import Status
from paperlark.renderers.letters import write
from standins.bulletins import MAIL, PAGE, PROFILE
from standins.digests import DAY, digest, entry, paper

ENTRIES = [entry(place) for place in range(1, 6)]


def _completion(*sent: int) -> Bulletin:
    return Bulletin(
        Occasion.COMPLETION,
        DAY,
        PROFILE,
        digests=(digest(ENTRIES, notes=("The feed of cs.AI was late.",)),),
        pages={DAY: PAGE},
        delivered=frozenset(paper(number).id for number in sent),
    )


@pytest.mark.parametrize("style", Style)
def test_only_papers_that_were_not_sent_are_in_it(style: Style) -> None:
    form = MAIL if style is Style.MAIL else MessageFormat(style, 4000, 0)
    (message,) = write(_completion(1, 2, 3), form)
    text = f"{message.subject}\n{message.text}"
    assert "Completed: Wednesday, 26 February 2025: 2 papers more" in text
    assert ["Title " + str(n) in text for n in range(1, 6)] == [False] * 3 + [True] * 2
    assert "The page was incomplete when it was sent, and is complete now." in text
    assert "The feed of cs.AI was late." not in text
    assert "scanned" not in text
    assert PAGE in text


def test_papers_that_are_gone_are_counted() -> None:
    (message,) = write(_completion(1, 2, 3, 4, 5, 8, 9), MAIL)
    assert "no further papers" in message.subject
    assert "2 papers that were sent with it are no longer on it." in message.text
    assert "No further paper was selected." in message.text
    (one,) = write(_completion(1, 2, 3, 4, 8), MAIL)
    assert ": 1 paper more · " in one.subject
    assert "1 paper that was sent with it is no longer on it." in one.text


def test_a_completion_is_much_shorter_than_the_page() -> None:
    whole = replace(_completion(), occasion=Occasion.DAY, delivered=frozenset())
    (page,), (completion,) = write(whole, MAIL), write(_completion(1, 2, 3, 4), MAIL)
    assert len(completion.text) < len(page.text) / 2


def test_the_subject_of_a_page_within_its_budget_says_so() -> None:
    bulletin = Bulletin(
        Occasion.DAY, DAY, PROFILE, digests=(digest(ENTRIES, status=Status.WITHIN_BUDGET),)
    )
    (message,) = write(bulletin, MAIL)
    assert ": 5 papers, complete within budget · " in message.subject
