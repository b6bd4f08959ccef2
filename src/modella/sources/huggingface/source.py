"""The Hugging Face Hub, and every mirror that copies its paths: `/api/models` for facts, `/resolve` for bytes."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from modella.core.browsing import Found, Quest
from modella.core.card import Card, read_card
from modella.core.errors import AccessNeeded, BadLink, ModellaError, NetworkTrouble, NotFound
from modella.core.listing import ListedFile, Listing, Location, Ref
from modella.core.loose_json import line, mapping, mappings, settled, text
from modella.core.refusals import refusal
from modella.io.net import Answer, Headers, Net, page_title
from modella.sources.huggingface import bundles, catalogue, links, shapes
from modella.sources.huggingface.refusals import judge_refusal
from modella.sources.paging import Place

MAX_CONNECTIONS = 8
"""More parallel ranges were answered 403 by the storage now and then."""

MOST_ENTRIES = 50_000
MOST_TREE_BYTES = 64 * 1024 * 1024
_MOST_PAGES = 1000
_MOST_EMPTY = 5
_CARD_LIMIT = 1024 * 1024
_NEXT = re.compile(r'<([^<>]+)>\s*;\s*rel="?next"?')
_COMMIT = re.compile(r"^[0-9a-f]{40}$")


class HuggingFace:
    """Asks a Hub for facts. `endpoint` is its root (`HF_ENDPOINT`); links of other mirrors are asked for there too."""

    name = links.SOURCE
    per_lookup = 0

    def __init__(
        self,
        net: Net,
        endpoint: str = "https://huggingface.co",
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._net = net
        self._endpoint = endpoint.rstrip("/")
        self._now = now

    def recognise(self, text: str) -> Ref | None:
        """What the text means on the Hub; BadLink("link-not-a-model") for datasets, spaces and other pages."""
        return links.recognise(text, self._endpoint)

    def secret_of(self, text: str) -> str | None:  # noqa: ARG002 (the protocol's shape)
        """Nothing: addresses are built from ids, and the key is kept apart."""
        return None

    def describe(self, ref: Ref) -> Listing:
        """The repository at one commit: info, all files, model card. A branch is resolved to its commit once.

        Raises NotFound, AccessNeeded("missing-or-private") and what else the Hub refuses with. A closed gate is no
        error here: the listing says `gated`, and its hashes are unknown.
        """
        if not ref.model_id:
            raise BadLink("link-not-understood", source=self.name, link=ref.path or "")
        info, path = self._info(ref)
        repo = line(info.get("id")) or ref.model_id
        commit = line(info.get("sha")) or ref.revision or "main"
        info = {**info, "id": repo, "sha": commit}
        entries = self._tree(repo, commit) or self._whole_list(mappings(info.get("siblings")))
        files = [file for entry in entries if (file := shapes.read_file(entry)) is not None]
        masked = any(shapes.is_masked(entry) for entry in entries)
        listing = shapes.read_listing(info, files, self._card(repo, commit, files), self._endpoint, masked)
        meant = {"path": path, "pick": ref.pick}
        return listing.model_copy(update={"ref": listing.ref.model_copy(update=meant)})

    def choose(self, listing: Listing, pattern: str | None) -> tuple[ListedFile, ...]:
        """The files of one download; shards come with their siblings and their index."""
        return bundles.choose(listing, pattern)

    def locate(self, listing: Listing, file: ListedFile) -> Location:
        """The resolve route at the listing's commit; the storage behind it signs addresses that last an hour."""
        path = quote(file.path or file.name, safe="/")
        return Location(
            url=f"{self._endpoint}/{listing.model_id}/resolve/{quote(listing.revision or 'main', safe='')}/{path}",
            credential=self.name,
            digests=file.digests,
            size=file.size,
            max_connections=MAX_CONNECTIONS,
        )

    def lookup(self, sha256s: Sequence[str]) -> Mapping[str, Listing]:  # noqa: ARG002 - the protocol's signature
        """Nothing: the Hub cannot be asked by hash."""
        return {}

    def browse(self, quest: Quest) -> Found:
        """A page of repositories; files by their names alone. A cursor that comes again ends the list."""
        place, found = Place.read(quest.cursor), list[Listing]()
        for _ in range(_MOST_EMPTY):
            infos, query = self._list(catalogue.query(quest, place.cursor))
            repos = [self._found(info) for info in infos[: quest.limit] if links.is_repo(line(info.get("id")) or "")]
            found = [each for each in repos if quest.mature or not each.flags.get("nsfw")]
            after = place.after(catalogue.cursor_of(query))
            if found or after is None:
                break
            place = after
        unique = {each.model_id: (each,) for each in found}
        return Found(models=tuple(unique.values()), next=after.text() if after else None)

    def versions_of(self, ref: Ref) -> Sequence[Listing]:
        """The repository at the ref's revision: it has one version at a time."""
        return [self.describe(ref)]

    def small_picture(self, url: str, width: int, *, poster: bool = False) -> str | None:  # noqa: ARG002
        """The address itself, when it is a picture in a repository: the Hub does not make pictures small."""
        return None if poster else catalogue.own_picture(url, self._endpoint)

    def _list(self, query: str) -> tuple[list[dict[str, Any]], str | None]:
        """Repositories, and the query of the next page."""
        answer = self._json(f"{self._endpoint}/api/models?{query}", self._endpoint)
        found = settled(answer.json())
        if not isinstance(found, list):
            host = urlsplit(self._endpoint).netloc
            raise NetworkTrouble("bad-answer", source=self.name, host=host, reason="not-a-list")
        return mappings(found), _next_query(answer)

    def search(self, words: str, kind: str | None = None, limit: int = 10) -> Sequence[Listing]:  # noqa: ARG002
        """Repositories whose id holds the words, the most downloaded first; files by their names alone.

        Kinds are not told apart: what a repository holds, only its maker's tags say, and often they do not.
        """
        asked = [("limit", str(limit)), ("full", "true"), ("sort", "downloads")]
        asked += [("search", words.strip())] if words.strip() else []
        infos, _ = self._list(urlencode(asked, quote_via=quote))
        return [self._found(info) for info in infos[:limit] if links.is_repo(line(info.get("id")) or "")]

    def _found(self, info: dict[str, Any]) -> Listing:
        entries = mappings(info.get("siblings"))[:MOST_ENTRIES]
        files = [file for entry in entries if (file := shapes.read_file(entry)) is not None]
        return shapes.read_listing(info, files, Card(), self._endpoint, False)

    def who(self) -> str | None:
        """The account's name."""
        answer = self._json(f"{self._endpoint}/api/whoami-v2", self._endpoint)
        return text(self._object(settled(answer.json())).get("name"))

    def explain(self, status: int, headers: Headers, body: bytes, listing: Listing) -> ModellaError | None:
        """The error behind an answer that is not the file, in the Hub's words."""
        return judge_refusal(status, headers, body[:65536], source=self.name, page_url=listing.page_url)

    def _info(self, ref: Ref) -> tuple[dict[str, Any], str | None]:
        """The model's info at the ref's revision, and the path within; branch names may have slashes."""
        problem: ModellaError | None = None
        for revision, path in links.revisions_to_try(ref):
            at = f"/revision/{quote(revision, safe='')}" if revision else ""
            try:
                answer = self._json(f"{self._endpoint}/api/models/{ref.model_id}{at}", self._page(ref)).json()
                return self._object(settled(answer)), path
            except NotFound as missing:
                problem = problem or missing
                if missing.code != "revision-not-found" or _COMMIT.match(ref.revision or ""):
                    break
        raise problem or NotFound("not-found", source=self.name, host=urlsplit(self._endpoint).netloc)

    def _tree(self, repo: str, commit: str) -> list[dict[str, Any]]:
        """All entries of the repository, page by page; next pages only from the Hub itself. Empty when refused.

        NetworkTrouble("bad-answer") when it has more entries than a repository of models needs, or never ends: half
        a list would pass for a whole one.
        """
        root = f"{self._endpoint}/api/models/{repo}/tree/{quote(commit, safe='')}"
        query: str | None = "recursive=true&expand=false"
        entries: dict[str, dict[str, Any]] = {}
        received = 0
        try:
            for _ in range(_MOST_PAGES):
                answer = self._json(f"{root}?{query}", f"{self._endpoint}/{repo}")
                page = mappings(settled(answer.json(MOST_TREE_BYTES - received)))
                received, known = received + answer.length, len(entries)
                entries |= {text(entry.get("path")) or f"?{known + at}": entry for at, entry in enumerate(page)}
                query = _next_query(answer)
                if query is None:
                    return self._whole_list(list(entries.values()))
                if len(entries) == known or len(entries) > MOST_ENTRIES:
                    break
        except (NotFound, AccessNeeded):
            # The info has the names at least.
            return []
        raise self._too_long()

    def _whole_list(self, entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """The entries, when they are not too many."""
        if len(entries) > MOST_ENTRIES:
            raise self._too_long()
        return entries

    def _too_long(self) -> NetworkTrouble:
        host = urlsplit(self._endpoint).netloc
        return NetworkTrouble("bad-answer", source=self.name, host=host, reason="too-long", limit=MOST_ENTRIES)

    def _card(self, repo: str, commit: str, files: Sequence[ListedFile]) -> Card:
        """The README at this commit, or an empty card when it is missing, gated or too long."""
        readme = next((file for file in files if file.path == "README.md"), None)
        if readme is None or (readme.size or 0) > _CARD_LIMIT:
            return Card()
        try:
            url = f"{self._endpoint}/{repo}/resolve/{quote(commit, safe='')}/README.md"
            answer = self._net.ask(url, credential=self.name)
            if answer.status != 200:
                answer.close()
                return Card()
            return _settled_card(read_card(answer.read(_CARD_LIMIT)))
        except ModellaError:
            return Card()

    def _json(self, url: str, page_url: str) -> Answer:
        """A successful answer of the API whose body is still to be read."""
        headers = {"Accept": "application/json", "Accept-Encoding": "gzip"}
        answer = self._net.ask(url, headers=headers, credential=self.name)
        if answer.status == 200:
            return answer
        body = answer.peek(65536)
        repo = page_url.removeprefix(f"{self._endpoint}/")
        facts = {"source": self.name, "host": answer.host, "page_url": page_url, "repo": repo}
        told = judge_refusal(answer.status, answer.headers, body, **facts)
        generic = refusal(answer.status, answer.headers, body, self._now(), title=page_title(body), **facts)
        # Only storage says "expired" without the Hub's headers; the API's own bare 403 is a plain refusal.
        raise generic if told is None or told.code == "address-expired" or generic.code == "challenge-page" else told

    def _object(self, value: Any) -> dict[str, Any]:
        if not isinstance(value, dict) or (value.get("error") and "id" not in value):
            reason = text(mapping(value).get("error")) or "not-an-object"
            host = urlsplit(self._endpoint).netloc
            raise NetworkTrouble("bad-answer", source=self.name, host=host, reason=reason[:300])
        return value

    def _page(self, ref: Ref) -> str:
        return f"{self._endpoint}/{ref.model_id}"


def _next_query(answer: Answer) -> str | None:
    """The query of the next page; the rest of its address is ours, whatever the Hub behind a mirror calls itself."""
    found = next((m for value in answer.headers.get_all("link") if (m := _NEXT.search(value))), None)
    try:
        return urlsplit(found[1]).query or None if found else None
    except ValueError:
        return None


def _settled_card(card: Card) -> Card:
    return Card(card.front, str(settled(card.body)))
