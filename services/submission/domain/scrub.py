"""What an objection to a claim means for whoever mends it: the field, the stage, the hold.

The rules themselves stand in `shared.x12.claim_rules` and in the guide; here their X12 place is
led back to where the fact comes from (claims.md section 7). A stop holds that claim alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from services.submission.domain.claim import Hold
from services.submission.domain.fix_stages import FixStage
from shared.x12.objection import Objection
from shared.x12.writer import Unwritable

_MOST_SAID = 5


@dataclass(frozen=True, slots=True)
class Mend:
    """The field that mends an objection, and the stage that owns it."""

    field: str
    stage: FixStage


_SET_UP = {
    "1000A NM1": "/v1/practice/submitter_id",
    "1000A PER": "/v1/practice/phone",
    "2000A PRV03": "/v1/practice/taxonomy",
    "2010AA NM109": "/v1/practice/npi",
    "2010AA NM103": "/v1/practice/name",
    "2010AA N3": "/v1/practice/address/line1",
    "2010AA N401": "/v1/practice/address/city",
    "2010AA N402": "/v1/practice/address/state",
    "2010AA N403": "/v1/practice/address/postal_code",
    "2010AA REF": "/v1/practice/tax_id",
    "2010AB": "/v1/practice/pay_to",
    "2010BB": "/v1/payers",
    "2000B SBR09": "/v1/payers",
    "2000B SBR05": "/v1/payers",
    "2300 REF": "/payer_control_number",
    "2310B NM103": "/v1/practice/providers",
    "2310B PRV": "/v1/practice/providers",
    "2310C": "/v1/practice/facilities",
    "2310D": "/v1/practice/providers",
    "2420C": "/v1/practice/outside_laboratory",
    "2420B": "/v1/practice/outside_laboratory",
    "2400 PS1": "/v1/practice/outside_laboratory",
    "2400 REF": "/v1/practice/clia",
}
_INTAKE = {
    "2000B SBR": "/coverage/relationship",
    "2010BA NM109": "/coverage/member_id",
    "2010BA NM1": "/coverage/subscriber",
    "2010BA N3": "/patient/address/line1",
    "2010BA N401": "/patient/address/city",
    "2010BA N402": "/patient/address/state",
    "2010BA N403": "/patient/address/postal_code",
    "2010BA N4": "/patient/address",
    "2010BA DMG02": "/patient/birth_date",
    "2010BA DMG03": "/patient/sex",
    "2010BA DMG": "/patient/birth_date",
    "2000C PAT": "/coverage/relationship",
    "2010CA NM1": "/patient",
    "2010CA N3": "/patient/address/line1",
    "2010CA N402": "/patient/address/state",
    "2010CA N403": "/patient/address/postal_code",
    "2010CA N4": "/patient/address",
    "2010CA DMG03": "/patient/sex",
    "2010CA DMG": "/patient/birth_date",
    "2320": "/coverage",
    "2330A": "/coverage",
    "2330B": "/coverage",
    "2430": "/coverage",
}
_CODING = {
    "2300 CLM01": "/claim_id",
    "2300 CLM02": "/lines",
    "2300 CLM05-1": "/place_of_service",
    "2300 CLM05-3": "/frequency_code",
    "2300 HI": "/diagnoses",
    "2310A NM103": "/referring_provider/last_name",
    "2310A": "/referring_provider/npi",
    "2310B NM109": "/rendering_provider/npi",
    "2400 LX": "/lines",
    "2400 SV101-2": "/lines/{line}/code",
    "2400 SV101": "/lines/{line}/modifiers",
    "2400 SV102": "/lines/{line}/charge",
    "2400 SV103": "/lines/{line}/units",
    "2400 SV104": "/lines/{line}/units",
    "2400 SV107": "/lines/{line}/diagnosis_pointers",
    "2400 SV1": "/lines/{line}/code",
    "2400 DTP": "/date_of_service",
}
_DOCUMENTATION = {"2410": "/lines/{line}/drug"}

_STAGES: tuple[tuple[dict[str, str], FixStage], ...] = (
    (_SET_UP, "follow_up"),
    (_INTAKE, "intake"),
    (_CODING, "coding"),
    (_DOCUMENTATION, "documentation"),
)
_MENDS = {place: Mend(field, stage) for fields, stage in _STAGES for place, field in fields.items()}
_CLIA = Mend("/v1/practice/clia", "follow_up")


_WHOSE = {
    "NM1 IL": Mend("/coverage/member_id", "intake"),
    "NM1 QC": Mend("/patient", "intake"),
    "NM1 PR": Mend("/v1/payers", "follow_up"),
    "REF G1": Mend("/authorizations", "coding"),
    "REF 9F": Mend("/authorizations", "coding"),
    "REF F8": Mend("/payer_control_number", "follow_up"),
    "REF EI": Mend("/v1/practice/tax_id", "follow_up"),
}


def hold_of_unwritable(error: Unwritable) -> Hold:
    """The hold of a claim with a value that may not be sent: whose it is says the qualifier."""
    segment = error.place[:-2] if error.place[-2:].isdecimal() else error.place
    mend = _WHOSE.get(f"{segment} {error.qualifier}", Mend("/coverage", "intake"))
    return Hold("scrub", f"{error.place}: {error.says}", mend.field, mend.stage)


def mend_of(objection: Objection) -> Mend:
    """Who mends it and where: by loop and element, then by loop and segment, then by loop."""
    if objection.rule == "SC-10" and objection.loop == "2300" and objection.segment == "REF":
        return _CLIA
    loop = objection.loop or ""
    element = objection.element or objection.segment
    for place in (f"{loop} {element}", f"{loop} {element.partition('-')[0]}",
                  f"{loop} {objection.segment}", loop):  # fmt: skip
        mend = _MENDS.get(place)
        if mend is not None:
            line = (objection.line or 1) - 1
            return Mend(mend.field.replace("{line}", str(line)), mend.stage)
    return Mend(objection.element or objection.segment, "follow_up")


def hold_of(objections: Sequence[Objection]) -> Hold:
    """The hold of a claim with these objections: field and stage of the first, words of five."""
    mend = mend_of(objections[0])
    says = " ".join(
        f"{each.loop or ''} {each.element or each.segment}: {each.says}".strip()
        for each in objections[:_MOST_SAID]
    )
    return Hold("scrub", says, mend.field, mend.stage)
