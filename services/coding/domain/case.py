"""What coding has heard of a case, and what it told: the state of one case row.

Facts are merged so that their order does not matter: the newest statement of a thing counts, by
its own version, revision or time, and hearing it again changes nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from services.coding.domain.claim import Claim, Frequency, Version
from services.coding.domain.documented import Encounter
from services.coding.domain.facts import Authorization, Facts, Payer, Result, RoutedService
from services.coding.domain.policy import policy_on
from services.coding.domain.references import References


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """The visit as eligibility last told it."""

    visit_id: str
    payer: Payer
    services: tuple[RoutedService, ...]
    authorizations: tuple[Authorization, ...]
    said_at: datetime


@dataclass(frozen=True, slots=True)
class Documented:
    """An encounter in its highest version. `queries`: what blocks billing, one sentence each."""

    encounter: Encounter
    version: int
    queries: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SaidAuthorization:
    authorization: Authorization
    said_at: datetime


@dataclass(frozen=True, slots=True)
class HeardResult:
    """A report and the encounter it was matched to."""

    encounter_id: str
    result: Result


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of a version at the payer: taken, or rejected before adjudication."""

    claim_id: str
    version: int
    accepted: bool
    said_at: datetime


@dataclass(frozen=True, slots=True)
class Issued:
    """The last version told of one encounter, and the frequency code of every version of it."""

    last: Version
    frequencies: tuple[Frequency, ...]


@dataclass(frozen=True, slots=True)
class Case:
    """Facts by the name each has, and the claims told, by encounter."""

    case_id: UUID
    practice_id: str
    visit: Visit | None = None
    authorizations: Mapping[str, SaidAuthorization] = field(default_factory=dict)
    encounters: Mapping[str, Documented] = field(default_factory=dict)
    results: Mapping[str, HeardResult] = field(default_factory=dict)
    answers: Mapping[str, Answer] = field(default_factory=dict)
    denials: Mapping[str, str] = field(default_factory=dict)
    claims: Mapping[str, Issued] = field(default_factory=dict)

    def with_visit(self, visit: Visit) -> "Case":
        if self.visit is not None and _newer(self.visit, visit):
            return self
        return replace(self, visit=visit)

    def with_authorization(self, said: SaidAuthorization) -> "Case":
        key = _key(said.authorization)
        known = self.authorizations.get(key)
        if known is not None and _newer(known, said):
            return self
        return replace(self, authorizations={**self.authorizations, key: said})

    def with_encounter(self, documented: Documented) -> "Case":
        key = documented.encounter.encounter_id
        known = self.encounters.get(key)
        if known is not None and known.version >= documented.version:
            return self
        return replace(self, encounters={**self.encounters, key: documented})

    def with_result(self, heard: HeardResult) -> "Case":
        result = heard.result
        part = f"{result.specimen_id or ''}|{result.part or ''}"
        key = f"{result.lab_id}|{result.accession}|{part}|{result.revision}"
        if key in self.results:
            return self
        return replace(self, results={**self.results, key: heard})

    def with_answer(self, answer: Answer) -> "Case":
        kind = "accepted" if answer.accepted else "rejected"
        key = f"{answer.claim_id}|{answer.version}|{kind}"
        known = self.answers.get(key)
        if known is not None and known.said_at >= answer.said_at:
            return self
        return replace(self, answers={**self.answers, key: answer})

    def with_denial(self, denial_id: str, root_cause: str) -> "Case":
        return replace(self, denials={**self.denials, denial_id: root_cause})

    def with_claim(self, encounter_id: str, version: Version) -> "Case":
        """The case after a version was told."""
        known = self.claims.get(encounter_id)
        earlier = () if known is None else known.frequencies
        issued = Issued(version, (*earlier, version.frequency))
        return replace(self, claims={**self.claims, encounter_id: issued})

    def facts(self, encounter_id: str, references: References) -> Facts:
        """Everything known about one encounter."""
        documented = self.encounters[encounter_id]
        visit = self.visit
        payer = Payer() if visit is None else visit.payer
        results = [
            each.result
            for _, each in sorted(self.results.items())
            if each.encounter_id == encounter_id
        ]
        results.sort(key=lambda each: (each.reported_at, each.revision, each.result_id))
        return Facts(
            encounter=documented.encounter,
            results=results,
            routed=() if visit is None else visit.services,
            authorizations=self._authorizations(),
            payer=payer,
            history=references.history.get(self.case_id, ()),
            fees=references.fees.get(self.practice_id, {}),
            queries=documented.queries,
            policy=policy_on(
                references.policies.get(self.practice_id, ()),
                payer.payer_id,
                documented.encounter.date_of_service,
            ),
        )

    def frequency(self, encounter_id: str, claim: Claim) -> Frequency:
        """1 until the payer took a version, then 7; 8 where nothing billable is left."""
        issued = self.claims.get(encounter_id)
        taken = None if issued is None else self._taken(issued)
        if issued is None or taken is None or issued.frequencies[taken - 1] == "8":
            return "1"
        nothing_left = not claim.lines and claim.status in ("patient_pay", "no_charge")
        return "8" if nothing_left else "7"

    def _taken(self, issued: Issued) -> int | None:
        """The latest version the payer took and did not reject afterwards."""
        claim_id = issued.last.claim_id
        for version in range(issued.last.version, 0, -1):
            accepted = self.answers.get(f"{claim_id}|{version}|accepted")
            rejected = self.answers.get(f"{claim_id}|{version}|rejected")
            if accepted is not None and (rejected is None or rejected.said_at < accepted.said_at):
                return version
        return None

    def _authorizations(self) -> tuple[Authorization, ...]:
        """The newest statement of each authorization, by the visit or on its own."""
        newest: dict[str, SaidAuthorization] = {}
        if self.visit is not None:
            for each in self.visit.authorizations:
                newest[_key(each)] = SaidAuthorization(each, self.visit.said_at)
        for key, said in self.authorizations.items():
            known = newest.get(key)
            if known is None or known.said_at <= said.said_at:
                newest[key] = said
        return tuple(said.authorization for _, said in sorted(newest.items()))


def first_case(case_id: UUID, practice_id: str) -> Case:
    """A case of which nothing was heard yet."""
    return Case(case_id, practice_id)


def _key(authorization: Authorization) -> str:
    return authorization.number or f"{authorization.service_kind or ''}|{authorization.code or ''}"


def _newer(known: "Visit | SaidAuthorization", other: "Visit | SaidAuthorization") -> bool:
    """Whether the known statement stands; of two at one instant the same one always does."""
    return (known.said_at, repr(known)) >= (other.said_at, repr(other))
