"""Whether memory stays small when the file does not: 8 GiB of holes, pulled once."""

from bench.failure import BenchFailure
from bench.figures import Bar, Figure
from bench.ground import Ground, Measured, say, settle
from bench.machine import check_space
from bench.weights import MB, MIB, sparse_lora

SIZE = 8 * 1024 * MIB


def measure(ground: Ground) -> Measured:
    """Pulls the large file; BenchFailure when what arrived is not what was sent."""
    check_space(ground.folder, SIZE + 1024 * MIB)
    say(f"hashing {SIZE / MIB / 1024:.0f} GiB of holes")
    weights = sparse_lora(ground.origin.files / "large.safetensors", SIZE)
    modella = ground.modella("large")
    settle()
    pulled = modella.pull(ground.origin.url("plain", weights.path.name))
    modella.remove()
    weights.path.unlink()
    if pulled.file["sha256"] != weights.sha256:
        raise BenchFailure(f"Modella says {pulled.file['sha256']}, the file has {weights.sha256}")
    figures = (
        Figure("8 GiB", "memory", "MB", pulled.spent.peak / MB, bar=Bar(150)),
        Figure("8 GiB", "link → verified", "s", pulled.verified),
    )
    return Measured(figures, [{"wall": pulled.spent.wall, "peak": pulled.spent.peak, "verified": pulled.verified}])
