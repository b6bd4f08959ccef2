"""Packages to try in the demo: repositories that the stand-in hub really has."""

import re
from typing import Any

from modella.demo.hub import Hub

_PLAIN = re.compile(r"\w[\w.-]*/\w[\w.-]*", re.ASCII)


def sample_packages(hub: Hub) -> dict[str, Any]:
    """The file of a user's own packages: one repository with a choice of files, and every other open one."""
    chosen = "quietengine/pocket-poet-gguf"
    files = sorted(path for path in hub.huggingface.repos[chosen].entries_of("main") if path.endswith(".gguf"))
    public = (each for each in hub.huggingface.repos.values() if not (each.private or each.gated or each.disabled))
    open_ones = [each for each in public if _PLAIN.fullmatch(each.id)]
    packages: list[dict[str, Any]] = [{"name": "Pocket Poet", "repo": chosen, "kind": "llm", "files": files}]
    packages += [{"name": each.id.partition("/")[2], "repo": each.id} for each in open_ones if each.id != chosen]
    return {"schema": 1, "groups": [{"name": "Demo", "packages": packages}]}
