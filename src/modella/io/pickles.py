"""Lists the tensors of pickled files (.ckpt .pt .pth .bin) by walking opcodes. Nothing is imported, called or built.

Known names (allow list) are understood as data; every other name a pickle wants to import is reported, and what it
would have made stays an opaque thing. A file we cannot follow is unknown, never safe.
"""

import errno
import pickletools
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any, BinaryIO

from modella.core.tensors import Header, Tensor

_LARGEST = 48 * 1024 * 1024
"""Bytes of one pickle stream; real ones hold a few megabytes, a small zip can unfold to gigabytes."""
_LARGEST_DIRECTORY = 64 * 1024 * 1024
_TOO_LONG = "its pickle is longer than is read of any file"
_MOST_OPCODES = 800_000
_MOST_TENSORS = 200_000
_DEEPEST = 48
_MAGIC = 0x1950A86A20F9469CFC6C
_FAULTS = (ValueError, TypeError, IndexError, KeyError, OverflowError, RecursionError, AttributeError, struct.error)

_STORAGES = {
    "DoubleStorage": "F64",
    "FloatStorage": "F32",
    "HalfStorage": "F16",
    "BFloat16Storage": "BF16",
    "LongStorage": "I64",
    "IntStorage": "I32",
    "ShortStorage": "I16",
    "CharStorage": "I8",
    "ByteStorage": "U8",
    "BoolStorage": "BOOL",
    "Float8_e4m3fnStorage": "F8_E4M3",
    "Float8_e5m2Storage": "F8_E5M2",
    "UntypedStorage": "U8",
    "QInt8Storage": "I8",
    "QUInt8Storage": "U8",
}
_TYPES = {
    "float64": "F64",
    "float32": "F32",
    "float16": "F16",
    "bfloat16": "BF16",
    "int64": "I64",
    "int32": "I32",
    "int16": "I16",
    "int8": "I8",
    "uint8": "U8",
    "bool": "BOOL",
    "float8_e4m3fn": "F8_E4M3",
    "float8_e5m2": "F8_E5M2",
}
_INNOCENT = frozenset(
    {
        "collections OrderedDict",
        "collections defaultdict",
        "torch Size",
        "torch device",
        "torch Tensor",
        "torch.serialization _get_layout",
        "torch.nn.parameter Parameter",
        "torch._utils _rebuild_tensor",
        "torch._utils _rebuild_tensor_v2",
        "torch._utils _rebuild_tensor_v3",
        "torch._utils _rebuild_parameter",
        "torch._utils _rebuild_parameter_with_state",
        "torch._tensor _rebuild_from_type_v2",
        "torch.storage UntypedStorage",
        "torch.storage TypedStorage",
        "numpy dtype",
        "numpy ndarray",
        "numpy.core.multiarray scalar",
        "numpy.core.multiarray _reconstruct",
        "numpy._core.multiarray scalar",
        "numpy._core.multiarray _reconstruct",
        "_codecs encode",
    }
)
"""What a plain state dictionary needs. `_load_from_bytes` unpickles again, so it is not among them."""

_UNWRAPPED = ("state_dict", "params_ema", "params", "model_state_dict", "model", "module", "ema", "generator", "net")


class _Mark:
    """Where a tuple or list on the stack begins."""


@dataclass(slots=True)
class _Opaque:
    """Something the pickle would have made and we did not; `state` is what it would have been filled with."""

    name: str
    state: Any = None


@dataclass(frozen=True, slots=True)
class _Global:
    name: str


@dataclass(frozen=True, slots=True)
class _Storage:
    dtype: str
    count: int


@dataclass(slots=True)
class _Stream:
    """What one pickle stream held."""

    value: Any = None
    imports: set[str] = field(default_factory=set)
    fault: str | None = None
    limit: str | None = None
    """Why the walk ended early although nothing was wrong."""
    end: int = 0


def read_zip(file: BinaryIO, size: int) -> Header:
    """The tensors of a torch zip; an archive without a pickle is just a zip."""
    try:
        _check_directory(file, size)
        with zipfile.ZipFile(file) as archive:
            names = archive.namelist()
            pickled = next((name for name in names if name.endswith("data.pkl")), None)
            if pickled is None:
                return Header("zip", size=size, metadata={"files": ", ".join(names[:20])[:1000]})
            entry = archive.getinfo(pickled)
            if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                raise zipfile.BadZipFile("packed in a way torch never uses")
            with archive.open(entry) as member:
                stream = _follow(member.read(_LARGEST + 1))
            metadata = {"torchscript": "yes"} if any(name.endswith("constants.pkl") for name in names) else {}
    # zipfile itself raises NotImplementedError for a zip of a kind it cannot read, and RuntimeError for a locked one.
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, zlib.error, *_FAULTS) as fault:
        return _without_directory(file, size, f"a zip that cannot be read: {str(fault)[:100]}")
    except OSError as fault:
        # A directory that points before the file makes the seek fail; the disk itself is fine.
        if fault.errno != errno.EINVAL:
            raise
        return _without_directory(file, size, "a zip whose directory points outside the file")
    return _header_of(stream, size, metadata)


def read_bare(file: BinaryIO, size: int) -> Header:
    """The tensors of a bare pickle, or of the five pickles in a row that torch wrote before 1.6."""
    data = file.read(_LARGEST)
    first = _follow(data)
    if first.value != _MAGIC:
        return _header_of(_as_cut(first, size), size, {})
    imports: set[str] = set()
    at, stream = first.end, first
    for _ in range(3):
        stream = _follow(data[at:])
        imports |= stream.imports
        at += stream.end
        if stream.fault or stream.limit:
            break
    stream.imports |= imports
    return _header_of(_as_cut(stream, size), size, {})


def _as_cut(stream: _Stream, size: int) -> _Stream:
    """A stream whose end we did not read is not broken because it has none."""
    if stream.fault and size > _LARGEST:
        stream.fault, stream.limit = None, _TOO_LONG
    return stream


def _check_directory(file: BinaryIO, size: int) -> None:
    file.seek(max(0, size - 65_557))
    tail = file.read()
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) - at < 22:
        raise zipfile.BadZipFile("its directory is missing: cut off")
    length = struct.unpack_from("<I", tail, at + 12)[0]
    if length != 0xFFFFFFFF and length > _LARGEST_DIRECTORY:
        raise zipfile.BadZipFile("its directory is larger than any model's")
    wide = tail.rfind(b"PK\x06\x06")
    if wide >= 0 and len(tail) - wide >= 48 and struct.unpack_from("<Q", tail, wide + 40)[0] > _LARGEST_DIRECTORY:
        raise zipfile.BadZipFile("its directory is larger than any model's")
    file.seek(0)


def _without_directory(file: BinaryIO, size: int, problem: str) -> Header:
    """A cut-off torch zip begins with its pickle, stored as it is: enough to say what it would have been."""
    file.seek(0)
    start = file.read(min(size, _LARGEST))
    tensors: Mapping[str, Tensor] = {}
    suspicious: tuple[str, ...] = ()
    if len(start) > 30 and start[:4] == b"PK\x03\x04" and start[8:10] == b"\x00\x00":
        name_length, extra_length = struct.unpack_from("<HH", start, 26)
        if start[30 : 30 + name_length].endswith(b"data.pkl"):
            header = _header_of(_follow(start[30 + name_length + extra_length :]), size, {})
            tensors, suspicious = header.tensors, header.suspicious
    return Header("torch" if tensors else "zip", tensors, {}, size, (problem,), suspicious)


def _header_of(stream: _Stream, size: int, metadata: dict[str, str]) -> Header:
    tensors: dict[str, Tensor] = {}
    for name, tensor in _listed(_unwrapped(stream.value)):
        if len(tensors) >= _MOST_TENSORS:
            break
        tensors[name] = tensor
    metadata |= _texts(stream.value)
    problems = (stream.fault,) if stream.fault else ()
    unread = (stream.limit,) if stream.limit else ()
    imports = tuple(sorted(stream.imports)[:50])
    return Header("torch", tensors, metadata, size, problems, imports, unread=unread)


def _unwrapped(value: Any) -> Any:
    for _ in range(3):
        table = value.state if isinstance(value, _Opaque) and isinstance(value.state, dict) else value
        if not isinstance(table, dict):
            return table
        inner = next((table[key] for key in _UNWRAPPED if isinstance(table.get(key), (dict, _Opaque))), None)
        if inner is None:
            return table
        value = inner
    return value.state if isinstance(value, _Opaque) else value


def _listed(value: Any) -> Iterator[tuple[str, Tensor]]:
    """Tensors with their path; a shared part is shown where it comes first, so that no nesting can multiply."""
    waiting: list[tuple[str, Any, int]] = [("", value, 0)]
    seen: set[int] = set()
    while waiting:
        name, inner, depth = waiting.pop()
        if isinstance(inner, Tensor):
            yield name, inner
            continue
        if depth >= _DEEPEST or id(inner) in seen:
            continue
        seen.add(id(inner))
        parts = [(_joined(name, key), part, depth + 1) for key, part in _parts(inner)]
        waiting.extend(reversed(parts))


def _joined(name: str, key: Any) -> str:
    # A pickled torch module keeps its weights in tables of these names, which a state dictionary leaves out.
    if key in ("_modules", "_parameters", "_buffers"):
        return name
    return f"{name}.{key}" if name else str(key)


def _parts(value: Any) -> list[tuple[Any, Any]]:
    if isinstance(value, _Opaque):
        return _parts(value.state) if isinstance(value.state, dict) else []
    if isinstance(value, dict):
        return list(value.items())
    return list(enumerate(value)) if isinstance(value, (list, tuple)) and len(value) <= 16 else []


def _texts(value: Any) -> dict[str, str]:
    if not isinstance(value, dict):
        return {}
    wanted = ("name", "step", "sd_checkpoint", "sd_checkpoint_name", "global_step", "epoch")
    return {key: str(value[key])[:500] for key in wanted if _is_key(value.get(key))}


def _follow(data: bytes) -> _Stream:
    """Walks one pickle stream; a fault keeps what was understood before it."""
    stream = _Stream()
    machine = _Machine(stream.imports)
    source = BytesIO(data)
    if len(data) > _LARGEST:
        stream.limit = _TOO_LONG
        return stream
    try:
        for count, (opcode, argument, _) in enumerate(pickletools.genops(source)):
            if count > _MOST_OPCODES:
                stream.limit = "its pickle has more steps than are followed in any file"
                break
            machine.step(opcode.name, argument)
    except _FAULTS as fault:
        stream.fault = f"its pickle is broken: {str(fault)[:100] or type(fault).__name__}"
    stream.end = source.tell()
    stream.value = machine.best()
    return stream


class _Machine:
    """The pickle stack with everything that could act taken out."""

    def __init__(self, imports: set[str]) -> None:
        self._stack: list[Any] = []
        self._memo: dict[int, Any] = {}
        self._imports = imports
        self._steps: Mapping[str, Callable[[Any], None]] = {
            "MARK": lambda _: self._stack.append(_Mark),
            "EMPTY_DICT": lambda _: self._stack.append({}),
            "EMPTY_LIST": lambda _: self._stack.append([]),
            "EMPTY_TUPLE": lambda _: self._stack.append(()),
            "EMPTY_SET": lambda _: self._stack.append([]),
            "NONE": lambda _: self._stack.append(None),
            "NEWTRUE": lambda _: self._stack.append(True),
            "NEWFALSE": lambda _: self._stack.append(False),
            "TUPLE": lambda _: self._stack.append(tuple(self._marked())),
            "TUPLE1": lambda _: self._take_tuple(1),
            "TUPLE2": lambda _: self._take_tuple(2),
            "TUPLE3": lambda _: self._take_tuple(3),
            "LIST": lambda _: self._stack.append(self._marked()),
            "DICT": lambda _: self._stack.append(_pairs(self._marked())),
            "SETITEM": lambda _: self._set_items(self._popped(2)),
            "SETITEMS": lambda _: self._set_items(self._marked()),
            "APPEND": lambda _: self._extend(self._popped(1)),
            "APPENDS": lambda _: self._extend(self._marked()),
            "ADDITEMS": lambda _: self._extend(self._marked()),
            "PUT": self._keep,
            "BINPUT": self._keep,
            "LONG_BINPUT": self._keep,
            "MEMOIZE": lambda _: self._keep(len(self._memo)),
            "GET": self._recall,
            "BINGET": self._recall,
            "LONG_BINGET": self._recall,
            "POP": lambda _: self._stack.pop(),
            "POP_MARK": lambda _: self._marked().clear(),
            "DUP": lambda _: self._stack.append(self._stack[-1]),
            "GLOBAL": self._import,
            "STACK_GLOBAL": lambda _: self._import(_dotted(self._popped(2))),
            "INST": lambda name: self._instance(name, self._marked()),
            "OBJ": lambda _: self._object(self._marked()),
            "REDUCE": lambda _: self._reduce(*self._popped(2)),
            "NEWOBJ": lambda _: self._reduce(*self._popped(2)),
            "NEWOBJ_EX": lambda _: self._reduce(*self._popped(3)[:2]),
            "BUILD": lambda _: self._fill(self._popped(1)[0]),
            "BINPERSID": lambda _: self._persistent(self._popped(1)[0]),
            "PERSID": self._persistent,
            "PROTO": lambda _: None,
            "FRAME": lambda _: None,
            "STOP": lambda _: None,
        }

    def step(self, name: str, argument: Any) -> None:
        """One opcode; those without an entry only push their argument."""
        step = self._steps.get(name)
        if step:
            step(argument)
        elif name.startswith("EXT"):
            self._import(f"extension {argument}")
        else:
            self._stack.append(argument)

    def best(self) -> Any:
        """The finished object, or the largest table of an unfinished one."""
        tables = [one for one in self._stack if isinstance(one, dict) and one]
        if len(self._stack) == 1 or not tables:
            return self._stack[-1] if self._stack and self._stack[-1] is not _Mark else None
        return max(tables, key=len)

    def _popped(self, count: int) -> list[Any]:
        if len(self._stack) < count or any(one is _Mark for one in self._stack[-count:]):
            raise ValueError("its stack runs empty")
        taken = self._stack[-count:]
        del self._stack[-count:]
        return taken

    def _marked(self) -> list[Any]:
        for at in range(len(self._stack) - 1, -1, -1):
            if self._stack[at] is _Mark:
                taken = self._stack[at + 1 :]
                del self._stack[at:]
                return taken
        raise ValueError("its stack has no mark")

    def _take_tuple(self, count: int) -> None:
        self._stack.append(tuple(self._popped(count)))

    def _keep(self, place: Any) -> None:
        self._memo[int(place)] = self._stack[-1]

    def _recall(self, place: Any) -> None:
        self._stack.append(self._memo[int(place)])

    def _set_items(self, items: list[Any]) -> None:
        target = self._stack[-1]
        if isinstance(target, _Opaque):
            target.state = target.state if isinstance(target.state, dict) else {}
            target = target.state
        if isinstance(target, dict):
            target.update(_pairs(items))

    def _extend(self, items: list[Any]) -> None:
        if isinstance(self._stack[-1], list):
            self._stack[-1].extend(items)

    def _import(self, name: str) -> None:
        name = str(name)[:200]
        module, _, attribute = name.rpartition(" ")
        plain = module in ("torch", "torch.storage") and (attribute in _STORAGES or attribute in _TYPES)
        if name not in _INNOCENT and not plain:
            self._imports.add(name.replace(" ", "."))
        self._stack.append(_Global(name))

    def _instance(self, name: str, _: list[Any]) -> None:
        self._import(name)
        self._stack[-1] = _Opaque(str(name)[:200])

    def _object(self, parts: list[Any]) -> None:
        self._stack.append(_Opaque(parts[0].name if parts and isinstance(parts[0], _Global) else ""))

    def _reduce(self, called: Any, arguments: Any) -> None:
        name = called.name if isinstance(called, _Global) else ""
        self._stack.append(_made(name, arguments if isinstance(arguments, (tuple, list)) else ()))

    def _fill(self, state: Any) -> None:
        target = self._stack[-1]
        if isinstance(target, _Opaque):
            target.state = state if target.state is None else target.state

    def _persistent(self, key: Any) -> None:
        if isinstance(key, tuple) and len(key) >= 5 and isinstance(key[1], _Global) and isinstance(key[4], int):
            self._stack.append(_Storage(_STORAGES.get(key[1].name.rpartition(" ")[2], "unknown"), key[4]))
        else:
            self._stack.append(_Opaque("storage"))


def _made(name: str, arguments: tuple[Any, ...] | list[Any]) -> Any:
    if name in ("torch._utils _rebuild_tensor_v2", "torch._utils _rebuild_tensor", "torch._utils _rebuild_tensor_v3"):
        storage, size = arguments[0], arguments[2]
        typed = arguments[6] if name.endswith("v3") and len(arguments) > 6 else None
        dtype = storage.dtype if isinstance(storage, _Storage) else "unknown"
        if isinstance(typed, _Global):
            dtype = _TYPES.get(typed.name.rpartition(" ")[2], "unknown")
        return Tensor(dtype, _size(size))
    if name in ("torch._utils _rebuild_parameter", "torch._utils _rebuild_parameter_with_state"):
        return arguments[0]
    if name == "torch._tensor _rebuild_from_type_v2":
        inner = arguments[2] if len(arguments) > 2 else ()
        function = arguments[0].name if isinstance(arguments[0], _Global) else ""
        return _made(function, inner) if isinstance(inner, tuple) and function != name else _Opaque(name)
    if name in ("collections OrderedDict", "collections defaultdict"):
        return _ordered(arguments)
    if name == "torch Size":
        return arguments[0] if arguments else ()
    return _Opaque(name, arguments[0] if arguments and isinstance(arguments[0], dict) else None)


def _dotted(parts: list[Any]) -> str:
    return " ".join(part if isinstance(part, str) else "computed" for part in parts)


def _size(value: Any) -> tuple[int, ...]:
    if not isinstance(value, (tuple, list)) or len(value) > 64:
        raise ValueError("a tensor without a shape")
    if not all(type(one) is int and 0 <= one < 1 << 63 for one in value):
        raise ValueError("a tensor with an impossible shape")
    return tuple(value)


def _ordered(arguments: tuple[Any, ...] | list[Any]) -> dict[Any, Any]:
    listed = arguments[0] if arguments and isinstance(arguments[0], list) else []
    return _pairs([part for pair in listed if isinstance(pair, (list, tuple)) and len(pair) == 2 for part in pair])


def _pairs(items: list[Any]) -> dict[Any, Any]:
    keys = items[::2]
    return {key: value for key, value in zip(keys, items[1::2], strict=False) if _is_key(key)}


def _is_key(key: Any) -> bool:
    return isinstance(key, str) or (isinstance(key, int) and key.bit_length() < 64)
