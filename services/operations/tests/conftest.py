"""Operations on its own migrated database, fed with events as the bus would."""

import itertools
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import httpx
import pytest
import pytest_asyncio

from services.operations import api, store, web
from services.operations.domain.case import Case, first_case
from services.operations.handlers import HANDLERS
from services.operations.settings import Settings
from shared.bus.apply import apply
from shared.bus.stage import Heard, Stage
from shared.contracts.claim_accepted import ClaimAccepted
from shared.contracts.claim_coded import ClaimCoded
from shared.contracts.claim_held import ClaimHeld
from shared.contracts.claim_submitted import ClaimSubmitted
from shared.contracts.denial_received import DenialReceived
from shared.contracts.documents.base import Provider
from shared.contracts.documents.claim import ClaimLine, CodedClaim, Hold, VersionChange
from shared.contracts.documents.denial import Denial
from shared.contracts.documents.encounter import EncounterFacts, PatientReference, Specimen
from shared.contracts.documents.remittance import RemittanceLine
from shared.contracts.documents.result import Interpretation, Match, ResultFacts
from shared.contracts.encounter_documented import EncounterDocumented
from shared.contracts.pathology_returned import PathologyReturned
from shared.contracts.remittance_posted import RemittancePosted
from shared.contracts.visit_classified import VisitClassified
from shared.db import Database
from shared.http import Parts, create_app
from shared.kernel import ids
from shared.kernel.clock import Clock
from shared.testing.serving import running
from shared.testing.tokens import ISSUER, Tokens

PRACTICE = "alpha"
START = datetime(2026, 3, 2, 15, tzinfo=UTC)
NPI = Provider(npi="1234567893")
NOW = object()  # stands for the instant of the event itself

STAGE: Stage[Case, None] = Stage(
    name="operations",
    state_type=Case,
    initial=first_case,
    handlers=HANDLERS,
    references=store.no_references,
    save=store.save,
)


class Story:
    """The events of one case, each an hour after the one before; every call makes one."""

    def __init__(self, visit_id: str = "V-1", encounter_id: str = "E-1", practice: str = PRACTICE):
        self.case_id = ids.case_id(practice, visit_id)
        self.claim_id = ids.claim_id(self.case_id, encounter_id)
        self.visit_id, self.encounter_id, self.practice = visit_id, encounter_id, practice
        self._hours = itertools.count()
        self._numbers: dict[str, int] = {}

    def _heard(self, kind, cause=None, **fields):
        at = START + timedelta(hours=next(self._hours))
        n = self._numbers[kind.topic] = self._numbers.get(kind.topic, 0) + 1
        fields = {name: at if value is NOW else value for name, value in fields.items()}
        event = kind(case_id=self.case_id, practice_id=self.practice, occurred_at=at, **fields)
        event_id = ids.derived_id(kind.topic, self.case_id, n)
        return Heard(event, event_id, n, cause.event_id if cause else None)

    def visit(self, status="booked", classification="medical", needs=()):
        return self._heard(
            VisitClassified,
            visit_id=self.visit_id,
            status=status,
            scheduled_at=START,
            rendering_provider=NPI,
            classification=classification,
            needs=needs,
            coverage_known=True,
            subject="s1.sealed",
        )

    def encounter(self, version=1, cause=None):
        return self._heard(
            EncounterDocumented,
            cause,
            encounter_id=self.encounter_id,
            visit_id=self.visit_id,
            encounter_version=version,
            blocks=False,
            encounter=EncounterFacts(
                encounter_id=self.encounter_id,
                visit_id=self.visit_id,
                patient=PatientReference(mrn="M-1"),
                date_of_service=START.date(),
                rendering_provider=NPI,
                specimens=(Specimen(specimen_id="S-1"),),
                note_present=True,
            ),
        )

    def result(self, revision=1, status="final", behavior="benign", icd10="D22.5"):
        return self._heard(
            PathologyReturned,
            result=ResultFacts(
                result_id=f"R-{revision}",
                accession="ACC-77",
                lab_id="LAB",
                status=status,
                reported_at=START,
            ),
            match=Match(encounter_id=self.encounter_id, specimen_id="S-1", by="specimen"),
            interpretation=Interpretation(
                decision="automatic", confirmed=True, behavior=behavior, confidence="high"
            ),
            behavior=behavior,
            icd10=icd10,
            revision=revision,
            material_change=revision > 1,
        )

    def coded(
        self,
        version=1,
        status="ready",
        codes=(("11401", "120.00"),),
        cause=None,
        diagnoses=("D22.5",),
        frequency="1",
        holds=(),
    ):
        lines = tuple(
            ClaimLine(
                number=number,
                code=code,
                units=1,
                diagnosis_pointers=(1,),
                charge=Decimal(charge),
            )
            for number, (code, charge) in enumerate(codes, start=1)
        )
        changes = (
            ()
            if version == 1
            else (
                VersionChange(
                    from_version=version - 1,
                    what="The code changed",
                    why="A corrected report came",
                    event_id=cause.event_id if cause else "none",
                ),
            )
        )
        return self._heard(
            ClaimCoded,
            cause,
            encounter_id=self.encounter_id,
            encounter_version=1,
            visit_id=self.visit_id,
            claim=CodedClaim(
                claim_id=self.claim_id,
                case_id=self.case_id,
                version=version,
                status=status,
                frequency_code=frequency,
                date_of_service=START.date(),
                place_of_service="11",
                rendering_provider=NPI,
                diagnoses=diagnoses,
                lines=lines,
                holds=tuple(Hold(reason=reason, detail=detail) for reason, detail in holds),
                changes=changes,
            ),
        )

    def kept(self, version=1, held=True):
        return self._heard(
            ClaimHeld,
            claim_id=self.claim_id,
            version=version,
            held=held,
            reason="payer_unknown",
            says="The payer has no profile.",
            field="/v1/payers/PAYER",
            fix_stage="follow_up",
            changed_at=NOW,
        )

    def submitted(self, version=1, charge="120.00"):
        return self._heard(
            ClaimSubmitted,
            claim_id=self.claim_id,
            version=version,
            frequency_code="1",
            payer_id="PAYER",
            charge=Decimal(charge),
            batch_id="B1",
            interchange_control_number="000000001",
            submitted_at=NOW,
        )

    def accepted(self, version=1, by="payer"):
        return self._heard(
            ClaimAccepted,
            claim_id=self.claim_id,
            version=version,
            payer_control_number="PCN-9" if by == "payer" else None,
            accepted_at=NOW,
            by=by,
        )

    def remitted(self, version=1, charge="120.00", paid="80.00", denied=False):
        adjusted = Decimal(charge) - Decimal(paid)
        return self._heard(
            RemittancePosted,
            remittance_id="RM-1",
            claim_id=self.claim_id,
            version=version,
            payer_id="PAYER",
            claim_status="4" if denied else "1",
            post_as="payment",
            trace_number="T1",
            payment_date=START.date(),
            received_on=START.date(),
            charge=Decimal(charge),
            paid=Decimal(paid),
            patient_responsibility=Decimal("0.00"),
            adjusted=adjusted,
            lines=(
                RemittanceLine(
                    code="11401",
                    charge=Decimal(charge),
                    paid=Decimal(paid),
                    allowed=None if denied else Decimal(paid),
                    patient_responsibility=Decimal("0.00"),
                    adjusted=adjusted,
                    denied=denied,
                ),
            ),
        )

    def denied(self, version=1, amount="120.00"):
        return self._heard(
            DenialReceived,
            version=version,
            denial=Denial(
                denial_id=f"DN-{self.claim_id}",
                claim_id=self.claim_id,
                case_id=self.case_id,
                root_cause="modifier_error",
                stage="coding",
                carc="4",
                group_code="CO",
                billed=Decimal(amount),
                paid=Decimal("0.00"),
                denied_amount=Decimal(amount),
                appealable=False,
                suggested_fix="Add the modifier",
            ),
            next_action="corrected_claim",
            says="The modifier is missing",
        )


@pytest.fixture
def story() -> Story:
    return Story()


@pytest.fixture(scope="session")
def story_of() -> type[Story]:
    return Story


@pytest.fixture(scope="session")
def tokens(tmp_path_factory: pytest.TempPathFactory) -> Tokens:
    return Tokens(tmp_path_factory.mktemp("issuer"))


@pytest_asyncio.fixture
async def database(service_database) -> Database:
    return await service_database("operations")


@pytest.fixture
def hear(database: Database):
    """Applies events in the order given, each in a transaction of its own."""

    async def applied(*heard: Heard) -> None:
        for number, each in enumerate(heard):
            now = each.data.occurred_at + timedelta(minutes=number)
            result = await apply(database, STAGE, [(each.data.case_id, each)], now)
            result.result()

    return applied


@pytest_asyncio.fixture
async def client(database: Database, tokens: Tokens) -> AsyncIterator[httpx.AsyncClient]:
    settings = Settings(
        database_url="postgresql://unused",
        relay_database_url="postgresql://unused",
        kafka_bootstrap="127.0.0.1:1",
        jwks_file=tokens.jwks_file,
        jwt_issuer=ISSUER,
    )
    app = create_app(settings, Parts(STAGE, database, Clock()), routers=[api.router, web.router])
    async with running(app) as answering:
        answering.headers.update(tokens.bearer(PRACTICE))
        yield answering
