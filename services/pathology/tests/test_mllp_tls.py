"""MLLP under TLS: the client's certificate says whose messages come."""

import asyncio
import ssl
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from services.pathology import wire
from services.pathology.app import FORMATS, KEEPING
from shared.http import Webhooks
from shared.http.mllp import MllpPort, listening
from shared.kernel.clock import Clock
from shared.testing.webhooks import SECRET

ORU = (
    rb"MSH|^~\&|LIS|LAB1|EHR|PRAC|20260305160000||ORU^R01^ORU_R01|T1|P|2.5.1"
    b"\rPID|1||MRN2001^^^PRAC^MR\rOBR|1||D26-004512|22637-3^Path report^LN"
    b"|||20260302|||||||||||||||20260305154000-0600|||F"
    b"\rOBX|1|TX|22637-3^Final diagnosis^LN||Basal cell carcinoma.||||||F"
)


class Authority:
    """Signs certificates into a folder: `name.pem` with its key, and its own `authority.pem`."""

    def __init__(self, folder: Path, name: str) -> None:
        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        self.path = self._write(name, self._name, self._key, authority=True)

    def signs(self, name: str) -> Path:
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        return self._write(name, subject, key, authority=False)

    def _write(
        self, name: str, subject: x509.Name, key: ec.EllipticCurvePrivateKey, *, authority: bool
    ) -> Path:
        now = Clock().wall()
        signed = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(minutes=5))
            .not_valid_after(now + timedelta(hours=1))
            .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
            .sign(self._key, hashes.SHA256())
        )
        path = self._folder / f"{name}.pem"
        plain = serialization.NoEncryption()
        path.write_bytes(
            key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
            + signed.public_bytes(serialization.Encoding.PEM)
        )
        return path


def shown(certificate: Path | None) -> ssl.SSLContext:
    """A client that shows a certificate; it does not look at the server's."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    if certificate is not None:
        context.load_cert_chain(certificate)
    return context


async def sent(port: int, certificate: Path | None) -> bytes:
    """What is answered to one message; nothing where the connection is refused."""
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=shown(certificate))
        writer.write(b"\x0b" + ORU + b"\x1c\r")
        answer = await asyncio.wait_for(reader.read(4096), 5)
        writer.close()
    except (ssl.SSLError, ConnectionError):
        return b""
    return answer


async def test_a_client_certificate_names_the_source(service, tmp_path):
    settings = {"format": "hl7v2", "secrets": [SECRET]}
    await service.client.put("/v1/sources/lab", json=settings, headers=service.may())
    ours = Authority(tmp_path, "authority")
    theirs = Authority(tmp_path, "another-authority")
    server = ours.signs("server")
    port = MllpPort(port=0, certificate=server, key=server, client_ca=ours.path)
    webhooks = Webhooks(FORMATS, wire.identify, wire.interpreter(KEEPING))
    async with listening(service.parts, webhooks, [port]) as (number,):
        assert await sent(number, None) == b"", "no certificate, no message"
        assert await sent(number, theirs.signs("lab")) == b"", "an authority that is not ours"
        assert b"MSA|A" not in await sent(number, ours.signs("nobody"))
        assert b"MSA|A" in await sent(number, ours.signs("lab"))
    (message,) = (await service.get("/v1/messages")).json()["items"]
    assert message["kind"] == "ORU^R01"


def test_a_port_that_nothing_tells_the_source_of_does_not_open(tmp_path):
    with pytest.raises(ValueError, match="needs certificate and client_ca"):
        MllpPort(port=0).tls()
