"""Pings from an MQTT broker, in the form of OwnTracks: acknowledged to the broker only once they are committed.

The topic says whose they are (`owntracks/NAME/DEVICE`, NAME is a worker's account), so the broker must let nobody
publish under another's name. One process of all that work on a database is subscribed; its session at the broker
outlives it, so what is sent while none runs comes later.
"""

import logging
import queue
import threading
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from urllib.parse import unquote, urlsplit

from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from sqlalchemy import Connection, text
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from gisgrid.database import OWNER, Database
from gisgrid.errors import GisgridError, NoSpace, Unavailable
from gisgrid.heartbeats import Pulse
from gisgrid.migrations import program
from gisgrid.patrol.intake import receive
from gisgrid.patrol.owntracks import UNREADABLE, Message, read_message
from gisgrid.patrol.pings import LATEST, Extent, Ping

log = logging.getLogger("gisgrid")
TOPICS = "owntracks/+/+"
PORTS = {"mqtt": 1883, "mqtts": 8883}
AT_ONCE = 500
"""At most so many messages are committed together."""
POLL_S = 1.0
AGAIN_S = 3.0
"""After a fault, and between two looks whether another process is subscribed."""
KEEP_ALIVE_S = 30
"""Without a line to the broker for so long, it is looked for again from the beginning, and operators read of it."""
LINE_S = 30
"""So often the line to the broker shows that it lives."""
LOCK_NOT_AVAILABLE = "55P03"
_MAY_SEND = text(
    "SELECT c.name FROM core.account AS c JOIN core.permission AS p ON p.role = c.role AND p.action = 'send_pings'"
    " WHERE c.name = ANY(:names) AND c.disabled_at IS NULL"
)


@dataclass(frozen=True)
class Broker:
    """Where a broker is, and the topics to hear of: the second part of a topic is the name of an account."""

    host: str
    port: int
    is_secure: bool
    user: str | None
    secret: str | None
    topics: str


def _is_alone(holder: Connection) -> bool:
    """Does no other process listen? Then none begins until this transaction ends."""
    holder.execute(text("SELECT set_config('lock_timeout', '500ms', true)"))
    try:
        holder.execute(text("SELECT pg_advisory_xact_lock(app.broker_lock())"))
    except OperationalError as error:
        if getattr(error.orig, "pgcode", "") != LOCK_NOT_AVAILABLE:
            raise
        holder.rollback()
        return False
    return True


def read_broker(url: str) -> Broker:
    """`mqtt://USER:SECRET@HOST:PORT/TOPICS`, or `mqtts:` with TLS. Raises ValueError."""
    parts = urlsplit(url)
    topics = unquote(parts.path.lstrip("/")) or TOPICS
    if parts.scheme not in PORTS or not parts.hostname or parts.query or parts.fragment:
        raise ValueError(url)
    if len(topics.split("/")) < 2 or topics.split("/")[1] not in ("+", "#") or "\0" in topics:
        raise ValueError("the second part of the topics is a name")
    user, secret = (unquote(part) if part else None for part in (parts.username, parts.password))
    return Broker(parts.hostname, parts.port or PORTS[parts.scheme], parts.scheme == "mqtts", user, secret, topics)


def keep_messages(connection: Connection, messages: Sequence[Message], extent: Extent) -> int:
    """Keep the pings of those who may send some, as the owner; committed with the transaction. How many were accepted.

    Who may not is named in the log; his message is not kept.
    """
    of: dict[str, list[Ping]] = defaultdict(list)
    for message in messages:
        if message.ping:
            of[message.name].append(message.ping)
    known = set(connection.execute(_MAY_SEND, {"names": [*of]}).scalars())
    for name in sorted(of.keys() - known):
        log.warning("pings from the broker under the name %r are not kept: no such account may send any", name[:64])
    return sum(receive(connection, name, of[name], extent).accepted for name in sorted(known))


class Subscriber:
    """Listens to a broker as long as it holds the lock; what it cannot commit comes again."""

    def __init__(self, database: Database, broker: Broker) -> None:
        """`database`: as the owner, with a connection for the lock and one to write."""
        self._database, self._broker = database, broker
        self._came: queue.Queue[Message] = queue.Queue()
        self._stop = threading.Event()
        self.is_subscribed = threading.Event()
        """Does the broker send to this process, or keep for it, what comes from now on?"""
        self._extent = Extent()
        self._pulse = Pulse(database, "broker")
        self._thread = threading.Thread(target=self._run, name="broker", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End after what is under way."""
        self._stop.set()
        self._thread.join(timeout=10)

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                with self._database.transaction() as holder:
                    if _is_alone(holder):
                        self._listen(holder)
            except Exception as error:  # of any kind: it begins again
                known = isinstance(error, GisgridError | SQLAlchemyError | OSError)
                log.warning("listening to the broker goes on in a moment: %s", error, exc_info=None if known else error)
                self._pulse.fail()
                self._pulse.beat()
            self._stop.wait(AGAIN_S)
        self._pulse.rest()

    def _listen(self, holder: Connection) -> None:
        """Until it is to end, the line breaks, or a commit fails: what is not acknowledged comes again.

        Raises OSError, and the database's faults.
        """
        client = self._connect()
        try:
            looked_at = time.monotonic()
            while not self._stop.is_set():
                if messages := self._take():
                    self._keep(messages)
                    for message in messages:
                        client.ack(message.number, message.quality)
                if not client.is_connected() and time.monotonic() - looked_at > KEEP_ALIVE_S:
                    raise ConnectionError(f"no line to the broker {self._broker.host}")
                if client.is_connected() and time.monotonic() - looked_at > POLL_S:
                    holder.execute(text("SELECT 1"))  # who has lost this has lost the lock
                    looked_at = time.monotonic()
                    self._pulse.beat()
        finally:
            self.is_subscribed.clear()
            client.disconnect()
            client.loop_stop()
            while not self._came.empty():
                self._came.get_nowait()

    def _keep(self, messages: Sequence[Message]) -> None:
        """Commit these; what cannot be kept is counted as unreadable and named in the log, so that it stops no other.

        Raises the database's faults: all comes again.
        """
        try:
            with self._database.transaction() as connection:
                keep_messages(connection, messages, self._extent)
        except (OSError, OperationalError, Unavailable, NoSpace):
            raise
        except Exception:  # of any kind: it would come again and again
            if len(messages) > 1:
                for message in messages:
                    self._keep([message])
            elif messages[0].ping == UNREADABLE:
                raise
            else:
                log.exception("a message of %r from the broker cannot be kept", messages[0].name[:64])
                self._keep([replace(messages[0], ping=UNREADABLE)])

    def _take(self) -> list[Message]:
        """What has come, at most so much, once something has."""
        found: list[Message] = []
        with suppress(queue.Empty):
            found.append(self._came.get(timeout=POLL_S))
            while len(found) < AT_ONCE:
                found.append(self._came.get_nowait())
        return found

    def _connect(self) -> Client:
        """A client that begins to connect and subscribes each time that it has; messages go to the queue."""
        broker = self._broker
        client = Client(
            CallbackAPIVersion.VERSION2,
            client_id=f"gisgrid-{self._district()}",
            protocol=MQTTProtocolVersion.MQTTv5,
            manual_ack=True,
        )
        if broker.user is not None:
            client.username_pw_set(broker.user, broker.secret)
        if broker.is_secure:
            client.tls_set()

        def subscribe(line: Client, *_: object) -> None:
            line.subscribe(broker.topics, qos=1)

        def hear(_line: Client, _data: object, message: MQTTMessage) -> None:
            self._came.put(read_message(message.mid, message.qos, message.topic, bytes(message.payload)))

        client.on_connect = subscribe
        client.on_subscribe = lambda *_: self.is_subscribed.set()
        client.on_message = hear
        lasting = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
        lasting.SessionExpiryInterval = int(LATEST.total_seconds())
        client.connect_async(broker.host, broker.port, LINE_S, clean_start=False, properties=lasting)
        client.loop_start()
        return client

    def _district(self) -> str:
        """What no other district's client at this broker is called."""
        with self._database.transaction() as connection:
            return str(connection.execute(text("SELECT d.identity FROM core.deployment AS d")).scalar_one())


@contextmanager
def subscribed(owner_url: str, url: str) -> Iterator[None]:
    """A subscriber to the broker of this URL while the block runs; none where it is empty."""
    if not url:
        yield
        return
    database = Database(owner_url, role=OWNER, pool_size=3, program=program("broker"))
    subscriber = Subscriber(database, read_broker(url))
    subscriber.start()
    try:
        yield
    finally:
        subscriber.stop()
        database.close()
