"""A model server with every bad habit, over real HTTP on loopback, that records its own bills.

An answer depends on the seed, on the papers of the question and on how often they were asked about
before, never on chance: threads may come in any order.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from random import Random
from threading import Event, Lock
from typing import Any

from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from paperlark.domain.profile import Cutoffs
from standins.openai import hangs_up, papers_of

TIMEOUT = 3.0
"""The client's timeout in seconds; an answer that does arrive takes a hundredth of that."""

WELL = "answers well"
Row = dict[str, Any]
_QUESTION = re.compile(r"/v1/chat/completions")


@dataclass(frozen=True, slots=True)
class Bill:
    """Tokens that one answer is billed for, and whether it reported them.

    `paper` is the id of the first paper in the question.
    """

    paper: str
    prompt: int
    completion: int
    cached: int = 0
    told: bool = True


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, with the rows of a good answer; `limit` is how many tokens it may have."""

    papers: tuple[str, ...]
    rows: tuple[Row, ...]
    prompt_tokens: int
    limit: int
    dice: Random


Writing = Callable[[Asked], str | None]
Habit = Callable[["Misbehaving", Asked, Request], Response]


class Misbehaving:
    """Answers a `share` (0 to 1) of all questions badly, and records every bill.

    `asked` counts how often each paper was asked about, by id; `habits` how often each was shown.
    """

    def __init__(self, server: HTTPServer, seed: int, cutoffs: Cutoffs) -> None:
        self.base_url = server.url_for("/v1")
        self.share = 0.0
        self.bills: list[Bill] = []
        self.asked: Counter[str] = Counter()
        self.habits: Counter[str] = Counter()
        self.released = Event()
        self._seed = seed
        self._cutoffs = cutoffs
        self._questions: Counter[tuple[str, ...]] = Counter()
        self._lock = Lock()
        server.clear()
        server.expect_request(_QUESTION).respond_with_handler(self._respond)

    def bill(self, bill: Bill) -> None:
        """Record a bill."""
        with self._lock:
            self.bills.append(bill)

    def _respond(self, request: Request) -> Response:
        asked = self._read(json.loads(request.data))
        name, habit = self._choose(asked)
        with self._lock:
            self.habits[name] += 1
        return habit(self, asked, request)

    def _choose(self, asked: Asked) -> tuple[str, Habit]:
        """Draw how this question is answered."""
        if asked.dice.random() >= self.share:
            return WELL, answers_well
        name = asked.dice.choices(list(HABITS), [weight for weight, _ in HABITS.values()])[0]
        return name, HABITS[name][1]

    def _read(self, question: Mapping[str, Any]) -> Asked:
        papers = papers_of(question)
        ids = tuple(map(self._identify, papers))
        with self._lock:
            self.asked.update(ids)
            self._questions[ids] += 1
            times = self._questions[ids]
        return Asked(
            papers=ids,
            rows=tuple(
                self._judge(paper["paper"], id_) for paper, id_ in zip(papers, ids, strict=True)
            ),
            prompt_tokens=len(json.dumps(question)) // 3,
            limit=question.get("max_tokens") or question.get("max_completion_tokens") or 10_000,
            dice=Random(f"{self._seed} {ids} {times}"),  # noqa: S311  # nothing secret
        )

    def _identify(self, paper: Row) -> str:
        """Return the id of a paper in a question, which is in its title."""
        id_: str = paper["id"]
        return id_

    def _judge(self, number: int, id_: str) -> Row:
        """Judge a paper, always the same, with a comment only if it is selected."""
        dice = Random(id_)  # noqa: S311  # likewise
        relevance, novelty = dice.randint(1, 10), dice.randint(1, 10)
        selected = relevance >= self._cutoffs.relevance and novelty >= self._cutoffs.novelty
        return {
            "paper": number,
            "relevance": relevance,
            "novelty": novelty,
            "comment": f"It is about {id_}." if selected else "",
        }


# Reported usage.


def _in_full(bill: Bill) -> dict[str, object]:
    cached = {"cached_tokens": bill.cached, "audio_tokens": 0}
    return _without_details(bill) | {"prompt_tokens_details": cached}


def _without_details(bill: Bill) -> dict[str, object]:
    return {
        "prompt_tokens": bill.prompt,
        "completion_tokens": bill.completion,
        "total_tokens": bill.prompt + bill.completion,
    }


def _details_of_null(bill: Bill) -> dict[str, object]:
    return _without_details(bill) | {"prompt_tokens_details": None}


def _null_cached(bill: Bill) -> dict[str, object]:
    return _without_details(bill) | {"prompt_tokens_details": {"cached_tokens": None}}


def _cache_hits(bill: Bill) -> dict[str, object]:
    return _without_details(bill) | {"prompt_cache_hit_tokens": bill.cached}


def _thoughts_in_the_total(bill: Bill) -> dict[str, object]:
    return _without_details(bill) | {"completion_tokens": bill.completion // 2}


_TELLS_ALL = (_in_full, _cache_hits)
_TELLS = (_without_details, _details_of_null, _null_cached, _thoughts_in_the_total)
_TELLS_NOTHING: tuple[object, ...] = (
    None,
    {},
    "many",
    {"prompt_tokens": "1000", "completion_tokens": "100"},
    {"completion_tokens": 7},
)


# Answers.


def completion(  # all but the first three by name
    server: Misbehaving,
    asked: Asked,
    text: str | None,
    *,
    finish: str = "stop",
    told: bool = True,
    **message: object,
) -> Response:
    """Answer with this text, and bill it; hidden reasoning is billed, too."""
    thoughts = asked.dice.choice((0, 0, 17, 230))
    used = asked.limit if finish == "length" else min(asked.limit, len(text or "") // 4 + thoughts)
    bill = Bill(asked.papers[0], asked.prompt_tokens, used, told=told)
    body: dict[str, object] = {"id": "answer", "object": "chat.completion"}
    if not told:
        usage = asked.dice.choice(_TELLS_NOTHING)
        # Missing altogether is another thing than null.
        body |= {"usage": usage} if asked.dice.random() < 0.8 else {}
    elif asked.dice.random() < 0.5:
        bill = replace(bill, cached=asked.dice.randrange(0, bill.prompt, 128))
        body |= {"usage": asked.dice.choice(_TELLS_ALL)(bill)}
    else:
        body |= {"usage": asked.dice.choice(_TELLS)(bill)}
    server.bill(bill)
    spoken = {"role": "assistant", "content": text, **message}
    body |= {"choices": [{"index": 0, "message": spoken, "finish_reason": finish}]}
    return _json(body)


def answers_well(server: Misbehaving, asked: Asked, _request: Request) -> Response:
    """Answer correctly."""
    return completion(server, asked, _rows(asked.rows))


def _rows(rows: object) -> str:
    return json.dumps({"rows": rows})


def _json(body: object, status: int = 200, **headers: str) -> Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Response(json.dumps(body), status, named, content_type="application/json")


def _writes(write: Writing) -> Habit:
    def habit(server: Misbehaving, asked: Asked, _request: Request) -> Response:
        return completion(server, asked, write(asked))

    return habit


def _says(finish: str, text: str | None = "", refusal: str | None = None) -> Habit:
    def habit(server: Misbehaving, asked: Asked, _request: Request) -> Response:
        return completion(server, asked, text, finish=finish, refusal=refusal)

    return habit


def _changes(change: Callable[[Row, Random], Row]) -> Habit:
    """Change one row of the answer."""

    def write(asked: Asked) -> str:
        rows = list(asked.rows)
        place = asked.dice.randrange(len(rows))
        rows[place] = change(dict(rows[place]), asked.dice)
        return _rows(rows)

    return _writes(write)


def _sets(*values: object) -> Habit:
    """Set one score of one row to an invalid value."""
    return _changes(
        lambda row, dice: row | {dice.choice(("relevance", "novelty")): dice.choice(values)}
    )


def scores(write: Callable[[int], object]) -> Habit:
    """Write all scores in another way."""
    return _writes(
        lambda asked: _rows(
            [
                row | {"relevance": write(row["relevance"]), "novelty": write(row["novelty"])}
                for row in asked.rows
            ]
        )
    )


def _shuffled(asked: Asked) -> str:
    return _rows(asked.dice.sample(asked.rows, len(asked.rows)))


def _left_out(asked: Asked) -> str:
    return _rows(asked.dice.sample(asked.rows, asked.dice.randrange(len(asked.rows))))


def _contradicted(asked: Asked) -> str:
    row = asked.dice.choice(asked.rows)
    return _rows([*asked.rows, row | {"relevance": 11 - row["relevance"]}])


def _invented(asked: Asked) -> str:
    row = asked.rows[0] | {"paper": asked.dice.choice((1, 5000, 987_654))}
    return _rows([*asked.rows, row])


def _nested(asked: Asked) -> str:
    rows = list(asked.rows)
    by_number = {str(row["paper"]): row for row in rows}
    return json.dumps(
        asked.dice.choice(
            (
                rows,
                {"result": {"evaluations": rows}},
                by_number,
                {"papers": by_number},
                [{"judgement": row} for row in rows],
            )
        )
    )


def _cut_off(server: Misbehaving, asked: Asked, _request: Request) -> Response:
    text = _rows(asked.rows)
    return completion(server, asked, text[: asked.dice.randrange(len(text))], finish="length")


def _in_parts(server: Misbehaving, asked: Asked, _request: Request) -> Response:
    answer = json.loads(completion(server, asked, "", reasoning_content="Let me see.").data)
    parts = [{"type": "reasoning", "text": None}, {"type": "text", "text": _rows(asked.rows)}]
    answer["choices"][0]["message"]["content"] = parts
    return _json(answer)


def _chooses_nothing(server: Misbehaving, asked: Asked, _request: Request) -> Response:
    answer = json.loads(completion(server, asked, "").data)
    return _json(answer | {"choices": []})


def _untold(server: Misbehaving, asked: Asked, _request: Request) -> Response:
    return completion(server, asked, _rows(asked.rows), told=False)


def _untold_refusal(server: Misbehaving, asked: Asked, _request: Request) -> Response:
    return completion(server, asked, None, told=False, refusal="I would rather not.")


# Errors, which cost nothing.


def complains(status: int, error: object, **headers: str) -> Habit:
    def habit(_server: Misbehaving, _asked: Asked, _request: Request) -> Response:
        return _json(error, status, **headers)

    return habit


def _is_too_large(_server: Misbehaving, asked: Asked, _request: Request) -> Response:
    said = "Request too large for the model: Limit 30000, Requested 31538."
    if len(asked.rows) == 1:
        return _json({"error": {"message": "The server had an error"}}, 500)
    return _json({"error": {"message": said, "code": "rate_limit_exceeded"}}, 429)


def _answers_html(_server: Misbehaving, _asked: Asked, _request: Request) -> Response:
    return Response("<html><h1>502 Bad Gateway</h1></html>", 502, content_type="text/html")


# Answers that never arrive but are billed.


def _lost(server: Misbehaving, asked: Asked) -> None:
    used = min(asked.limit, 300)
    server.bill(Bill(asked.papers[0], asked.prompt_tokens, used, told=False))


def _hangs_up(server: Misbehaving, asked: Asked, request: Request) -> Response:
    _lost(server, asked)
    return hangs_up(None, request)  # type: ignore[arg-type]  # it does not look at the server


def _breaks_off(server: Misbehaving, asked: Asked, _request: Request) -> Response:
    _lost(server, asked)
    text = _rows(asked.rows)
    return Response(text[:20], 200, {"Content-Length": str(len(text))})


def _is_late(server: Misbehaving, asked: Asked, _request: Request) -> Response:
    _lost(server, asked)
    server.released.wait(2 * TIMEOUT)
    return _json({})


def _gives_up(server: Misbehaving, asked: Asked, _request: Request) -> Response:
    _lost(server, asked)
    return _json({"error": {"message": "upstream request timeout"}}, 504)


def _answers_nonsense(server: Misbehaving, asked: Asked, _request: Request) -> Response:
    _lost(server, asked)
    return Response(asked.dice.choice(("", "OK", "[]", '{"object": "chat.completion"}')), 200)


def _answers_in(field: str) -> Habit:
    def habit(server: Misbehaving, asked: Asked, _request: Request) -> Response:
        return completion(server, asked, "", **{field: _rows(asked.rows)})  # type: ignore[arg-type]  # a message's

    return habit


def _halves(asked: Asked) -> str:
    """Add half a point where that is on the scale and no comment says so."""
    return _rows(
        [
            row
            if row["comment"] or row["novelty"] == 10
            else row | {"novelty": row["novelty"] + 0.5}
            for row in asked.rows
        ]
    )


def _streams(server: Misbehaving, asked: Asked, _request: Request) -> Response:
    _lost(server, asked)
    event = {"choices": [{"delta": {"content": _rows(asked.rows)}}]}
    text = f"data: {json.dumps(event)}\n\ndata: [DONE]\n\n"
    return Response(text, content_type="text/event-stream")


def _redirects(_server: Misbehaving, _asked: Asked, _request: Request) -> Response:
    return Response("", 302, {"Location": "/sign-in"})


_RATE = {"code": "rate_limit_exceeded", "type": "tokens", "message": "Rate limit reached."}
_AGAIN = _RATE | {"message": "Rate limit reached. Please try again in 6ms."}
_QUOTA = {"code": "insufficient_quota", "message": "You exceeded your current quota."}
_RAW = {"code": 429, "message": "Provider returned error", "metadata": {"raw": "overloaded"}}
_FORM = {"message": "'json_schema' is not supported", "param": "response_format"}

HABITS: Mapping[str, tuple[float, Habit]] = {
    "puts fences around it": (3, _writes(lambda asked: f"```json\n{_rows(asked.rows)}\n```")),
    "talks before and after": (
        3,
        _writes(lambda asked: f"Of course! Here you are:\n{_rows(asked.rows)}\nAnything else?"),
    ),
    "thinks aloud": (
        3,
        _writes(lambda asked: f"<think>Is {{this}} one good?</think>\n{_rows(asked.rows)}"),
    ),
    "thinks for ever": (2, _writes(lambda asked: f"<think>{_rows(asked.rows)}")),
    "writes scores as text": (3, scores(str)),
    "writes scores out of ten": (3, scores(lambda score: f"{score}/10")),
    "writes whole floats": (3, scores(float)),
    "writes scores out of ten in words": (3, scores(lambda score: f"{score} out of 10")),
    "writes broken floats": (2, _sets("8.5.5", "75", 1e9)),
    "writes halves": (2, _writes(_halves)),
    "answers in its reasoning": (3, _answers_in("reasoning_content")),
    "answers in its reasoning, named otherwise": (2, _answers_in("reasoning")),
    "answers in JSON in a string": (2, _writes(lambda asked: json.dumps(_rows(asked.rows)))),
    "answers in JSON in a field": (
        2,
        _writes(lambda asked: json.dumps({"answer": _rows(asked.rows)})),
    ),
    "leaves the scale": (2, _sets(0, 11, -3, 100, "0", "11/10")),
    "gives no score": (2, _sets(None, "high", [], {}, "")),
    "gives no number": (2, _sets(float("nan"), float("inf"))),
    "forgets a score": (2, _changes(lambda row, _: {k: row[k] for k in row if k != "novelty"})),
    "forgets comments": (2, _changes(lambda row, _: row | {"comment": ""})),
    "gives a comment of null": (1, _changes(lambda row, _: row | {"comment": None})),
    "leaves papers out": (4, _writes(_left_out)),
    "repeats a row": (2, _writes(lambda asked: _rows([*asked.rows, asked.rows[0]]))),
    "contradicts itself": (2, _writes(_contradicted)),
    "orders rows anew": (2, _writes(_shuffled)),
    "invents a paper": (3, _writes(_invented)),
    "nests rows otherwise": (3, _writes(_nested)),
    "writes one row a line": (2, _writes(lambda asked: "\n".join(map(json.dumps, asked.rows)))),
    "leaves commas behind": (2, _writes(lambda asked: _rows(asked.rows).replace("}", ",}"))),
    "breaks off in the middle": (3, _cut_off),
    "answers in parts": (1, _in_parts),
    "chooses nothing": (1, _chooses_nothing),
    "answers nothing": (2, _says("stop")),
    "answers blanks": (2, _says("stop", "  \n \t ")),
    "answers null": (2, _says("length", None)),
    "refuses": (2, _says("stop", None, refusal="I'm sorry, I cannot help with that.")),
    "filters": (2, _says("content_filter", None)),
    "does not say what it used": (4, _untold),
    "refuses and does not say what it used": (1, _untold_refusal),
    "is busy": (3, complains(429, {"error": _RATE})),
    "is busy for a moment": (2, complains(429, {"error": _AGAIN})),
    "is busy and says so in a header": (1, complains(429, {"error": _RATE}, Retry_After="0.01")),
    "is busy in an answer": (2, complains(200, {"error": _RAW})),
    "has no credit left": (0.3, complains(429, {"error": _QUOTA})),
    "finds the question too large": (1, _is_too_large),
    "fails": (3, complains(500, {"error": {"message": "The server had an error"}})),
    "fails flatly": (1, complains(503, {"object": "error", "message": "loading", "code": 503})),
    "fails in a list": (1, complains(503, [{"error": {"code": 503, "message": "later"}}])),
    "fails in HTML": (1, _answers_html),
    "fails in an answer": (2, complains(200, {"error": {"message": "overloaded", "code": 502}})),
    "wants no schema": (0.5, complains(400, {"error": _FORM})),
    "refuses schemas in its own words": (
        0.5,
        complains(400, {"error": {"message": "failed to parse grammar"}}),
    ),
    "streams": (0.3, _streams),
    "redirects": (0.3, _redirects),
    "answers no completion": (1, _answers_nonsense),
    "hangs up": (1, _hangs_up),
    "breaks off while sending": (1, _breaks_off),
    "gives up in between": (1, _gives_up),
    "is late": (0.1, _is_late),
}
"""By name: the relative frequency of a habit, and the habit."""
