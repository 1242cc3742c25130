"""Contract documents to domain values and back. Shapes are alike, so an adapter maps most."""

from collections.abc import Sequence
from uuid import UUID

from pydantic import TypeAdapter

from services.coding.domain import claim as coded
from services.coding.domain.case import (
    Answer,
    Documented,
    HeardResult,
    SaidAuthorization,
    Visit,
)
from services.coding.domain.documented import Encounter
from services.coding.domain.facts import (
    Authorization,
    Facts,
    Payer,
    Result,
    RoutedService,
)
from services.coding.domain.references import FeeSchedule, PastService
from shared.clinical.histology import Code
from shared.clinical.reports import interpret
from shared.contracts.authorization_changed import AuthorizationChanged
from shared.contracts.claim_accepted import ClaimAccepted
from shared.contracts.claim_rejected import ClaimRejected
from shared.contracts.documents import claim as contract
from shared.contracts.documents import visit as visits
from shared.contracts.documents.base import (
    Day,
    DiagnosisCode,
    Document,
    Id,
    Items,
    Npi,
    Provider,
    Side,
)
from shared.contracts.documents.encounter import Encounter as EncounterDocument
from shared.contracts.documents.encounter import EncounterFacts
from shared.contracts.documents.result import PathologyResult
from shared.contracts.encounter_documented import EncounterDocumented
from shared.contracts.pathology_returned import PathologyReturned
from shared.contracts.visit_classified import VisitClassified

_ENCOUNTER = TypeAdapter(Encounter)
_PROGRAM_OF_PAYER = {"MEDB": "medicare"}
"""Where a what-if names only a payer: the id by which practices name Medicare Part B."""


class RoutedInPreview(Document):
    """A service of the visit, by kind or id, and who pays for it."""

    kind: visits.ServiceKind | None = None
    service_id: Id | None = None
    route: visits.Route


class VisitClassification(Document):
    services: Items[RoutedInPreview] = ()


class AuthorizationInPreview(Document):
    service_kind: visits.ServiceKind | None = None
    code: str | None = None
    number: str


class HistoryEntry(Document):
    """A service the patient had before. `sites` empty: not recorded."""

    code: str
    date_of_service: Day
    rendering_npi: Npi | None = None
    sites: Items[str] = ()
    laterality: Side | None = None
    diagnoses: Items[DiagnosisCode] = ()


class Preview(Document):
    """What `POST /v1/preview` takes. Without `as_of` it stands as on the date of service."""

    encounter: EncounterDocument
    results: Items[PathologyResult] = ()
    visit_classification: VisitClassification | None = None
    authorizations: Items[AuthorizationInPreview] = ()
    history: Items[HistoryEntry] = ()
    payer_id: Id | None = None
    as_of: Day | None = None


def encounter_of(document: EncounterDocument | EncounterFacts) -> Encounter:
    """The documented facts; prose is left behind."""
    return _ENCOUNTER.validate_python(document.model_dump())


def documented_of(event: EncounterDocumented) -> Documented:
    """The encounter with what documentation found that blocks billing."""
    queries = tuple(
        f"{finding.rule} at {finding.field}"
        for finding in event.findings
        if finding.severity == "block"
    )
    return Documented(encounter_of(event.encounter), event.encounter_version, queries)


def visit_of(event: VisitClassified) -> Visit:
    """Who pays for what, as eligibility told it."""
    coverage = event.coverage
    return Visit(
        visit_id=event.visit_id,
        payer=Payer(
            payer_id=None if coverage is None else coverage.payer_id,
            program=None if coverage is None else coverage.program,
            self_pay=coverage is None and event.coverage_known,
        ),
        services=tuple(
            RoutedService(
                service_id=each.service_id,
                kind=each.kind,
                route=each.route,
                needs=tuple(each.needs),
            )
            for each in event.services
        ),
        authorizations=tuple(map(_authorization, event.authorizations)),
        said_at=event.occurred_at,
    )


def authorization_of(event: AuthorizationChanged) -> SaidAuthorization:
    return SaidAuthorization(_authorization(event.authorization), event.occurred_at)


def result_of(event: PathologyReturned) -> HeardResult:
    """The report as pathology matched and read it."""
    reported = event.result
    result = Result(
        result_id=reported.result_id,
        lab_id=reported.lab_id,
        accession=reported.accession,
        part=reported.part,
        specimen_id=event.match.specimen_id,
        lesion_id=event.match.lesion_id,
        status=reported.status,
        reported_at=reported.reported_at,
        revision=event.revision,
        site=reported.site,
        laterality=reported.laterality,
        behavior=event.behavior,
        icd10=event.icd10,
        confirmed=event.interpretation.confirmed,
        automatic=event.interpretation.decision != "review",
        margins=event.margins,
        billed_by=reported.billed_by,
        billed_component=reported.billed_component,
    )
    return HeardResult(event.match.encounter_id, result)


def accepted_of(event: ClaimAccepted) -> Answer:
    return Answer(event.claim_id, event.version, accepted=True, said_at=event.accepted_at)


def rejected_of(event: ClaimRejected) -> Answer:
    return Answer(event.claim_id, event.version, accepted=False, said_at=event.rejected_at)


def preview_facts(preview: Preview, fees: FeeSchedule) -> Facts:
    """The facts of a what-if: the reports are read here as pathology reads them."""
    encounter = encounter_of(preview.encounter)
    payer_id = preview.payer_id
    routed = preview.visit_classification
    return Facts(
        encounter=encounter,
        results=[_interpreted(each, encounter) for each in preview.results],
        routed=()
        if routed is None
        else [
            RoutedService(service_id=each.service_id, kind=each.kind, route=each.route)
            for each in routed.services
        ],
        authorizations=[
            Authorization(number=each.number, service_kind=each.service_kind, code=each.code)
            for each in preview.authorizations
        ],
        payer=Payer(payer_id=payer_id, program=_PROGRAM_OF_PAYER.get(payer_id or "")),
        history=[
            PastService(
                each.code, each.date_of_service, each.sites, each.laterality, each.diagnoses
            )
            for each in preview.history
        ],
        fees=fees,
    )


def claim_document(version: coded.Version, case_id: UUID) -> contract.CodedClaim:
    """A version as the contract shows it."""
    claim = version.claim
    return contract.CodedClaim(
        claim_id=version.claim_id,
        case_id=case_id,
        version=version.version,
        status=claim.status,
        frequency_code=version.frequency,
        date_of_service=claim.date_of_service,
        place_of_service=claim.place_of_service,
        rendering_provider=Provider(npi=claim.rendering_npi),
        authorizations=tuple(
            contract.ClaimAuthorization(number=each.number, codes=each.codes)
            for each in claim.authorizations
        ),
        diagnoses=claim.diagnoses,
        lines=tuple(_line(number, line) for number, line in enumerate(claim.lines, start=1)),
        patient_pay_lines=tuple(
            contract.PatientPayLine(
                procedure_id=each.procedure_id, description=each.description, charge=each.charge
            )
            for each in claim.patient_pay_lines
        ),
        holds=tuple(
            contract.Hold(reason=each.reason, detail=each.detail, release_on=each.release_on)
            for each in claim.holds
        ),
        edits=tuple(
            contract.Edit(
                kind=each.kind,
                outcome=each.outcome,
                codes=each.codes,
                detail=each.detail,
                source=each.source,
            )
            for each in claim.edits
        ),
        changes=tuple(
            contract.VersionChange(
                from_version=each.from_version,
                what=each.what,
                why=each.why,
                event_id=each.event_id,
            )
            for each in version.changes
        ),
    )


def _line(number: int, line: coded.Line) -> contract.ClaimLine:
    return contract.ClaimLine(
        number=number,
        code=line.code,
        modifiers=line.modifiers,
        units=line.units,
        diagnosis_pointers=line.diagnosis_pointers,
        charge=line.charge,
        procedure_ids=line.procedure_ids,
        lesion_ids=line.lesion_ids,
        rationale=_rationale(line.rationale),
    )


def _rationale(reasons: Sequence[coded.Reason]) -> tuple[contract.Rationale, ...]:
    return tuple(
        contract.Rationale(
            rule=each.rule, says=each.says, source=each.source, evidence=each.evidence
        )
        for each in reasons
    )


def _authorization(document: visits.Authorization) -> Authorization:
    return Authorization(
        number=document.number,
        service_kind=document.service_kind,
        code=document.code,
        status=document.status,
    )


def _interpreted(document: PathologyResult, encounter: Encounter) -> Result:
    lesion_of = {each.specimen_id: each.lesion_id for each in encounter.specimens}
    lesion_id = lesion_of.get(document.specimen_id or "")
    lesion = next((each for each in encounter.lesions if each.lesion_id == lesion_id), None)
    read = interpret(
        document.diagnosis_text,
        [Code(each.system, each.code) for each in document.codes],
        document.site if lesion is None else lesion.site,
        document.laterality if lesion is None else lesion.laterality,
        None if lesion is None else lesion.diagnosis,
    )
    return Result(
        result_id=document.result_id,
        lab_id=document.lab_id,
        accession=document.accession,
        part=document.part,
        specimen_id=document.specimen_id,
        lesion_id=None,
        status=document.status,
        reported_at=document.reported_at,
        revision=0,
        site=document.site,
        laterality=document.laterality,
        behavior=read.behavior,
        icd10=read.icd10,
        confirmed=read.confirmed,
        automatic=read.decision == "automatic",
        margins=document.margins,
        billed_by=document.billed_by,
        billed_component=document.billed_component,
    )
