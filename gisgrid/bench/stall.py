"""How long do reports wait while boundaries change? A bystander at the lock, and reporters at full speed."""

import json
import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial

from sqlalchemy import Engine, create_engine, text

Box = tuple[float, float, float, float]


@dataclass
class Watch:
    """Waits in seconds: at the boundary lock alone, and for whole reports."""

    lock_s: list[float] = field(default_factory=list)
    report_s: list[float] = field(default_factory=list)
    failed: list[BaseException] = field(default_factory=list)


@contextmanager
def reporting(superuser: Engine, box: Box, writers: int) -> Iterator[Watch]:
    """While this lasts, somebody asks for the lock every 2 ms and `writers` report in the box (W, S, E, N)."""
    watch, stop = Watch(), threading.Event()
    engine = create_engine(superuser.url, pool_size=writers + 1)
    dice = [random.Random(number) for number in range(writers)]  # noqa: S311  # not for secrets
    acts = [partial(_stand_by, engine, watch), *(partial(_report, engine, watch, box, each) for each in dice)]
    threads = [threading.Thread(target=_repeat, args=(act, stop, watch)) for act in acts]
    for thread in threads:
        thread.start()
    try:
        yield watch
    finally:
        stop.set()
        for thread in threads:
            thread.join()
        engine.dispose()
    if watch.failed:
        raise watch.failed[0]


def _repeat(act: Callable[[], None], stop: threading.Event, watch: Watch) -> None:
    try:
        while not stop.is_set():
            act()
    except BaseException as error:  # noqa: B036  # raised again by the thread that waits
        watch.failed.append(error)


def _stand_by(engine: Engine, watch: Watch) -> None:
    with engine.begin() as connection:
        connection.execute(text("SELECT 1"))
        began = time.monotonic()
        connection.execute(text("SELECT pg_advisory_xact_lock_shared(app.boundary_lock())"))
        watch.lock_s.append(time.monotonic() - began)
    time.sleep(0.002)


def _report(engine: Engine, watch: Watch, box: Box, dice: random.Random) -> None:
    lon, lat = dice.uniform(box[0], box[2]), dice.uniform(box[1], box[3])
    body = {"network": "base", "zone": "UTC", "category": "hazard", "lon_wgs84": lon, "lat_wgs84": lat, "lon": lon}
    body |= {"lat": lat, "system": "wgs84", "accuracy_m": 15, "description": ""}
    began = time.monotonic()
    with engine.begin() as connection:
        connection.execute(text("SELECT number FROM app.receive_report(:body)"), {"body": json.dumps(body)})
    watch.report_s.append(time.monotonic() - began)
