"""Which services need an authorization, and whether one covers the visit (`EL-20`, `EL-21`)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal, TypeAlias

from services.eligibility.domain.answer import Need, Reason
from services.eligibility.domain.planned import Authorization, Benefit, PlannedService, PlannedVisit
from services.eligibility.domain.toxin import is_toxin
from shared.clinical.drugs import find_drug
from shared.kernel.cite import Cite
from shared.kernel.rule import rule

Required: TypeAlias = Literal["always", "sometimes", "never"]
Family: TypeAlias = Literal[
    "biologic",
    "unknown_drug",
    "phototherapy",
    "mohs",
    "toxin",
    "vascular_laser",
    "photodynamic_therapy",
    "patch_test",
    "flap_or_graft",
]

_OWN = Cite("own")
_SINCE = date(2026, 1, 1)
_PLAIN_DRUGS = frozenset(
    {"J3300", "J3301", "J1010", "J1100", "J7308", "J7345", "J9040", "J9190", "J9260"}
)
_BIOLOGIC_ENDINGS = ("mab", "cept")
_BY_KIND: dict[str, Family] = {
    "phototherapy": "phototherapy",
    "mohs": "mohs",
    "photodynamic_therapy": "photodynamic_therapy",
    "patch_test": "patch_test",
    "adjacent_tissue_transfer": "flap_or_graft",
    "skin_graft": "flap_or_graft",
}
# (family, program): HMO rows stand apart. A family or program that is not here is not known.
_REQUIRED: dict[tuple[Family, str], Required] = {
    ("biologic", "commercial"): "always",
    ("biologic", "medicare_advantage"): "always",
    ("biologic", "medicare"): "never",
    ("phototherapy", "commercial"): "always",
    ("phototherapy", "medicare_advantage"): "sometimes",
    ("phototherapy", "medicare"): "never",
    ("mohs", "commercial"): "sometimes",
    ("mohs", "medicare_advantage"): "sometimes",
    ("mohs", "medicare"): "never",
    ("toxin", "commercial"): "always",
    ("toxin", "medicare_advantage"): "always",
    ("toxin", "medicare"): "sometimes",
    ("vascular_laser", "commercial"): "always",
    ("vascular_laser", "medicare_advantage"): "always",
    ("vascular_laser", "medicare"): "sometimes",
    ("photodynamic_therapy", "commercial"): "sometimes",
    ("photodynamic_therapy", "medicare_advantage"): "sometimes",
    ("photodynamic_therapy", "medicare"): "never",
    ("patch_test", "commercial"): "sometimes",
    ("patch_test", "medicare_advantage"): "sometimes",
    ("patch_test", "medicare"): "never",
    ("flap_or_graft", "commercial"): "sometimes",
    ("flap_or_graft", "medicare_advantage"): "sometimes",
    ("flap_or_graft", "medicare"): "never",
}


@dataclass(frozen=True, slots=True)
class Papers:
    """What a medical service still needs of its payer, and why."""

    needs: tuple[Need, ...] = ()
    reasons: tuple[Reason, ...] = ()


def family_of(service: PlannedService) -> Family | None:
    """The family a service's authorization is asked for; None where payers ask for none."""
    if is_toxin(service.kind, service.code, service.drug, service.description):
        return "toxin"
    if service.code in ("17106", "17107", "17108"):
        return "vascular_laser"
    if service.kind == "drug_administration":
        return _drug_family(service)
    return _BY_KIND.get(service.kind)


def _drug_family(service: PlannedService) -> Family | None:
    drug = find_drug(service.drug) or find_drug(service.code)
    if drug is not None:
        return None if drug.hcpcs in _PLAIN_DRUGS else "biologic"
    if (service.drug or "").strip().lower().endswith(_BIOLOGIC_ENDINGS):
        return "biologic"
    return "unknown_drug"


@rule("EL-20", since=_SINCE, cite=_OWN)
def authorization_papers(visit: PlannedVisit, service: PlannedService) -> Papers:
    """The payer's answer for this member goes before the table; silence never means no."""
    family = family_of(service)
    required, reason = _required(visit, service, family)
    if required == "never":
        return Papers(reasons=(reason,) if reason else ())
    authorizations = [
        (number, each)
        for number, each in enumerate(visit.authorizations)
        if each.names(service.kind, service.code)
    ]
    refusals: list[Reason] = []
    for number, authorization in authorizations:
        if (refusal := _not_covering(visit.visit_on, authorization, number)) is None:
            return Papers(reasons=(_covered(number),))
        refusals.append(refusal)
    need: Need = "prior_authorization" if required == "always" else "authorization_check"
    return Papers((need,), tuple(refusals) or ((reason,) if reason else ()))


def supply_papers(service: PlannedService) -> Papers:
    """`drug_supply_route` for a biologic: buy and bill or specialty pharmacy is settled first."""
    if service.kind == "drug_administration" and family_of(service) in ("biologic", "unknown_drug"):
        return Papers(("drug_supply_route",))
    return Papers()


def _required(
    visit: PlannedVisit, service: PlannedService, family: Family | None
) -> tuple[Required, Reason | None]:
    for number, benefit in enumerate(visit.benefits):
        if benefit.names(service.kind, service.code):
            return _as_answered(benefit, number)
    if family is None:
        return "never", None
    coverage = visit.coverage
    program = coverage.program if coverage else None
    if family == "mohs" and program == "commercial" and coverage is not None and coverage.hmo:
        required: Required | None = "always"
    else:
        required = _REQUIRED.get((family, program or ""))
    if required is None:
        return "sometimes", Reason(
            "EL-20",
            "It is not known whether this payer wants an authorization for the service.",
            str(_OWN),
            ("/coverage",),
        )
    says = {
        "always": "Payers of this program want an authorization for the service.",
        "sometimes": "Some payers of this program want an authorization for the service.",
        "never": "This program wants no authorization for the service.",
    }[required]
    return required, Reason("EL-20", says, str(_OWN), ("/coverage/program",))


def _as_answered(benefit: Benefit, number: int) -> tuple[Required, Reason]:
    says = (
        "The payer answered that an authorization is required."
        if benefit.authorization_required
        else "The payer answered that no authorization is required."
    )
    evidence = (f"/benefits/{number}/authorization_required",)
    required: Required = "always" if benefit.authorization_required else "never"
    return required, Reason("EL-20", says, "payer's answer", evidence)


@rule("EL-21", since=_SINCE, cite=_OWN)
def _not_covering(visit_on: date, authorization: Authorization, number: int) -> Reason | None:
    """An authorization covers a visit only when approved, in its dates and with units left."""
    says, fields = next(_shortcomings(visit_on, authorization), ("", ()))
    if not says:
        return None
    pointers = tuple(f"/authorizations/{number}/{field}" for field in fields)
    return Reason("EL-21", says, str(_OWN), (*pointers, "/scheduled_at"))


def _shortcomings(visit_on: date, given: Authorization) -> Iterator[tuple[str, tuple[str, ...]]]:
    name = f"Authorization {given.number}" if given.number else "The authorization"
    if given.status != "approved":
        yield f"{name} is {given.status}, not approved.", ("status",)
    if given.valid_from is None or given.valid_to is None:
        yield f"{name} does not state its period.", ("valid_from", "valid_to")
        return
    if visit_on < given.valid_from:
        yield f"{name} starts on {given.valid_from}, after the visit.", ("valid_from",)
    if visit_on > given.valid_to:
        yield f"{name} ended on {given.valid_to}, before the visit.", ("valid_to",)
    if given.units_approved is not None and given.units_approved - (given.units_used or 0) < 1:
        yield f"{name} has no units left.", ("units_approved", "units_used")


def _covered(number: int) -> Reason:
    return Reason(
        "EL-21",
        "An approved authorization covers the visit.",
        str(_OWN),
        (f"/authorizations/{number}/number",),
    )
