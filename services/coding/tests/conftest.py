"""Encounters written shortly, coded as the what-if codes them; and the service in this process."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import httpx
import pytest
import pytest_asyncio

from services.coding import seed, snapshot
from services.coding.api.parts import CodingParts
from services.coding.app import app_of, parts_of
from services.coding.domain.claim import Claim
from services.coding.domain.policy import Policy
from services.coding.domain.references import Tables
from services.coding.domain.rulebook import code
from services.coding.settings import Settings
from services.coding.store.shipped import load_shipped
from services.coding.wire import Preview, preview_facts
from shared.db import Database
from shared.testing.serving import running
from shared.testing.tokens import ISSUER, Tokens

EXAMPLES = Path(__file__).parents[3] / "shared" / "contracts" / "examples"
REPORTS = {
    "benign": ("Compound melanocytic nevus, margins clear.", "8760/0"),
    "bcc": ("Basal cell carcinoma, nodular type.", "8090/3"),
    "scc": ("Squamous cell carcinoma.", "8070/3"),
    "in_situ": ("Melanoma in situ, margins clear.", "8720/2"),
    "ak": ("Actinic keratosis.", None),
    "cyst": ("Epidermal inclusion cyst.", None),
    "unsure": ("Consistent with basal cell carcinoma.", None),
    "scar": ("Scar, no residual tumor.", None),
}
DAY = "2026-03-02"


@dataclass(frozen=True)
class Coded:
    """A claim as a table shows it."""

    claim: Claim

    @property
    def lines(self) -> str:
        """`17000-59 17003x2`: code, modifiers, units where not one, in order."""
        return " ".join(
            "-".join((line.code, *line.modifiers)) + (f"x{line.units}" if line.units > 1 else "")
            for line in self.claim.lines
        )

    @property
    def status(self) -> str:
        return self.claim.status

    @property
    def diagnoses(self) -> str:
        return " ".join(self.claim.diagnoses)

    @property
    def holds(self) -> set[str]:
        return {hold.reason for hold in self.claim.holds}

    @property
    def edits(self) -> set[tuple[str, str]]:
        return {(edit.kind, edit.outcome) for edit in self.claim.edits}

    @property
    def patient_pays(self) -> str:
        return " ".join(each.procedure_id for each in self.claim.patient_pay_lines)


Coder = Callable[..., Coded]


@pytest.fixture(scope="session")
def tables() -> Tables:
    return snapshot.tables(seed.content())


def lesion(lesion_id: str, site: str = "back", **facts: Any) -> dict[str, Any]:
    """A suspected lesion, unless a diagnosis says otherwise."""
    stated = {"suspicion": "diagnosis" not in facts, **facts}
    return {"lesion_id": lesion_id, "site": site, **stated}


def report(specimen_id: str, says: str, **facts: Any) -> dict[str, Any]:
    text, icdo = REPORTS[says]
    codes = [] if icdo is None else [{"system": "icdo", "code": icdo}]
    return {
        "result_id": f"R-{specimen_id}",
        "accession": f"A-{specimen_id}",
        "lab_id": "LAB1",
        "status": "final",
        "specimen_id": specimen_id,
        "reported_at": "2026-03-05T10:00:00-06:00",
        "diagnosis_text": text,
        "codes": codes,
        **facts,
    }


def encounter(
    procedures: Sequence[Mapping[str, Any]] = (),
    lesions: Sequence[Mapping[str, Any]] = (),
    **facts: Any,
) -> dict[str, Any]:
    """An encounter; procedures get ids P1, P2 ... in their order."""
    return {
        "encounter_id": "E-1",
        "visit_id": "V-1",
        "patient": {"mrn": "M-1"},
        "date_of_service": DAY,
        "rendering_provider": {"npi": "1234567893"},
        "lesions": list(lesions),
        "procedures": [
            {"procedure_id": f"P{number}", **each}
            for number, each in enumerate(procedures, start=1)
        ],
        "specimens": [],
        **facts,
    }


def visit(**facts: Any) -> dict[str, Any]:
    """An established patient's visit of low complexity for acne."""
    return {
        "patient_status": "established",
        "mdm": {"problems": "low", "data": "minimal", "risk": "low"},
        "separately_identifiable": True,
        "decision_for_surgery": False,
        "diagnoses": ["L70.0"],
        **facts,
    }


@pytest.fixture(scope="session")
def coded(tables: Tables) -> Coder:
    """Codes procedures and lesions as a what-if would."""

    def run(
        procedures: Sequence[Mapping[str, Any]] = (),
        lesions: Sequence[Mapping[str, Any]] = (),
        *,
        around: Mapping[str, Any] | None = None,
        as_of: str = DAY,
        policy: Policy | None = None,
        **facts: Any,
    ) -> Coded:
        asked = Preview.model_validate(
            {"encounter": encounter(procedures, lesions, **facts), **(around or {})}
        )
        known = preview_facts(asked, {})
        if policy is not None:
            known = replace(known, policy=policy)
        return Coded(code(known, tables, date.fromisoformat(as_of)))

    return run


def example(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((EXAMPLES / f"{name}.json").read_text())
    return found


@pytest.fixture
def write() -> Any:
    """The short forms, for test modules: `write.lesion(...)`, `write.report(...)`."""

    class Write:
        lesion = staticmethod(lesion)
        report = staticmethod(report)
        encounter = staticmethod(encounter)
        visit = staticmethod(visit)
        example = staticmethod(example)

    return Write


@dataclass
class Service:
    """The service answering, its callers and its parts."""

    client: httpx.AsyncClient
    tokens: Tokens
    parts: CodingParts

    def may(self, *scopes: str, practice: str = "prairie") -> dict[str, str]:
        return self.tokens.bearer(practice, *scopes)


@pytest_asyncio.fixture(scope="session")
async def service_template(
    service_template: Callable[[str], Awaitable[str]], postgres_url: str
) -> Callable[[str], Awaitable[str]]:
    """The template holds the shipped reference tables, as a database after its first start."""
    loaded: set[str] = set()

    async def template(service: str) -> str:
        name = await service_template(service)
        if name not in loaded:
            owner = urlunsplit(urlsplit(postgres_url)._replace(path=f"/{name}"))
            database = Database(owner, owner, service)
            async with database.transaction([]) as connection:
                await load_shipped(connection)
            await database.close()
            loaded.add(name)
        return name

    return template


@pytest_asyncio.fixture
async def service(
    tmp_path: Path, service_database: Callable[[str], Awaitable[Database]]
) -> AsyncIterator[Service]:
    tokens = Tokens(tmp_path)
    settings = Settings(
        database_url="postgresql://unused",
        relay_database_url="postgresql://unused",
        KAFKA_BOOTSTRAP="unused:9",
        JWKS_FILE=tokens.jwks_file,
        JWT_ISSUER=ISSUER,
    )
    parts = parts_of(settings, await service_database("coding"))
    async with running(app_of(settings, parts, None)) as client:
        yield Service(client, tokens, parts)
