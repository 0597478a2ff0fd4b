"""The two files of a new profile, from the reader's answers; both are written or neither."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files as resources
from pathlib import Path

from paperlark.domain.criteria import parse_criteria
from paperlark.domain.errors import Problem, ProfileError
from paperlark.domain.taxonomy import TAXONOMY
from paperlark.http.network_settings import is_on_this_machine
from paperlark.settings.answers import (
    PASSWORD,
    Chat,
    Mail,
    Model,
    SetupAnswers,
    Timer,
    field_criteria,
)
from paperlark.settings.identity import id_line, random_id
from paperlark.settings.places import PROFILE, DataPlaces, config_folder, data_folder

_EXAMPLE = SetupAnswers(
    followed=("Ada Lovelace",),
    model=Model("gpt-4o-mini"),
    delivery=Mail("ada@example.org", "smtp.example.org", "ada@example.org", "ada@example.org"),
)
"""Shown in the profile as comments where there was no answer."""
_HELP = """\
<!-- Write as you would to a colleague who reads for you; what stands between these marks is for
you alone. It gets sharper with a heading for each topic, with what does NOT interest you, and with
keywords:

## Sonar of bats

Relevant: how bats hear, models of their calls.

Not relevant: bats as carriers of viruses.

## Keywords

- Relevant: echolocation
- Not relevant: baseball
-->
"""


_BESIDE = DataPlaces()


def profile_text(answers: SetupAnswers, places: DataPlaces = _BESIDE) -> str:
    """Return `paperlark.toml`."""
    values = {
        "@NAME@": _string(answers.name),
        "@ID@": id_line(random_id(answers.name)),
        "@CATEGORIES@": _strings(answers.categories),
        "@FOLLOW@": _follow(answers.followed) or _comment(_follow(_EXAMPLE.followed)),
        "@JUDGE@": _judge(answers.model) or _comment(_judge(_EXAMPLE.model)),
        "@BUDGET@": _budget(answers.model) or _comment(_budget(_EXAMPLE.model)),
        "@DELIVER@": _deliver(answers.delivery) or _comment(_deliver(_EXAMPLE.delivery)),
        "@PLACES@": _places(places),
        "@SITE@": _site(places),
        "@MAIL@": _mail(answers.delivery) or _comment(_mail(_EXAMPLE.delivery)),
    }
    return re.sub("@[A-Z]+@", lambda found: values[found[0]], _template("paperlark.toml"))


def criteria_text(answers: SetupAnswers) -> str:
    """Return `criteria.md`: the reader's words, a template, or the names of the categories."""
    words = answers.interests.strip()
    if words:
        return (
            f"{words}\n" if _has_topics(words) else f"# What I want to read\n\n{_HELP}\n{words}\n"
        )
    if answers.template:
        return field_criteria(answers.template)
    topics = (
        f"## {one.name}\n\nRelevant: {', '.join((one.name, *one.also))}."
        for one in map(TAXONOMY.__getitem__, answers.categories)
    )
    return f"# What I want to read\n\n{_HELP}\n" + "\n\n".join(topics) + "\n"


def unusable_interests(words: str) -> str | None:
    """Return why a text cannot be used as interests; None where it can."""
    if not all(one.isprintable() or one.isspace() for one in words):
        return "it has unprintable characters; write plain text"
    criteria = parse_criteria(criteria_text(SetupAnswers(interests=words)))
    if not any(map(str.isalnum, words)) or not (criteria.topics or criteria.keywords):
        return "that is empty; write a few sentences"
    return None


def _has_topics(words: str) -> bool:
    """Return whether the text has topics or keywords already: then it is not changed."""
    criteria = parse_criteria(words)
    return bool(criteria.keywords) or any(topic.titled for topic in criteria.topics)


def _follow(names: Sequence[str]) -> str:
    return "\n\n".join(f"[[follow]]\nname = {_string(name)}" for name in names)


def _judge(model: Model | None) -> str:
    if model is None:
        return ""
    judge = _table("[judge]", {
        "model": _string(model.name),
        "base_url": _string(model.base_url),
        "key_variable": _string(model.key_variable),
    })  # fmt: skip
    if not is_on_this_machine(model.base_url):
        return judge
    free = _table("[judge.prices]", {"prompt": "0", "completion": "0"})
    return f"{judge}\n\n# It runs on this machine: nothing is paid for it.\n{free}"


def _budget(model: Model | None) -> str:
    if model is None or model.budget is None:
        return ""
    return _table("[budget]", {"month": f"{model.budget:f}"})


def _deliver(delivery: Mail | Chat | None) -> str:
    if isinstance(delivery, Mail):
        return _table("[[deliver]]", {
            "name": _string("mail"), "mail": _string(delivery.address)
        })  # fmt: skip
    if isinstance(delivery, Chat):
        return _table("[[deliver]]", {
            "name": _string("chat"), "url_variable": _string(delivery.url_variable)
        })  # fmt: skip
    return ""


def _places(places: DataPlaces) -> str:
    """Return the settings of pages and database, with what they are for beside them."""
    rows = (
        (f"output = {_string(places.pages)}", "folder of the pages"),
        (f"database = {_string(places.database)}",
         "stores judgements, so that nothing is paid for twice"),
    )  # fmt: skip
    return "\n".join(f"{setting:31}  # {meaning}" for setting, meaning in rows)


def _site(places: DataPlaces) -> str:
    folder = f"folder = {_string(places.site or 'site')}"
    address = '# address = "https://example.org/papers"'
    if places.site:
        return f"[site]\n{folder}\n{address}"
    return f"# [site]\n# {folder}\n{address}"


def _mail(delivery: Mail | Chat | None) -> str:
    if not isinstance(delivery, Mail):
        return ""
    values = {"server": _string(delivery.server), "security": _string(delivery.security)}
    if delivery.port is not None:
        values["port"] = str(delivery.port)
    if delivery.user is not None:
        values |= {"user": _string(delivery.user), "password_variable": _string(PASSWORD)}
    return _table("[mail]", values | {"sender": _string(delivery.sender)})


def _table(header: str, values: dict[str, str]) -> str:
    return "\n".join([header, *(f"{name} = {value}" for name, value in values.items())])


def _comment(text: str) -> str:
    return "\n".join(f"# {line}".rstrip() for line in text.splitlines())


def _string(text: str) -> str:
    # JSON's strings are TOML's too, but for the one character that JSON does not mind.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _strings(texts: Sequence[str]) -> str:
    return f"[{', '.join(map(_string, texts))}]"


def _template(name: str) -> str:
    return resources(__package__).joinpath("templates", name).read_text("utf-8")


CRITERIA = "criteria.md"
_ELSEWHERE = frozenset((Timer.GITHUB, Timer.DOCKER))
"""Timers that run where only the profile's folder is seen."""


def check_folder(folder: Path) -> None:
    """Check that a profile can be written into a folder, before any question is asked.

    Raises ProfileError.
    """
    here = folder.absolute()
    there = [path for path in (here / PROFILE, here / CRITERIA) if path.exists()]
    if there:
        problems = tuple(Problem(path, None, "already exists") for path in there)
        raise ProfileError(
            problems, hint="nothing was written; choose another folder: paperlark init FOLDER"
        )
    nearest = next(path for path in (here, *here.parents) if path.exists())
    if not nearest.is_dir() or not os.access(nearest, os.W_OK | os.X_OK):
        problem = Problem(folder, None, "cannot be written")
        raise ProfileError((problem,), hint="choose another folder")


@dataclass(frozen=True, slots=True)
class NewProfile:
    """Where a new profile goes; `data` is the folder of its pages, None: beside the profile."""

    folder: Path
    data: Path | None = None

    @classmethod
    def into(cls, folder: Path | None, variables: Mapping[str, str]) -> NewProfile:
        """Return where the files for this folder go; None is the default place."""
        default = config_folder(variables)
        if folder is None or folder.absolute() == default:
            return cls(default, data_folder(variables))
        return cls(folder)

    def texts(self, answers: SetupAnswers) -> tuple[str, str]:
        """Return the profile and the criteria."""
        apart = self.data is not None and answers.timer not in _ELSEWHERE
        places = DataPlaces.inside(self.data) if self.data and apart else DataPlaces()
        return profile_text(answers, places), criteria_text(answers)

    def write(self, profile: str, criteria: str) -> tuple[Path, Path]:
        """Write both files, and return their paths; raises ProfileError."""
        private = self.data is not None  # as the XDG specification wants it
        return write_files(self.folder, profile, criteria, private=private)


def write_files(
    folder: Path, profile: str, criteria: str, *, private: bool = False
) -> tuple[Path, Path]:
    """Write `paperlark.toml` and `criteria.md` into the folder, and return their paths.

    A new `private` folder is for its owner alone.

    Raises ProfileError when either already exists or cannot be written; nothing half-done is
    left.
    """
    check_folder(folder)
    texts = {folder / PROFILE: profile, folder / CRITERIA: criteria}
    try:
        folder.mkdir(mode=0o700 if private else 0o777, parents=True, exist_ok=True)
        _write(texts)
    except OSError as error:
        problem = Problem(folder, None, f"cannot be written ({error.strerror})")
        raise ProfileError((problem,), hint="choose another folder") from error
    return folder / PROFILE, folder / CRITERIA


def _write(texts: Mapping[Path, str]) -> None:
    written: list[Path] = []
    try:
        for path, text in texts.items():
            # Made anew: what somebody else wrote in the meantime stays.
            # And for its owner alone: people write into a profile what should be a secret.
            made = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
            with os.fdopen(made, "w", encoding="utf-8", newline="\n") as file:
                written.append(path)
                file.write(text)
    except BaseException:
        for path in written:
            path.unlink(missing_ok=True)
        raise
