"""`gisgrid worker`: what happens without anybody's asking, in a process of its own."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from gisgrid.cli.context import DataDir, DbPort, deployed_cluster, say
from gisgrid.logs import configure_logs
from gisgrid.settings import Settings, read_settings


@contextmanager
def working_and_sending(owner_url: str, settings: Settings) -> Iterator[None]:
    """A worker, a sender of notices and, where there is a broker, who listens to it, while the block runs."""
    from gisgrid.notices.sender import sending
    from gisgrid.patrol.broker import subscribed
    from gisgrid.worker import working

    with working(owner_url, settings), sending(owner_url, settings), subscribed(owner_url, settings.mqtt_url):
        yield


def worker(data_dir: DataDir = None, db_port: DbPort = None) -> None:
    """Publish at its date, relocate, remind, send notices, keep house: beside `up --no-worker`, here or elsewhere.

    Any number may run. Ends by Ctrl-C or SIGTERM, after what is under way.
    """
    settings = read_settings(data_dir=data_dir, db_port=db_port)
    configure_logs(settings)
    ended = threading.Event()
    with deployed_cluster(settings) as cluster:
        signal.signal(signal.SIGTERM, lambda _number, _frame: ended.set())
        with working_and_sending(cluster.owner_url, settings):
            say("working; Ctrl-C ends it")
            ended.wait()
