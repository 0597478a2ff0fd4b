"""A judge whose questions may wait in a batch service, left in one run for a later one."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from paperlark.compose.world import Choices, World
from paperlark.llm.purse import Purse
from paperlark.ports import Jobs
from paperlark.settings import ModelSettings, Settings

if TYPE_CHECKING:
    from paperlark.judges.batched import BatchedJudge
    from paperlark.judges.llm import LlmJudge
    from paperlark.llm.openai_compatible import OpenAICompatible


def with_batches(  # noqa: PLR0917  # all that it is made of
    live: LlmJudge,
    chat: OpenAICompatible,
    jobs: Jobs,
    purse: Purse,
    settings: Settings,
    model: ModelSettings,
    choices: Choices,
    world: World,
) -> BatchedJudge:
    """Give a judge that asks `live` only for what waits nowhere, and leaves that where so chosen.

    What was left by an earlier run is collected in any case.
    """
    # Only a page with a model needs these.
    from paperlark.judges.batched import BatchedJudge  # noqa: PLC0415
    from paperlark.judges.desk import Desk  # noqa: PLC0415
    from paperlark.judges.posing import Terms  # noqa: PLC0415
    from paperlark.llm.batch import BatchService  # noqa: PLC0415
    from paperlark.llm.metered import most_in_a_batch  # noqa: PLC0415
    from paperlark.llm.room import with_room  # noqa: PLC0415

    service = BatchService(
        chat.connection, partial(chat.spend_of, batch=True), prompt=live.plan.system
    )
    profile = settings.profile
    return BatchedJudge(
        live,
        Desk(service, jobs, profile.name, model.model, profile.cutoffs, now=world.now),
        Terms(
            known=lambda: chat.is_understood,
            body=lambda prompt: chat.body(with_room(prompt, chat.room)),
            most=lambda prompt: most_in_a_batch(
                with_room(prompt, chat.room),
                model.model,
                model.base_url,
                world.now(),
                own=model.prices,
            ),
            purse=purse,
        ),
        criteria=profile.criteria.fingerprint,
        leaves=model.batch if choices.batch is None else choices.batch,
    )
