"""What a file holds, which of the ready claims go into one, and what its claims are told."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import RowMapping

from services.submission.domain.change_facts import ClaimFacts, filing_limit
from services.submission.domain.claim import Case, Hold
from services.submission.domain.commands import FileTaken, Stopped
from services.submission.domain.profile import Profiles
from services.submission.domain.route import BUILT_IN, Due
from services.submission.store import batches
from services.submission.wire import claim_file
from services.submission.wire.claim_file import Gated
from shared.bus.stage import Asked, Input
from shared.kernel.ids import derived_id
from shared.x12.professional import Header, ProfessionalClaim
from shared.x12.writer import set_control_number


@dataclass(frozen=True, slots=True)
class Written:
    """A version that passed the scrub, with the claim it becomes."""

    case_id: UUID
    claim_id: str
    version: int
    claim: ProfessionalClaim


def due_of(
    each: tuple[UUID, str, int], cases: dict[UUID, tuple[int, Case]], known: Profiles
) -> Due:
    """A ready version with its payer's route and the last day to file; unknown is far away."""
    case_id, claim_id, number = each
    version = cases[case_id][1].claims[claim_id].find(number)
    assert version is not None
    payer = known.payers.get(version.payer_id or "")
    facts = ClaimFacts(version.state, version.frequency_code, version.coded.date_of_service)
    limit = filing_limit(facts, payer.facts()) if payer else None
    return Due(case_id, claim_id, number, payer.route if payer else BUILT_IN, limit or date.max)


def route_lost(due: Due) -> Stopped:
    """The hold of a version whose payer's route nobody has set."""
    says = "The payer's profile names a route that is not registered."
    hold = Hold("route_unknown", says, "/v1/routes", "follow_up")
    return Stopped(due.claim_id, due.version, hold)


def sets_in_file(
    head: Header, gated: Gated, written: Sequence[Written]
) -> tuple[batches.SetInFile, ...]:
    """The sets of a file with their claims and where each begins."""
    by_id = {each.claim.id: each for each in written}

    def in_file(patient_control_number: str, position: int) -> batches.ClaimInFile:
        each = by_id[patient_control_number]
        return batches.ClaimInFile(
            patient_control_number, each.case_id, each.claim_id, each.version, position
        )

    return tuple(
        batches.SetInFile(
            set_control_number(count),
            head.billing.npi,
            tuple(in_file(*place) for place in claim_file.claims_of(one)),
        )
        for count, one in enumerate(gated.sets, 1)
    )


def tidings(row: RowMapping) -> list[tuple[UUID, Input]]:
    """What each claim of an answered file is told."""
    cause = derived_id("batch", row["batch_id"])
    refusal = Hold("route_refused", f"The route refused the file ({row['answer_status']}).")

    def told(claim: batches.ClaimInFile) -> FileTaken | Stopped:
        if row["status"] != "taken":
            return Stopped(claim.claim_id, claim.version, refusal)
        return FileTaken(
            claim.claim_id,
            claim.version,
            row["batch_id"],
            row["interchange_control_number"],
            row["answered_at"],
        )

    return [
        (claim.case_id, Asked(told(claim), cause))
        for each in batches.sets_of(row)
        for claim in each.claims
    ]
