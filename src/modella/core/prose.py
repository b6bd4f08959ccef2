"""Remote prose made safe: a description keeps its paragraphs, lists and links, and loses everything that acts."""

import nh3

TAGS = {
    "a",
    "b",
    "blockquote",
    "br",
    "code",
    "del",
    "em",
    "h1",
    "h2",
    "h3",
    "h4",
    "hr",
    "i",
    "li",
    "ol",
    "p",
    "pre",
} | {*("s", "strong", "sub", "sup", "table", "tbody", "td", "th", "thead", "tr", "u", "ul", "span")}
LONGEST = 500_000


def safe_html(text: str | None) -> str | None:
    """HTML with a small set of tags; only links keep an attribute, and they lead to the web or to a mailbox."""
    if text is None:
        return None
    return nh3.clean(
        text[:LONGEST],
        tags=TAGS,
        attributes={"a": {"href", "title"}},
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer nofollow ugc",
    )
