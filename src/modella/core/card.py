"""A model card: YAML front matter between two `---` lines, then Markdown.

Reading never fails: a front matter that is missing, broken, no mapping, larger than 128 KiB or full of tricks reads
as empty, and the text stays.
"""

from dataclasses import dataclass, field
from typing import Any

import yaml

from modella.core.loose_json import settled

MAX_FRONT_MATTER = 128 * 1024
_BROKEN = (yaml.YAMLError, ValueError, TypeError, LookupError, AttributeError, OverflowError, RecursionError)


@dataclass(frozen=True)
class Card:
    """The front matter as plain JSON values, and the Markdown below it."""

    front: dict[str, Any] = field(default_factory=dict)
    body: str = ""


class _PlainLoader(yaml.SafeLoader):
    """Plain values only: dates stay text, and an alias reads as nothing, so that no card can unfold into gigabytes."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            event = self.get_event()  # type: ignore[no-untyped-call]
            return yaml.ScalarNode("tag:yaml.org,2002:null", "", event.start_mark, event.end_mark)
        return super().compose_node(parent, index)


_PlainLoader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith(":timestamp")]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def read_card(content: bytes | str) -> Card:
    """The card's front matter and body, whatever the file looks like."""
    text = content.decode("utf-8-sig", "replace") if isinstance(content, bytes) else content
    lines = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    start = next((number for number, line in enumerate(lines) if line.strip()), len(lines))
    if start == len(lines) or lines[start].rstrip() != "---":
        return Card({}, "\n".join(lines).strip())
    end = next((number for number in range(start + 1, len(lines)) if lines[number].rstrip() == "---"), None)
    if end is None:
        return Card({}, "\n".join(lines).strip())
    return Card(_front("\n".join(lines[start + 1 : end])), "\n".join(lines[end + 1 :]).strip())


def _front(text: str) -> dict[str, Any]:
    if len(text) > MAX_FRONT_MATTER:
        return {}
    try:
        # The loader is SafeLoader with less: it builds nothing but texts, numbers, lists and mappings.
        values = settled(yaml.load(text, Loader=_PlainLoader))  # noqa: S506
    except _BROKEN:
        return {}
    return values if isinstance(values, dict) else {}
