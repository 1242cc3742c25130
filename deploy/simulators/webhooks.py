"""Signed posts as Standard Webhooks prescribes, with the secrets the practice gave its partners."""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from deploy.simulators.clock import wall_now


@dataclass(frozen=True, slots=True)
class Source:
    """One registered sender, as `.dermis/sources.json` lists it."""

    source_id: str
    service: str
    format: str
    secret: str


def read_sources(path: Path) -> list[Source]:
    """Every source the practice registered."""
    return [
        Source(
            source_id=entry["source_id"],
            service=entry["service"],
            format=entry["format"],
            secret=entry["secret"],
        )
        for entry in json.loads(path.read_text())
    ]


def source_for(sources: Sequence[Source], service: str, format: str) -> Source:
    """The first source of a service with that format.

    Raises:
        LookupError: the practice registered none.
    """
    for source in sources:
        if source.service == service and source.format == format:
            return source
    raise LookupError(f"no {format} source is registered for {service}")


def signed_headers(
    secret: str,
    message_id: str,
    body: bytes,
    *,
    content_type: str,
    at: datetime | None = None,
) -> Mapping[str, str]:
    """The three signature headers and the content type; `at` is wall time, now unless given."""
    timestamp = str(int((at or wall_now()).timestamp()))
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{message_id}.{timestamp}.".encode() + body
    signature = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    return {
        "webhook-id": message_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": f"v1,{signature}",
        "content-type": content_type,
    }
