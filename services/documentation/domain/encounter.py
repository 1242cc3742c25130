"""An encounter as the rules read it. Any clinical fact may be None: then it is not known."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from shared.clinical.body_sites import Site, find_site


@dataclass(frozen=True, slots=True)
class Lesion:
    """One documented lesion; `rationale` is prose."""

    lesion_id: str
    site: str | None = None
    laterality: str | None = None
    type: str | None = None
    diameter_cm: Decimal | None = None
    symptoms: tuple[str, ...] = ()
    suspicion: bool = False
    diagnosis: str | None = None
    failed_treatments: tuple[str, ...] = ()
    rationale: str | None = None


@dataclass(frozen=True, slots=True)
class Procedure:
    """One procedure of any kind: the fields of all kinds, None or empty where not of its own.

    blocks: per Mohs stage, the tissue blocks. Lengths in cm, areas in cm².
    """

    procedure_id: str
    kind: str
    lesion_id: str | None = None
    lesion_ids: tuple[str, ...] = ()
    site: str | None = None
    laterality: str | None = None
    diagnosis: str | None = None
    rationale: str | None = None
    patient_pay: bool = False
    technique: str | None = None
    diameter_cm: Decimal | None = None
    lesion_diameter_cm: Decimal | None = None
    margin_cm: Decimal | None = None
    excised_diameter_cm: Decimal | None = None
    method: str | None = None
    lesion_class: str | None = None
    count: int | None = None
    area_sq_cm: Decimal | None = None
    blocks: tuple[int | None, ...] = ()
    complexity: str | None = None
    length_cm: Decimal | None = None
    closes: tuple[str, ...] = ()
    thickness: str | None = None
    modality: str | None = None
    topical_agent: str | None = None
    applied_by: str | None = None
    hcpcs: str | None = None
    units: Decimal | None = None
    route: str | None = None
    supplied_by: str | None = None
    wasted_units: Decimal | None = None
    digits: tuple[str, ...] = ()
    charge: Decimal | None = None

    @property
    def names_lesions(self) -> tuple[str, ...]:
        """The lesions it names, whether by the one field or the list."""
        own = (self.lesion_id,) if self.lesion_id else ()
        return tuple(dict.fromkeys((*own, *self.lesion_ids)))


@dataclass(frozen=True, slots=True)
class Specimen:
    """Tissue sent to a laboratory."""

    specimen_id: str
    lesion_id: str | None = None
    procedure_id: str | None = None


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The evaluation of the day; `narrative` is prose. level_known: by decision making or time."""

    level_known: bool
    separately_identifiable: bool
    decision_for_surgery: bool
    diagnoses: tuple[str, ...]
    narrative: str | None = None


@dataclass(frozen=True, slots=True)
class Encounter:
    """Everything documented of one visit."""

    encounter_id: str
    date_of_service: date
    note: str | None = None
    evaluation: Evaluation | None = None
    lesions: tuple[Lesion, ...] = ()
    procedures: tuple[Procedure, ...] = ()
    specimens: tuple[Specimen, ...] = ()

    @property
    def prose(self) -> str:
        """The note; empty where there is none."""
        return self.note if self.note and self.note.strip() else ""

    def lesion(self, lesion_id: str) -> Lesion | None:
        """The listed lesion of that id."""
        return next((each for each in self.lesions if each.lesion_id == lesion_id), None)

    def lesions_of(self, procedure: Procedure) -> tuple[Lesion, ...]:
        """The listed lesions a procedure names."""
        found = (self.lesion(lesion_id) for lesion_id in procedure.names_lesions)
        return tuple(each for each in found if each is not None)

    def lesion_at(self, lesion_id: str) -> str:
        """The JSON pointer of a listed lesion."""
        ids = [each.lesion_id for each in self.lesions]
        return f"/lesions/{ids.index(lesion_id)}"

    def procedure_at(self, procedure: Procedure) -> str:
        """The JSON pointer of a procedure."""
        return f"/procedures/{self.procedures.index(procedure)}"

    def procedures_on(self, lesion_id: str) -> tuple[Procedure, ...]:
        """The procedures that name a lesion."""
        return tuple(each for each in self.procedures if lesion_id in each.names_lesions)


def site_of(lesion: Lesion | Procedure) -> Site | None:
    """The body site a lesion or procedure names, where it is a known one."""
    return find_site(lesion.site)
