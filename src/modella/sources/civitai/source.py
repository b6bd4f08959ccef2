"""Civitai, and every site that speaks its API: `/api/v1` for facts, `/api/download` for bytes."""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from modella.core.browsing import Found, Quest
from modella.core.civitai_objects import MOST_VERSIONS, SITE, SOURCE, read_listing
from modella.core.digests import LENGTHS, clean
from modella.core.errors import AccessNeeded, BadLink, ModellaError, NetworkTrouble, NotFound
from modella.core.listing import Access, ListedFile, Listing, Location, Ref
from modella.core.loose_json import identifier, mapping, mappings, settled, text
from modella.core.refusals import refusal
from modella.io.net import Answer, Headers, Net, page_title
from modella.sources.civitai import catalogue, links, shapes
from modella.sources.civitai.refusals import judge_refusal
from modella.sources.offers import countable, named
from modella.sources.paging import Place

MAX_CONNECTIONS = 8
_PER_LOOKUP = 100
_MOST_FOUND = 100
_MOST_VERSIONS_FOUND = 50
_MOST_EMPTY = 5
"""Pages without anything that fits that are passed over in one go: the site filters after it cuts."""
_CARD_PICTURES = 3
SEARCHED_TYPES: Mapping[str, tuple[str, ...]] = {
    "checkpoint": ("Checkpoint",),
    "diffusion_model": ("Checkpoint", "UNet"),
    "lora": ("LORA", "LoCon", "DoRA"),
    "embedding": ("TextualInversion",),
    "controlnet": ("Controlnet",),
    "hypernetwork": ("Hypernetwork",),
    "upscaler": ("Upscaler",),
    "motion_module": ("MotionModule",),
}
"""Kind → types that the site searches among; makers call the other kinds whatever they like."""
_COMPANIONS = frozenset({"config", "negative"})
"""Roles that belong to every download of their version: a model of that kind does not work alone."""
_SHA256_LENGTH = LENGTHS["sha256"][0]
_LAST_RESORTS = ("archive", "training_data", "other")


_CLOSED_BY = {Access.paid: "paid", Access.early_access: "early-access"}


class Civitai:
    """Asks a Civitai for facts. `base_url` is the site's root, without `/api`; `now` is the clock for deadlines."""

    name = SOURCE
    per_lookup = _PER_LOOKUP

    def __init__(self, net: Net, base_url: str = SITE, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._net = net
        self._base = base_url.rstrip("/")
        self._now = now

    def recognise(self, text: str) -> Ref | None:
        """What the text means on Civitai; BadLink("link-not-a-model") for its other pages."""
        return links.recognise(text, self._base)

    def secret_of(self, text: str) -> str | None:  # noqa: ARG002 (the protocol's shape)
        """Nothing: addresses are built from ids, and the key is kept apart."""
        return None

    def describe(self, ref: Ref) -> Listing:
        """The version and the model it belongs to, merged; without a version the newest that can be downloaded.

        Raises NotFound("gone") when the model knows other versions but not this one, NotFound("hash-unknown") for a
        digest nobody uploaded, and what the site refuses with. A model that cannot be asked costs its fields only.
        """
        version_id, asked = self._asked_version(ref)
        model_id = identifier(asked.get("modelId")) or ref.model_id
        if version_id is None:
            return self._newest(ref, model_id)
        model = self._tolerated(f"models/{model_id}") if model_id else {}
        listed = self._version_in(model, version_id)
        if not asked and not listed:
            raise NotFound(
                "gone" if model else "not-found",
                source=self.name,
                host=urlsplit(self._base).netloc,
                what="version",
                model_id=model_id,
                version_id=version_id,
                page_url=self._page(ref),
            )
        return self._listing(ref, model, shapes.merged_version(listed, asked))

    def choose(self, listing: Listing, pattern: str | None) -> tuple[ListedFile, ...]:
        """The file that pattern, digest or ref name, else the primary one with the files it does not work without."""
        files = listing.files
        if not files:
            archived = listing.access == "archived"
            raise NotFound("archived" if archived else "no-files", source=self.name, page_url=listing.page_url)
        if listing.ref.digest and not pattern and (same := _with_digest(files, listing.ref.digest)):
            return same[:1]
        if pattern:
            return self._wanted(listing, [f for f in files if _fits(f.name, pattern)])
        if listing.ref.file_id:
            return self._wanted(listing, [f for f in files if f.file_id == listing.ref.file_id])
        if listing.ref.pick:
            return self._wanted(listing, [f for f in files if _is_picked(f, listing.ref.pick)][:1])
        main = _main_file(files)
        companions = (f for f in files if f is not main and (f.required or f.role in _COMPANIONS))
        return countable(listing, (main, *companions))

    def locate(self, listing: Listing, file: ListedFile) -> Location:
        """The download route by file id; by its selectors only when the source gave no id.

        The address in the answers is never used: its host is not ours to trust with a key.
        """
        if listing.version_id is None:
            raise NotFound("no-files", source=self.name, page_url=listing.page_url)
        query = {"fileId": file.file_id} if file.file_id else file.pick
        selected = f"?{urlencode(query, quote_via=quote)}" if query else ""
        return Location(
            url=f"{self._base}/api/download/models/{listing.version_id}{selected}",
            credential=self.name,
            digests=file.digests,
            max_connections=MAX_CONNECTIONS,
        )

    def lookup(self, sha256s: Sequence[str]) -> Mapping[str, Listing]:
        """Listings by SHA-256, asked for a hundred at a time; of one file in two models the first published counts."""
        wanted = list(dict.fromkeys(digest for each in sha256s if (digest := clean("sha256", each))))
        found: dict[str, Listing] = {}
        for start in range(0, len(wanted), _PER_LOOKUP):
            found |= self._lookup_some(wanted[start : start + _PER_LOOKUP])
        return found

    def search(self, words: str, kind: str | None = None, limit: int = 10) -> Sequence[Listing]:
        """Every version of the models that the site finds, of all levels of maturity; one page of them."""
        asked = [("limit", str(min(limit, _MOST_FOUND))), ("nsfw", "true")]
        asked += [("query", words.strip())] if words.strip() else []
        asked += [("types", name) for name in SEARCHED_TYPES.get(kind or "", ())]
        answer = self._ask(f"models?{urlencode(asked, quote_via=quote)}")
        return [
            self._listing(Ref(source=self.name), model, version)
            for model in mappings(answer.get("items"))[:limit]
            for version in mappings(model.get("modelVersions"))[:_MOST_VERSIONS_FOUND]
        ]

    def browse(self, quest: Quest) -> Found:
        """A page of the catalogue; a few pages with nothing that fits are passed over, a repeated cursor is the end."""
        place, models = Place.read(quest.cursor), dict[str, tuple[Listing, ...]]()
        for _ in range(_MOST_EMPTY):
            answer = self._page_of(quest, place.cursor)
            fitting = (model for model in mappings(answer.get("items")) if catalogue.fits(model, quest))
            for model in list(fitting)[: quest.limit]:
                if (model_id := identifier(model.get("id"))) and (versions := self._on_card(model)):
                    models.setdefault(model_id, versions)
            after = place.after(catalogue.next_cursor(answer))
            if models or after is None:
                break
            place = after
        return Found(models=tuple(models.values()), next=after.text() if after else None)

    def _page_of(self, quest: Quest, cursor: str | None) -> dict[str, Any]:
        """An answer of the catalogue; the site refuses types that it does not know without a word on which."""
        try:
            return self._ask(f"models?{catalogue.query(quest, cursor)}")
        except BadLink as problem:
            if "name" in problem.facts:
                raise
            name, given = ("types", quest.types) if quest.types else ("q", (quest.words,))
            reason = f"Civitai refuses it (status {problem.facts.get('status')})"
            raise BadLink("bad-value", name=name, value=", ".join(given)[:80], reason=reason) from None

    def _on_card(self, model: dict[str, Any]) -> tuple[Listing, ...]:
        """The versions of a model as far as a card tells of them."""
        lean = {key: value for key, value in model.items() if key not in {"modelVersions", "description"}}
        return tuple(
            self._listing(
                Ref(source=self.name), lean, {**version, "images": mappings(version.get("images"))[:_CARD_PICTURES]}
            )
            for version in mappings(model.get("modelVersions"))[:MOST_VERSIONS]
        )

    def versions_of(self, ref: Ref) -> Sequence[Listing]:
        """Every version of a model, newest first, with its files and pictures; NotFound when there is no such model."""
        model = self._ask(f"models/{ref.model_id}", page_url=self._page(ref))
        versions = mappings(model.get("modelVersions"))[:MOST_VERSIONS]
        lean = {key: value for key, value in model.items() if key != "modelVersions"}
        own = Ref(source=self.name, model_id=ref.model_id)
        return [self._listing(own, lean, version) for version in versions]

    def small_picture(self, url: str, width: int, *, poster: bool = False) -> str | None:
        """The address at which the picture hosts give it out in about this width."""
        return catalogue.small_picture(url, width, self._base, poster=poster)

    def who(self) -> str | None:
        """The user's name, by the one operation that a bad key is refused at: elsewhere it counts as none."""
        return text(self._ask("me").get("username"))

    def explain(self, status: int, headers: Headers, body: bytes, listing: Listing) -> ModellaError | None:
        """The error behind an answer of the download route that is not the file, in Civitai's words.

        What the listing knew and the route does not find is gone, not mistyped; a plain "no" is told by the reason
        that the listing gave.
        """
        told = judge_refusal(status, headers, body[:65536], source=self.name, page_url=listing.page_url)
        if told is not None and told.code == "not-found":
            return NotFound("gone", **told.facts)
        if told is not None and told.code == "forbidden" and listing.access in _CLOSED_BY:
            return AccessNeeded(_CLOSED_BY[listing.access], **told.facts)
        return told

    def _asked_version(self, ref: Ref) -> tuple[str | None, dict[str, Any]]:
        """The version's id and its own answer; no id when only the model is known, no answer when it is not found."""
        if ref.digest:
            answer = self._ask(f"model-versions/by-hash/{ref.digest}", unknown="hash-unknown", digest=ref.digest)
            return identifier(answer.get("id")), answer
        version_id = ref.version_id or (self._version_of_image(ref.image_id) if ref.image_id else None)
        if version_id is None:
            return None, {}
        try:
            return version_id, self._ask(f"model-versions/{version_id}")
        except NotFound:
            if ref.model_id is None:
                raise
            return version_id, {}

    def _newest(self, ref: Ref, model_id: str | None) -> Listing:
        if model_id is None:
            raise BadLink("link-not-understood", source=self.name, link=ref.image_id or ref.digest or "")
        model = self._ask(f"models/{model_id}", page_url=self._page(ref))
        versions = mappings(model.get("modelVersions"))
        if not versions:
            raise NotFound("no-files", source=self.name, model_id=model_id, page_url=self._page(ref))
        chosen = shapes.newest_downloadable(versions, model, self._now())
        version_id = identifier(chosen.get("id"))
        asked = self._tolerated(f"model-versions/{version_id}") if version_id else {}
        return self._listing(ref, model, shapes.merged_version(chosen, asked))

    def _listing(self, ref: Ref, model: Mapping[str, Any], version: Mapping[str, Any]) -> Listing:
        """The listing, with what the ref says about which file is meant.

        NotFound("hash-unknown") when a digest is meant and the files that the site names have others.
        """
        read = read_listing({"id": ref.model_id, **model}, version, self._base, self._now())
        same = _with_digest(read.files, ref.digest) if ref.digest else ()
        if ref.digest and read.files and not same and _is_decided(read.files, ref.digest):
            raise NotFound("hash-unknown", digest=ref.digest, source=self.name, page_url=read.page_url)
        file_id = ref.file_id or (same[0].file_id if same else None)
        meant = {"digest": ref.digest, "file_id": file_id, "pick": ref.pick}
        return read.model_copy(update={"ref": read.ref.model_copy(update=meant)})

    def _version_of_image(self, image_id: str) -> str:
        answer = self._ask(f"images?imageId={image_id}&withMeta=true&nsfw=true")
        images = [image for image in mappings(answer.get("items")) if identifier(image.get("id")) in {image_id, None}]
        used = [each for image in images for each in _versions_used(image)]
        if not used:
            host = urlsplit(self._base).netloc
            raise NotFound("not-found", source=self.name, host=host, what="image", image_id=image_id)
        return used[0]

    def _lookup_some(self, digests: Sequence[str]) -> dict[str, Listing]:
        versions = mappings(self._json("model-versions/by-hash", body=[digest.upper() for digest in digests]))
        versions.sort(key=lambda version: (text(version.get("publishedAt")) or "9", text(version.get("id")) or ""))
        ids = dict.fromkeys(filter(None, (identifier(version.get("modelId")) for version in versions)))
        known = self._models(list(ids)[:_PER_LOOKUP]) if ids else {}
        models = {identifier(model.get("id")): model for model in mappings(known.get("items"))}
        found: dict[str, Listing] = {}
        for version in versions:
            model = models.get(identifier(version.get("modelId")), {})
            listed = self._version_in(model, identifier(version.get("id")))
            listing = self._listing(Ref(source=self.name), model, shapes.merged_version(listed, version))
            for file in listing.files:
                digest = file.digests.sha256
                if digest in digests and digest is not None:
                    exact = listing.ref.model_copy(update={"digest": digest, "file_id": file.file_id})
                    found.setdefault(digest, listing.model_copy(update={"ref": exact}))
        return found

    def _models(self, ids: Sequence[str]) -> dict[str, Any]:
        """The models of versions, as far as they are told: a hash may be known of a model that is not.

        A site that asks for a pause gets it: half an answer would be kept for a whole one.
        """
        try:
            return self._ask(f"models?limit={_PER_LOOKUP}&nsfw=true&ids={','.join(ids)}")
        except ModellaError as problem:
            if isinstance(problem, NetworkTrouble) and problem.code != "bad-answer":
                raise
            return {}

    def _wanted(self, listing: Listing, files: Sequence[ListedFile]) -> tuple[ListedFile, ...]:
        if not files:
            names = [file.name for file in listing.files]
            raise BadLink("no-such-file", source=self.name, page_url=listing.page_url, **named(names))
        return countable(listing, files)

    @staticmethod
    def _version_in(model: Mapping[str, Any], version_id: str | None) -> Mapping[str, Any]:
        versions = mappings(model.get("modelVersions"))
        return next((version for version in versions if identifier(version.get("id")) == version_id), {})

    def _page(self, ref: Ref) -> str:
        if ref.model_id:
            return f"{self._base}/models/{ref.model_id}"
        return f"{self._base}/model-versions/{ref.version_id}" if ref.version_id else self._base

    def _tolerated(self, path: str) -> dict[str, Any]:
        """An answer that would be nice to have."""
        try:
            return self._ask(path)
        except ModellaError:
            return {}

    def _ask(self, path: str, unknown: str = "not-found", **facts: Any) -> dict[str, Any]:
        """An object of the API; NotFound(`unknown`) when it has none."""
        try:
            answer = self._json(path, **facts)
        except NotFound as problem:
            raise NotFound(unknown if problem.code == "not-found" else problem.code, **problem.facts) from None
        if not isinstance(answer, dict):
            raise NetworkTrouble("bad-answer", source=self.name, reason="not-an-object", **facts)
        return answer

    def _json(self, path: str, body: Any = None, **facts: Any) -> Any:
        sent = None if body is None else json.dumps(body).encode()
        answer = self._net.ask(
            f"{self._base}/api/v1/{path}",
            method="GET" if sent is None else "POST",
            headers={"Accept": "application/json", "Accept-Encoding": "gzip"}
            | ({} if sent is None else {"Content-Type": "application/json"}),
            credential=self.name,
            body=sent,
        )
        facts = {"source": self.name, "host": answer.host, **facts}
        if answer.status != 200:
            raise self._refused(answer, facts)
        value = settled(answer.json())
        if isinstance(value, dict) and value.get("error") and "id" not in value and "items" not in value:
            # Errors with status 200 occur; their wording tells which one it is.
            told = judge_refusal(200, answer.headers, json.dumps(value).encode(), **facts)
            raise told or NetworkTrouble("bad-answer", reason="error-with-status-200", **facts)
        return value

    def _refused(self, answer: Answer, facts: dict[str, Any]) -> ModellaError:
        body = answer.peek(65536)
        told = judge_refusal(answer.status, answer.headers, body, **facts)
        generic = refusal(answer.status, answer.headers, body, self._now(), title=page_title(body), **facts)
        return generic if told is None or generic.code == "challenge-page" else told


def _main_file(files: Sequence[ListedFile]) -> ListedFile:
    """The file people mean by "download": the primary one, weights before all else, safetensors before pickles."""
    return min(files, key=lambda f: (f.role in _LAST_RESORTS, not f.primary, f.role != "model", f.format == "pickle"))


def _is_picked(file: ListedFile, pick: Mapping[str, str]) -> bool:
    """Whether the selectors of a download address name the file; what the source does not say of it fits."""
    return all(file.pick.get(name, value).lower() == value.lower() for name, value in pick.items())


def _fits(name: str, pattern: str) -> bool:
    return name == pattern or fnmatchcase(name.lower(), pattern.lower())


def _with_digest(files: Sequence[ListedFile], digest: str) -> tuple[ListedFile, ...]:
    """The files that have the digest, of whatever sort it is."""
    return tuple(file for file in files if digest in _comparable(file, len(digest)))


def _is_decided(files: Sequence[ListedFile], digest: str) -> bool:
    """Whether a file without the digest is certainly another one: a SHA-256 must be there, short ones may be hidden."""
    return len(digest) == _SHA256_LENGTH or any(_comparable(file, len(digest)) for file in files)


def _comparable(file: ListedFile, length: int) -> set[str]:
    """The digests of a file with so many digits; AutoV2 and AutoV3 are the beginnings of longer ones."""
    known = file.digests.known()
    beginnings = {"autov2": file.digests.sha256, "autov3": file.digests.autov3}
    known |= {name: whole[: LENGTHS[name][0]] for name, whole in beginnings.items() if whole and len(whole) > length}
    return {value for value in known.values() if len(value) == length}


def _versions_used(image: Mapping[str, Any]) -> list[str]:
    """Version ids on an image, those of checkpoints and LoRAs it was made with coming in the source's order."""
    meta = mapping(image.get("meta"))
    resources = mappings(meta.get("civitaiResources")) or mappings(mapping(meta.get("meta")).get("civitaiResources"))
    told = image.get("modelVersionIds")
    listed = told if isinstance(told, list) else [image.get("modelVersionId")]
    used = [*listed, *(each.get("modelVersionId") for each in resources)]
    return [found for each in used if (found := identifier(each))]
