"""Build the site: every page, the files that pages name, the search, and no link that is dead."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from html import escape
from pathlib import Path, PurePosixPath
from posixpath import normpath
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from doc_site.index import index_script
from doc_site.markdown import Rendered, known_words, render
from doc_site.pages import HOME, Page, Part, address_of, contents, read_pages, relative

_TEMPLATES = Path(__file__).parent / "templates"
_LOOK = Path("src/paperlark/renderers/templates/look.css")
_OUTSIDE = ("https://", "http://", "mailto:")


class DeadLinks(Exception):
    """Links that lead nowhere: each with the file that has it."""


def build(root: Path, output: Path) -> tuple[str, ...]:
    """Build the site of the project at `root` into `output`, and return its pages' addresses.

    Raises DeadLinks before anything is written.
    """
    pages = read_pages(root)
    links = _Links(root, pages)
    words = known_words(pages)
    rendered = {page.address: (page, render(page, links.turned_on(page), words)) for page in pages}
    links.check({address: result.anchors for address, (_, result) in rendered.items()})
    _write(output, root, rendered, links.files)
    return tuple(rendered)


class _Links:
    """The links of all pages: turned into addresses, noted, and checked at the end."""

    def __init__(self, root: Path, pages: tuple[Page, ...]) -> None:
        self._root = root
        self._pages = {page.source for page in pages}
        self._targets: list[tuple[PurePosixPath, str, str, str]] = []
        self._dead: list[str] = []
        self.files: set[PurePosixPath] = set()

    def turned_on(self, page: Page) -> Any:  # noqa: ANN401 - a Link; named there
        """Return what turns the targets of one page."""

        def turn(target: str) -> str:
            if target.startswith(_OUTSIDE):
                return target
            if target.startswith("site:"):
                return relative(target.removeprefix("site:"), page.address)
            path, _, anchor = target.partition("#")
            source = PurePosixPath(normpath(page.source.parent / path)) if path else page.source
            address = self._address(source, page, target)
            self._targets.append((page.source, target, address, anchor))
            there = relative(address, page.address) if path else ""
            return f"{there}#{anchor}" if anchor else there

        return turn

    def _address(self, source: PurePosixPath, page: Page, target: str) -> str:
        if source in self._pages:
            return address_of(source)
        if (self._root / source).is_dir():
            inside = source / "README.md"
            return address_of(inside if inside in self._pages else HOME)
        if ".." in source.parts or not (self._root / source).is_file():
            self._dead.append(f"{page.source}: {target}")
        else:
            self.files.add(source)
        return address_of(source)

    def check(self, anchors: Mapping[str, frozenset[str]]) -> None:
        """Raise DeadLinks for links to what is not there, anchors too."""
        self._dead += [
            f"{source}: {target}"
            for source, target, address, anchor in self._targets
            if anchor and anchor not in anchors.get(address, frozenset())
        ]
        if self._dead:
            raise DeadLinks("links that lead nowhere:\n" + "\n".join(sorted(set(self._dead))))


def _write(
    output: Path,
    root: Path,
    rendered: Mapping[str, tuple[Page, Rendered]],
    files: set[PurePosixPath],
) -> None:
    if output.exists() and not (output / "style.css").exists() and any(output.iterdir()):
        raise FileExistsError(f"{output} is no site of this command: name an empty folder")
    shutil.rmtree(output, ignore_errors=True)
    parts = contents(page for page, _ in rendered.values())
    for address, (page, result) in rendered.items():
        _put(output, address, _page(parts, address, page.title, Markup(result.html)))  # noqa: S704
    for source in sorted(files):
        address = address_of(source)
        if source.is_relative_to("docs"):
            _put(output, address, (root / source).read_bytes())
        else:
            text = escape((root / source).read_text("utf-8"))
            body = Markup(  # noqa: S704 - what comes from the file is escaped
                f"<h1>{escape(source.name)}</h1>\n<p>{escape(str(source))}</p>\n"
                f'<pre tabindex="0"><code>{text}</code></pre>'
            )
            _put(output, address, _page(parts, address, source.name, body))
    _put(output, "search.html", _page(parts, "search.html", "Search", None))
    _put(output, "index.js", index_script(rendered))
    _put(output, "search.js", (_TEMPLATES / "search.js").read_text("utf-8"))
    look = (root / _LOOK).read_text("utf-8")
    _put(output, "style.css", look + (_TEMPLATES / "docs.css").read_text("utf-8"))


def _page(parts: tuple[Part, ...], address: str, title: str, body: Markup | None) -> str:
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    own = next((part for part in parts if any(one.address == address for one in part.pages)), None)
    return environment.get_template("page.html").render(
        parts=parts,
        open=own.title if own else "",
        address=address,
        title=title,
        body=body,
        search=body is None,
        link=lambda target: relative(target, address),
    )


def _put(output: Path, address: str, content: str | bytes) -> None:
    path = output / address
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
