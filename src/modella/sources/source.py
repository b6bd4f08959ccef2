"""The one protocol behind which every source stands.

A source asks its site for facts; it never fetches the files of a model and never writes. What happens with the
facts is up to `work/`. Methods other than `recognise` may ask the network and raise errors of `core/errors`.
"""

from collections.abc import Mapping, Sequence
from typing import Protocol

from modella.core.browsing import Found, Quest
from modella.core.errors import ModellaError
from modella.core.listing import ListedFile, Listing, Location, Ref
from modella.io.net import Headers


class Source(Protocol):
    """A place models come from."""

    @property
    def name(self) -> str:
        """The word for this source in refs, records and on screens."""
        ...

    @property
    def per_lookup(self) -> int:
        """How many files it can be asked for by hash in one call; 0 when it cannot be asked by hash."""
        ...

    def recognise(self, text: str) -> Ref | None:
        """What the text means here, or None when it is somebody else's.

        Pure: no network, no clock. Text that is certainly of this source, but not one model (a user page, a
        dataset), raises BadLink. No secret of the text may survive in the Ref.
        """
        ...

    def secret_of(self, text: str) -> str | None:
        """The whole address when the ref leaves out a secret that is needed to fetch; pure."""
        ...

    def describe(self, ref: Ref) -> Listing:
        """Everything the source says about the ref; the listing's own ref is exact (version, commit)."""
        ...

    def choose(self, listing: Listing, pattern: str | None) -> tuple[ListedFile, ...]:
        """The files of the listing that belong to one download; a pattern (glob or exact name) narrows them.

        BadLink("choose-file", names=[...]) when only a person can tell, BadLink("no-such-file") when none fits.
        """
        ...

    def locate(self, listing: Listing, file: ListedFile) -> Location:
        """Where the bytes are now. Asked again when an address has expired."""
        ...

    def lookup(self, sha256s: Sequence[str]) -> Mapping[str, Listing]:
        """Listings of the files with these SHA-256 digests; unknown ones are missing from the answer."""
        ...

    def search(self, words: str, kind: str | None = None, limit: int = 10) -> Sequence[Listing]:
        """What the source finds for these words: a listing for each version of at most `limit` models, best first.

        They tell what a list tells: sizes and hashes may be missing, `describe` knows them. Files of another kind may
        be among them where the source cannot tell. Empty when the source cannot be searched.
        """
        ...

    def browse(self, quest: Quest) -> Found:
        """One page of the source's catalogue, as a list tells of it; empty when there is none to look through.

        BadLink("bad-value") for what it cannot be narrowed by, and for a cursor that no answer gave.
        """
        ...

    def versions_of(self, ref: Ref) -> Sequence[Listing]:
        """Every version that can be had of the model, newest first, as its page tells of them."""
        ...

    def small_picture(self, url: str, width: int, *, poster: bool = False) -> str | None:
        """Where the source gives out one of its pictures in about this width; with `poster` a still one of a video.

        None for an address that is not on a host of its own, and for what cannot be shown. Pure.
        """
        ...

    def who(self) -> str | None:
        """Whose the stored key is, as the site names them; None where keys have no owner.

        AccessNeeded when the site does not accept the key.
        """
        ...

    def explain(self, status: int, headers: Headers, body: bytes, listing: Listing) -> ModellaError | None:
        """The error behind an answer that is not the file, or None when the source knows no better than HTTP.

        `body` is its beginning. NetworkTrouble("address-expired") asks for `locate` once more.
        """
        ...
