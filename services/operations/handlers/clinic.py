"""What the clinic and the lab tell, drawn into the case."""

from dataclasses import replace
from datetime import datetime, time

from services.operations.domain.case import (
    Case,
    EncounterSeen,
    QuerySeen,
    ResultSeen,
    SpecimenSeen,
    VisitSeen,
    put,
    put_latest,
)
from shared.bus.stage import Heard
from shared.contracts.documentation_queried import DocumentationQueried
from shared.contracts.encounter_documented import EncounterDocumented
from shared.contracts.event import Event
from shared.contracts.pathology_returned import PathologyReturned
from shared.contracts.visit_classified import VisitClassified
from shared.kernel.business_days import PRACTICE_ZONE


def noted(case: Case, _: Heard[Event]) -> Case:
    """The timeline alone tells of it."""
    return case


def visit_classified(case: Case, heard: Heard[VisitClassified]) -> Case:
    """The visit as last classified."""
    event = heard.data
    needs = {*event.needs, *(need for service in event.services for need in service.needs)}
    seen = VisitSeen(
        visit_id=event.visit_id,
        status=event.status,
        classification=event.classification,
        scheduled_at=event.scheduled_at,
        heard_at=event.occurred_at,
        needs=tuple(sorted(needs)),
    )
    if case.visit is not None and case.visit.heard_at > seen.heard_at:
        return case
    return replace(case, visit=seen, visit_id=event.visit_id)


def encounter_documented(case: Case, heard: Heard[EncounterDocumented]) -> Case:
    """The encounter's last addendum, with the specimens taken."""
    event = heard.data
    taken = datetime.combine(event.encounter.date_of_service, time(), PRACTICE_ZONE)
    seen = EncounterSeen(
        encounter_id=event.encounter_id,
        version=event.encounter_version,
        date_of_service=event.encounter.date_of_service,
        occurred_at=event.occurred_at,
        blocks=event.blocks,
        specimens=tuple(
            SpecimenSeen(specimen.specimen_id, specimen.collected_at or taken)
            for specimen in event.encounter.specimens
        ),
    )
    return replace(
        case,
        visit_id=case.visit_id or event.visit_id,
        encounters=put_latest(case.encounters, seen, "encounter_id", "version"),
    )


def documentation_queried(case: Case, heard: Heard[DocumentationQueried]) -> Case:
    """A question stays open until it is heard closed."""
    event = heard.data
    known = next((each for each in case.queries if each.query_id == event.query_id), None)
    if known is not None and not known.open:
        return case
    asked_at = known.asked_at if known else event.occurred_at
    seen = QuerySeen(event.query_id, event.encounter_id, event.state == "open", asked_at)
    return replace(case, queries=put(case.queries, seen, "query_id"))


def pathology_returned(case: Case, heard: Heard[PathologyReturned]) -> Case:
    """The last revision of the result."""
    event = heard.data
    result, specimen_id = event.result, event.match.specimen_id
    seen = ResultSeen(
        series=f"{result.lab_id}|{result.accession}|{specimen_id}|{result.part or ''}",
        result_id=result.result_id,
        accession=result.accession,
        specimen_id=specimen_id,
        revision=event.revision,
        status=result.status,
        read=event.behavior is not None,
        reported_at=result.reported_at,
    )
    return replace(case, results=put_latest(case.results, seen, "series", "revision"))
