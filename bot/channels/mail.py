"""E-mail as a channel that only sends: one message a connection, through the operator's own mail server (RFC 5321)."""

from __future__ import annotations

import asyncio
import logging
import smtplib
import ssl
from datetime import timedelta
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid

from bot.channels.door import Letter, TryLater, Undeliverable
from bot.channels.one_way import OneWay
from bot.clock import Clock
from bot.mail_server import MailServer
from dialog.texts import Words

LOGGER = logging.getLogger("huiyin.mail")

SERVER_REFUSES = "mail_server_refuses"

SECONDS = 8
"""Shorter than a stop may take: the thread that waits for the server can't be cancelled."""
AGAIN = timedelta(seconds=30)
PERHAPS_LATER = timedelta(minutes=5)
"""Servers that put strangers off for the first time (greylisting) want some minutes to pass."""

NO_SUCH_MAILBOX = (550, 551, 553, 556)


class Mail(OneWay):
    """The channel. `sender` is the address that mails come from."""

    name = "mail"

    def __init__(self, words: Words, clock: Clock, *, server: MailServer, sender: str) -> None:
        super().__init__(words)
        self._clock = clock
        self._server = server
        self._sender = sender
        # One at a time: a server that does not answer must not use up the threads that files are read with.
        self._one = asyncio.Semaphore(1)

    async def send(self, letter: Letter) -> str | None:
        """Send a letter and return its Message-ID; raises TryLater, Undeliverable."""
        message = self._message(letter)
        async with self._one:
            await asyncio.to_thread(self._deliver, letter.address, message)
        return str(message["Message-ID"])

    def _message(self, letter: Letter) -> EmailMessage:
        lines = self.lines(letter)
        message = EmailMessage()
        message["From"] = self._sender
        message["To"] = letter.address
        message["Subject"] = lines[0]
        message["Date"] = format_datetime(self._clock.now())
        message["Message-ID"] = make_msgid(domain=self._domain)
        message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office reply, please
        message.set_content("\n\n".join(lines))
        return message

    @property
    def _domain(self) -> str:
        return self._sender.rpartition("@")[2]

    def _deliver(self, to: str, message: EmailMessage) -> None:
        connection = self._connect()
        try:
            connection.send_message(message, self._sender, [to])
        except smtplib.SMTPRecipientsRefused as error:
            [(code, _said)] = error.recipients.values()
            raise _refusal(code, "the recipient", gone=code in NO_SUCH_MAILBOX) from error
        except smtplib.SMTPSenderRefused as error:
            self._refused(error)
            raise TryLater("the mail server refuses our address", PERHAPS_LATER, everywhere=True) from error
        except smtplib.SMTPResponseException as error:
            raise _refusal(error.smtp_code, "the message", gone=False) from error
        except (smtplib.SMTPException, OSError) as error:
            raise TryLater("the mail server's answer was lost", AGAIN, certain=False) from error
        finally:
            connection.close()

    def _connect(self) -> smtplib.SMTP:
        """Open a connection and sign in; raises TryLater, for whatever fails here fails for everybody."""
        server, secure = self._server, ssl.create_default_context()
        connection: smtplib.SMTP | None = None
        try:
            if server.security == "tls":
                connection = smtplib.SMTP_SSL(server.host, server.port, self._domain, timeout=SECONDS, context=secure)
            else:
                connection = smtplib.SMTP(server.host, server.port, self._domain, timeout=SECONDS)
            if server.security == "starttls":
                connection.starttls(context=secure)
            if server.user:
                connection.login(server.user, server.password)
        except (smtplib.SMTPException, OSError) as error:
            if connection:
                connection.close()
            if isinstance(error, smtplib.SMTPException) and not isinstance(error, smtplib.SMTPServerDisconnected):
                self._refused(error)
                raise TryLater("the mail server refuses us", PERHAPS_LATER, everywhere=True) from error
            self.away(error)
            raise TryLater("the mail server is out of reach", AGAIN, everywhere=True) from error
        self.back()
        return connection

    @staticmethod
    def _refused(error: smtplib.SMTPException) -> None:
        code = error.smtp_code if isinstance(error, smtplib.SMTPResponseException) else None
        LOGGER.error(SERVER_REFUSES, extra={"fields": {"error": type(error).__name__, "code": code}})


def _refusal(code: int, what: str, *, gone: bool) -> TryLater | Undeliverable:
    why = f"the mail server refuses {what} with {code}"
    return TryLater(why, PERHAPS_LATER) if 400 <= code < 500 else Undeliverable(why, gone=gone)
