"""The demo practice: its webhook sources and profiles, put through REST like any other's."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from deploy.local.credentials import Credentials
from deploy.local.problem import LocalProblem

_PROFILES = Path(__file__).parent / "profiles.json"


@dataclass(frozen=True, slots=True)
class Source:
    """A partner that posts webhooks to one service."""

    source_id: str
    service: str
    format: str


SOURCES = (
    Source("demo-ehr-visits", "eligibility", "dermis"),
    Source("demo-ehr-encounters", "documentation", "dermis"),
    Source("demo-lab", "pathology", "dermis"),
    Source("demo-clearinghouse", "submission", "x12"),
    Source("demo-ehr-visits-hl7", "eligibility", "hl7v2"),
    Source("demo-ehr-visits-fhir", "eligibility", "fhir"),
    Source("demo-ehr-encounters-hl7", "documentation", "hl7v2"),
    Source("demo-ehr-encounters-fhir", "documentation", "fhir"),
    Source("demo-lab-hl7", "pathology", "hl7v2"),
    Source("demo-lab-fhir", "pathology", "fhir"),
)


def published_sources(credentials: Credentials) -> list[dict[str, str]]:
    """The sources with their secrets, as `.dermis/sources.json` lists them."""
    return [
        {
            "source_id": source.source_id,
            "service": source.service,
            "format": source.format,
            "secret": credentials.webhook_secret(source.source_id),
        }
        for source in SOURCES
    ]


def seed(urls: Mapping[str, str], token: str, credentials: Credentials) -> None:
    """Put the sources and profiles of the demo practice; again is the same as once.

    Raises:
        LocalProblem: a service refuses one.
    """
    with httpx.Client(headers={"Authorization": f"Bearer {token}"}, timeout=30) as client:
        for source in SOURCES:
            setting = {
                "format": source.format,
                "secrets": [credentials.webhook_secret(source.source_id)],
            }
            _put(client, f"{urls[source.service]}/v1/sources/{source.source_id}", setting)
        for profile in json.loads(_PROFILES.read_text()):
            _put(client, urls[profile["service"]] + profile["path"], profile["body"])


def _put(client: httpx.Client, url: str, body: Mapping[str, Any]) -> None:
    answer = client.put(url, json=body)
    if answer.status_code >= 300:
        raise LocalProblem(
            f"The demo practice could not be set up: PUT {url} answered {answer.status_code}"
            f" ({answer.text[:300]})."
        )
