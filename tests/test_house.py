"""The house in order: which way imports go, who may touch what, and that everything says what it is for."""

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[1] / "src"

FLOORS = {"core": 0, "io": 1, "sources": 2, "workers": 2, "work": 3, "wiring": 4, "api": 5, "cli": 6, "__main__": 7}
"""Imports go from a higher number to a lower one, or stay on a floor. `demo` stands beside the stairs."""

PURE = {
    *("bisect", "collections", "contextlib", "dataclasses", "datetime", "email", "enum", "functools", "hashlib"),
    *("ipaddress", "itertools", "json", "math", "operator", "re", "string", "types", "typing", "unicodedata"),
    *("urllib.parse", "nh3", "pydantic", "pydantic_core", "semantic_version", "yaml"),
}
"""What `core` may import beside itself; of `pathlib` only what touches no disk."""

PATH_WRITES = {"chmod", "hardlink_to", "mkdir", "rename", "rmdir", "symlink_to", "touch", "unlink"} | {
    "write_bytes",
    "write_text",
}
OS_WRITES = {"chmod", "chown", "copy_file_range", "ftruncate", "link", "makedirs", "mkdir", "mkfifo", "mknod"} | {
    *("open", "pwrite", "remove", "removedirs", "rename", "renames", "replace", "rmdir", "sendfile", "symlink"),
    *("truncate", "unlink", "utime", "write"),
}
SHUTIL_READS = {"disk_usage", "which"}
CONNECTORS = {"aiohttp", "ftplib", "http.client", "httpx", "requests", "smtplib", "socket", "ssl", "urllib3"} | {
    "urllib.request",
    "websockets",
}
HARMLESS = {
    *("socket.gethostname", "http.client.HTTPException", "websockets.exceptions.ConnectionClosed"),
    *("websockets.exceptions.InvalidHandshake", "urllib.request.getproxies_environment"),
}
"""Names in those modules that connect to nothing."""
CALLS_THAT_CONNECT = {
    "create_connection",
    "open_connection",
    "open_unix_connection",
    "urlopen",
    "create_datagram_endpoint",
}


@dataclass(frozen=True)
class Module:
    """One file of the program: its dotted name, its path below `src`, and its tree."""

    name: str
    path: str
    tree: ast.Module

    @property
    def room(self) -> str:
        """The folder or file directly below `modella`."""
        return self.name.split(".")[1] if "." in self.name else ""


@cache
def modules() -> tuple[Module, ...]:
    """Every file of the program."""
    found = []
    for path in sorted(SOURCE.rglob("*.py")):
        relative = path.relative_to(SOURCE)
        name = ".".join(relative.with_suffix("").parts).removesuffix(".__init__")
        found.append(Module(name, relative.as_posix(), ast.parse(path.read_text(encoding="utf-8"))))
    return tuple(found)


def imported(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Line and dotted name of each import; `from a import b` is `a.b`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from ((node.lineno, f"{'.' * node.level}{node.module or ''}.{alias.name}") for alias in node.names)


def dotted(node: ast.AST) -> str:
    """`a.b.c` for such an expression, else only its last name."""
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else "?"


def calls(tree: ast.AST) -> Iterator[tuple[ast.Call, str]]:
    """Each call and the dotted name of what is called."""
    yield from ((node, dotted(node.func)) for node in ast.walk(tree) if isinstance(node, ast.Call))


def belongs_to(name: str, packages: set[str]) -> bool:
    """Whether a dotted name is one of the packages or lies in one."""
    return any(name == package or name.startswith(f"{package}.") for package in packages)


def findings(check: Callable[[ast.AST], Iterator[tuple[int, str]]], *exempt: str) -> list[str]:
    """What a check finds in the whole program, except in the files named."""
    return [
        f"{module.path}:{line} {what}"
        for module in modules()
        if not any(module.path == f"modella/{each}" or module.path.startswith(f"modella/{each}/") for each in exempt)
        for line, what in check(module.tree)
    ]


# ------------------------------------------------------------------------------------------------ what is looked for


def writes(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Calls that change what lies on a disk."""
    for line, name in imported(tree):
        module, _, last = name.rpartition(".")
        forbidden = (module == "os" and last in OS_WRITES) or (module == "shutil" and last not in SHUTIL_READS)
        if forbidden or belongs_to(name, {"tempfile"}):
            yield line, f"imports {name}"
    for call, name in calls(tree):
        owner, _, last = name.rpartition(".")
        by_module = (owner == "os" and last in OS_WRITES) or (owner == "shutil" and last not in SHUTIL_READS)
        if by_module or (owner and owner != "os" and last in PATH_WRITES):
            yield call.lineno, name
        elif owner and owner != "os" and last == "replace" and len(call.args) == 1 and not call.keywords:
            yield call.lineno, f"{name} (a path's replace has one argument)"
        elif last == "open" and any(is_writing_mode(each) for each in [*call.args, *(k.value for k in call.keywords)]):
            yield call.lineno, f"{name} for writing"


def is_writing_mode(node: ast.expr) -> bool:
    """Whether an argument is a mode like "w", "xb" or "r+"."""
    text = node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""
    return bool(re.fullmatch(r"[rwaxbt+]{1,3}", text)) and bool(set(text) & set("wax+"))


def connects(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Imports and calls that can reach another machine."""
    for line, name in imported(tree):
        if belongs_to(name, CONNECTORS) and name not in HARMLESS:
            yield line, f"imports {name}"
    for call, name in calls(tree):
        if name.rpartition(".")[2] in CALLS_THAT_CONNECT:
            yield call.lineno, name


def speaks_sql(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Imports of a database."""
    drivers = {"apsw", "sqlite3", "sqlalchemy", "psycopg"}
    yield from ((line, f"imports {name}") for line, name in imported(tree) if belongs_to(name, drivers))


def executes(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Ways in which bytes of a file, or a text, could become code, or another program could start."""
    forbidden = {
        "pickle",
        "shelve",
        "marshal",
        "dill",
        "joblib",
        "subprocess",
        "runpy",
        "code",
        "importlib.import_module",
    }
    for line, name in imported(tree):
        if belongs_to(name, forbidden):
            yield line, f"imports {name}"
    for call, name in calls(tree):
        if name in {"eval", "exec", "compile", "__import__", "os.system", "os.popen"} or name.startswith("os.exec"):
            yield call.lineno, name


def reads_environment(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Uses of the process's environment."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and dotted(node) in {"os.environ", "os.environb", "os.getenv", "os.putenv"}:
            yield node.lineno, dotted(node)
    yield from ((line, name) for line, name in imported(tree) if name in {"os.environ", "os.getenv"})


def hidden_imports(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Imports inside functions, relative ones, and those only a type checker sees."""
    for function in ast.walk(tree):
        if isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield from ((line, f"{name} inside {function.name}") for line, name in imported(function))
    yield from ((line, f"{name} is relative") for line, name in imported(tree) if name.startswith("."))
    for node in ast.walk(tree):
        if isinstance(node, (ast.Name, ast.Attribute)) and dotted(node).endswith("TYPE_CHECKING"):
            yield node.lineno, "TYPE_CHECKING"


def impure(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """What a module of `core` must not do: open, wait, ask the clock, or know anything that does."""
    for line, name in imported(tree):
        is_path = name.startswith("pathlib") and not name.startswith("pathlib.Pure")
        if is_path or not belongs_to(name, PURE | {"modella.core", "pathlib"}):
            yield line, f"imports {name}"
    for call, name in calls(tree):
        last = name.rpartition(".")[2]
        if (
            name in {"open", "input", "print"}
            or last in {"now", "today", "utcnow"}
            or name.startswith(("os.", "time."))
        ):
            yield call.lineno, name


# ------------------------------------------------------------------------------------------------------- the floors


def edges() -> dict[str, set[str]]:
    """Which module imports which, inside the program; a package's own `__init__` holds no code and is left out."""
    names = {module.name for module in modules()}
    graph: dict[str, set[str]] = {}
    for module in modules():
        targets = set()
        for _, name in imported(module.tree):
            target = name if name in names else name.rpartition(".")[0]
            if target in names and target != module.name:
                targets.add(target)
        graph[module.name] = targets
    return graph


def room_of(name: str) -> str:
    """The room a module stands in; the empty one for the package itself."""
    return name.split(".")[1] if "." in name else ""


def test_imports_go_downwards() -> None:
    wrong = [
        f"{name} imports {target}"
        for name, targets in edges().items()
        for target in targets
        if room_of(name) in FLOORS and FLOORS.get(room_of(target), -1) > FLOORS[room_of(name)]
    ]
    assert wrong == []


def test_every_file_stands_on_a_floor() -> None:
    assert {module.room for module in modules()} <= {*FLOORS, "demo", ""}


def test_only_the_demo_command_knows_the_stand_in_hub() -> None:
    users = {name for name, targets in edges().items() if any(room_of(target) == "demo" for target in targets)}
    assert {name for name in users if room_of(name) != "demo"} == {"modella.cli.demo"}


def test_the_stand_in_hub_knows_no_command() -> None:
    wrong = [(name, target) for name, ts in edges().items() for target in ts if room_of(name) == "demo"]
    assert [pair for pair in wrong if room_of(pair[1]) in {"cli", "__main__"}] == []


def test_a_source_knows_no_other_source() -> None:
    places = {path.name for path in (SOURCE / "modella" / "sources").iterdir() if (path / "source.py").exists()}
    wrong = [
        f"{name} imports {target}"
        for name, targets in edges().items()
        for target in targets
        if room_of(name) == room_of(target) == "sources"
        and name.split(".")[2] in places
        and target.split(".")[2] in places - {name.split(".")[2]}
    ]
    assert wrong == []


def test_there_are_no_circles() -> None:
    try:
        TopologicalSorter(edges()).prepare()
    except CycleError as circle:
        pytest.fail(" → ".join(circle.args[1]))


def test_no_import_hides_in_a_function_or_from_the_running_program() -> None:
    assert findings(hidden_imports) == []


def test_core_opens_nothing_and_asks_no_clock() -> None:
    found = [f"{m.path}:{line} {what}" for m in modules() if m.room == "core" for line, what in impure(m.tree)]
    assert found == []


# ---------------------------------------------------------------------------------------------- one hand per danger


def test_only_the_disk_writes_renames_links_and_deletes() -> None:
    """The log file makes its own folder; the stand-in hub has a disk of its own only in tests."""
    found = findings(writes, "io/disk.py", "io/journal.py")
    assert found == []


def test_only_the_net_opens_connections() -> None:
    """The server's door listens on a socket; the stand-in hub is a server of its own."""
    assert findings(connects, "io/net.py", "cli/door.py", "demo") == []


def test_the_door_of_the_commands_only_listens_or_uses_a_connection_that_was_made_for_it() -> None:
    door = next(module for module in modules() if module.path == "modella/cli/door.py")
    assert {name for _, name in connects(door.tree)} <= {
        "imports socket",
        "imports websockets.sync.client.ClientConnection",
        "imports websockets.sync.client.connect",
    }
    made = [call for call, name in calls(door.tree) if name == "connect"]
    assert made
    assert all("sock" in {keyword.arg for keyword in call.keywords} for call in made)
    assert "wire.connect" not in {name for _, name in calls(door.tree)}


def test_only_the_store_speaks_sql() -> None:
    assert findings(speaks_sql, "io/store") == []


def test_nothing_is_unpickled_and_no_text_becomes_code() -> None:
    assert findings(executes) == []


def test_the_environment_is_read_in_few_places() -> None:
    assert findings(reads_environment, "io/settings.py", "cli/commands.py", "cli/demo.py", "wiring.py") == []


# --------------------------------------------------------------------------------------------- saying what it is for


def test_every_file_begins_with_what_it_is_for() -> None:
    silent = [
        m.path for m in modules() if not re.match(r"\S.*?[.?!](\s|$)", ast.get_docstring(m.tree) or "", re.DOTALL)
    ]
    assert silent == []


def test_everything_public_says_what_it_does() -> None:
    assert findings(silent_definitions) == []


def silent_definitions(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Public functions, methods and classes without a docstring; the setter of a property has its getter's."""
    for parent in ast.walk(tree):
        if not isinstance(parent, (ast.Module, ast.ClassDef)):
            continue
        if isinstance(parent, ast.ClassDef) and parent.name.startswith("_"):
            continue
        for node in parent.body:
            if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)) or node.name.startswith("_"):
                continue
            is_setter = any(dotted(decorator).endswith(".setter") for decorator in node.decorator_list)
            if ast.get_docstring(node) is None and not is_setter:
                yield node.lineno, node.name


def test_names_say_what_things_are() -> None:
    vague = re.compile(r"(?:^|_)(manager|handler|helper|helpers|util|utils|misc|common)(?:_|$)")
    names = [
        (module.path, word)
        for module in modules()
        for word in [
            module.name.rpartition(".")[2],
            *(n.name for n in ast.walk(module.tree) if isinstance(n, ast.ClassDef)),
        ]
    ]
    snake = ((path, word, re.sub(r"(?<=[a-z])(?=[A-Z])", "_", word).lower()) for path, word in names)
    assert [(path, word) for path, word, plain in snake if vague.search(plain)] == []


# ------------------------------------------------------------------------------------- the checks see what they seek


@pytest.mark.parametrize(
    ("check", "code"),
    [
        (writes, "from pathlib import Path\nPath('x').write_text('y')"),
        (writes, "import os\nos.replace(a, b)"),
        (writes, "from os import unlink"),
        (writes, "import shutil\nshutil.rmtree(folder)"),
        (writes, "path.replace(target)"),
        (writes, "open(path, 'w')"),
        (writes, "path.open(mode='r+b')"),
        (writes, "import tempfile"),
        (connects, "import socket"),
        (connects, "from http.client import HTTPConnection"),
        (connects, "asyncio.open_connection(host, 80)"),
        (speaks_sql, "import sqlite3"),
        (executes, "import pickle"),
        (executes, "eval(text)"),
        (executes, "from subprocess import run"),
        (reads_environment, "import os\nos.environ['HOME']"),
        (hidden_imports, "def f():\n    import json"),
        (hidden_imports, "from . import x"),
        (hidden_imports, "from typing import TYPE_CHECKING\nif TYPE_CHECKING: pass"),
        (impure, "import os"),
        (impure, "from pathlib import Path"),
        (impure, "open('x')"),
        (impure, "from datetime import datetime\ndatetime.now()"),
        (impure, "from modella.io.disk import Library"),
        (silent_definitions, "def spoken(): pass"),
    ],
)
def test_a_check_sees_what_it_forbids(check: Callable[[ast.AST], Iterator[tuple[int, str]]], code: str) -> None:
    assert list(check(ast.parse(code)))


@pytest.mark.parametrize(
    ("check", "code"),
    [
        (writes, "text.replace('a', 'b')"),
        (writes, "moment.replace(tzinfo=UTC)"),
        (writes, "path.open('rb')"),
        (writes, "import shutil\nshutil.disk_usage(path)"),
        (connects, "from socket import gethostname"),
        (connects, "from urllib.parse import urlsplit"),
        (executes, "import re\nre.compile('x')"),
        (executes, "import pickletools"),
        (impure, "from pathlib import PurePosixPath"),
        (silent_definitions, "class _Private:\n    def spoken(self): pass"),
    ],
)
def test_a_check_leaves_alone_what_is_harmless(
    check: Callable[[ast.AST], Iterator[tuple[int, str]]], code: str
) -> None:
    assert list(check(ast.parse(code))) == []
