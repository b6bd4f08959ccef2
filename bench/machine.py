"""What a figure depends on: the machine, the file system and the tools that are compared."""

import os
import platform
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

import psutil

from bench.failure import BenchFailure

_PACKAGES = {
    "nginx": "nginx",
    "aria2c": "aria2",
    "curl": "curl",
    "openssl": "openssl",
    "tee": "coreutils",
    "sync": "coreutils",
}
_VERSION_FLAG = {"nginx": "-v", "openssl": "version", "tee": "--version", "curl": "--version", "aria2c": "--version"}
_ADMIN_FOLDERS = ("/usr/local/sbin", "/usr/sbin", "/sbin")


def search_path() -> str:
    """Where programs are looked for: servers lie in folders that are not on everybody's PATH."""
    return os.pathsep.join([os.environ.get("PATH", os.defpath), *_ADMIN_FOLDERS])


def tool(name: str) -> str:
    """The path of a program; BenchFailure names the package that brings it."""
    found = shutil.which(name, path=search_path())
    if found is None:
        raise BenchFailure(f"{name} is not installed; on Debian: apt-get install {_PACKAGES.get(name, name)}")
    return found


def missing_packages(names: Iterable[str]) -> list[str]:
    """Debian packages of the programs that are not here."""
    return sorted({_PACKAGES[name] for name in names if shutil.which(name, path=search_path()) is None})


def check_tools(names: Iterable[str]) -> None:
    """BenchFailure in one sentence when programs are missing."""
    packages = missing_packages(names)
    if packages:
        raise BenchFailure(f"These Debian packages are missing: apt-get install {' '.join(packages)}")


def check_space(folder: Path, needed: int) -> None:
    """BenchFailure when a folder's disk cannot hold so many bytes."""
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise BenchFailure(
            f"{folder} has {free / 1e9:.1f} GB free, {needed / 1e9:.1f} GB are needed; name another disk with --folder"
        )


def facts(folder: Path, names: Iterable[str]) -> dict[str, str]:
    """The machine in words: cores, processor, memory, kernel, file system, and the versions of the tools."""
    versions = {name: _version(name) for name in names if name != "tee"}
    return {
        "cores": str(len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()),
        "processor": _processor(),
        "memory": f"{psutil.virtual_memory().total / 2**30:.0f} GiB",
        "load before": load(),
        "kernel": f"{platform.system()} {platform.release()}",
        "file system": _file_system(folder),
        "python": platform.python_version(),
        **versions,
    }


def load() -> str:
    """How busy the machine has been over 1, 5 and 15 minutes; above the number of cores, others were served too."""
    return " ".join(f"{average:.1f}" for average in os.getloadavg())


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.machine())


def _file_system(folder: Path) -> str:
    mounts = [part for part in psutil.disk_partitions(all=True) if folder.resolve().is_relative_to(part.mountpoint)]
    return max(mounts, key=lambda part: len(part.mountpoint)).fstype if mounts else "unknown"


def _version(name: str) -> str:
    done = subprocess.run([tool(name), _VERSION_FLAG[name]], capture_output=True, text=True, check=False)
    words = (done.stdout or done.stderr).replace("/", " ").split()
    return next((word for word in words if word[:1].isdigit()), "unknown")
