"""The story of one line, told from what the case has heard."""

from services.denials.domain.case import (
    Case,
    CodedVersion,
    EncounterNote,
    HeldAuthorization,
    LineOrigin,
    NotedLesion,
    NotedProcedure,
    PlannedService,
    Remittance,
    Result,
)
from services.denials.domain.modifier import is_visit
from services.denials.domain.story import (
    UNKNOWN,
    AcknowledgementFacts,
    AuthorizationFacts,
    ClassificationFacts,
    CoverageFacts,
    DocumentationFacts,
    EarlierClaim,
    Maybe,
    ResultFacts,
    Story,
)

EVALUATION = "evaluation"


def story_of(case: Case, version: CodedVersion, origin: LineOrigin | None) -> Story:
    """What the practice knows of a line; `origin` None: of the claim as a whole.

    What was never heard stays unknown; earlier services of other cases are not heard here.
    """
    note = next((each for each in case.notes if each.encounter_id == version.encounter_id), None)
    procedures = _procedures(note, origin)
    kinds = _kinds(version, origin, procedures)
    return Story(
        coverage=_coverage(case),
        classification=_classification(case, kinds, procedures),
        authorizations=_authorizations(case, kinds, _code(version, origin)),
        documentation=_documentation(version, origin, note, procedures),
        pathology=_pathology(case, origin),
        acknowledgements=_acknowledgements(case, version),
        earlier_claims=_earlier_claims(case, version),
    )


def _procedures(
    note: EncounterNote | None, origin: LineOrigin | None
) -> tuple[NotedProcedure, ...]:
    if note is None:
        return ()
    if origin is None:
        return note.procedures
    return tuple(each for each in note.procedures if each.procedure_id in origin.procedure_ids)


def _code(version: CodedVersion, origin: LineOrigin | None) -> str | None:
    if origin is None:
        return None
    return next((each.code for each in version.claim.lines if each.number == origin.number), None)


def _kinds(
    version: CodedVersion, origin: LineOrigin | None, procedures: tuple[NotedProcedure, ...]
) -> frozenset[str]:
    """The kinds of service a line was coded from."""
    code = _code(version, origin)
    if code is not None and is_visit(code):
        return frozenset({EVALUATION})
    return frozenset(each.kind for each in procedures)


def _coverage(case: Case) -> Maybe[CoverageFacts]:
    visit = case.visit
    if visit is None or visit.insured is None:
        return UNKNOWN
    if visit.insured is False:
        return None
    needs = {need for each in visit.services for need in each.needs}
    return CoverageFacts(
        visit.event_id,
        visit.occurred_at,
        checked_on=visit.occurred_at.date(),
        status=visit.coverage_status,
        authorization_required=True if "prior_authorization" in needs else UNKNOWN,
    )


def _classification(
    case: Case, kinds: frozenset[str], procedures: tuple[NotedProcedure, ...]
) -> Maybe[ClassificationFacts]:
    """How the planned services of the line's kind were classified, where they agree."""
    if case.visit is None:
        return UNKNOWN
    planned = [each for each in case.visit.services if each.kind in kinds]
    return ClassificationFacts(
        case.visit.event_id,
        case.visit.occurred_at,
        nature=_agreed({each.nature for each in planned}),
        route=_agreed({each.route for each in planned}),
        notice=_notice(planned, procedures),
    )


def _agreed(values: set[str]) -> Maybe[str]:
    return values.pop() if len(values) == 1 else UNKNOWN


def _notice(planned: list[PlannedService], procedures: tuple[NotedProcedure, ...]) -> Maybe[str]:
    if procedures and all(each.notice is True for each in procedures):
        return "abn"
    asked = {"abn", "noncoverage_waiver", "organization_determination"}
    open_need = any(asked & set(each.needs) for each in planned)
    return "none" if open_need or any(each.notice is False for each in procedures) else UNKNOWN


def _authorizations(
    case: Case, kinds: frozenset[str], code: str | None
) -> Maybe[tuple[AuthorizationFacts, ...]]:
    """Those that name the line's code or kind; the last word on each number counts."""
    if case.visit is None and not case.changed_authorizations:
        return UNKNOWN
    planned = () if case.visit is None else case.visit.authorizations
    by_name: dict[tuple[str | None, str | None, str | None], HeldAuthorization] = {}
    for each in sorted((*planned, *case.changed_authorizations), key=lambda held: held.occurred_at):
        by_name[each.number, each.service_kind, each.code] = each
    return tuple(
        AuthorizationFacts(
            each.event_id,
            each.occurred_at,
            number=each.number,
            codes=() if each.code is None else (each.code,),
            units_approved=each.units_approved,
            units_used=each.units_used,
            valid_from=each.valid_from,
            valid_to=each.valid_to,
            status=each.status,
        )
        for each in by_name.values()
        if (each.service_kind is None or each.service_kind in kinds) and each.code in (None, code)
    )


def _documentation(
    version: CodedVersion,
    origin: LineOrigin | None,
    note: EncounterNote | None,
    procedures: tuple[NotedProcedure, ...],
) -> Maybe[DocumentationFacts]:
    if note is None:
        return UNKNOWN
    ids = {lesion for each in procedures for lesion in each.lesion_ids}
    lesions = [each for each in note.lesions if each.lesion_id in ids]
    separate = note.separately_identifiable
    return DocumentationFacts(
        note.event_id,
        note.occurred_at,
        lesion_count=_lesion_count(procedures, ids),
        symptoms=_symptoms(lesions),
        necessity_documented=_necessity(lesions),
        distinct=_distinct(version, origin, procedures),
        separately_identifiable=UNKNOWN if separate is None else separate,
    )


def _lesion_count(procedures: tuple[NotedProcedure, ...], ids: set[str]) -> Maybe[int]:
    if not procedures:
        return UNKNOWN
    counts = [each.count for each in procedures if each.count is not None]
    return len(ids) or (sum(counts) if counts else None)


def _symptoms(lesions: list[NotedLesion]) -> Maybe[tuple[str, ...]]:
    return tuple(symptom for each in lesions for symptom in each.symptoms) if lesions else UNKNOWN


def _necessity(lesions: list[NotedLesion]) -> Maybe[bool]:
    known = {each.necessary for each in lesions if each.necessary is not None}
    if not known:
        return UNKNOWN
    return False not in known


def _distinct(
    version: CodedVersion, origin: LineOrigin | None, procedures: tuple[NotedProcedure, ...]
) -> Maybe[bool]:
    """Stated for every procedure of the line, or shown by lesions that no other line treats."""
    stated = {each.distinct for each in procedures}
    if stated == {True}:
        return True
    if False in stated:
        return False
    if origin is None or not origin.lesion_ids:
        return UNKNOWN
    others = {
        lesion
        for each in version.origins
        if each.number != origin.number
        for lesion in each.lesion_ids
    }
    return True if not others & set(origin.lesion_ids) else UNKNOWN


def _pathology(case: Case, origin: LineOrigin | None) -> tuple[ResultFacts, ...]:
    """The results of the line's lesions, oldest first."""
    concerned = [each for each in case.results if _concerns(each, origin)]
    return tuple(
        ResultFacts(
            each.event_id,
            each.occurred_at,
            status=each.status,
            behavior=each.behavior,
            icd10=each.icd10,
            reported_at=each.reported_at,
        )
        for each in sorted(concerned, key=lambda result: (result.reported_at, result.series))
    )


def _concerns(result: Result, origin: LineOrigin | None) -> bool:
    return origin is None or result.lesion_id in origin.lesion_ids


def _acknowledgements(case: Case, version: CodedVersion) -> tuple[AcknowledgementFacts, ...]:
    return tuple(
        AcknowledgementFacts(
            each.event_id, each.occurred_at, kind="277ca", state=each.state, by=each.by
        )
        for each in sorted(case.acknowledgements, key=lambda told: told.occurred_at)
        if each.claim_id == version.claim.claim_id
    )


def _earlier_claims(case: Case, version: CodedVersion) -> tuple[EarlierClaim, ...]:
    """Versions of the claim that were sent before the one answered."""
    return tuple(
        EarlierClaim(
            each.event_id,
            each.occurred_at,
            claim_id=each.claim_id,
            version=each.version,
            frequency_code=each.frequency_code,
            submitted_on=each.on,
            state=_state_of(case, each.claim_id, each.version),
        )
        for each in sorted(case.submissions, key=lambda sent: sent.version)
        if each.claim_id == version.claim.claim_id and each.version < version.claim.version
    )


def _state_of(case: Case, claim_id: str, version: int) -> str:
    """How far an earlier version got, as far as it was heard."""
    remitted = [each for each in case.remittances if _is(each, claim_id, version)]
    if remitted:
        return "paid" if any(each.paid > 0 for each in remitted) else "denied"
    told = [
        (each.occurred_at, each.state)
        for each in case.acknowledgements
        if (each.claim_id, each.version) == (claim_id, version)
    ]
    return max(told)[1] if told else "sent"


def _is(remittance: Remittance, claim_id: str, version: int) -> bool:
    return (remittance.claim_id, remittance.version) == (claim_id, version)
