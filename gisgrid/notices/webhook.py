"""A webhook: facts in JSON, signed, with the event's id."""

import json
import ssl
from typing import TypedDict

from gisgrid.instants import write_instant
from gisgrid.notices.addresses import read_address
from gisgrid.notices.outcome import judge
from gisgrid.notices.queue import Notice
from gisgrid.notices.signing import sign
from gisgrid.notices.wire import post


class Message(TypedDict):
    """The body for an end point, by the names of Standard Webhooks; `data` holds the ticket's facts."""

    id: str
    type: str
    timestamp: str
    data: dict[str, object]


def send_webhook(notice: Notice, tls: ssl.SSLContext, *, may_be_http: bool) -> None:
    """Send to an end point. Arrived when it answers 2xx. Raises Undelivered; Refused for a wrong address."""
    body = json.dumps(message(notice), ensure_ascii=False, separators=(",", ":")).encode()
    timestamp = int(notice.now.timestamp())
    headers = {
        "Content-Type": "application/json",
        "webhook-id": str(notice.notice_id),
        "webhook-timestamp": str(timestamp),
        "webhook-signature": sign(notice.secret or "", str(notice.notice_id), timestamp, body),
    }
    address = read_address(notice.address, may_be_http=may_be_http)
    judge(post(address, body, headers, tls=tls, may_be_private=notice.may_be_private))


def message(notice: Notice) -> Message:
    """The body: id, topic and time of the event, the ticket's facts then; words only for trusted targets."""
    data: dict[str, object] = dict(notice.facts)
    if notice.description is not None:
        data["description"] = notice.description
    at = write_instant(notice.happened_at)
    return {"id": str(notice.notice_id), "type": notice.topic, "timestamp": at, "data": data}
