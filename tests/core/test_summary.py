"""What a card of the wall shows: the picture that stands on it, and the video that plays when somebody points at it."""

from typing import Any

import pytest

from modella.core.summary import summary_of

IMAGE, VIDEO = {"file": "a.webp", "type": "image"}, {"file": "a.webm", "type": "video"}
UNFETCHED = {"file": None, "url": "https://x.test/a.png", "type": "image"}


def shown(*previews: dict[str, Any]) -> tuple[int | None, int | None, int]:
    """The number of the picture, of the video, and how many there are."""
    told = summary_of({"previews": list(previews), "files": []})
    return (told["preview"] or {}).get("number"), told["video"], told["preview_count"]


@pytest.mark.parametrize(
    ("previews", "numbers"),
    [
        ((), (None, None, 0)),
        ((IMAGE,), (1, None, 1)),
        ((VIDEO, IMAGE, VIDEO), (2, 1, 3)),
        ((IMAGE, VIDEO), (1, 2, 2)),
        ((VIDEO, VIDEO), (1, 1, 2)),
        ((UNFETCHED, VIDEO, UNFETCHED, IMAGE), (2, 1, 2)),
        ((UNFETCHED,), (None, None, 0)),
        (({"file": "old.png"},), (1, None, 1)),
    ],
)
def test_a_card_shows_an_image_before_a_video_and_tells_which_one_plays(
    previews: tuple[dict[str, Any], ...], numbers: tuple[int | None, int | None, int]
) -> None:
    assert shown(*previews) == numbers


def test_a_card_carries_no_prompts() -> None:
    told = summary_of({"previews": [{**IMAGE, "prompt": "x" * 999, "meta": {"a": 1}}], "files": []})
    assert (told["preview"]["prompt"], told["preview"]["meta"]) == (None, None)
