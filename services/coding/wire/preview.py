"""The what-if: its body, and the facts it states."""

from collections.abc import Iterable
from typing import Annotated

from pydantic import Field

from services.coding.domain.charged import Charge
from services.coding.domain.documented import Encounter
from services.coding.domain.facts import Authorization, Facts, Payer, Result, RoutedService
from services.coding.domain.policy import PolicyBook, policy_on
from services.coding.domain.references import FeeSchedule, PastService
from services.coding.wire.encounter import encounter_of
from shared.clinical.histology import Code
from shared.clinical.reports import interpret
from shared.contracts.documents import visit as visits
from shared.contracts.documents.base import (
    Count,
    Day,
    DiagnosisCode,
    Document,
    Id,
    Items,
    Npi,
    Side,
)
from shared.contracts.documents.encounter import Encounter as EncounterDocument
from shared.contracts.documents.result import PathologyResult

_MEDICARE = "MEDB"
"""Where a what-if names only a payer: how the ids begin by which practices name Medicare Part B."""


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


class ChargedLine(Document):
    """A line as the practice charged it: compared with the claim, never coded from."""

    code: Annotated[str, Field(min_length=1, max_length=10)]
    units: Annotated[Count, Field(ge=1)] = 1
    modifiers: Items[Annotated[str, Field(min_length=2, max_length=2)]] = ()


class Preview(Document):
    """What `POST /v1/preview` takes. Without `as_of` it stands as on the date of service.

    charged: the practice's own charges; the answer's `missed` and `unsupported` then say where they
    hold too little or too much.
    """

    encounter: EncounterDocument
    results: Items[PathologyResult] = ()
    visit_classification: VisitClassification | None = None
    authorizations: Items[AuthorizationInPreview] = ()
    history: Items[HistoryEntry] = ()
    payer_id: Id | None = None
    as_of: Day | None = None
    charged: Items[ChargedLine] | None = None


def charges_of(preview: Preview) -> list[Charge] | None:
    """The practice's own charges; None where it asks for no comparison."""
    if preview.charged is None:
        return None
    return [Charge(each.code, each.units, each.modifiers) for each in preview.charged]


def preview_facts(
    preview: Preview, fees: FeeSchedule, policies: Iterable[PolicyBook] = ()
) -> Facts:
    """The facts of a what-if: the reports are read here as pathology reads them.

    policies: of the practice; where no payer is named the national rules apply alone.
    """
    encounter = encounter_of(preview.encounter)
    payer_id = preview.payer_id
    routed = preview.visit_classification
    return Facts(
        encounter=encounter,
        results=[interpreted(each, encounter) for each in preview.results],
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
        payer=Payer(
            payer_id=payer_id,
            program="medicare" if (payer_id or "").startswith(_MEDICARE) else None,
        ),
        history=[
            PastService(
                each.code, each.date_of_service, each.sites, each.laterality, each.diagnoses
            )
            for each in preview.history
        ],
        fees=fees,
        policy=policy_on(
            policies if payer_id is not None else (), payer_id, encounter.date_of_service
        ),
    )


def interpreted(document: PathologyResult, encounter: Encounter) -> Result:
    """A report read here as pathology reads it."""
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
