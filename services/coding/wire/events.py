"""Events heard, as the facts of a case."""

from services.coding.domain.case import (
    Answer,
    Documented,
    HeardResult,
    SaidAuthorization,
    Visit,
)
from services.coding.domain.facts import Authorization, Payer, Result, RoutedService
from services.coding.wire.encounter import encounter_of
from shared.contracts.authorization_changed import AuthorizationChanged
from shared.contracts.claim_accepted import ClaimAccepted
from shared.contracts.claim_rejected import ClaimRejected
from shared.contracts.documents import visit as visits
from shared.contracts.encounter_documented import EncounterDocumented
from shared.contracts.pathology_returned import PathologyReturned
from shared.contracts.visit_classified import VisitClassified


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


def _authorization(document: visits.Authorization) -> Authorization:
    return Authorization(
        number=document.number,
        service_kind=document.service_kind,
        code=document.code,
        status=document.status,
    )
