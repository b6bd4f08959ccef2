"""Fills a library with models of the stand-in hub: admitted like downloads, without waiting for the wire."""

import contextlib
import threading
from collections.abc import Iterator

from modella.core.digests import Digests
from modella.core.download import Download, PartRecord, Wish
from modella.core.errors import ModellaError
from modella.core.listing import Listing
from modella.demo.catalogue import File, Model
from modella.demo.hub import Hub
from modella.io.disk import PartFile
from modella.work.admit import admit
from modella.work.hands import Hands, new_id, now
from modella.work.job import Job

MODELS = 260
PICTURES = 2


def fill(hands: Hands, hub: Hub, leaving: threading.Event, models: int = MODELS) -> int:
    """Admits sample models until there are enough or the program leaves; how many were added.

    A library that has models already is left as it is.
    """
    if hands.index.count():
        return 0
    added = 0
    for model in samples(hub):
        if leaving.is_set() or added >= models:
            break
        with contextlib.suppress(ModellaError):
            _add(hands, hub, model)
            added += 1
    return added


def samples(hub: Hub) -> Iterator[Model]:
    """The models that a sample library is made of, in their order."""
    return (model for model in hub.catalogue.models.values() if _is_sound(model))


def _is_sound(model: Model) -> bool:
    newest = model.versions[0] if model.versions else None
    open_to_all = newest is not None and newest.usage == "Download" and newest.availability == "Public"
    return bool(
        open_to_all and newest and not newest.paid_access and newest.files and not model.mode and model.listed
    ) and all(file.published == "true" for file in (newest.files if newest else ()))


def _add(hands: Hands, hub: Hub, model: Model) -> None:
    source = hands.source("civitai")
    link = f"{hub.civitai_url}/models/{model.id}"
    ref = source.recognise(link)
    if ref is None:
        return
    listing = source.describe(ref)
    chosen = source.choose(listing, None)[0]
    file = next(f for v in model.versions for f in v.files if str(f.id) == chosen.file_id)
    job = Job(Download(id=new_id(), wish=Wish(ref=ref, shown=link), created_at=now()), hands)
    job.accept()
    job.keep_listing(_with_few_pictures(listing))
    job.record.name, job.record.version = listing.name, listing.version
    job.record.parts = [_written(job, file)]
    try:
        admit(job)
    finally:
        hands.store.remove(job.record.id)
        hands.library.drop_staging(job.record.id)


def _with_few_pictures(listing: Listing) -> Listing:
    return listing.model_copy(update={"pictures": listing.pictures[:PICTURES]})


def _written(job: Job, file: File) -> PartRecord:
    content = file.content.read(0, file.content.size)
    digests = Digests.read(file.digests)
    part = PartRecord(
        index=0,
        name=file.name,
        file_id=str(file.id),
        size=len(content),
        expected=digests,
        actual=digests,
        complete=True,
        trust="verified",
        verified_by="civitai",
    )
    target = PartFile(job.part_path(part))
    try:
        target.write(0, content)
        target.flush()
    finally:
        target.close()
    return part
