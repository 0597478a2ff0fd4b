"""Feeds of our own making, for what no recorded feed shows."""

from __future__ import annotations

from xml.sax.saxutils import escape

ITEM = """
    <item>
      <title>{title}</title>
      <description>{description}</description>
      <guid isPermaLink="false">{guid}</guid>
      {categories}
      <arxiv:announce_type>{type}</arxiv:announce_type>
      <dc:creator>{creator}</dc:creator>
    </item>"""


def item(
    guid: str = "oai:arXiv.org:2502.00001v1",
    *,
    title: str = "A title",
    abstract: str = "An abstract.",
    creator: str = "Ada Lovelace",
    categories: tuple[str, ...] = ("cs.LG",),
    type: str = "new",  # noqa: A002
) -> str:
    identifier = guid.removeprefix("oai:arXiv.org:")
    description = f"arXiv:{identifier} Announce Type: {type} \nAbstract: {abstract}"
    return ITEM.format(
        guid=escape(guid),
        title=escape(title),
        description=escape(description),
        creator=escape(creator),
        categories="".join(f"<category>{escape(c)}</category>" for c in categories),
        type=escape(type),
    )


def rss(
    *items: str, title: str = "cs.LG updates on arXiv.org", stamp: str = "26 Feb 2025"
) -> bytes:
    return f"""<?xml version='1.0' encoding='UTF-8'?>
<rss xmlns:arxiv="http://arxiv.org/schemas/atom" xmlns:dc="http://purl.org/dc/elements/1.1/"
     version="2.0">
  <channel>
    <title>{escape(title)}</title>
    <pubDate>Wed, {stamp} 00:00:00 -0500</pubDate>{"".join(items)}
  </channel>
</rss>""".encode()
