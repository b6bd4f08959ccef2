"""Civitai's side of the stand-in: the API, the download route and its error table, pages and pictures.

/api/v1/models · models/<id> · model-versions/<id> · by-hash/<hash> · by-hash[/ids] · mini/<id>
/api/v1/images · creators · tags · enums · me
/api/download/models/<version>             307 to the file host, or one of the errors
/<account>/<uuid>/<transforms>/<name>      pictures and loops
/models/<id> · /login · ...                HTML for people
"""

import copy
import json
import re
import zlib
from collections.abc import Callable
from html import escape
from typing import Any
from urllib.parse import quote, urlencode

from modella.demo import art, video
from modella.demo.catalogue import Catalogue, File, Model, Picture, Version
from modella.demo.filehost import FileHost, Stored
from modella.demo.messages import Answer, Bytes, Request, data, file, page, redirect, text

KEY = "demo-key"
ACCOUNT = "mDemoPicturesOfNoPlace"
"""The fixed part of picture addresses."""

MODEL_TYPES = [
    "Checkpoint",
    "TextualInversion",
    "Hypernetwork",
    "AestheticGradient",
    "LORA",
    "LoCon",
    "DoRA",
    "Controlnet",
    "Upscaler",
    "MotionModule",
    "VAE",
    "TextEncoder",
    "UNet",
    "CLIPVision",
    "Poses",
    "Wildcards",
    "Workflows",
    "ComfyWorkflows",
    "Detection",
    "VisionLanguage",
    "CLIP",
    "LLM",
    "Other",
]
FILE_TYPES = [
    "Model",
    "Text Encoder",
    "Vision Encoder",
    "Pruned Model",
    "Negative",
    "Training Data",
    "VAE",
    "Config",
    "Archive",
    "UNet",
    "Diffusion Model",
    "CLIPVision",
    "ControlNet",
    "Workflow",
    "Upscaler",
    "Enhancement LoRA",
    "Other",
]
_CHOICES = {
    "type": FILE_TYPES,
    "format": ["SafeTensor", "PickleTensor", "GGUF", "Diffusers", "Core ML", "ONNX", "Other"],
    "size": ["full", "pruned"],
    "fp": ["fp32", "fp16", "bf16", "mxfp8", "fp8_mixed", "fp8_scaled", "fp8", "int8", "nf4", "nvfp4", "int4"],
}
_SORTS: dict[str, Callable[[Model], Any]] = {
    "Highest Rated": lambda model: -model.likes,
    "Most Downloaded": lambda model: -model.downloads,
    "Most Liked": lambda model: -model.likes,
    "Most Discussed": lambda model: zlib.crc32(model.name.encode()),
    "Most Collected": lambda model: -model.likes * 3 + model.downloads,
    "Most Images": lambda model: -sum(len(version.pictures) for version in model.versions),
    "Newest": lambda model: tuple(-ord(letter) for letter in _newest(model)),
    "Oldest": lambda model: _newest(model),  # noqa: PLW0108 - defined further down
}
_WIDTHS = (96, 320, 450, 512, 800, 1200, 1600, 2200)
_BLOCKED_AGENTS = ("python-urllib", "python-requests", "python-httpx", "python/", "go-http-client", "java/", "libwww")
_BROWSERS = ("mozilla", "chrome", "safari", "firefox", "opera", "edge")
_ECOSYSTEMS = {"SD 1.5": "sd1", "SD 2.1": "sd2", "Flux.1 D": "flux1", "Qwen": "qwen", "Other": "other"}
_AIR_TYPES = {"LORA": "lora", "LoCon": "lycoris", "Checkpoint": "checkpoint", "TextualInversion": "embedding"}


class Civitai:
    """Answers for the first origin. The attributes are switches for tests."""

    def __init__(self, catalogue: Catalogue, host: FileHost) -> None:
        self.catalogue = catalogue
        self.host = host
        self.keys = {KEY}
        self.anonymous_downloads = True
        self.download_limit: int | None = None
        """How many downloads are granted before the abuse limit answers 429."""
        self.empty_page: int | None = None
        """Which page of a list (from 0) is answered without items, yet with a cursor."""
        self.repeated_cursor: int | None = None
        """Which page of a list (from 0) hands out the cursor that led to it once more."""
        self.deleted: set[int] = set()
        """Models that lists still show and nothing else knows."""
        self.region_blocked = False
        self.downloads = 0

    def __call__(self, request: Request) -> Answer:
        """The answer to one request."""
        agent = request.headers.get("user-agent", "").lower()
        if request.path.startswith("/api/") and (not agent or agent.startswith(_BLOCKED_AGENTS)):
            return text("error code: 1010", 403, Server="cloudflare")
        if self.region_blocked and request.path.startswith("/api/v1/"):
            words = "Access to this service is not available in your region due to legal restrictions."
            return data({"error": words, "code": "REGION_BLOCKED"}, 451)
        for methods, pattern, answer in _ROUTES:
            found = pattern.fullmatch(request.path)
            if found:
                right = request.method in methods
                return answer(self, request, *found.groups()) if right else data({"error": "Method not allowed"}, 405)
        return page("<!DOCTYPE html><title>404</title><h1>Page not found</h1>", 404)

    def knows(self, request: Request) -> bool:
        """Whether the request carries a key we gave out; the header wins over the query."""
        words = request.headers.get("authorization", "").split()
        return (words[1] if len(words) > 1 else request.query.get("token")) in self.keys

    # lists ...................................................................................................

    def _models(self, request: Request) -> Answer:
        refusal = self._refuse_list(request)
        if refusal:
            return refusal
        limit = int(request.query.get("limit", "100")) or 100
        found = self._found(request)
        paged = int(request.query.get("page", "1"))
        start = int(request.query.get("cursor", "").split("|")[0] or (paged - 1) * limit)
        shown = found[start : start + limit]
        hidden = self.empty_page is not None and start == self.empty_page * limit
        items = [self.model_json(model, request, True) for model in shown if _suits(model, request) and not hidden]
        meta: dict[str, Any] = {"currentPage": paged, "pageSize": limit} if "page" in request.query else {}
        if start + limit < len(found):
            again = self.repeated_cursor is not None and start == self.repeated_cursor * limit
            then = start if again else start + limit
            # A text search counts; other lists have cursors of several parts.
            meta["nextCursor"] = then if "query" in request.query else f"{then}|{zlib.crc32(str(then).encode())}"
            meta["nextPage"] = _next_page(request, str(meta["nextCursor"]), paged)
        return _cached({"items": items, "metadata": meta}, self.knows(request))

    def _refuse_list(self, request: Request) -> Answer | None:
        query = request.query
        if {"favorites", "hidden"} & query.keys() and not self.knows(request):
            return data({"error": "Unauthorized"}, 401)
        if "query" in query and "page" in query:
            return data({"error": "Cannot use page param with query search. Use cursor-based pagination."}, 400)
        numbers = [query.get("limit", "100"), query.get("page", "1"), query.get("cursor", "0").split("|")[0] or "0"]
        bad = [value for value in request.values("types") if value not in MODEL_TYPES]
        if bad or not all(number.isdigit() for number in numbers) or int(numbers[0]) > 100 or int(numbers[1]) < 1:
            return _zod(bad[0] if bad else "limit")
        if query.get("sort", "Newest") not in _SORTS:
            return _zod("sort")
        if int(numbers[1]) * int(numbers[0]) > 1000 and "page" in query:
            return data({"error": "You've requested too many pages, please use cursors instead"}, 429)
        return None

    def _found(self, request: Request) -> list[Model]:
        query, types, bases = request.query, request.values("types"), request.values("baseModels")
        wanted = query.get("query", "").casefold().split()
        tag, user = query.get("tag") or query.get("tagname"), query.get("username") or query.get("user")
        ids = [int(number) for number in query.get("ids", "").split(",") if number.strip().isdigit()]
        found = [
            model
            for model in self.catalogue.models.values()
            if (model.id in ids if ids else model.listed)
            and (not types or model.type in types)
            and (not bases or any(version.base_model in bases for version in model.versions))
            and (not tag or tag in model.tags)
            and (not user or model.creator == user)
            and all(word in f"{model.name} {' '.join(model.tags)} {model.creator}".casefold() for word in wanted)
        ]
        return sorted(found, key=_SORTS[query.get("sort", "Highest Rated")])

    def _images(self, request: Request) -> Answer:
        query = request.query
        limit = min(int(query.get("limit", "50")), 200)
        start = int(query.get("cursor", "0").split("|")[0])
        wanted = {name: int(query[name]) for name in ("modelId", "modelVersionId", "imageId") if name in query}
        rows = [
            (model, version, picture)
            for model, version in self.catalogue.versions.values()
            for picture in version.pictures
            if wanted.get("modelId", model.id) == model.id
            and wanted.get("modelVersionId", version.id) == version.id
            and wanted.get("imageId", picture.id) == picture.id
            and (picture.level == 1 or query.get("nsfw") in ("true", "X") or "imageId" in query)
        ]
        more = {"nextCursor": start + limit} if start + limit < len(rows) else {}
        items = [self._image_item(model, version, picture, request) for model, version, picture in rows[start:][:limit]]
        return _cached({"items": items, "metadata": more}, self.knows(request))

    def _image_item(self, model: Model, version: Version, picture: Picture, request: Request) -> dict[str, Any]:
        words = {1: "None", 2: "Soft", 4: "Mature"}
        return {
            "id": picture.id,
            "url": self._picture_address(picture, request),
            "hash": _blur(picture),
            "width": picture.width,
            "height": picture.height,
            "type": "video" if picture.video else "image",
            "nsfw": picture.level > 1,
            "nsfwLevel": words.get(picture.level, "X"),
            "browsingLevel": picture.level,
            "createdAt": version.published,
            "postId": picture.id // 10,
            "stats": {"cryCount": 0, "laughCount": 3, "likeCount": 41, "dislikeCount": 0, "heartCount": 17},
            "meta": _meta(picture, model) if request.query.get("withMeta") == "true" else None,
            "username": model.creator,
            "baseModel": version.base_model,
            "modelVersionIds": [version.id],
        }

    def _creators(self, request: Request) -> Answer:
        names = sorted({model.creator for model in self.catalogue.models.values() if model.creator})
        link = f"{request.base}/api/v1/models?username="
        return _paged(request, [{"username": name, "modelCount": 20, "link": link + quote(name)} for name in names])

    def _tags(self, request: Request) -> Answer:
        names = sorted({tag for model in self.catalogue.models.values() for tag in model.tags})
        link = f"{request.base}/api/v1/models?tag="
        return _paged(request, [{"name": name, "link": link + quote(name)} for name in names])

    # single things ...........................................................................................

    def _model(self, request: Request, number: str) -> Answer:
        if not 1 <= int(number) <= 2_147_483_647:
            return data({"error": {"name": "ZodError", "message": "[]"}}, 404 if number == "0" else 400)
        model = self.catalogue.models.get(int(number))
        if model is None or model.id in self.deleted:
            return data({"error": f"No model with id {number}"}, 404)
        return _cached(self.model_json(model, request, False), self.knows(request))

    def _version(self, request: Request, number: str) -> Answer:
        pair = self.catalogue.versions.get(int(number))
        if pair is None or pair[0].id in self.deleted:
            return data({"error": "Model not found"}, 404)
        return _cached(self.version_json(*pair, request), self.knows(request))

    def _by_hash(self, request: Request, value: str) -> Answer:
        versions = self.catalogue.by_hash.get(value.upper(), [])
        if not versions:
            return data({"error": "Model not found"}, 404)
        first = min((self.catalogue.versions[number] for number in versions), key=lambda pair: pair[1].published or "")
        return _cached(self.version_json(*first, request), self.knows(request))

    def _by_hashes(self, request: Request) -> Answer:
        wanted = _hashes(request, 100)
        if wanted is None:
            return _zod("hashes")
        found = [number for value in reversed(wanted) for number in self.catalogue.by_hash.get(value, [])]
        items = [self.version_json(*self.catalogue.versions[number], request, broken_host=True) for number in found]
        return data([*items[:1], None, *items[1:]])

    def _ids_by_hashes(self, request: Request) -> Answer:
        wanted = _hashes(request, 10_000)
        if wanted is None:
            return _zod("hashes")
        rows = [(value, number) for value in wanted for number in self.catalogue.by_hash.get(value, [])[:1]]
        versions = self.catalogue.versions
        return data([{"modelVersionId": n, "modelId": versions[n][0].id, "hash": value} for value, n in rows])

    def _mini(self, request: Request, number: str) -> Answer:
        pair = self.catalogue.versions.get(int(number))
        if pair is None:
            return data({"error": "Model not found"}, 404)
        model, version = pair
        chosen = request.query.get("modelFileId")
        entry = next((f for f in version.files if str(f.id) == chosen or (chosen is None and f.primary)), None)
        if entry is None:
            return data({"error": "Missing model file"}, 404)
        return data(
            {
                "air": _air(model, version),
                "versionName": version.name,
                "modelName": model.name,
                "baseModel": version.base_model,
                "availability": version.availability,
                "publishedAt": version.published,
                "size": entry.content.size / 1024,
                "fileType": entry.type,
                "fileName": entry.name,
                "hashes": _published(entry),
                "downloadUrls": [self._download_address(version, entry, request)],
                "format": entry.format,
                "canGenerate": True,
                "requireAuth": not self.anonymous_downloads,
                "checkPermission": bool(version.paid_access),
                "earlyAccessEndsAt": version.early_access_until,
                "freeTrialLimit": None,
                "additionalResourceCharge": False,
                "minor": False,
                "sfwOnly": False,
            }
        )

    def _enums(self, _request: Request) -> Answer:
        bases = sorted({version.base_model for _, version in self.catalogue.versions.values()})
        kinds = ["Standard", "Inpainting", "Refiner", "Pix2Pix"]
        names = ("ModelType", "ModelFileType", "ActiveBaseModel", "BaseModel", "BaseModelType")
        return data(dict(zip(names, (MODEL_TYPES, FILE_TYPES, bases, bases, kinds), strict=True)))

    def _me(self, request: Request) -> Answer:
        if not self.knows(request):
            return data({"error": "Unauthorized"}, 401)
        me = {"id": 12, "username": "demo", "tier": "founder", "status": "active", "isMember": True}
        return data({**me, "subscriptions": ["monthly"]})

    # shapes ..................................................................................................

    def model_json(self, model: Model, request: Request, listed: bool) -> dict[str, Any]:
        """A model as the API shows it; list answers number their pictures, single ones do not."""
        versions = [
            self._version_in_model(model, version, place, request, listed)
            for place, version in enumerate(model.versions)
        ]
        bases = request.values("baseModels")
        shown: dict[str, Any] = {
            "id": model.id,
            "name": model.name,
            "description": model.description,
            "allowNoCredit": model.credit,
            "allowCommercialUse": model.commercial,
            "allowDerivatives": model.derivatives,
            "allowDifferentLicense": model.other_license,
            "type": model.type,
            "minor": False,
            "sfwOnly": False,
            "poi": model.poi,
            "nsfw": model.nsfw,
            "nsfwLevel": model.level,
            "availability": "Public",
            "cosmetic": None,
            "supportsGeneration": model.type in ("LORA", "Checkpoint"),
            "stats": {
                "downloadCount": model.downloads,
                "thumbsUpCount": model.likes,
                "thumbsDownCount": model.likes // 90,
                "commentCount": model.likes // 25,
                "tippedAmountCount": None if model.id % 5 == 0 else model.likes // 3,
            },
            "tags": list(model.tags),
            "modelVersions": [
                version for version in versions if not listed or not bases or version["baseModel"] in bases
            ],
        }
        if model.mode:
            shown["mode"] = model.mode
        if model.creator:
            shown["creator"] = {"username": model.creator, "image": None}
        return _spoilt(shown, model)

    def _version_in_model(
        self, model: Model, version: Version, place: int, request: Request, listed: bool
    ) -> dict[str, Any]:
        pictures = () if model.mode == "TakenDown" else version.pictures
        shown: dict[str, Any] = {
            "id": version.id,
            "index": place,
            "name": version.name,
            "baseModel": version.base_model,
            "baseModelType": version.base_model_type,
            "publishedAt": version.published,
            "availability": version.availability,
            "nsfwLevel": version.level,
            "description": version.description,
            "trainedWords": list(version.words),
            "paidAccess": version.paid_access,
            "stats": {
                "downloadCount": version.downloads,
                "thumbsUpCount": version.downloads // 9,
                "thumbsDownCount": 1,
            },
            "supportsGeneration": True,
            "files": []
            if model.mode == "Archived"
            else [self._file_json(version, entry, request, False) for entry in version.files],
            "images": [self._image_json(model, picture, request, listed) for picture in pictures],
        }
        if version.early_access_until:
            shown["earlyAccessDeadline"] = version.early_access_until
        if model.mode != "Archived":
            shown["downloadUrl"] = f"{request.base}/api/download/models/{version.id}"
        return shown

    def version_json(
        self, model: Model, version: Version, request: Request, broken_host: bool = False
    ) -> dict[str, Any]:
        """A version as it is shown alone; `broken_host` imitates the addresses of the POST by-hash answer."""
        files = (
            []
            if model.mode == "Archived"
            else [self._file_json(version, entry, request, True) for entry in version.files]
        )
        shown: dict[str, Any] = {
            "id": version.id,
            "modelId": model.id,
            "name": version.name,
            "nsfwLevel": version.level,
            "createdAt": version.published,
            "updatedAt": version.published,
            "status": version.status,
            "publishedAt": version.published,
            "trainedWords": list(version.words),
            "trainingStatus": None,
            "trainingDetails": None,
            "baseModel": version.base_model,
            "baseModelType": version.base_model_type,
            "earlyAccessEndsAt": version.early_access_until,
            "earlyAccessConfig": {"chargeForDownload": True, "downloadPrice": 500}
            if version.early_access_until
            else None,
            "description": version.description,
            "uploadType": "Created",
            "usageControl": version.usage,
            "availability": version.availability,
            "licensingFee": None,
            "paidAccess": version.paid_access,
            "air": _air(model, version),
            "stats": {"downloadCount": version.downloads, "thumbsUpCount": version.downloads // 9},
            "model": {"name": model.name, "type": model.type, "nsfw": model.nsfw, "poi": model.poi},
            "files": files,
            "images": [self._image_json(model, picture, request, True) for picture in version.pictures[:10]],
            "downloadUrl": f"{request.base}/api/download/models/{version.id}",
        }
        if model.mode:
            shown["model"]["mode"] = model.mode
        if broken_host:
            shown["downloadUrl"] = f"https://undefined/api/download/models/{version.id}"
        return shown

    def _file_json(self, version: Version, entry: File, request: Request, alone: bool) -> dict[str, Any]:
        shown: dict[str, Any] = {
            "id": entry.id,
            "sizeKB": entry.content.size / 1024,
            "name": entry.name,
            "type": entry.type,
            "pickleScanResult": entry.scan,
            "pickleScanMessage": entry.scan_message,
            "virusScanResult": "Pending" if entry.scan == "Pending" else "Success",
            "virusScanMessage": None,
            "scannedAt": None if entry.scan == "Pending" else version.published,
            "metadata": {"format": entry.format, "size": entry.size, "fp": entry.precision},
            "hashes": _published(entry),
            "downloadUrl": self._download_address(version, entry, request),
        }
        if entry.primary or alone:
            shown["primary"] = entry.primary
        return shown

    def _download_address(self, version: Version, entry: File, request: Request) -> str:
        address = f"{request.base}/api/download/models/{version.id}"
        if entry.primary:
            return address
        if version.id % 2:
            return f"{address}?fileId={entry.id}"
        fields = {"type": entry.type, "format": entry.format, "size": entry.size, "fp": entry.precision}
        return f"{address}?{urlencode({name: value for name, value in fields.items() if value}, quote_via=quote)}"

    def _image_json(self, model: Model, picture: Picture, request: Request, numbered: bool) -> dict[str, Any]:
        shown = {
            "url": self._picture_address(picture, request),
            "nsfwLevel": picture.level,
            "width": picture.width,
            "height": picture.height,
            "hash": _blur(picture),
            "type": "video" if picture.video else "image",
            "minor": False,
            "poi": False,
            "hasMeta": picture.prompt is not None,
            "hasPositivePrompt": picture.prompt is not None,
            "onSite": False,
            "remixOfId": None,
            "meta": _meta(picture, model),
        }
        return {"id": picture.id, **shown} if numbered else shown

    def _picture_address(self, picture: Picture, request: Request) -> str:
        ending = "webm" if picture.video else "jpeg"
        return f"{request.base}/{ACCOUNT}/{picture.uuid}/original=true/{picture.id}.{ending}"

    # downloads ...............................................................................................

    def _download(self, request: Request, number: str) -> Answer:
        refusal, entry = self._judge_download(request, int(number))
        agent = request.headers.get("user-agent", "").lower()
        if refusal and any(name in agent for name in _BROWSERS):
            page_for_people = f"/login?returnUrl=/model-versions/{number}&reason=download-auth"
            return redirect(page_for_people if refusal.status == 401 else f"/model-versions/{number}", 307)
        if refusal or entry is None:
            return refusal or data({"error": "File not found"}, 404)
        self.downloads += request.method == "GET"
        stored = Stored(entry.content, entry.digests["SHA256"].lower()[:32], entry.name)
        sign = self.host.b2_address if entry.id % 2 else self.host.r2_address
        answer = redirect(sign(str(entry.id), stored), 307, Cache_Control="no-store, max-age=0")
        return answer.but(framing="chunked")

    def _judge_download(self, request: Request, number: int) -> tuple[Answer | None, File | None]:
        """The refusal, if there is one, and the file."""
        missing = data({"error": "File not found"}, 404)
        for name, allowed in _CHOICES.items():
            if request.query.get(name, allowed[0]) not in allowed:
                return _zod(name), None
        pair = self.catalogue.versions.get(number)
        if pair is None or pair[0].mode == "TakenDown":
            return missing, None
        model, version = pair
        entry = _selected(version, request)
        refusals = (
            (entry is None, missing),
            (model.mode == "Archived", data({"error": "Model archived, not available for download"}, 410)),
            (
                not version.downloads_enabled,
                _unauthorised("The creator of this asset has disabled downloads on this file"),
            ),
            (version.usage != "Download", data({"error": "You do not have access to download this file"}, 403)),
            (
                not self.anonymous_downloads and not self.knows(request),
                _unauthorised("The creator of this asset requires you to be logged in to download it"),
            ),
            (version.early_access_until is not None, _early(version)),
            (version.paid_access is not None, data({"error": "You do not have access to download this file"}, 403)),
            (self.download_limit is not None and self.downloads >= self.download_limit, _ABUSE),
        )
        return next((answer for applies, answer in refusals if applies), None), entry

    # pages and pictures ......................................................................................

    def _page(self, _request: Request, number: str) -> Answer:
        model = self.catalogue.models.get(int(number))
        if model is None:
            return page("<!DOCTYPE html><title>404</title>", 404)
        title = escape(model.name)
        return page(f"<!DOCTYPE html><html><head><title>{title}</title></head><body><h1>{title}</h1></body></html>")

    def _version_page(self, _request: Request, number: str) -> Answer:
        pair = self.catalogue.versions.get(int(number))
        return (
            redirect(f"/models/{pair[0].id}?modelVersionId={number}", 308) if pair else page("<title>404</title>", 404)
        )

    def _login(self, _request: Request) -> Answer:
        return page("<!DOCTYPE html><html><head><title>Sign in</title></head><body><h1>Sign in</h1></body></html>")

    def _picture(self, _request: Request, uuid: str, transforms: str, name: str) -> Answer:
        pair = self.catalogue.pictures.get(uuid)
        if pair is None:
            return text("not found", 404)
        picture, _ = pair
        still = "anim=false" in transforms or not name.endswith((".webm", ".mp4"))
        if picture.video and not still:
            loop = video.loop(picture.seed, picture.width, picture.height)
            return file(Bytes(loop), uuid, "video/webm", Cache_Control="public, max-age=31536000")
        width, height = _snapped(transforms, picture)
        form = ("JPEG", "WEBP", "PNG")[picture.id % 3] if picture.id % 5 else "JPEG"
        form = "WEBP" if name.endswith(".webp") else "JPEG" if name.endswith((".jpeg", ".jpg")) else form
        content = Bytes(art.picture(picture.seed, width, height, form))
        return file(content, f"{uuid}-{width}", f"image/{form.lower()}", Cache_Control="public, max-age=31536000")


Route = Callable[..., Answer]
_READ = ("GET", "HEAD")

_ROUTES: tuple[tuple[tuple[str, ...], re.Pattern[str], Route], ...] = tuple(
    (methods, re.compile(pattern), answer)
    for methods, pattern, answer in (
        (_READ, r"/api/v1/models", Civitai._models),
        (_READ, r"/api/v1/models/(\d+)", Civitai._model),
        (("POST",), r"/api/v1/model-versions/by-hash", Civitai._by_hashes),
        (("POST",), r"/api/v1/model-versions/by-hash/ids", Civitai._ids_by_hashes),
        (_READ, r"/api/v1/model-versions/by-hash/(\w+)", Civitai._by_hash),
        (_READ, r"/api/v1/model-versions/mini/(\d+)", Civitai._mini),
        (_READ, r"/api/v1/model-versions/(\d+)", Civitai._version),
        (_READ, r"/api/v1/images", Civitai._images),
        (_READ, r"/api/v1/creators", Civitai._creators),
        (_READ, r"/api/v1/tags", Civitai._tags),
        (_READ, r"/api/v1/enums", Civitai._enums),
        (_READ, r"/api/v1/me", Civitai._me),
        (_READ, r"/api/download/models/(\d+)", Civitai._download),
        (_READ, r"/models/(\d+)(?:/[^/]*)?", Civitai._page),
        (_READ, r"/model-versions/(\d+)", Civitai._version_page),
        (_READ, r"/login", Civitai._login),
        (_READ, rf"/{ACCOUNT}/([\w-]+)/([^/]+)/([^/]+)", Civitai._picture),
    )
)

_ABUSE = data(
    {"error": "We've noticed an unusual amount of downloading from your account. Come back later."},
    429,
)


def _newest(model: Model) -> str:
    return max((version.published or "" for version in model.versions), default="")


def _suits(model: Model, request: Request) -> bool:
    return model.level == 1 or request.query.get("nsfw") == "true" or "ids" in request.query


def _next_page(request: Request, cursor: str, page_number: int) -> str:
    fields = [(name, value) for name, value in request.pairs if name not in ("cursor", "page", "token")]
    if "page" in request.query:
        fields.append(("page", str(page_number + 1)))
    return f"{request.base}{request.path}?{urlencode([*fields, ('cursor', cursor)], quote_via=quote)}"


def _cached(value: Any, known: bool) -> Answer:
    life = "private, no-cache" if known else "public, s-maxage=300, stale-while-revalidate=150"
    return data(value, Cache_Control=life, Access_Control_Allow_Origin="*")


def _paged(request: Request, rows: list[dict[str, Any]]) -> Answer:
    limit, number = int(request.query.get("limit", "20")) or 20, int(request.query.get("page", "1"))
    wanted = request.query.get("query", "").casefold()
    rows = [row for row in rows if wanted in str(row.get("username") or row.get("name")).casefold()]
    total = -(-len(rows) // limit)
    meta: dict[str, Any] = {"totalItems": len(rows), "currentPage": number, "pageSize": limit, "totalPages": total}
    if number < total:
        meta["nextPage"] = f"{request.base}{request.path}?limit={limit}&page={number + 1}"
    return data({"items": rows[(number - 1) * limit : number * limit], "metadata": meta})


def _zod(what: str) -> Answer:
    message = json.dumps([{"code": "invalid_value", "path": [what], "message": f"Invalid option: {what}"}])
    return data({"error": {"name": "ZodError", "message": message}}, 400)


def _unauthorised(message: str) -> Answer:
    return data({"error": "Unauthorized", "message": message}, 401)


def _early(version: Version) -> Answer:
    message = "This asset is in Early Access. You can use Buzz access it now!"
    return data({"error": "Early Access", "deadline": version.early_access_until, "message": message}, 403)


def _hashes(request: Request, most: int) -> list[str] | None:
    try:
        wanted = request.json()
    except ValueError:
        return None
    right = (
        isinstance(wanted, list) and len(wanted) <= most and all(isinstance(v, str) and len(v) == 64 for v in wanted)
    )
    return [value.upper() for value in wanted] if right else None


def _selected(version: Version, request: Request) -> File | None:
    query = request.query
    if "fileId" in query:
        return next((entry for entry in version.files if str(entry.id) == query["fileId"]), None)
    asked = {
        "type": query.get("type"),
        "format": query.get("format"),
        "size": query.get("size"),
        "precision": query.get("fp"),
    }
    wanted = {name: value for name, value in asked.items() if value}
    if not wanted:
        return next((entry for entry in version.files if entry.primary), None)
    return next((e for e in version.files if all(getattr(e, name) == value for name, value in wanted.items())), None)


def _published(entry: File) -> dict[str, str]:
    if entry.published == "none":
        return {}
    if entry.published == "wrong":
        return {
            name: value[1:] + value[0] if set(value) - {value[0]} else value for name, value in entry.digests.items()
        }
    return dict(entry.digests)


def _air(model: Model, version: Version) -> str:
    ecosystem = _ECOSYSTEMS.get(version.base_model, "sdxl")
    return f"urn:air:{ecosystem}:{_AIR_TYPES.get(model.type, 'unknown')}:civitai:{model.id}@{version.id}"


def _blur(picture: Picture) -> str:
    return art.hash_of(picture.seed, picture.width, picture.height)


def _meta(picture: Picture, model: Model) -> dict[str, Any] | None:
    if picture.prompt is None:
        return None
    meta: dict[str, Any] = {
        "prompt": picture.prompt,
        "negativePrompt": "lowres, watermark",
        "seed": picture.seed,
        "steps": 20 + picture.id % 15,
        "sampler": "DPM++ 2M Karras" if picture.id % 2 else "Euler a",
        "cfgScale": 4.5,
        "Size": f"{picture.width}x{picture.height}",
    }
    if picture.id % 7 == 0:
        meta |= {
            "comfy": json.dumps({"prompt": {"1": {"class_type": "KSampler"}}}),
            "Model hash": "a1b2c3d4",
            "steps": "28",
        }
    return meta | {"resources": [{"name": model.name, "type": "lora", "weight": 0.8}]}


def _snapped(transforms: str, picture: Picture) -> tuple[int, int]:
    asked = re.search(r"width=(\d+)", transforms)
    if not asked or "original=true" in transforms:
        return picture.width, picture.height
    width = next((step for step in _WIDTHS if step >= int(asked[1])), _WIDTHS[-1])
    width = min(width, picture.width)
    return width, max(1, round(picture.height * width / picture.width))


def _spoilt(shown: dict[str, Any], model: Model) -> dict[str, Any]:
    """The JSON with keys missing or null, where the model is one of the imperfect ones."""
    spoilt = {name: value for name, value in shown.items() if name not in model.dropped}
    for path in model.nulls:
        spoilt = _nulled(copy.deepcopy(spoilt), path.split("."))
    return spoilt


def _nulled(value: Any, path: list[str]) -> Any:
    key: Any = int(path[0]) if isinstance(value, list) else path[0]
    value[key] = _nulled(value[key], path[1:]) if len(path) > 1 else None
    return value
