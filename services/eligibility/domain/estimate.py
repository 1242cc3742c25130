"""What the patient may owe: no single figure while an input is unknown (section 6, rule 3)."""

from dataclasses import dataclass

from services.eligibility.domain.answer import ServiceAnswer, VisitAnswer

_BECAUSE = {
    "insurance": "The payer's allowed amount, copay and remaining deductible are not known yet.",
    "patient_pay": "The price of the service is agreed with the patient and not known here.",
    "needs_decision": "It is not decided who pays for the service.",
}


@dataclass(frozen=True, slots=True)
class EstimateLine:
    """One service, and why its amount is open."""

    service_id: str
    because: str


@dataclass(frozen=True, slots=True)
class Estimate:
    """The lines with the sentence for the whole."""

    lines: tuple[EstimateLine, ...]
    because: str


def estimate(answer: VisitAnswer) -> Estimate:
    """The estimate of a visit, service by service, each with the input that is missing."""
    lines = tuple(_line(each) for each in answer.services)
    return Estimate(lines, "No amount is given while an input is unknown. Pathology bills apart.")


def _line(service: ServiceAnswer) -> EstimateLine:
    return EstimateLine(service.service_id, _BECAUSE[service.route])
