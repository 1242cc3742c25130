"""What was done at an encounter, tagged by `kind`. Any clinical fact may be null: not known."""

from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from shared.contracts.documents.base import (
    Area,
    Count,
    Day,
    DiagnosisCode,
    Document,
    Flag,
    Id,
    Items,
    Length,
    Money,
    Quantity,
    Side,
)

ProcedureKind: TypeAlias = Literal[
    "biopsy",
    "shave_removal",
    "excision",
    "destruction",
    "skin_tag_removal",
    "mohs",
    "repair",
    "adjacent_tissue_transfer",
    "skin_graft",
    "intralesional_injection",
    "incision_drainage",
    "phototherapy",
    "photodynamic_therapy",
    "patch_test",
    "drug_administration",
    "nail",
    "cosmetic",
    "other",
]
NdcUnit: TypeAlias = Literal["ML", "GR", "UN", "F2", "ME"]
Container: TypeAlias = Literal["single_dose", "multi_dose"]


class DrugUsed(Document):
    """A drug billed beside an injection or a light treatment."""

    hcpcs: str | None = None
    units: Quantity | None = None
    wasted_units: Quantity | None = None
    container: Container | None = None
    ndc: str | None = None
    ndc_quantity: Quantity | None = None
    ndc_unit: NdcUnit | None = None


class ProcedureBase(Document):
    """What every procedure may say. `rationale` is prose and stays out of events."""

    procedure_id: Id
    lesion_id: Id | None = None
    lesion_ids: Items[Id] = ()
    site: str | None = None
    laterality: Side | None = None
    diagnosis: DiagnosisCode | None = None
    rationale: str | None = None
    distinct: Flag | None = None
    patient_pay: Flag | None = None
    abn_on_file: Flag | None = None


class Biopsy(ProcedureBase):
    kind: Literal["biopsy"]
    technique: Literal["tangential", "punch", "incisional"] | None = None
    structure: (
        Literal[
            "lid_margin",
            "vermilion",
            "oral_mucosa",
            "external_ear",
            "nail_unit",
            "penis",
            "vulva",
            "intranasal",
        ]
        | None
    ) = None
    frozen_section: Flag | None = None
    digits: Items[str] = ()


class ShaveRemoval(ProcedureBase):
    kind: Literal["shave_removal"]
    diameter_cm: Length | None = None


class Excision(ProcedureBase):
    kind: Literal["excision"]
    lesion_diameter_cm: Length | None = None
    margin_cm: Length | None = None
    excised_diameter_cm: Length | None = None
    prior_biopsy_on: Day | None = None


class Destruction(ProcedureBase):
    kind: Literal["destruction"]
    method: Literal["cryosurgery", "electrosurgery", "laser", "chemical", "curettage"] | None = None
    lesion_class: Literal["premalignant", "benign", "malignant", "vascular"] | None = None
    count: Count | None = None
    diameter_cm: Length | None = None
    area_sq_cm: Area | None = None
    extent: Literal["simple", "extensive"] | None = None


class SkinTagRemoval(ProcedureBase):
    kind: Literal["skin_tag_removal"]
    count: Count | None = None


class MohsStage(Document):
    blocks: Count | None = None


class Mohs(ProcedureBase):
    kind: Literal["mohs"]
    stages: Items[MohsStage] = ()
    deep_structures: Items[Literal["muscle", "cartilage", "bone", "tendon", "nerve", "vessel"]] = ()
    prior_biopsy_on: Day | None = None


class Repair(ProcedureBase):
    kind: Literal["repair"]
    complexity: Literal["simple", "intermediate", "complex"] | None = None
    length_cm: Length | None = None
    closes: Items[Id] = ()


class AdjacentTissueTransfer(ProcedureBase):
    kind: Literal["adjacent_tissue_transfer"]
    area_sq_cm: Area | None = None
    closes: Items[Id] = ()


class SkinGraft(ProcedureBase):
    kind: Literal["skin_graft"]
    thickness: Literal["full", "split"] | None = None
    area_sq_cm: Area | None = None
    closes: Items[Id] = ()


class IntralesionalInjection(ProcedureBase):
    kind: Literal["intralesional_injection"]
    count: Count | None = None
    drug: DrugUsed | None = None


class IncisionDrainage(ProcedureBase):
    kind: Literal["incision_drainage"]
    complexity: Literal["simple", "complicated"] | None = None


class Phototherapy(ProcedureBase):
    kind: Literal["phototherapy"]
    modality: Literal["narrowband_uvb", "uva", "puva", "goeckerman", "excimer"] | None = None
    area_sq_cm: Area | None = None
    topical_agent: Literal["tar", "petrolatum"] | None = None


class PhotodynamicTherapy(ProcedureBase):
    kind: Literal["photodynamic_therapy"]
    applied_by: Literal["staff", "provider"] | None = None
    debridement: Flag | None = None
    drug: DrugUsed | None = None


class PatchTest(ProcedureBase):
    kind: Literal["patch_test"]
    count: Count | None = None


class DrugAdministration(ProcedureBase):
    kind: Literal["drug_administration"]
    hcpcs: str | None = None
    units: Quantity | None = None
    ndc: str | None = None
    ndc_quantity: Quantity | None = None
    ndc_unit: NdcUnit | None = None
    route: Literal["subcutaneous", "intramuscular", "intravenous"] | None = None
    supplied_by: Literal["practice", "specialty_pharmacy"] | None = None
    wasted_units: Quantity | None = None
    container: Container | None = None
    minutes: Count | None = None


class Nail(ProcedureBase):
    kind: Literal["nail"]
    procedure: Literal["avulsion", "matrixectomy", "biopsy", "debridement"] | None = None
    digits: Items[str] = ()
    count: Count | None = None


class Cosmetic(ProcedureBase):
    kind: Literal["cosmetic"]
    service: (
        Literal[
            "botulinum_toxin",
            "filler",
            "chemical_peel",
            "laser",
            "sclerotherapy",
            "dermabrasion",
            "other",
        ]
        | None
    ) = None
    charge: Money | None = None


class Other(ProcedureBase):
    kind: Literal["other"]
    code: str | None = None
    units: Quantity | None = None
    modifiers: Items[str] = ()


Procedure = Annotated[
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
    | Other,
    Field(discriminator="kind"),
]
