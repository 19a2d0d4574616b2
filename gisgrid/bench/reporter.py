"""Who reports while maps are open, in a process of its own: what 500 maps read does not count as a report's time.

Reads one line of JSON (`Rounds`), says a line for each report: `got NUMBER AT TOOK`, `refused TOOK` or `broken`, and at
last `cpu SECONDS`. Times are seconds of this machine's monotonic clock, which all its processes share.
"""

import asyncio
import json
import random
import re
import sys
import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

from gisgrid.bench.doors import Door

Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Rounds:
    """So many reports a second, for so many seconds, in these boxes (west, south, east, north), to these ports."""

    ports: Sequence[int]
    boxes: Sequence[Box]
    rate: float
    seconds: float
    seed: int


async def follow(rounds: Rounds, hear: Callable[[str, list[str]], None]) -> None:
    """Report from another process; `hear` gets what each line says, while it goes on."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", __name__, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    if process.stdin and process.stdout:
        process.stdin.write(json.dumps(asdict(rounds)).encode() + b"\n")
        async for line in process.stdout:
            kind, *values = line.decode().split()
            hear(kind, values)
    if await process.wait():
        raise RuntimeError("the process that reports has failed")


async def report(rounds: Rounds) -> None:
    """Reports at their times, whether those before have been answered or not."""
    began, tasks = time.monotonic(), []
    dice = random.Random(rounds.seed)  # noqa: S311  # not for secrets
    free: list[Door] = []

    async def send(at: float, body: str) -> None:
        door = free.pop() if free else Door(dice.choice(rounds.ports))
        try:
            status, _, answer = await door.ask("POST", "/api/v1/reports", body=body)
        except (OSError, EOFError):
            _say("broken")
            return
        now = time.monotonic()
        free.append(door)
        found = re.search(rb'"number": ?"([^"]+)"', answer)
        if status in (200, 201) and found:
            _say(f"got {found[1].decode()} {now!r} {now - at!r}")
        else:
            _say(f"refused {now - at!r}")

    for count in range(round(rounds.rate * rounds.seconds)):
        at = began + count / rounds.rate
        await asyncio.sleep(max(at - time.monotonic(), 0))
        west, south, east, north = dice.choice(rounds.boxes)
        place = {"lon": dice.uniform(west, east), "lat": dice.uniform(south, north), "system": "wgs84"}
        key = str(uuid.uuid4())  # a door may send it twice
        body = json.dumps({**place, "category": "hazard", "description": "x", "accuracy_m": 15, "client_ref": key})
        tasks.append(asyncio.create_task(send(at, body)))
    await asyncio.gather(*tasks)
    for door in free:
        door.close()


def _say(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    asyncio.run(report(Rounds(**json.loads(sys.stdin.readline()))))
    _say(f"cpu {time.process_time()!r}")
