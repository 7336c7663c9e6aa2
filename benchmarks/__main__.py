"""The command ``python -m benchmarks``. It stops all processes that it started, also when it is interrupted."""

import signal
import sys
from collections.abc import Callable, Sequence
from types import FrameType

from benchmarks import big_projects, profile
from benchmarks.comparison import command as comparison
from benchmarks.load import commands as load

# The first word chooses the benchmark. Without one, it is the comparison.
COMMANDS: dict[str, Callable[[Sequence[str]], int]] = {
    "big": big_projects.command,
    "memory": load.memory_command,
    "profile": profile.command,
    "soak": load.soak_command,
}


def main(arguments: Sequence[str]) -> int:
    for name in ("SIGTERM", "SIGALRM"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), _stop)
    first, *others = arguments or [""]
    return COMMANDS[first](others) if first in COMMANDS else comparison.main(arguments)


def _stop(number: int, _frame: FrameType | None) -> None:
    sys.exit(f"stopped by {signal.Signals(number).name}")  # SystemExit leaves the contexts, which stop the processes


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
