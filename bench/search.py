"""How long a search in 100,000 models takes through the API, from the question to the last byte of the answer."""

import http.client
import random
import time
from typing import Any
from urllib.parse import quote

from bench.failure import BenchFailure
from bench.figures import Bar, Figure, percentile
from bench.ground import Ground, Measured, say
from bench.server import Server, serve
from bench.shelf import fill

MODELS, QUESTIONS = 100_000, 400
LORA_MANAGER = 185.0
"""Milliseconds of a search in 20,000 models in ComfyUI-Lora-Manager on a machine like this: its published behaviour."""
_HALF, _MOST = Bar(10.0), Bar(30.0)
_WORDS = ("lantern", "paper", "glow", "sdxl", "maker", "series", "style", "qwen", "flux1", "v3")


def measure(ground: Ground) -> Measured:
    """Words, parts of words, rare and frequent ones, with and without facets that are filtered by."""
    modella = ground.modella("search")
    fill(modella.library, MODELS)
    with serve(modella) as server:
        _wait_for_all(server)
        took = [_ask(server, question) for question in _questions(random.Random(7))]
    modella.remove()
    half, most = percentile(took, 0.5), percentile(took, 0.95)
    say(f"search: p50 {half * 1000:.1f} ms, p95 {most * 1000:.1f} ms, most {max(took) * 1000:.1f} ms")
    what = f"{MODELS:,} models, {QUESTIONS} questions"
    figures = [
        Figure("search", f"{what}, p50", "ms", half * 1000, "Lora-Manager", LORA_MANAGER, _HALF),
        Figure("search", f"{what}, p95", "ms", most * 1000, bar=_MOST),
    ]
    return Measured(figures, [{"seconds": each} for each in took])


def _questions(rng: random.Random) -> list[str]:
    return [_question(rng) for _ in range(QUESTIONS)]


def _question(rng: random.Random) -> str:
    word = rng.choice(
        [*_WORDS, f"lantern{rng.randrange(MODELS)}", f"maker{rng.randrange(2000)}", str(rng.randrange(MODELS))]
    )
    typed = word[: rng.randint(2, len(word))]
    more = rng.choice(["", "", f" {rng.choice(_WORDS)}"])
    facet = rng.choice(["", "", "&family=sdxl", f"&tag=series {rng.randrange(500)}", "&kind=!vae"])
    return f"/api/models?q={quote(typed + more)}{quote(facet, safe='&=')}&limit=100"


def _ask(server: Server, path: str) -> float:
    host, _, port = server.place.partition(":")
    began = time.perf_counter()
    wire = http.client.HTTPConnection(host, int(port), timeout=60)
    wire.request("GET", path)
    answer = wire.getresponse()
    content = answer.read()
    wire.close()
    took = time.perf_counter() - began
    if answer.status != 200:
        raise BenchFailure(f"GET {path}: {content[:300]!r}")
    return took


def _wait_for_all(server: Server) -> None:
    """Until the index is whole and nothing looks at the library any more."""
    deadline = time.monotonic() + 900
    while time.monotonic() < deadline:
        tasks: list[dict[str, Any]] = server.ask("GET", "/api/tasks")
        quiet = tasks and all(task["state"] != "running" for task in tasks)
        if quiet and server.ask("GET", "/api/models?limit=1&facets=false")["total"] == MODELS:
            return
        time.sleep(0.5)
    raise BenchFailure("the index was not whole in a quarter of an hour")
