"""Biopsies: one primary code a session, add-ons by technique, and sites with codes of their own."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from services.coding.domain.chart import (
    Chart,
    Draft,
    Outcome,
    Target,
    because,
    missing,
    review,
    total,
)
from services.coding.domain.claim import Edit
from services.coding.domain.documented import (
    Biopsy,
    Destruction,
    Excision,
    Mohs,
    ShaveRemoval,
)
from services.coding.domain.malignant_destruction import sampled_only
from services.coding.domain.mohs import without_earlier_diagnosis
from services.coding.domain.nails import DIGITS, removed_nails
from services.coding.domain.sources import (
    CPT_2019,
    CPT_BIOPSY,
    CPT_MOHS,
    CPT_NAILS,
    LONG_AGO,
    NCCI_3,
)
from shared.kernel.rule import rule

_TECHNIQUES = ("incisional", "punch", "tangential")
_PRIMARY = {"incisional": "11106", "punch": "11104", "tangential": "11102"}
_ADD_ON = {"incisional": "11107", "punch": "11105", "tangential": "11103"}

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
_EACH_ON_ITS_LINE = ("67810",)
_LID_MODIFIER = {
    ("upper_eyelid", "left"): "E1",
    ("lower_eyelid", "left"): "E2",
    ("upper_eyelid", "right"): "E3",
    ("lower_eyelid", "right"): "E4",
}


@dataclass(frozen=True, slots=True)
class _Sample:
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
        return next((each for each in _TECHNIQUES if each in used), "tangential")

    @property
    def structures(self) -> set[str]:
        named = (each.structure for each in self.procedures if isinstance(each, Biopsy))
        return {each for each in named if each is not None}

    @property
    def order(self) -> tuple[str, str]:
        return self.procedures[0].procedure_id, self.target.lesion_id or ""


@rule("BX-3", since=LONG_AGO, cite=CPT_BIOPSY)
def biopsies(chart: Chart) -> Outcome:
    """Several samples of one lesion are one biopsy."""
    grouped: dict[str, list[Biopsy | Destruction]] = defaultdict(list)
    targets: dict[str, Target] = {}
    for procedure in chart.of(Biopsy):
        for target in chart.targets(procedure):
            key = target.lesion_id or f"#{procedure.procedure_id}"
            grouped[key].append(procedure)
            targets[key] = target
    for lesion_id, destruction in sampled_only(chart).items():
        grouped[lesion_id].append(destruction)
        targets[lesion_id] = chart.target(lesion_id, destruction)
    removed, mohs = _removed_lesions(chart), _mohs_by_lesion(chart)
    parts: list[Outcome] = []
    by_code: dict[str, list[_Sample]] = defaultdict(list)
    for key, each in grouped.items():
        sample = _Sample(targets[key], tuple(each), key in removed, tuple(mohs.get(key, ())))
        included = _in_a_removal(sample) or _in_mohs(chart, sample)
        if included is not None:
            parts.append(included)
            continue
        code, held = _code(sample)
        parts.append(held)
        if code == "11755":
            parts.append(_nail_unit(chart, sample))
        else:
            by_code[code].append(_with_modifiers(chart, sample))
    by_code.pop("", None)
    parts.append(_skin(chart, by_code.pop("skin", [])))
    parts += [_special(chart, code, samples) for code, samples in sorted(by_code.items())]
    return total(parts)


@rule("BX-4", since=LONG_AGO, cite=CPT_BIOPSY)
def _code(sample: _Sample) -> tuple[str, Outcome]:
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


def _of_the_lid_margin(sample: _Sample) -> bool:
    """Only an incisional biopsy with the lid margin has the eyelid's code (AAD)."""
    return "lid_margin" in sample.structures and sample.technique == "incisional"


def _no_code(procedure_id: str) -> Outcome:
    says = f"Procedure {procedure_id}: the part of the mouth or ear decides the code."
    return Outcome(holds=(review("missing_fact", says),))


@rule("BX-1", since=CPT_2019, cite=CPT_BIOPSY)
@rule("BX-2", since=CPT_2019, cite=CPT_BIOPSY)
def _skin(chart: Chart, samples: Sequence[_Sample]) -> Outcome:
    """The deepest technique is the one primary; each further lesion is an add-on of its own."""
    if not samples:
        return Outcome()
    first, *further = sorted(
        samples, key=lambda each: (_TECHNIQUES.index(each.technique or ""), each.order)
    )
    technique = first.technique or ""
    says = f"{technique.capitalize()} technique: the one primary biopsy of the session."
    drafts = [_draft(chart, _PRIMARY[technique], [first], "BX-1", says)]
    for technique in _TECHNIQUES:
        group = [each for each in further if each.technique == technique]
        if group:
            says = f"{len(group)} further {technique} of the session."
            drafts.append(_draft(chart, _ADD_ON[technique], group, "BX-2", says))
    return Outcome(drafts=tuple(drafts))


def _special(chart: Chart, code: str, samples: Sequence[_Sample]) -> Outcome:
    ordered = sorted(samples, key=lambda each: each.order)
    says = "A site with a biopsy code of its own."
    if code in _EACH_ON_ITS_LINE:
        return Outcome(drafts=tuple(_draft(chart, code, [each], "BX-4", says) for each in ordered))
    if code != "56605":
        return Outcome(drafts=(_draft(chart, code, ordered, "BX-4", says),))
    drafts = [_draft(chart, code, ordered[:1], "BX-4", says)]
    if ordered[1:]:
        drafts.append(_draft(chart, "56606", ordered[1:], "BX-4", "Each further lesion there."))
    return Outcome(drafts=tuple(drafts))


def _draft(chart: Chart, code: str, samples: Sequence[_Sample], rule_id: str, says: str) -> Draft:
    procedures = list(dict.fromkeys(each for sample in samples for each in sample.procedures))
    evidence = (
        pointer
        for each in procedures
        for pointer in chart.at(each, "technique" if isinstance(each, Biopsy) else "method")
    )
    return Draft(
        code=code,
        units=len(samples),
        procedure_ids=tuple(each.procedure_id for each in procedures),
        targets=tuple(each.target for each in samples),
        reasons=(because(rule_id, says, CPT_BIOPSY, *evidence),),
        modifiers=_each_once(name for each in samples for name in each.modifiers),
        distinct=all(each.distinct for each in procedures) or None,
    )


@rule("BX-5", since=LONG_AGO, cite=NCCI_3)
@rule("BX-6", since=LONG_AGO, cite=NCCI_3)
def _in_a_removal(sample: _Sample) -> Outcome | None:
    """A lesion biopsied and removed in one session is a removal alone, save frozen section."""
    if not sample.removed or _frozen(sample):
        return None
    says = f"Lesion {sample.target.lesion_id}: biopsied and removed in one session, removal only."
    code = _PRIMARY[sample.technique or "tangential"]
    return _part_of(sample, code, "BX-5", says)


@rule("BX-7", since=LONG_AGO, cite=CPT_MOHS)
def _in_mohs(chart: Chart, sample: _Sample) -> Outcome | None:
    """A biopsy of the Mohs tumor is included, unless no pathology diagnosis existed before."""
    if not sample.mohs or _first_diagnosis(chart, sample):
        return None
    says = f"Lesion {sample.target.lesion_id}: the biopsy of the tumor is part of Mohs surgery."
    code = _PRIMARY[sample.technique or "tangential"]
    return _part_of(sample, code, "BX-7", says)


def _part_of(sample: _Sample, code: str, rule_id: str, says: str) -> Outcome:
    edit = Edit(
        "ncci",
        "bundled",
        (code,),
        says,
        str(NCCI_3),
        rule=rule_id,
        procedure_ids=tuple(each.procedure_id for each in sample.procedures),
        lesion_ids=() if sample.target.lesion_id is None else (sample.target.lesion_id,),
    )
    return Outcome(edits=(edit,))


def _with_modifiers(chart: Chart, sample: _Sample) -> _Sample:
    modifiers: list[str] = []
    if (sample.removed and _frozen(sample)) or _first_diagnosis(chart, sample):
        modifiers.append("59")
    site = sample.target.site
    lid = _LID_MODIFIER.get((site.id if site else "", sample.target.laterality or ""))
    if lid is not None and _of_the_lid_margin(sample):
        modifiers.append(lid)
    return replace(sample, modifiers=_each_once(modifiers))


@rule("NL-3", since=LONG_AGO, cite=CPT_NAILS)
def _nail_unit(chart: Chart, sample: _Sample) -> Outcome:
    """A line for each digit; the biopsy of a nail that was removed is part of its removal."""
    named = (each.digits for each in sample.procedures if isinstance(each, Biopsy))
    digits = _each_once(digit for each in named for digit in each)
    if not digits or not DIGITS.issuperset(digits):
        return Outcome(holds=(missing(sample.procedures[0], "digit of the nail"),))
    marked, removed = _with_modifiers(chart, sample), removed_nails(chart)
    drafts = [
        _draft(
            chart,
            "11755",
            [replace(marked, modifiers=(*marked.modifiers, digit))],
            "NL-3",
            f"Biopsy of the nail unit of {digit}.",
        )
        for digit in digits
        if digit not in removed
    ]
    return Outcome(drafts=tuple(drafts))


def _removed_lesions(chart: Chart) -> set[str]:
    """Lesions that the session excised, shaved or destroyed."""
    sampled = sampled_only(chart)
    removals = (*chart.of(Excision), *chart.of(ShaveRemoval), *chart.of(Destruction))
    return {
        lesion
        for each in removals
        for lesion in each.lesions
        if not (
            isinstance(each, Destruction) and each.lesion_class == "malignant" and lesion in sampled
        )
    }


def _mohs_by_lesion(chart: Chart) -> dict[str, list[Mohs]]:
    found: dict[str, list[Mohs]] = defaultdict(list)
    for surgery in chart.of(Mohs):
        for lesion in surgery.lesions:
            found[lesion].append(surgery)
    return found


def _frozen(sample: _Sample) -> bool:
    return any(isinstance(each, Biopsy) and each.frozen_section for each in sample.procedures)


def _first_diagnosis(chart: Chart, sample: _Sample) -> bool:
    return without_earlier_diagnosis(chart, sample.mohs, sample.target.finding)


def _each_once(modifiers: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(modifiers))
