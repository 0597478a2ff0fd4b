"""What a batch service gave back in, what was paid for and what is still missing out. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from paperlark.domain.chat import ChatReply
from paperlark.domain.job import Job, Miss, Posed
from paperlark.domain.judgement import Exchange
from paperlark.domain.paper import PaperId
from paperlark.domain.profile import Cutoffs
from paperlark.domain.spending import Spend
from paperlark.judges import reply
from paperlark.llm.batch_answers import Answer, Answers

_LEFT_OUT = Answer(None, "the batch service left it out", tried=False)


@dataclass(frozen=True, slots=True)
class Collected:
    """What came of questions: every paper of them has a judgement or a miss."""

    exchanges: tuple[Exchange, ...]
    misses: Mapping[PaperId, Miss]


def read_job(job: Job, answers: Answers, cutoffs: Cutoffs) -> Collected:
    """Read all that came back of a job.

    A reply under a name that nobody asked judges nothing; where a question has none, it may be
    that one's, and was paid for.
    """
    read = [
        _read(posed, answers.by_name.get(name, _LEFT_OUT), cutoffs)
        for name, posed in job.names.items()
    ]
    silent = [posed for name, posed in job.names.items() if name not in answers.by_name]
    strays = (_exchange(stray, silent) for stray in answers.strays[: len(silent)])
    return Collected(
        (*(exchange for one in read for exchange in one.exchanges), *strays),
        {paper: miss for one in read for paper, miss in one.misses.items()},
    )


def nothing_of(job: Job, reason: str, *, maybe_paid: bool) -> Collected:
    """Say that nothing came, and never will."""
    lost = Exchange((), Spend(None, None, len(job.questions), job.most), batch=True)
    misses = {one.id: Miss(reason, tried=False) for one in job.asked()}
    return Collected((lost,) if maybe_paid else (), misses)


def _read(posed: Posed, answer: Answer, cutoffs: Cutoffs) -> Collected:
    if answer.reply is None or answer.problem is not None:
        miss = Miss(answer.problem or "", answer.tried)
        exchanges = () if answer.reply is None else (_exchange(answer.reply, [posed]),)
        return Collected(exchanges, {one.id: miss for one in posed.asked})
    exchange = _exchange(answer.reply, [posed])
    try:
        papers = {one.number: one for one in posed.asked}
        reading = reply.read(answer.reply.text, papers, cutoffs)
    except Exception as error:  # noqa: BLE001  # a bug in the reader loses nothing that was paid for
        miss = Miss(f"its answer could not be read ({type(error).__name__})", tried=True)
        return Collected((exchange,), {one.id: miss for one in posed.asked})
    misses = {paper: Miss(reason, tried=True) for paper, reason in reading.faults.items()}
    return Collected((replace(exchange, judgements=reading.judgements),), misses)


def _exchange(said: ChatReply, of: Sequence[Posed]) -> Exchange:
    """Give what was paid for; what nobody knows the cost of cost no more than the dearest."""
    spend = said.spend
    if spend.cost is None:
        bounds = [posed.most for posed in of if posed.most is not None]
        spend = replace(
            spend, most=max(bounds, default=Decimal(0)) if len(bounds) == len(of) else None
        )
    return Exchange((), spend, said.text, batch=True)
