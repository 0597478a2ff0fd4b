"""What the addresses of the app share: the open profile, forms of a session, the way back."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from anyio import CapacityLimiter
from anyio.to_thread import run_sync
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from paperlark import OpenedProfile
from paperlark.web.current import CurrentProfile
from paperlark.web.forms import LONGEST_FORM, UploadedFile, read_form, read_upload
from paperlark.web.sessions import Sessions

Endpoint = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class SignedForms:
    """Reads and signs the forms of the sessions that the guard lets in."""

    sessions: Sessions

    def token(self, request: Request) -> str:
        """Return the token that a form of this session carries."""
        return self.sessions.form_token(request.state.cookie)

    async def read(self, request: Request, longest: int = LONGEST_FORM) -> Mapping[str, str]:
        """Return the fields of a form of this session; raises HTTPException for any other."""
        form = await read_form(request, longest)
        self.check(request, form.get("token", ""))
        return form

    async def read_upload(
        self, request: Request, longest: int
    ) -> tuple[Mapping[str, str], Mapping[str, UploadedFile]]:
        """Return the fields and files of a form of this session; raises HTTPException likewise."""
        form, files = await read_upload(request, longest)
        self.check(request, form.get("token", ""))
        return form, files

    def check(self, request: Request, token: str) -> None:
        """Raise HTTPException unless this is the token of the session's forms."""
        if not self.sessions.knows_form(request.state.cookie, token):
            raise HTTPException(403, "This form is not of this session: reload the page.")


@dataclass(frozen=True, slots=True)
class ReaderLink:
    """A way out of a reader's pages: to another reader, to the group."""

    title: str
    address: str
    current: bool = False


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What is around a reader's pages; `sign_out` is the address of that form, if there is one."""

    links: tuple[ReaderLink, ...] = ()
    sign_out: str = ""

    def __bool__(self) -> bool:
        """Whether there is anything around them."""
        return bool(self.links or self.sign_out)


NOTHING_AROUND = Surroundings()


@dataclass(frozen=True, slots=True)
class Shared:
    """What every address knows: the profile as it is now, forms of the sessions, what is around."""

    current: CurrentProfile
    forms: SignedForms
    around: Surroundings = NOTHING_AROUND

    @property
    def profile(self) -> OpenedProfile:
        """The profile as it is now."""
        return self.current.profile

    def frame(self, request: Request) -> Mapping[str, object]:
        """Return what every page of a reader needs to know about where it is.

        `base` is the path that the reader's addresses begin with, empty at the root; `reader` names
        what is kept in the browser, so that no other reader there gets it.
        """
        profile = self.profile
        return {
            "profile": profile.name,
            "base": base_of(request),
            "reader": hashlib.sha256(profile.settings.profile.id.encode()).hexdigest()[:12],
            "around": self.around,
            "form_token": self.forms.token(request),
        }


def base_of(request: Request) -> str:
    """Return the path that the addresses of a request's reader begin with, such as `/r/ada`."""
    return str(request.scope.get("root_path", ""))


def blocking(
    answer: Callable[[Request], Response], threads: CapacityLimiter | None = None
) -> Endpoint:
    """Answer in a thread: the database and the templates take their time.

    What mostly waits has `threads` of its own, to keep none from the others.
    """

    async def endpoint(request: Request) -> Response:
        return await run_sync(answer, request, limiter=threads)

    return endpoint


def way_back(request: Request, form: Mapping[str, str]) -> str:
    """Return the address that a form was sent from: one of this reader's, whatever it says."""
    start = f"{base_of(request)}/"
    back = form.get("back", start)
    return back if back.startswith(start) and not back.startswith(("//", "/\\")) else start
