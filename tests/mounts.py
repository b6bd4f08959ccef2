"""Small real file systems, mounted for a test and gone after it."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest


def mounted(folder: Path, options: str = "size=64m") -> Iterator[Path]:
    """A file system of its own in a new folder.

    Only the kernel can make a disk really full or really another one, and it lets only root do so; where it does not,
    the test is skipped and says so.
    """
    folder.mkdir()
    if os.geteuid() != 0:
        pytest.skip(
            "a real small file system is needed, and only root may mount one: run the tests as root to try this"
        )
    command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)]
    told = subprocess.run(command, capture_output=True, text=True, check=False)
    if told.returncode:
        pytest.skip(f"a real small file system is needed, and this machine mounts none: {told.stderr.strip()[:200]}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], capture_output=True, check=False)
