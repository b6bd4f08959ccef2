"""Hugging Face's side of the stand-in: the API, resolving files, gates, refs and the rate-limit headers.

/api/models · /api/models/<repo>[/revision/<rev>]   lists and single repositories
.../tree/<rev>[/<folder>] · paths-info · refs       what is in them
/<repo>/resolve/<rev>/<path>                        302 to the CDN, or 307 to
/api/resolve-cache/models/<repo>/<commit>/<path>    where small files are
/<repo>/raw/<rev>/<path> · /api/whoami-v2           as stored; who the token belongs to
"""

import json
import re
import threading
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlencode

from modella.demo.filehost import FileHost, Stored
from modella.demo.messages import Answer, Request, data, file, page, redirect, text
from modella.demo.repos import Blob, Repo, make_repos

TOKEN = "hf_demo"  # noqa: S105 - the one token of a stand-in
_MASK = "*" * 64
_DATE = "2026-10-06T13:24:38.000Z"
_OPEN_FILES = ("README.md", "LICENSE", "LICENSE.md", "LICENSE.txt")
_BASIC = ("_id", "id")
_SORTS = {"downloads": "downloads", "likes": "likes", "trendingScore": "likes"}


class HuggingFace:
    """Answers for the hub's origin. The attributes are switches for tests."""

    def __init__(self, host: FileHost) -> None:
        self.host = host
        self.repos = make_repos()
        self.tokens = {TOKEN}
        self.granted = {repo.id for repo in self.repos.values() if repo.gated == "auto"}
        """Gated repositories whose gate is open for the token."""
        self.tree_page = 1000
        """Entries on one page of a tree."""
        self.repeated_cursor = False
        """Whether a list hands out the cursor that led to it once more."""
        self.left = 3000
        self._lock = threading.Lock()

    def __call__(self, request: Request) -> Answer:
        """The answer to one request."""
        raw = request.target.split("?", 1)[0]
        for methods, pattern, answer in _ROUTES:
            found = pattern.fullmatch(raw)
            if found and request.method in methods:
                return self._limited(request, answer(self, request, *map(_read, found.groups())))
        return _failed(request, 404, None, "Sorry, we can't find the page you are looking for.")

    def _limited(self, request: Request, answer: Answer) -> Answer:
        with self._lock:
            self.left -= 1
        kind, quota = ("api", 1000) if request.path.startswith("/api/") else ("resolvers", 3000)
        left = max(0, min(quota, self.left))
        told = {"RateLimit": f'"{kind}";r={left};t=51', "RateLimit-Policy": f'"fixed window";"{kind}";q={quota};w=300'}
        limited = data({"error": "We had to rate limit you."}, 429) if self.left < 0 else answer
        return limited.with_headers(told)

    # rights ..................................................................................................

    def _token(self, request: Request) -> str | None:
        words = request.headers.get("authorization", "").split()
        return words[1] if len(words) > 1 else None

    def _known(self, request: Request) -> bool:
        return self._token(request) in self.tokens

    def _repo(self, request: Request, name: str) -> Repo | Answer:
        """The repository of that name, or the answer that says why not."""
        token, repo = self._token(request), self.repos.get(name)
        if token is not None and token not in self.tokens:
            return _failed(request, 401, None, "Invalid username or password.")
        moved = next((repo for repo in self.repos.values() if repo.formerly == name), None)
        if moved:
            return redirect(request.target.replace(quote(name), quote(moved.id), 1), 307)
        if repo is None or (repo.private and token is None):
            if token is None:
                return _failed(request, 401, None, "Invalid username or password.")
            return _failed(request, 404, "RepoNotFound", "Repository not found")
        if repo.disabled:
            return _failed(request, 403, None, "Access to this resource is disabled.")
        return repo

    def _gate(self, request: Request, repo: Repo) -> Answer | None:
        if not repo.gated or (self._known(request) and repo.id in self.granted):
            return None
        if self._known(request):
            words = f"Your request to access model {repo.id} is awaiting a review from the repo authors."
            return _failed(request, 403, "GatedRepo", words)
        words = (
            f"Access to model {repo.id} is restricted. You must have access to it and be authenticated to access it."
        )
        return _failed(request, 401, "GatedRepo", f"{words} Please log in.")

    def _branch(self, request: Request, repo: Repo, revision: str) -> str | Answer:
        return repo.resolve(revision) or _failed(request, 404, "RevisionNotFound", f"Invalid rev id: {revision}")

    # lists ...................................................................................................

    def _models(self, request: Request) -> Answer:
        query = request.query
        filters = [tag for value in request.values("filter") for tag in value.split(",")]
        wanted = query.get("search", "").casefold().split()
        found = [
            repo
            for repo in self.repos.values()
            if not (repo.private and not self._known(request))
            and not repo.disabled
            and all(word in repo.id.casefold() for word in wanted)
            and query.get("author", repo.id.split("/")[0]) == repo.id.split("/")[0]
            and query.get("pipeline_tag", repo.pipeline) == repo.pipeline
            and all(tag in _tags(repo) for tag in filters)
        ]
        order = _SORTS.get(query.get("sort", "trendingScore"))
        found.sort(key=lambda repo: (-getattr(repo, order), repo.id) if order else (0, repo.id))
        start, limit = int(query.get("cursor", "0")), int(query.get("limit", "1000"))
        full = query.get("full") in ("true", "1", "True") or "cardData" in query
        expand = request.values("expand", "expand[]")
        items = [self._listed(request, repo, full, expand) for repo in found[start : start + limit]]
        answer = data(items)
        then = start if self.repeated_cursor and start else start + limit
        return answer.with_headers(_link(request, then)) if start + limit < len(found) else answer

    def _listed(self, request: Request, repo: Repo, full: bool, expand: list[str]) -> dict[str, Any]:
        shown = self._info_json(request, repo, "main", False)
        if expand:
            return {name: shown[name] for name in (*_BASIC, *expand) if name in shown}
        lean = ["_id", "id", "modelId", "likes", "trendingScore", "private", "downloads", "tags", "createdAt"]
        lean += ["pipeline_tag", "library_name"]
        rich = ["author", "sha", "lastModified", "gated", "siblings"]
        names = lean + (rich if full else []) + (["cardData"] if "cardData" in request.query else [])
        return {name: shown[name] for name in names if name in shown}

    # one repository ..........................................................................................

    def _info(self, request: Request, name: str, revision: str | None) -> Answer:
        repo = self._repo(request, name)
        if isinstance(repo, Answer):
            return repo
        branch = self._branch(request, repo, revision or "main")
        if isinstance(branch, Answer):
            return branch
        shown = self._info_json(request, repo, branch, request.query.get("blobs") in ("true", "1", "True"))
        shown["usedStorage"] = sum(blob.content.size for blob in repo.files(branch).values())
        expand = request.values("expand", "expand[]")
        if expand:
            shown = {key: shown[key] for key in (*_BASIC, *expand) if key in shown}
        return data(shown, ETag=f'W/"{repo.number}"')

    def _info_json(self, request: Request, repo: Repo, branch: str, detailed: bool) -> dict[str, Any]:
        closed = self._gate(request, repo) is not None
        blobs = repo.files(branch) if detailed else {}
        shown: dict[str, Any] = {
            "_id": repo.number,
            "id": repo.id,
            "modelId": repo.id,
            "author": repo.id.split("/")[0],
            "sha": repo.commits[branch],
            "lastModified": _DATE,
            "createdAt": "2026-08-31T12:00:00.000Z",
            "private": repo.private,
            "gated": repo.gated or False,
            "disabled": repo.disabled,
            "downloads": repo.downloads,
            "likes": repo.likes,
            "trendingScore": repo.likes // 9,
            "tags": list(_tags(repo)),
            "model-index": None,
            "config": {},
            "siblings": [_sibling(path, blobs.get(path), closed) for path in repo.entries_of(branch)],
            "spaces": [],
        }
        extra = {"pipeline_tag": repo.pipeline, "library_name": repo.library, "gguf": repo.gguf, "cardData": repo.card}
        return shown | {name: value for name, value in extra.items() if value is not None}

    def _tree(self, request: Request, name: str, revision: str, folder: str | None) -> Answer:
        pair = self._open(request, name, revision)
        if isinstance(pair, Answer):
            return pair
        repo, branch = pair
        closed = self._gate(request, repo) is not None
        base = f"{folder.strip('/')}/" if folder else ""
        files = {path: blob for path, blob in repo.files(branch).items() if path.startswith(base)}
        if not files:
            return _failed(request, 404, "EntryNotFound", f'{base.rstrip("/")} does not exist on "{revision}"')
        deep = request.query.get("recursive", "").lower() in ("true", "1")
        detailed = request.query.get("expand", "").lower() in ("true", "1")
        entries = [
            *_folders(repo, files, base, deep),
            *(_entry(b, closed, detailed) for p, b in files.items() if deep or "/" not in p[len(base) :]),
        ]
        start = int(request.query.get("cursor", "0"))
        stop = start + min(self.tree_page, 50 if detailed else self.tree_page)
        answer = data(entries[start:stop])
        return answer.with_headers(_link(request, stop)) if stop < len(entries) else answer

    def _paths(self, request: Request, name: str, revision: str) -> Answer:
        pair = self._open(request, name, revision)
        if isinstance(pair, Answer):
            return pair
        repo, branch = pair
        if "json" in request.headers.get("content-type", ""):
            wanted = request.json().get("paths", [])
        else:
            wanted = [value for key, value in parse_qsl(request.body.decode()) if key == "paths"]
        closed = self._gate(request, repo) is not None
        files = repo.files(branch)
        return data([_entry(files[path], closed, False) for path in wanted if path in files])

    def _open(self, request: Request, name: str, revision: str) -> tuple[Repo, str] | Answer:
        repo = self._repo(request, name)
        if isinstance(repo, Answer):
            return repo
        branch = self._branch(request, repo, revision)
        return branch if isinstance(branch, Answer) else (repo, branch)

    def _refs(self, request: Request, name: str) -> Answer:
        repo = self._repo(request, name)
        if isinstance(repo, Answer):
            return repo
        shown: dict[str, list[dict[str, str]]] = {"branches": [], "converts": [], "tags": [], "pullRequests": []}
        for branch, commit in repo.commits.items():
            kind = (
                "pullRequests"
                if branch.startswith("refs/pr/")
                else "converts"
                if branch.startswith("refs/convert")
                else "branches"
            )
            ref = branch if branch.startswith("refs/") else f"refs/heads/{branch}"
            shown[kind].append({"name": branch.rsplit("/", 1)[-1], "ref": ref, "targetCommit": commit})
        return data(shown)

    def _auth_check(self, request: Request, name: str) -> Answer:
        repo = self._repo(request, name)
        if isinstance(repo, Answer):
            return repo
        return self._gate(request, repo) or text("OK")

    def _whoami(self, request: Request) -> Answer:
        if not self._known(request):
            return _failed(request, 401, None, "Invalid username or password.")
        access = {"displayName": "demo", "role": "read", "createdAt": _DATE}
        return data(
            {
                "type": "user",
                "id": "6ac4f4465de11a43eb34fb52",
                "name": "demo",
                "fullname": "Demo",
                "emailVerified": True,
                "canPay": False,
                "isPro": False,
                "orgs": [],
                "auth": {"type": "access_token", "accessToken": access},
            }
        )

    # files ...................................................................................................

    def _resolve(self, request: Request, name: str, revision: str, path: str) -> Answer:
        repo = self._repo(request, name)
        if isinstance(repo, Answer):
            return repo
        gate = self._gate(request, repo)
        if gate and path not in _OPEN_FILES:
            return gate
        branch = self._branch(request, repo, revision)
        if isinstance(branch, Answer):
            return branch
        blob = repo.blob(path, branch)
        if blob is None:
            return _failed(request, 404, "EntryNotFound", "Entry not found")
        give = self._to_cdn if blob.large else self._to_cache
        return give(request, repo, repo.commits[branch], blob)

    def _to_cache(self, request: Request, repo: Repo, commit: str, blob: Blob) -> Answer:
        if repo.gated:
            return _small(blob, commit)
        marks = urlencode({request.path: "", "etag": f'"{blob.oid}"'}, quote_via=quote, safe="")
        place = f"/api/resolve-cache/models/{quote(repo.id)}/{commit}/{quote(blob.path)}?{marks}"
        return redirect(place, 307, X_Repo_Commit=commit, ETag=f'"{blob.oid}"')

    def _to_cdn(self, request: Request, repo: Repo, commit: str, blob: Blob) -> Answer:
        stored = Stored(blob.content, blob.xet_hash, blob.path.rsplit("/", 1)[-1])
        token_place = f"{request.base}/api/models/{quote(repo.id)}/xet-read-token/{commit}"
        headers = {
            "X-Repo-Commit": commit,
            "X-Linked-Size": str(blob.content.size),
            "X-Linked-ETag": f'"{blob.sha256}"',
            "Accept-Ranges": "bytes",
            "X-Xet-Hash": blob.xet_hash,
            "Link": f'<{token_place}>; rel="xet-auth"',
        }
        if not self._known(request):
            headers["X-HF-Warning"] = "unauthenticated; set a HF_TOKEN to enable higher rate limits."
        return redirect(self.host.cdn_address(repo.number, stored)).with_headers(headers)

    def _cache(self, request: Request, name: str, commit: str, path: str) -> Answer:
        repo = self._repo(request, name)
        if isinstance(repo, Answer):
            return repo
        branch = next((branch for branch, sha in repo.commits.items() if sha == commit), None)
        if branch is None:
            return _failed(request, 400, None, "Invalid commit")
        blob = repo.blob(path, branch)
        return _small(blob, commit) if blob else _failed(request, 404, "EntryNotFound", "Entry not found")

    def _raw(self, request: Request, name: str, revision: str, path: str) -> Answer:
        pair = self._open(request, name, revision)
        if isinstance(pair, Answer):
            return pair
        repo, branch = pair
        gate = self._gate(request, repo)
        if gate:
            return gate
        blob = repo.blob(path, branch)
        if blob is None:
            return _failed(request, 404, "EntryNotFound", "Entry not found")
        return text(blob.pointer) if blob.large else _small(blob, repo.commits[branch])

    def _page(self, request: Request, name: str) -> Answer:
        repo = self._repo(request, name)
        return repo if isinstance(repo, Answer) else page(f"<!DOCTYPE html><title>{repo.id}</title><h1>{repo.id}</h1>")


Route = Callable[..., Answer]
_READ = ("GET", "HEAD")
_NAME = r"([\w.%-]+/[\w.%-]+)"

_ROUTES: tuple[tuple[tuple[str, ...], re.Pattern[str], Route], ...] = tuple(
    (methods, re.compile(pattern), answer)
    for methods, pattern, answer in (
        (_READ, r"/api/models", HuggingFace._models),
        (_READ, r"/api/whoami-v2", HuggingFace._whoami),
        (_READ, rf"/api/models/{_NAME}(?:/revision/([^/]+))?", HuggingFace._info),
        (_READ, rf"/api/models/{_NAME}/tree/([^/]+)(?:/(.+))?", HuggingFace._tree),
        (("POST",), rf"/api/models/{_NAME}/paths-info/([^/]+)", HuggingFace._paths),
        (_READ, rf"/api/models/{_NAME}/refs", HuggingFace._refs),
        (_READ, rf"/api/models/{_NAME}/auth-check", HuggingFace._auth_check),
        (_READ, rf"/api/resolve-cache/models/{_NAME}/([^/]+)/(.+)", HuggingFace._cache),
        (_READ, rf"/{_NAME}/resolve/(refs/(?:pr|convert)/[^/]+|[^/]+)/(.+)", HuggingFace._resolve),
        (_READ, rf"/{_NAME}/raw/(refs/(?:pr|convert)/[^/]+|[^/]+)/(.+)", HuggingFace._raw),
        (_READ, rf"/(?!api/){_NAME}(?:/(?:tree|blob)/.*)?", HuggingFace._page),
    )
)


def _read(part: str | None) -> str | None:
    return None if part is None else unquote(part)


def _tags(repo: Repo) -> tuple[str, ...]:
    terms = (repo.card or {}).get("license")
    return (*repo.tags, *((f"license:{terms}",) if terms else ()), "region:us")


def _sibling(path: str, blob: Blob | None, closed: bool) -> dict[str, Any]:
    shown: dict[str, Any] = {"rfilename": path}
    if blob is None:
        return shown
    shown |= {"blobId": blob.oid, "size": blob.content.size}
    if blob.large:
        sha256 = _MASK if closed else blob.sha256
        shown["lfs"] = {"sha256": sha256, "size": blob.content.size, "pointerSize": len(blob.pointer)}
    return shown


def _entry(blob: Blob, closed: bool, detailed: bool) -> dict[str, Any]:
    shown: dict[str, Any] = {"type": "file", "oid": blob.oid, "size": blob.content.size}
    if blob.large:
        sha256 = _MASK if closed else blob.sha256
        shown["lfs"] = {"oid": sha256, "size": blob.content.size, "pointerSize": len(blob.pointer)}
        shown["xetHash"] = _MASK if closed else blob.xet_hash
    shown["path"] = blob.path
    if detailed:
        shown["lastCommit"] = {"id": blob.oid, "title": "Upload", "date": _DATE}
        shown["securityFileStatus"] = {"status": "safe", "avScan": {"status": "safe"}}
    return shown


def _folders(repo: Repo, files: dict[str, Blob], base: str, deep: bool) -> list[dict[str, Any]]:
    names = {
        "/".join(parts[: depth + 1])
        for parts in (path.split("/")[:-1] for path in files)
        for depth in range(base.count("/"), len(parts))
        if deep or depth == base.count("/")
    }
    return [{"type": "directory", "oid": repo.commits["main"], "size": 0, "path": name} for name in sorted(names)]


def _link(request: Request, cursor: int) -> dict[str, str]:
    fields = [(name, value) for name, value in request.pairs if name != "cursor"]
    address = f"{request.base}{request.path}?{urlencode([*fields, ('cursor', str(cursor))])}"
    return {"Link": f'<{address}>; rel="next"'}


def _small(blob: Blob, commit: str) -> Answer:
    name = blob.path.rsplit("/", 1)[-1]
    shown = f"inline; filename*=UTF-8''{quote(name)}; filename=\"{quote(name)}\";"
    told = {"X-Repo-Commit": commit, "Content-Disposition": shown}
    return file(blob.content, blob.oid, "text/plain; charset=utf-8").without("Last-Modified").with_headers(told)


def _failed(request: Request, status: int, code: str | None, message: str) -> Answer:
    headers = {"X-Error-Message": message} | ({"X-Error-Code": code} if code else {})
    if status == 401:
        headers["WWW-Authenticate"] = 'Bearer realm="Authentication required", charset="UTF-8"'
    if request.path.startswith("/api/"):
        return text(json.dumps({"error": message}), status, "application/json; charset=utf-8").with_headers(headers)
    return text(message, status).with_headers(headers)
