"""Badges: of what a source shows, what is in the library already, what is on its way, and what an update would be."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from pydantic import BaseModel

from modella.core.browsing import CardVersion
from modella.core.download import FINISHED, Download, State
from modella.core.listing import ListedFile
from modella.core.relations import group_key, version_key
from modella.work.hands import Hands

_MOST_DOWNLOADS = 2000


class Badge(BaseModel):
    """How something stands here: ids of the models that hold it, the download that brings it, and `update`.

    `update` tells that a version is here and a later one for the same base model is neither here nor on its way.
    """

    in_library: list[str] = []
    queued: str | None = None
    update: bool = False


@dataclass
class Badges:
    """What the library and the queue know of these models and contents, asked once for a whole page."""

    holding: dict[str, list[str]] = field(default_factory=dict)
    coming: dict[str, str] = field(default_factory=dict)

    def of(self, keys: Iterable[str]) -> Badge:
        """The badge of what is known by any of these keys, the surest first."""
        known = list(keys)
        held = dict.fromkeys(model for key in known for model in self.holding.get(key, ()))
        queued = next((self.coming[key] for key in known if key in self.coming), None)
        return Badge(in_library=list(held), queued=queued)

    def of_version(self, source: str, model: str, version: CardVersion) -> Badge:
        """The badge of one version; what a source has no versions of is known by the model alone."""
        keys = [version_key(source, version.id)] if version.id else [group_key(source, model)]
        return self.of([*keys, *version.sha256s, *([f"url:{version.page_url}"] if version.page_url else [])])

    def of_file(self, source: str, model: str | None, file: ListedFile) -> Badge:
        """The badge of one file, by its content; one on its way also by its id or its path."""
        return self.of(_file_keys(source, model, file))

    def of_model(self, source: str, model: str, versions: Sequence[CardVersion]) -> tuple[Badge, list[Badge]]:
        """The badge of a whole model, and those of its versions."""
        each = [self.of_version(source, model, version) for version in versions]
        whole = self.of([group_key(source, model)])
        held = dict.fromkeys([*whole.in_library, *(known for badge in each for known in badge.in_library)])
        queued = whole.queued or next((badge.queued for badge in each if badge.queued), None)
        return Badge(in_library=list(held), queued=queued, update=_is_outdated(versions, each)), each


def badges_for(
    hands: Hands, source: str, models: Iterable[tuple[str, Sequence[CardVersion]]], sha256s: Iterable[str] = ()
) -> Badges:
    """What is known of these models with their versions, and of these contents."""
    keys, digests = list[str](), list(sha256s)
    for model, versions in models:
        keys.append(group_key(source, model))
        keys += [version_key(source, each.id) for each in versions if each.id]
        digests += [digest for each in versions for digest in each.sha256s]
    return Badges(hands.index.holding(keys, digests), _coming(hands))


def _coming(hands: Hands) -> dict[str, str]:
    """Unfinished downloads by everything that they may be known by."""
    states = tuple(state.value for state in State if state not in FINISHED)
    found: dict[str, str] = {}
    for download in hands.store.downloads(hands.library_id, states, _MOST_DOWNLOADS):
        for key in _keys_of(download):
            found.setdefault(key, download.id)
    return found


def _keys_of(download: Download) -> Iterable[str]:
    ref = download.wish.ref
    if ref.version_id:
        yield version_key(ref.source, ref.version_id)
    if ref.model_id:
        yield group_key(ref.source, ref.model_id)
    if ref.digest:
        yield ref.digest
    if ref.file_id:
        yield f"file:{ref.source}:{ref.file_id}"
    if download.page_url:
        yield f"url:{download.page_url}"
    paths = [part.path for part in download.parts] or [ref.path, download.wish.pattern]
    yield from (f"path:{ref.source}:{ref.model_id}:{path}" for path in paths if path)
    for part in download.parts:
        yield from ([part.expected.sha256] if part.expected.sha256 else [])
        yield from ([f"file:{ref.source}:{part.file_id}"] if part.file_id else [])


def _file_keys(source: str, model: str | None, file: ListedFile) -> Iterable[str]:
    if file.digests.sha256:
        yield file.digests.sha256
    if file.file_id:
        yield f"file:{source}:{file.file_id}"
    if file.path:
        yield f"path:{source}:{model}:{file.path}"


def _is_outdated(versions: Sequence[CardVersion], badges: Sequence[Badge]) -> bool:
    """Whether a later version for the base model of one that is here is neither here nor on its way."""
    for version, badge in zip(versions, badges, strict=True):
        if badge.in_library and version.base_model and version.published_at:
            since, base = version.published_at, version.base_model
            later = [
                n for n, each in enumerate(versions) if each.base_model == base and (each.published_at or "") > since
            ]
            if later and not any(badges[n].in_library or badges[n].queued for n in later):
                return True
    return False
