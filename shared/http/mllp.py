"""MLLP: HL7 messages over a connection, each kept before it is acknowledged (interop 6).

A port or a client certificate names the source. Messages of one connection are taken in order.
Where keeping fails nothing is answered and the connection ends: the sender sends again.
"""

import asyncio
import ssl
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from shared import hl7
from shared.hl7.reading import MESSAGE_BYTES
from shared.http.answers import acknowledgements, refusal
from shared.http.door import take
from shared.http.message import Webhooks
from shared.http.parts import Parts
from shared.http.sources import Source, find_source
from shared.telemetry import error_fields, logger, metrics

CONNECTIONS = 100
"""Of one source at a time."""

FRAME_SECONDS = 30.0
IDLE_SECONDS = 600.0
_START, _END = b"\x0b", b"\x1c"
_CHUNK = 64 * 1024
_MEDIA_TYPE = "application/hl7-v2"
_LOG = logger(__name__)


class MllpPort(BaseModel):
    """One listening port.

    source_id: whose messages come here; without it the common name of the client's certificate says
    it. certificate, key: TLS. client_ca: clients must show a certificate of this authority.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    port: int = Field(ge=0, le=65535)
    host: str = "127.0.0.1"
    source_id: str | None = None
    certificate: Path | None = None
    key: Path | None = None
    client_ca: Path | None = None

    def tls(self) -> ssl.SSLContext | None:
        """The TLS context, where a certificate is given.

        Raises:
            ValueError: nothing would say which source sends.
        """
        if self.source_id is None and (self.certificate is None or self.client_ca is None):
            raise ValueError("a port without a source needs certificate and client_ca")
        if self.certificate is None:
            return None
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.load_cert_chain(self.certificate, self.key)
        if self.client_ca is not None:
            context.verify_mode = ssl.CERT_REQUIRED
            context.load_verify_locations(self.client_ca)
        return context


class FrameUnfinished(Exception):  # noqa: N818 - names what happened
    """The frame did not end in time, or the sender went away inside it."""


class FrameTooLarge(Exception):  # noqa: N818 - names what happened
    """The frame is larger than a message may be; `head` is how it begins."""

    def __init__(self, head: bytes) -> None:
        super().__init__("a frame is too large")
        self.head = head


@asynccontextmanager
async def listening(
    here: Parts[Any, Any], webhooks: Webhooks, ports: Sequence[MllpPort]
) -> AsyncIterator[list[int]]:
    """Listen as long as the block lasts; the numbers of the ports."""
    async with AsyncExitStack() as stack:
        numbers = []
        for port in ports:
            door = _Door(here, webhooks, port)
            server = await asyncio.start_server(
                door.connected, port.host, port.port, ssl=port.tls(), limit=_CHUNK
            )
            stack.push_async_callback(door.close, server)
            numbers.append(server.sockets[0].getsockname()[1])
        yield numbers


class _Door:
    def __init__(self, here: Parts[Any, Any], webhooks: Webhooks, port: MllpPort) -> None:
        self._here = here
        self._webhooks = webhooks
        self._port = port
        self._open: dict[asyncio.Task[Any], str] = {}

    async def close(self, server: asyncio.Server) -> None:
        """Take no more connections and end those there are."""
        server.close()
        for task in list(self._open):
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)

    async def connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection until it ends; nothing that goes wrong leaves it."""
        task = asyncio.current_task()
        name = self._port.source_id or _common_name(writer)
        try:
            if task is None or sum(each == name for each in self._open.values()) >= CONNECTIONS:
                self._refused("too-many-connections")
                return
            self._open[task] = name
            await self._serve(name, reader, writer)
        except (ConnectionError, TimeoutError):
            pass
        except FrameUnfinished:
            self._refused("frame-unfinished")
        except Exception as error:
            _LOG.error("mllp_connection_failed", **error_fields(error))
        finally:
            if task is not None:
                self._open.pop(task, None)
            writer.close()

    async def _serve(
        self, name: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        frames = Frames(reader)
        while (frame := await self._next(frames, writer)) is not None:
            source = None
            if self._here.vault is not None:
                source = await find_source(self._here.database, self._here.vault, name)
            if source is None:
                self._refused("source-unknown")
                return
            await self._answer(source, frame, writer)

    async def _next(self, frames: "Frames", writer: asyncio.StreamWriter) -> bytes | None:
        try:
            return await frames.next()
        except FrameTooLarge:
            error = hl7.Unreadable("too-large", "a message may have 10 MiB", status=413)
            said = refusal(error, "A-too-large", self._here.clock.business())
            await _send(writer, said)
            self._refused("too-large")
            return None

    async def _answer(self, source: Source, frame: bytes, writer: asyncio.StreamWriter) -> None:
        taken = await take(self._here, self._webhooks, source, frame, _MEDIA_TYPE, None)
        for each in taken:
            if each.judged.refused is not None:
                self._refused(each.judged.troubles[0].rule)
            for text in acknowledgements(each, self._here.clock.business()):
                await _send(writer, text)

    def _refused(self, reason: str) -> None:
        metrics.MESSAGES_REFUSED.labels(self._here.stage.name, reason).inc()


class Frames:
    """The frames of a stream: bytes between VT and FS, whatever stands between frames."""

    def __init__(self, reader: asyncio.StreamReader) -> None:
        self._reader = reader
        self._rest = b""

    async def next(self) -> bytes | None:
        """The next frame; None where the sender has ended.

        Raises:
            FrameUnfinished: it has no end within the time a frame has.
            FrameTooLarge: it is larger than a message may be.
            TimeoutError: nothing came for long.
        """
        begun = self._begun(self._rest)
        async with asyncio.timeout(IDLE_SECONDS):
            while begun is None:
                chunk = await self._reader.read(_CHUNK)
                if not chunk:
                    return None
                begun = self._begun(chunk)
        try:
            async with asyncio.timeout(FRAME_SECONDS):
                return await self._until_end(begun)
        except TimeoutError:
            raise FrameUnfinished from None

    async def _until_end(self, begun: bytes) -> bytes:
        chunks, size = [begun], len(begun)
        while (end := chunks[-1].find(_END)) < 0:
            if size > MESSAGE_BYTES:
                raise FrameTooLarge(b"".join(chunks)[:_CHUNK])
            chunk = await self._reader.read(_CHUNK)
            if not chunk:
                raise FrameUnfinished
            chunks.append(chunk)
            size += len(chunk)
        last = chunks.pop()
        self._rest = last[end + 1 :]
        return b"".join([*chunks, last[:end]])

    @staticmethod
    def _begun(chunk: bytes) -> bytes | None:
        start = chunk.find(_START)
        return None if start < 0 else chunk[start + 1 :]


async def _send(writer: asyncio.StreamWriter, text: str) -> None:
    writer.write(_START + text.encode() + _END + b"\r")
    async with asyncio.timeout(FRAME_SECONDS):
        await writer.drain()


def _common_name(writer: asyncio.StreamWriter) -> str:
    """The common name of the client's certificate; empty where it shows none."""
    certificate = writer.get_extra_info("peercert") or {}
    for part in certificate.get("subject", ()):
        for name, value in part:
            if name == "commonName":
                return str(value)
    return ""
