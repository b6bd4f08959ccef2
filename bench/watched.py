"""Running other programs while their time, processor and memory are counted."""

import os
import subprocess
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from bench.failure import BenchFailure

_LOOK_EVERY = 0.02
_KIB = 1024


@dataclass(frozen=True)
class Spent:
    """Wall and processor seconds (user + system, children that were waited for included), and peak memory in bytes."""

    wall: float
    processor: float
    peak: int


class Watched:
    """A program from its start to its end. Call `wait` or `end` exactly once; both give what it spent.

    The peak is what the kernel noted for the program itself (`VmHWM`); `ru_maxrss` serves only where that is not told,
    because it begins with the size of whoever started the program.
    """

    def __init__(
        self,
        command: Sequence[str],
        env: Mapping[str, str],
        *,
        stdin: IO[bytes] | None = None,
    ) -> None:
        self.name = Path(command[0]).name
        self._complaints = tempfile.TemporaryFile()  # noqa: SIM115 (closed when the program has ended)
        self._peak = 0
        self._ended = threading.Event()
        self.began = time.perf_counter()
        self._process = subprocess.Popen(
            command,
            env=dict(env),
            stdin=stdin or subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=self._complaints,
        )
        self._watcher = threading.Thread(target=self._watch, name=f"watch-{self.name}", daemon=True)
        self._watcher.start()

    @property
    def pid(self) -> int:
        """The program's process id."""
        return self._process.pid

    @property
    def output(self) -> IO[bytes]:
        """What the program writes."""
        assert self._process.stdout is not None
        return self._process.stdout

    @property
    def peak(self) -> int:
        """Peak memory so far, in bytes."""
        return max(self._peak, _peak_of(self.pid) or 0)

    def is_running(self) -> bool:
        """Whether it has not ended; asks without taking its exit status away."""
        found = os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        return found is None

    def wait(self) -> Spent:
        """Waits for the end; BenchFailure when it was not a good one."""
        spent, status = self._reap()
        if status:
            raise BenchFailure(f"{self.name} ended with {status}: {self._last_words() or 'it said nothing'}")
        self._complaints.close()
        return spent

    def end(self, how: int) -> Spent:
        """Ends it with a signal and waits; its exit status does not matter."""
        if self.is_running():
            self._process.send_signal(how)
        spent, _ = self._reap()
        self._complaints.close()
        return spent

    def _reap(self) -> tuple[Spent, int]:
        _, status, usage = os.wait4(self.pid, 0)
        wall = time.perf_counter() - self.began
        self._process.returncode = os.waitstatus_to_exitcode(status)
        self._ended.set()
        self._watcher.join()
        self.output.close()
        peak = self._peak or usage.ru_maxrss * _KIB
        return Spent(wall, usage.ru_utime + usage.ru_stime, peak), self._process.returncode

    def _watch(self) -> None:
        while not self._ended.wait(_LOOK_EVERY):
            self._peak = max(self._peak, _peak_of(self.pid) or 0)

    def _last_words(self) -> str:
        self._complaints.seek(0)
        return self._complaints.read().decode(errors="replace").strip()[-500:]


def pipeline(commands: Sequence[Sequence[str]], env: Mapping[str, str]) -> tuple[Spent, str]:
    """Runs programs that feed one another; what they spent together, and what the last one wrote.

    Wall time is from the first start to the last end; processor and memory are sums.
    """
    running: list[Watched] = []
    for command in commands:
        running.append(Watched(command, env, stdin=running[-1].output if running else None))
        if len(running) > 1:
            running[-2].output.close()
    written = running[-1].output.read().decode()
    spent = [program.wait() for program in running]
    wall = max(program.began + each.wall for program, each in zip(running, spent, strict=True)) - running[0].began
    return Spent(wall, sum(each.processor for each in spent), sum(each.peak for each in spent)), written


def _peak_of(pid: int) -> int | None:
    """The largest resident size of a living process, where the kernel tells it."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return None
    return next((int(line.split()[1]) * _KIB for line in lines if line.startswith("VmHWM:")), None)
