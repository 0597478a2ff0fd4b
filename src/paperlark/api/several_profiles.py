"""Several profiles together: one site, and their mornings one after another."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from paperlark.api.opened_profile import OpenedProfile
from paperlark.runs.progress import TimedProgress
from paperlark.settings.environment import Environment

if TYPE_CHECKING:
    from paperlark.delivery.deliveries import DeliveryReport
    from paperlark.runs.morning import MorningReporter, MorningResult
    from paperlark.runs.several import SeveralMornings
    from paperlark.site.build import Site


def build_site(
    profiles: Sequence[OpenedProfile],
    folder: str | Path | None = None,
    *,
    address: str | None = None,
) -> Site:
    """Build one static site of several profiles.

    Arguments:
        profiles: one or more; the first one's settings are the defaults.
        folder: where it is written.
        address: where it will be in the web.

    Returns where it is, of how many days, and how many files were made or taken over.

    Raises PublishError or StoreError, and then the earlier site is untouched.

    >>> site = paperlark.build_site([profile], "both")
    >>> site.folder.name, site.days
    ('both', 2)
    """
    from paperlark.site.build import build_site as build

    first = profiles[0]
    target = Path(folder or first.settings.site.folder).absolute()
    settings = [one.settings for one in profiles]
    progress = TimedProgress(first.progress)
    return build(settings, target, address or first.settings.site.address, progress)


def find_profiles(path: str | Path) -> tuple[Path, ...]:
    """Find the profiles of a folder: its `.toml` files, and `paperlark.toml` in a folder of it.

    Arguments:
        path: the folder; or a file, which is then the only profile.

    Returns their paths, in order.

    >>> [path.name for path in paperlark.find_profiles("paperlark.toml")]
    ['paperlark.toml']
    """
    from paperlark.runs.several import profiles_of

    return profiles_of(Path(path))


def run_mornings(
    profiles: Mapping[str, Callable[[], OpenedProfile]],
    *,
    wait: bool = True,
    reporter: MorningReporter | None = None,
    on_delivery: Callable[[DeliveryReport], object] = lambda _: None,
) -> SeveralMornings:
    """Run the mornings of several profiles; what goes wrong with one does not stop the next.

    Arguments:
        profiles: opens each profile, by the name that results and messages have for it.
        wait, reporter, on_delivery: as for `OpenedProfile.run_morning`.

    Returns how each ended; `exit_code` is that of the worst.

    >>> ended = paperlark.run_mornings({"mine": lambda: profile})
    >>> list(ended.results), ended.exit_code
    (['mine'], 0)
    """
    from paperlark.runs.morning import LogReporter
    from paperlark.runs.several import run_several

    told = reporter or LogReporter()

    def morning(open_anew: Callable[[], OpenedProfile]) -> MorningResult:
        return open_anew().run_morning(wait=wait, reporter=told, on_delivery=on_delivery)

    return run_several({name: partial(morning, one) for name, one in profiles.items()}, told)


def repeat_mornings(
    open_anew: Callable[[], OpenedProfile | Mapping[str, Callable[[], OpenedProfile]]],
    *,
    wait: bool = True,
    environment: Environment | None = None,
    reporter: MorningReporter | None = None,
    on_delivery: Callable[[DeliveryReport], object] = lambda _: None,
) -> NoReturn:
    """Run a morning now and on every announcement day, for ever: what a container does.

    Arguments:
        open_anew: opens the profile before each morning, for it may have changed; or returns
            several, as for `run_mornings`.
        wait, reporter, on_delivery: as for `OpenedProfile.run_morning`.
        environment: its clock and sleep.

    Never returns; a morning that does not end well is tried three times.
    """
    from paperlark.runs.morning import LogReporter
    from paperlark.runs.morning import repeat_mornings as repeat

    told = reporter or LogReporter()

    def run() -> MorningResult | SeveralMornings:
        opened = open_anew()
        if isinstance(opened, OpenedProfile):
            return opened.run_morning(wait=wait, reporter=told, on_delivery=on_delivery)
        return run_mornings(opened, wait=wait, reporter=told, on_delivery=on_delivery)

    repeat(run, environment or Environment(), told)
