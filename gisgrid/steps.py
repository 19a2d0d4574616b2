"""Commands that take a while: run one, show its progress, keep its output for an error.

Standard library only, imports nothing of gisgrid: it runs before there is an environment.
"""

import subprocess
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

Say = Callable[[str], None]
"""Takes one line of progress for people; never a command's result."""

SPOKEN_EVERY_S = 2.0


class StepFailed(Exception):
    """A command of a step ended badly; the text holds the command, its first and last lines."""


def run_step(
    command: Sequence[str | Path],
    say: Say,
    *,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    finish: bool = False,
) -> str:
    """Run a command; returns its output. Says its latest line every two seconds while it runs.

    `finish` is for a package manager: it is shielded from Ctrl-C (stopped half-way it leaves a broken machine; the
    interrupt is raised once it has ended), and all can read what it writes, under any umask. Raises StepFailed.
    """
    words = [str(part) for part in command]
    pipe, nothing = subprocess.PIPE, subprocess.DEVNULL
    try:
        process = subprocess.Popen(
            words, stdin=nothing, stdout=pipe, stderr=subprocess.STDOUT, text=True, errors="replace",
            env=env, cwd=cwd, start_new_session=finish, umask=0o022 if finish else -1,
        )  # fmt: skip
    except OSError as error:
        raise StepFailed(f"{words[0]}: {error.strerror}") from error
    with process:
        printed, interrupted = _follow(process, say, finish)
    if interrupted:
        raise KeyboardInterrupt
    if process.returncode:
        shown = printed if len(printed) < 40 else [*printed[:12], "...", *printed[-20:]]
        raise StepFailed("\n    ".join([" ".join(words), *shown]))
    return "\n".join(printed)


def _follow(process: subprocess.Popen[str], say: Say, finish: bool) -> tuple[list[str], bool]:
    printed: deque[str] = deque(maxlen=20_000)
    interrupted, spoken = False, time.monotonic()
    while True:
        try:
            line = process.stdout.readline() if process.stdout else ""
            if not line:
                process.wait()
                return list(printed), interrupted
            printed.append(line.rstrip())
            if time.monotonic() - spoken > SPOKEN_EVERY_S and line.strip():
                spoken = time.monotonic()
                say(f"    {line.strip()[:110]}")
        except KeyboardInterrupt:
            if not finish:
                process.terminate()
                process.wait()
                raise
            interrupted = True
            say("    this step cannot be left half done; stopping right after it")
