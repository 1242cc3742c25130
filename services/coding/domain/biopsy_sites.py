"""A biopsied lesion, and the code that its structure or its site has of its own."""

from dataclasses import dataclass

from services.coding.domain.chart import Outcome, Target, missing, review
from services.coding.domain.documented import Biopsy, Destruction, Mohs
from services.coding.domain.sources import CPT_BIOPSY, LONG_AGO
from shared.kernel.rule import rule

TECHNIQUES = ("incisional", "punch", "tangential")
"""Deepest first."""

_BY_STRUCTURE = {
    "vermilion": "40490",
    "external_ear": "69100",
    "nail_unit": "11755",
    "penis": "54100",
    "vulva": "56605",
    "intranasal": "30100",
}
_BY_SITE = {
    "ear": "69100",
    "lip_vermilion": "40490",
    "oral_vestibule": "40808",
    "penis": "54100",
    "vulva": "56605",
    "perineum": "56605",
    "fingernail": "11755",
    "toenail": "11755",
}
_WITHOUT_A_CODE_HERE = ("oral_mucosa", "ear_canal")
_LID_MODIFIER = {
    ("upper_eyelid", "left"): "E1",
    ("lower_eyelid", "left"): "E2",
    ("upper_eyelid", "right"): "E3",
    ("lower_eyelid", "right"): "E4",
}


@dataclass(frozen=True, slots=True)
class Sample:
    """One biopsied lesion, whatever the number of samples taken of it (BX-3).

    removed: whether the session also removed it. mohs: the Mohs surgery of it, if any.
    """

    target: Target
    procedures: tuple[Biopsy | Destruction, ...]
    removed: bool
    mohs: tuple[Mohs, ...]
    modifiers: tuple[str, ...] = ()

    @property
    def technique(self) -> str | None:
        """The deepest technique used; None where one is not charted."""
        if any(isinstance(each, Biopsy) and each.technique is None for each in self.procedures):
            return None
        used = {each.technique for each in self.procedures if isinstance(each, Biopsy)}
        return next((each for each in TECHNIQUES if each in used), "tangential")

    @property
    def structures(self) -> set[str]:
        named = (each.structure for each in self.procedures if isinstance(each, Biopsy))
        return {each for each in named if each is not None}

    @property
    def order(self) -> tuple[str, str]:
        return self.procedures[0].procedure_id, self.target.lesion_id or ""


@rule("BX-4", since=LONG_AGO, cite=CPT_BIOPSY)
def site_code(sample: Sample) -> tuple[str, Outcome]:
    """The structure, else the site, may have its own code; all other skin goes by technique."""
    procedure, site = sample.procedures[0], sample.target.site
    site_id = "" if site is None else site.id
    if _of_the_lid_margin(sample):
        if (site_id, sample.target.laterality or "") in _LID_MODIFIER:
            return "67810", Outcome()
        says = f"Procedure {procedure.procedure_id}: which eyelid was biopsied is not charted."
        return "67810", Outcome(holds=(review("missing_fact", says),))
    if "oral_mucosa" in sample.structures and site_id != "oral_vestibule":
        return "", _no_code(procedure.procedure_id)
    for structure in sorted(sample.structures):
        if structure in _BY_STRUCTURE:
            return _BY_STRUCTURE[structure], Outcome()
    if site_id in _BY_SITE:
        return _BY_SITE[site_id], Outcome()
    if site_id in _WITHOUT_A_CODE_HERE:
        return "", _no_code(procedure.procedure_id)
    if sample.technique is None:
        return "", Outcome(holds=(missing(procedure, "technique of the biopsy"),))
    if site is None:
        # An ear or a lip has another code than other skin: the site decides.
        return "", Outcome(holds=(missing(procedure, "site of the biopsy"),))
    return "skin", Outcome()


def lid_modifier(sample: Sample) -> str | None:
    """The modifier of the eyelid (E1-E4) whose margin was biopsied; None elsewhere."""
    site = sample.target.site
    if site is None or not _of_the_lid_margin(sample):
        return None
    return _LID_MODIFIER.get((site.id, sample.target.laterality or ""))


def _of_the_lid_margin(sample: Sample) -> bool:
    """Only an incisional biopsy with the lid margin has the eyelid's code (AAD)."""
    return "lid_margin" in sample.structures and sample.technique == "incisional"


def _no_code(procedure_id: str) -> Outcome:
    says = f"Procedure {procedure_id}: the part of the mouth or ear decides the code."
    return Outcome(holds=(review("missing_fact", says),))
