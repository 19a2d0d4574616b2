"""The ways to send a notice: webhook, robot, mail."""

import ssl

from gisgrid.errors import GisgridError
from gisgrid.notices.mail import read_server, send_mail
from gisgrid.notices.outcome import Undelivered
from gisgrid.notices.queue import Notice
from gisgrid.notices.reporters import send_message, send_to_reporter
from gisgrid.notices.robots import send_to_robot
from gisgrid.notices.webhook import send_webhook
from gisgrid.settings import Settings


class Outlets:
    """All that sending needs of the settings, read once. Certificates are the system's (or SSL_CERT_FILE's)."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._tls = ssl.create_default_context()
        self._server = read_server(settings.smtp_url)

    def deliver(self, notice: Notice) -> None:
        """Send a notice. Returns when it has arrived; raises Undelivered."""
        settings = self._settings
        try:
            if notice.kind == "webhook":
                send_webhook(notice, self._tls, may_be_http=settings.webhook_http)
            elif notice.kind == "email":
                send_mail(
                    notice,
                    self._server,
                    settings.mail_from,
                    self._tls,
                    zone=settings.timezone,
                    public_url=settings.public_url,
                )
            elif notice.kind == "reporter":
                send_to_reporter(
                    notice,
                    self._server,
                    settings.mail_from,
                    self._tls,
                    zone=settings.timezone,
                    public_url=settings.public_url,
                )
            elif notice.kind == "message":
                send_message(
                    notice,
                    self._tls,
                    zone=settings.timezone,
                    public_url=settings.public_url,
                    may_be_http=settings.webhook_http,
                )
            else:
                send_to_robot(
                    notice,
                    self._tls,
                    zone=settings.timezone,
                    public_url=settings.public_url,
                    may_be_http=settings.webhook_http,
                )
        except GisgridError as error:  # an address that the present settings do not allow
            raise Undelivered(str(error)) from error
