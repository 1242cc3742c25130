"""What an encounter documents, as coding reads it. Null is not known, never zero or no."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal, TypeAlias

Side: TypeAlias = Literal["left", "right"]
Container: TypeAlias = Literal["single_dose", "multi_dose"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcedureBase:
    """What every procedure may say of where, why and for whom it was done."""

    procedure_id: str
    lesion_id: str | None = None
    lesion_ids: tuple[str, ...] = ()
    site: str | None = None
    laterality: Side | None = None
    diagnosis: str | None = None
    distinct: bool | None = None
    patient_pay: bool | None = None
    abn_on_file: bool | None = None

    @property
    def lesions(self) -> tuple[str, ...]:
        """The lesions it names, each once, in the order named."""
        if not self.lesion_ids:
            return (self.lesion_id,) if self.lesion_id else ()
        named = (self.lesion_id, *self.lesion_ids) if self.lesion_id else self.lesion_ids
        return tuple(dict.fromkeys(named))


@dataclass(frozen=True, slots=True, kw_only=True)
class DrugUsed:
    hcpcs: str | None = None
    units: Decimal | None = None
    wasted_units: Decimal | None = None
    container: Container | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Biopsy(ProcedureBase):
    kind: Literal["biopsy"] = "biopsy"
    technique: Literal["tangential", "punch", "incisional"] | None = None
    structure: str | None = None
    frozen_section: bool | None = None
    digits: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ShaveRemoval(ProcedureBase):
    kind: Literal["shave_removal"] = "shave_removal"
    diameter_cm: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Excision(ProcedureBase):
    kind: Literal["excision"] = "excision"
    lesion_diameter_cm: Decimal | None = None
    margin_cm: Decimal | None = None
    excised_diameter_cm: Decimal | None = None
    prior_biopsy_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Destruction(ProcedureBase):
    kind: Literal["destruction"] = "destruction"
    method: Literal["cryosurgery", "electrosurgery", "laser", "chemical", "curettage"] | None = None
    lesion_class: Literal["premalignant", "benign", "malignant", "vascular"] | None = None
    count: int | None = None
    diameter_cm: Decimal | None = None
    area_sq_cm: Decimal | None = None
    extent: Literal["simple", "extensive"] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SkinTagRemoval(ProcedureBase):
    kind: Literal["skin_tag_removal"] = "skin_tag_removal"
    count: int | None = None


@dataclass(frozen=True, slots=True)
class MohsStage:
    blocks: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Mohs(ProcedureBase):
    kind: Literal["mohs"] = "mohs"
    stages: tuple[MohsStage, ...] = ()
    deep_structures: tuple[str, ...] = ()
    prior_biopsy_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Repair(ProcedureBase):
    kind: Literal["repair"] = "repair"
    complexity: Literal["simple", "intermediate", "complex"] | None = None
    length_cm: Decimal | None = None
    closes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AdjacentTissueTransfer(ProcedureBase):
    kind: Literal["adjacent_tissue_transfer"] = "adjacent_tissue_transfer"
    area_sq_cm: Decimal | None = None
    closes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SkinGraft(ProcedureBase):
    kind: Literal["skin_graft"] = "skin_graft"
    thickness: Literal["full", "split"] | None = None
    area_sq_cm: Decimal | None = None
    closes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class IntralesionalInjection(ProcedureBase):
    kind: Literal["intralesional_injection"] = "intralesional_injection"
    count: int | None = None
    drug: DrugUsed | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class IncisionDrainage(ProcedureBase):
    kind: Literal["incision_drainage"] = "incision_drainage"
    complexity: Literal["simple", "complicated"] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Phototherapy(ProcedureBase):
    kind: Literal["phototherapy"] = "phototherapy"
    modality: Literal["narrowband_uvb", "uva", "puva", "goeckerman", "excimer"] | None = None
    area_sq_cm: Decimal | None = None
    topical_agent: Literal["tar", "petrolatum"] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotodynamicTherapy(ProcedureBase):
    kind: Literal["photodynamic_therapy"] = "photodynamic_therapy"
    applied_by: Literal["staff", "provider"] | None = None
    debridement: bool | None = None
    drug: DrugUsed | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PatchTest(ProcedureBase):
    kind: Literal["patch_test"] = "patch_test"
    count: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DrugAdministration(ProcedureBase):
    kind: Literal["drug_administration"] = "drug_administration"
    hcpcs: str | None = None
    units: Decimal | None = None
    route: Literal["subcutaneous", "intramuscular", "intravenous"] | None = None
    supplied_by: Literal["practice", "specialty_pharmacy"] | None = None
    wasted_units: Decimal | None = None
    container: Container | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Nail(ProcedureBase):
    kind: Literal["nail"] = "nail"
    procedure: Literal["avulsion", "matrixectomy", "biopsy", "debridement"] | None = None
    digits: tuple[str, ...] = ()
    count: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cosmetic(ProcedureBase):
    kind: Literal["cosmetic"] = "cosmetic"
    service: str | None = None
    charge: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Other(ProcedureBase):
    kind: Literal["other"] = "other"
    code: str | None = None
    units: Decimal | None = None
    modifiers: tuple[str, ...] = ()


Procedure: TypeAlias = (
    Biopsy
    | ShaveRemoval
    | Excision
    | Destruction
    | SkinTagRemoval
    | Mohs
    | Repair
    | AdjacentTissueTransfer
    | SkinGraft
    | IntralesionalInjection
    | IncisionDrainage
    | Phototherapy
    | PhotodynamicTherapy
    | PatchTest
    | DrugAdministration
    | Nail
    | Cosmetic
    | Other
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesion:
    lesion_id: str
    site: str | None = None
    laterality: Side | None = None
    type: str | None = None
    diameter_cm: Decimal | None = None
    symptoms: tuple[str, ...] = ()
    suspicion: bool | None = None
    diagnosis: str | None = None
    failed_treatments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Specimen:
    specimen_id: str
    lesion_id: str | None = None
    procedure_id: str | None = None


@dataclass(frozen=True, slots=True)
class DecisionMaking:
    """Medical decision making: two of the three elements carry the level."""

    problems: Literal["minimal", "low", "moderate", "high"] | None = None
    data: Literal["minimal", "limited", "moderate", "extensive"] | None = None
    risk: Literal["minimal", "low", "moderate", "high"] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    patient_status: Literal["new", "established"] | None = None
    mdm: DecisionMaking | None = None
    total_minutes: int | None = None
    separately_identifiable: bool | None = None
    decision_for_surgery: bool | None = None
    diagnoses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Provider:
    npi: str


@dataclass(frozen=True, slots=True)
class Patient:
    """Who it was, by the practice's own number alone."""

    mrn: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Encounter:
    encounter_id: str
    visit_id: str | None = None
    patient: Patient
    date_of_service: date
    place_of_service: str = "11"
    rendering_provider: Provider
    evaluation: Evaluation | None = None
    lesions: tuple[Lesion, ...] = ()
    procedures: tuple[Procedure, ...] = ()
    specimens: tuple[Specimen, ...] = ()
