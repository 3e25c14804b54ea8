"""E-mail, against a real SMTP server on loopback: what is sent, and what each refusal means to the program."""

from __future__ import annotations

import ipaddress
import socket
import ssl
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from bell_hosts import MailHost
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from bot.channels.door import Letter, TryLater, Undeliverable
from bot.channels.mail import Mail
from bot.clock import Clock
from bot.mail_server import MailServer, Security
from dialog.outgoing import say
from dialog.texts import Text, Words

WORDS = Words({"zh_Hans": {"Case 1": "事项 1 有新情况", "Open": "打开"}}, ("zh_Hans", "en"), ZoneInfo("Asia/Shanghai"))
LETTER = Letter(address="wang@example.org", language="zh_Hans", message=say(Text("Case 1"), Text("Open")))


@pytest.fixture
async def host() -> AsyncIterator[MailHost]:
    async with MailHost() as host:
        yield host


def certificate_in(folder: Path) -> Path:
    """Write a key, and a certificate for 127.0.0.1 that only this key has signed, into one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()) + certificate.public_bytes(Encoding.PEM)
    path = folder / "certificate.pem"
    path.write_bytes(pem)
    return path


def mail(port: int, *, security: Security = "none", user: str = "", password: str = "") -> Mail:
    server = MailServer(security=security, host="127.0.0.1", port=port, user=user, password=password)
    return Mail(WORDS, Clock(), server=server, sender="huiyin@example.org")


async def test_a_mail_holds_the_words_and_names_no_machine(host: MailHost) -> None:
    id = await mail(host.port).send(LETTER)
    [sent] = host.mails
    assert host.recipients == ["wang@example.org"]
    assert (sent["From"], sent["To"], sent["Subject"]) == ("huiyin@example.org", "wang@example.org", "事项 1 有新情况")
    assert sent["Message-ID"] == id
    assert id is not None
    assert id.endswith("@example.org>")
    assert sent["Auto-Submitted"] == "auto-generated"
    assert sent.get_content().split() == ["事项", "1", "有新情况", "打开"]
    assert socket.gethostname() not in sent.as_string()


async def test_a_password_is_given_to_the_server_that_wants_one() -> None:
    async with MailHost(user="huiyin", password="p@ss") as host:
        await mail(host.port, user="huiyin", password="p@ss").send(LETTER)
        assert len(host.mails) == 1


async def test_a_wrong_password_is_the_operators_matter_and_the_mail_waits(caplog: pytest.LogCaptureFixture) -> None:
    async with MailHost(user="huiyin", password="p@ss") as host:
        with pytest.raises(TryLater) as caught:
            await mail(host.port, user="huiyin", password="wr0ng").send(LETTER)
        assert caught.value.everywhere
        assert not host.mails
    assert [record.message for record in caplog.records if record.levelname == "ERROR"] == ["mail_server_refuses"]
    assert "wr0ng" not in caplog.text


async def test_where_encryption_is_wanted_and_not_offered_nothing_is_sent(host: MailHost) -> None:
    with pytest.raises(TryLater) as caught:
        await mail(host.port, security="starttls", user="huiyin", password="p@ss").send(LETTER)
    assert caught.value.everywhere
    assert not host.mails


@pytest.mark.parametrize("security", ["tls", "starttls"])
async def test_mail_goes_encrypted_to_a_server_whose_certificate_is_good_and_to_no_other(
    security: Security, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate = certificate_in(tmp_path)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    async with MailHost(tls=context, starttls=security == "starttls") as host:
        with pytest.raises(TryLater) as caught:
            await mail(host.port, security=security).send(LETTER)
        assert caught.value.everywhere
        assert not host.mails
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        await mail(host.port, security=security).send(LETTER)
        assert len(host.mails) == 1


async def test_an_address_that_does_not_exist_is_gone(host: MailHost) -> None:
    host.refusals.append("550 5.1.1 No such user")
    with pytest.raises(Undeliverable) as caught:
        await mail(host.port).send(LETTER)
    assert caught.value.gone
    assert "wang" not in str(caught.value)


async def test_a_server_that_puts_strangers_off_is_asked_again(host: MailHost) -> None:
    host.refusals.append("451 4.7.1 Greylisted, please try again")
    channel = mail(host.port)
    with pytest.raises(TryLater) as caught:
        await channel.send(LETTER)
    assert (caught.value.after, caught.value.everywhere) == (timedelta(minutes=5), False)
    await channel.send(LETTER)
    assert len(host.mails) == 1


async def test_a_server_out_of_reach_holds_all_mail_up() -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        with pytest.raises(TryLater) as caught:
            await mail(nobody.getsockname()[1]).send(LETTER)
    assert (caught.value.everywhere, caught.value.certain) == (True, True)
