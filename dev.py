#!/usr/bin/env python3
"""Everything a clone needs, with nothing but Python 3.11 and pip: makes .venv from the locks, then runs a chore.

The web app is built with the Node on the PATH, or else with one that comes from the locks.

python3 dev.py serve [...]   set up and serve the library (arguments go to `modella serve`)
python3 dev.py test [...]    set up and run every check and every test (arguments go to pytest)
python3 dev.py lint          format check, linter and types alone
python3 dev.py web           set up web/node_modules and make the web app's types from the API's description
python3 dev.py bench [...]   measure against curl and aria2 (Debian packages nginx, aria2, curl, openssl)
python3 dev.py lock          resolve the dependencies anew and write requirements/*.txt
"""

import hashlib
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent
ENVIRONMENT = ROOT / ".venv"
BIN = ENVIRONMENT / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / ("python.exe" if os.name == "nt" else "python")
OLDEST_NODE = (20, 19)
HOW_LONG = "this takes a minute or two, once"


def run(*command: object, **options: object) -> int:
    """Runs a command in the clone and gives its exit status."""
    return subprocess.run([str(part) for part in command], cwd=ROOT, check=False, **options).returncode  # type: ignore[call-overload]


def need(*command: object) -> None:
    """Runs a command that must succeed."""
    status = run(*command)
    if status:
        sys.exit(f"dev.py: this failed ({status}): {' '.join(str(part) for part in command)}")


def set_up(lock: str) -> None:
    """Makes .venv hold exactly what a lock says, and this project; does nothing when it does already."""
    if sys.version_info < (3, 11):
        sys.exit("dev.py: Python 3.11 or newer is needed; run it with that one, for example python3.11 dev.py serve")
    wanted = fingerprint(lock)
    stamp = ENVIRONMENT / f".modella-{lock}"
    if PYTHON.exists() and stamp.exists() and stamp.read_text() == wanted:
        return
    if not PYTHON.exists():
        venv.create(ENVIRONMENT, with_pip=False)
    print(f"dev.py: setting up .venv from requirements/{lock}.txt; {HOW_LONG} ...", file=sys.stderr, flush=True)
    pip = (*installer(), "install", "--quiet", "--disable-pip-version-check")
    need(*pip, "--require-hashes", "-r", ROOT / "requirements" / f"{lock}.txt")
    if not has_node():
        need(*pip, "--require-hashes", "-r", ROOT / "requirements" / "node.txt")
    need(*pip, "--no-deps", "--no-build-isolation", "-e", ROOT)
    stamp.write_text(wanted)


def has_node() -> bool:
    """Whether a Node that can build the web app is on the PATH, and npm with it."""
    try:
        told = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True).stdout
        version = tuple(int(part) for part in told.strip().lstrip("v").split(".")[:2])
    except (OSError, ValueError, subprocess.CalledProcessError):
        return False
    return version >= OLDEST_NODE and shutil.which("npm") is not None


def build_web() -> None:
    """Builds the web app when it is older than its sources."""
    need(PYTHON, ROOT / "hatch_build.py")


def installer() -> tuple[object, ...]:
    """A pip that fills .venv: this Python's, that of the Python behind an environment, else one put into .venv."""
    for python in dict.fromkeys((sys.executable, getattr(sys, "_base_executable", sys.executable))):
        if works(python, "-m", "pip", "--version"):
            return python, "-m", "pip", "--python", PYTHON
    if not works(PYTHON, "-m", "pip", "--version") and not works(PYTHON, "-m", "ensurepip"):
        sys.exit("dev.py: pip is needed; on Debian and Ubuntu: apt install python3-pip python3-venv")
    return PYTHON, "-m", "pip"


def works(*command: object) -> bool:
    """Whether a command can be run and succeeds; what it prints is thrown away."""
    return run(*command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) == 0


def fingerprint(lock: str) -> str:
    """Changes when the lock or the project's description changes, or the clone has moved."""
    files = (ROOT / "requirements" / f"{lock}.txt", ROOT / "pyproject.toml")
    return hashlib.sha256(b"".join(path.read_bytes() for path in files) + str(ROOT).encode()).hexdigest()


def serve(arguments: list[str]) -> int:
    """Sets up and serves until stopped."""
    set_up("run")
    build_web()
    command = [str(PYTHON), "-m", "modella", "serve", *arguments]
    if os.name != "nt":
        os.execv(command[0], command)
    return run(*command)


def lint() -> int:
    """Formatting, linting and types, of both languages."""
    set_up("dev")
    sources = ("src", "tests", "bench", "dev.py", "hatch_build.py")
    checks = (("ruff", "format", "--check", *sources), ("ruff", "check", *sources), ("mypy",))
    checked = max(run(PYTHON, "-m", *check) for check in checks)
    return max(checked, *(npm("run", chore) for chore in ("lint", "types")))


def npm(*arguments: str) -> int:
    """Runs npm in web/, with its tools installed."""
    return run(PYTHON, ROOT / "hatch_build.py", "npm", *arguments)


def web() -> int:
    """Sets up the web app's tools and makes its types from the description of the API."""
    set_up("dev")
    with (ROOT / "web" / "openapi.json").open("w", encoding="utf-8") as file:
        need_told = run(PYTHON, "-m", "tests.documents", "openapi", stdout=file)
    return need_told or npm("run", "api")


def test(arguments: list[str]) -> int:
    """Every check and every test; the tests run even when a check fails, so that one run tells all."""
    set_up("dev")
    build_web()
    checked = npm("--version", "--loglevel=silent") if arguments else max(lint(), npm("run", "test"))
    if not arguments:
        install_chromium()
    return run(PYTHON, "-m", "pytest", *arguments) or checked


def install_chromium() -> None:
    """Installs Debian's Chromium for the browser tests where that can be done; elsewhere they skip and say so."""
    is_there = shutil.which("chromium") or os.environ.get("CHROMIUM")
    if is_there or not shutil.which("apt-get") or not hasattr(os, "geteuid") or os.geteuid() != 0:
        return
    quiet = {"env": {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}, "stdout": subprocess.DEVNULL}
    run("apt-get", "update", "-qq", **quiet)
    run("apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium", **quiet)


def bench(arguments: list[str]) -> int:
    """The side-by-side measurements."""
    set_up("dev")
    return run(PYTHON, "-m", "bench", *arguments)


def lock() -> int:
    """Writes the locks: versions and hashes for every platform, no address of any registry."""
    set_up("dev")
    shared = ("pip", "compile", "--universal", "--generate-hashes", "--no-header", "--no-annotate", "--upgrade", "-q")
    plain = ("--no-emit-index-url", "--no-emit-find-links", "--python-version", "3.11")
    whole = ("pyproject.toml", "--group", "build")
    sources = {"run": whole, "dev": (*whole, "--group", "dev"), "node": ("--only-group", "node")}
    for name, source in sources.items():
        need(BIN / "uv", *shared, *plain, *source, "-o", ROOT / "requirements" / f"{name}.txt")
    return 0


def main() -> int:
    """Runs the chore that was named."""
    chore, *arguments = sys.argv[1:] or ["help"]
    simple = {"lint": lint, "lock": lock, "web": web}
    with_arguments = {"serve": serve, "test": test, "bench": bench}
    if chore in simple:
        return simple[chore]()
    if chore in with_arguments:
        return with_arguments[chore](arguments)
    print(__doc__)
    return 0 if chore in {"help", "-h", "--help"} and sys.argv[1:] else 2


if __name__ == "__main__":
    sys.exit(main())
