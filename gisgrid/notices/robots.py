"""Robots of chat groups: DingTalk (钉钉) and WeCom (企业微信). The group shows the robot's address, with its key."""

import base64
import hashlib
import hmac
import json
import ssl
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from gisgrid.json_text import read_json
from gisgrid.notices import wording
from gisgrid.notices.addresses import read_address
from gisgrid.notices.outcome import Undelivered, excerpt, judge
from gisgrid.notices.queue import Notice
from gisgrid.notices.wire import post

TOO_MANY = {130101, 410100, 45009}
"""The errcodes for more than 20 messages in a minute."""
QUIET_S = 60.0


def send_to_robot(notice: Notice, tls: ssl.SSLContext, *, zone: ZoneInfo, public_url: str, may_be_http: bool) -> None:
    """Send to a group. Arrived when the robot answers errcode 0. Raises Undelivered; Refused for a bad address."""
    text = wording.markdown(notice, zone, public_url)
    url = notice.address
    message: dict[str, Any] = {"msgtype": "markdown", "markdown": {"content": text}}
    if notice.kind == "dingtalk":
        message = {"msgtype": "markdown", "markdown": {"title": wording.title(notice), "text": text}}
        url = signed_address(url, notice.secret or "", int(notice.now.timestamp() * 1000))
    body = json.dumps(message, ensure_ascii=False).encode()
    address = read_address(url, may_be_http=may_be_http)
    headers = {"Content-Type": "application/json; charset=utf-8"}
    answer = post(address, body, headers, tls=tls, may_be_private=notice.may_be_private)
    judge(answer)
    _read_code(answer.body)


def signed_address(url: str, secret: str, timestamp_ms: int) -> str:
    """The address with time and signature, which DingTalk demands of a robot with a secret; else unchanged."""
    if not secret:
        return url
    signed = f"{timestamp_ms}\n{secret}".encode()
    mark = base64.b64encode(hmac.digest(secret.encode(), signed, hashlib.sha256)).decode("ascii")
    return f"{url}{'&' if '?' in url else '?'}{urlencode({'timestamp': timestamp_ms, 'sign': mark})}"


def _read_code(body: bytes) -> None:
    """Both robots answer 200 even for a failure; errcode decides. Raises Undelivered."""
    try:
        answer = read_json(body)
        code = int(answer["errcode"])
    except (ValueError, TypeError, KeyError, OverflowError) as error:
        raise Undelivered(f"answered without errcode: {excerpt(body)}") from error
    if code:
        said = f"answered errcode {code}: {excerpt(str(answer.get('errmsg', '')).encode())}"
        raise Undelivered(said, retry_after_s=QUIET_S if code in TOO_MANY else 0.0)
