"""COinS: what a reference manager's button in the browser reads from a page of papers.

A COinS is an empty span whose title is an OpenURL ContextObject (Z39.88-2004) in key-value form. In
Dublin Core's format its type can be `preprint`, which Zotero knows.
"""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote

from markupsafe import Markup

from paperlark.domain.paper import Identifier, PaperId, doi_of, month_of

MOST_PAPERS = 100
"""On a page of a day; longer ones leave them to the page of citations, for their bytes."""
_MOST_AUTHORS = 20
_SAFE = ",:;/()!*'~$@-._"
"""Signs that need no escape, neither in the value of a key nor in an attribute."""
_HEAD = "ctx_ver=Z39.88-2004&rft_val_fmt=info:ofi/fmt:kev:mtx:dc&rft.type=preprint"


def coins(paper: PaperId, title: str, authors: Sequence[str]) -> Markup:
    """Return the hidden span of a paper; nothing for one that arXiv does not have."""
    if Identifier.parse(paper) is None:
        return Markup("")
    values = [
        ("rft_id", f"info:doi/{doi_of(paper)}"),
        ("rft.identifier", f"https://arxiv.org/abs/{paper}"),
        ("rft.title", title),
        ("rft.date", month_of(paper) or ""),
        *(("rft.creator", name) for name in authors[:_MOST_AUTHORS]),
    ]
    parts = "".join(f"&{key}={_encoded(value)}" for key, value in values if value)
    # Everything that could end the attribute is percent-encoded; no `&rft` is a reference of HTML.
    return Markup(f'<span class="Z3988" title="{_HEAD}{parts}" hidden></span>')  # noqa: S704


def _encoded(text: str) -> str:
    """Return a text as the value of a key, its spaces as `+`."""
    plain = " ".join(text.encode("utf-8", "replace").decode().split())
    return quote(plain, safe=_SAFE + " ").replace("'", "%27").replace(" ", "+")
