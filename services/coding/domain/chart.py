"""One encounter laid out for the rules: who pays, what each lesion is, where facts stand."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import TypeVar, cast

from services.coding.domain.claim import Edit, Hold, PatientPay, Reason
from services.coding.domain.documented import (
    Encounter,
    Lesion,
    Procedure,
    ProcedureBase,
    Side,
    Specimen,
)
from services.coding.domain.facts import Facts, Result
from services.coding.domain.references import Tables
from services.coding.domain.sources import LONG_AGO, OWN
from shared.clinical.body_sites import Family, Site, find_site
from shared.clinical.diagnoses import behavior_of, kind_of, unspecified_neoplasm_at
from shared.kernel.cite import Cite
from shared.kernel.rule import rule

P = TypeVar("P", bound=ProcedureBase)


@dataclass(frozen=True, slots=True)
class Finding:
    """What a lesion is taken to be.

    codes: ICD-10-CM, the decisive one first; empty where none may be stated. behavior: of the
    decisive code. proven: malignant by earlier pathology (DX-5). report: the result that decided.
    awaited: specimens whose report is still to come. holds: questions only a person can answer.
    """

    codes: tuple[str, ...] = ()
    behavior: str | None = None
    kind: str | None = None
    proven: bool = False
    report: Result | None = None
    awaited: tuple[str, ...] = ()
    reasons: tuple[Reason, ...] = ()
    holds: tuple[Hold, ...] = ()

    @property
    def malignant(self) -> bool:
        """Whether a malignant or in-situ neoplasm is stated."""
        return self.behavior in ("malignant", "in_situ")


@dataclass(frozen=True, slots=True)
class Target:
    """What a procedure worked on: a listed lesion, or a place where none is listed."""

    lesion_id: str | None
    site_term: str | None
    laterality: Side | None
    finding: Finding

    @property
    def site(self) -> Site | None:
        return find_site(self.site_term)

    def region(self, family: Family) -> str | None:
        """The site's group in a code family; None where the site does not say it."""
        return region_at(self.site_term, family)


@dataclass(frozen=True, slots=True)
class Draft:
    """A line in the making. `diagnoses` None: those of its targets. `distinct`: as charted."""

    code: str
    units: int
    procedure_ids: tuple[str, ...]
    targets: tuple[Target, ...]
    reasons: tuple[Reason, ...]
    modifiers: tuple[str, ...] = ()
    distinct: bool | None = None
    diagnoses: tuple[str, ...] | None = None

    @property
    def lesion_ids(self) -> tuple[str, ...]:
        named = [each.lesion_id for each in self.targets if each.lesion_id is not None]
        return tuple(dict.fromkeys(named) if len(named) > 1 else named)

    @property
    def codes_of_targets(self) -> tuple[str, ...]:
        """The diagnoses the line may point to, decisive one first."""
        if self.diagnoses is not None:
            return self.diagnoses
        if len(self.targets) == 1:
            return self.targets[0].finding.codes
        found = (code for target in self.targets for code in target.finding.codes)
        return tuple(dict.fromkeys(found))


@dataclass(frozen=True, slots=True)
class Outcome:
    """What sections decide; sums keep the order."""

    drafts: tuple[Draft, ...] = ()
    holds: tuple[Hold, ...] = ()
    edits: tuple[Edit, ...] = ()
    patient_pay: tuple[PatientPay, ...] = ()

    def with_drafts(self, drafts: Iterable[Draft]) -> "Outcome":
        """The same with other lines."""
        return Outcome(tuple(drafts), self.holds, self.edits, self.patient_pay)

    def __add__(self, other: "Outcome") -> "Outcome":
        return Outcome(
            self.drafts + other.drafts,
            self.holds + other.holds,
            self.edits + other.edits,
            self.patient_pay + other.patient_pay,
        )


def total(outcomes: Iterable[Outcome]) -> Outcome:
    """The sum of outcomes, in their order."""
    drafts: list[Draft] = []
    holds: list[Hold] = []
    edits: list[Edit] = []
    patient_pay: list[PatientPay] = []
    for each in outcomes:
        drafts += each.drafts
        holds += each.holds
        edits += each.edits
        patient_pay += each.patient_pay
    return Outcome(tuple(drafts), tuple(holds), tuple(edits), tuple(patient_pay))


@dataclass(frozen=True, slots=True)
class Chart:
    """The facts of one encounter with what was concluded before any code is chosen.

    day: of service. findings, lesions, specimens (of a lesion), procedures, places (in the
    encounter): by id. insured: ids of the procedures that go to insurance. noticed: ids of those
    that Medicare is expected to deny, with the patient's signed notice. of_kind: those procedures,
    ordered by id.
    """

    facts: Facts
    tables: Tables
    day: date
    as_of: date
    findings: Mapping[str, Finding]
    insured: frozenset[str]
    lesions: Mapping[str, Lesion]
    specimens: Mapping[str, tuple[Specimen, ...]]
    procedures: Mapping[str, Procedure]
    places: Mapping[str, int]
    lesion_places: Mapping[str, int]
    of_kind: Mapping[type[ProcedureBase], tuple[Procedure, ...]]
    noticed: frozenset[str] = frozenset()

    @property
    def encounter(self) -> Encounter:
        return self.facts.encounter

    def of(self, kind: type[P]) -> tuple[P, ...]:
        """Insured procedures of a kind, in an order free of how they were listed."""
        return cast("tuple[P, ...]", self.of_kind.get(kind, ()))

    def procedure(self, procedure_id: str) -> Procedure | None:
        """The procedure of that id, insured or not."""
        return self.procedures.get(procedure_id)

    def targets(self, procedure: ProcedureBase) -> tuple[Target, ...]:
        """The lesions a procedure names; its own place and diagnosis where it names none."""
        if not procedure.lesions:
            finding = _stated_for(procedure)
            return (Target(None, procedure.site, procedure.laterality, finding),)
        return tuple(self.target(each, procedure) for each in procedure.lesions)

    def target(self, lesion_id: str, procedure: ProcedureBase | None = None) -> Target:
        """A lesion as a target; where it is not listed, the place the procedure gives."""
        lesion = self.lesions.get(lesion_id)
        if lesion is None:
            site = None if procedure is None else procedure.site
            side = None if procedure is None else procedure.laterality
            return Target(lesion_id, site, side, Finding(holds=(_unlisted(lesion_id),)))
        return Target(lesion_id, lesion.site, lesion.laterality, self.findings[lesion_id])

    def at(self, procedure: ProcedureBase, *fields: str) -> tuple[str, ...]:
        """Evidence pointers to the fields that the chart states; to the procedure without one."""
        base = f"/encounter/procedures/{self.places[procedure.procedure_id]}"
        stated = tuple(f"{base}/{name}" for name in fields if _stated(procedure, name))
        return stated or (base,)

    def at_lesion(self, lesion_id: str | None, *fields: str) -> tuple[str, ...]:
        """Evidence pointers to what the chart states of a lesion; none where it is not listed."""
        place = self.lesion_places.get(lesion_id or "")
        if place is None:
            return ()
        base, lesion = f"/encounter/lesions/{place}", self.encounter.lesions[place]
        return tuple(f"{base}/{name}" for name in fields if _stated(lesion, name)) or (base,)

    def at_report(self, report: Result | None) -> tuple[str, ...]:
        """The evidence pointer to a report; none where there is none."""
        if report is None:
            return ()
        return (f"/results/{list(self.facts.results).index(report)}",)

    def where(self, draft: Draft) -> tuple[str, ...]:
        """Evidence pointers to what tells a line's place from another's."""
        procedures = [self.procedures[each] for each in draft.procedure_ids]
        if draft.distinct:
            return tuple(place for each in procedures for place in self.at(each, "distinct"))
        listed = tuple(place for each in draft.lesion_ids for place in self.at_lesion(each, "site"))
        return listed or tuple(place for each in procedures for place in self.at(each, "site"))


def by_kind(
    procedures: Iterable[Procedure], insured: frozenset[str]
) -> dict[type[ProcedureBase], tuple[Procedure, ...]]:
    """Insured procedures by their kind, in an order free of how they were listed."""
    found: dict[type[ProcedureBase], tuple[Procedure, ...]] = {}
    for each in sorted(procedures, key=lambda each: each.procedure_id):
        if each.procedure_id in insured:
            found[type(each)] = (*found.get(type(each), ()), each)
    return found


def _stated(value: object, path: str) -> bool:
    """Whether a field is there, by its path; an empty list says nothing."""
    for step in path.split("/"):
        if step.isdecimal():
            return True
        value = getattr(value, step)
        if value is None or value == ():
            return False
    return True


_BETWEEN_GROUPS: Mapping[str, frozenset[Family]] = {
    "jawline": frozenset({"removal", "simple_repair", "intermediate_repair"}),
    "face_unspecified": frozenset({"complex_repair"}),
    "shoulder": frozenset({"complex_repair"}),
    "hip": frozenset({"complex_repair"}),
    "perineum": frozenset(
        {"removal", "intermediate_repair", "complex_repair", "split_graft", "mohs"}
    ),
}
"""Site words whose candidate places fall into different groups: face or neck, nose or cheek, trunk
or limb, genitalia or trunk (`region_ambiguous` of the site table)."""


@rule("FACT-3", since=LONG_AGO, cite=OWN)
def region_at(site_term: str | None, family: Family) -> str | None:
    """The group of a site; none where its word may mean places of different groups: ask."""
    site = find_site(site_term)
    if site is None or family in _BETWEEN_GROUPS.get(site.id, frozenset()):
        return None
    return site.region(family)


def stated_finding(codes: Sequence[str]) -> Finding:
    """A finding for a diagnosis stated on a procedure or an evaluation, with no lesion listed."""
    if not codes:
        return Finding()
    return Finding(tuple(codes), behavior_of(codes[0]), kind_of(codes[0]))


@rule("DX-4", since=LONG_AGO, cite=OWN)
def _stated_for(procedure: ProcedureBase) -> Finding:
    """Uncertain behavior is a pathologist's word: without a report it is unspecified."""
    code = procedure.diagnosis
    if code is None:
        return Finding()
    if behavior_of(code) == "uncertain":
        return stated_finding((unspecified_neoplasm_at(procedure.site),))
    return stated_finding((code,))


def because(rule_id: str, says: str, source: Cite | str, *evidence: str) -> Reason:
    """A reason with its evidence pointers."""
    return Reason(rule_id, says, str(source), evidence)


@rule("FACT-1", since=LONG_AGO, cite=OWN)
def missing(procedure: ProcedureBase, fact: str) -> Hold:
    """A fact that CPT requires is not charted: the procedure gets no line (FACT-1)."""
    return Hold("missing_fact", f"Procedure {procedure.procedure_id}: the {fact} is not charted.")


def review(reason: str, detail: str) -> Hold:
    """A question for a person."""
    return Hold(reason, detail)


@rule("FACT-2", since=LONG_AGO, cite=OWN)
def tenths(size: Decimal) -> Decimal:
    """A sum rounded half up to 0.1, never its parts (FACT-2)."""
    return size.quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)


def _unlisted(lesion_id: str) -> Hold:
    return Hold("missing_fact", f"Lesion {lesion_id} is named by a procedure and not listed.")
