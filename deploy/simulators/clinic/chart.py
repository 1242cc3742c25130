"""Building a visit, its encounter and its results as documents, one fact at a time."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from deploy.simulators.clinic.people import Person

LAB = "LAB1"


@dataclass(frozen=True, slots=True)
class Report:
    """What the lab writes about one specimen, so many days after it was taken."""

    days: float
    status: str
    text: str
    icdo: str
    margins: str = "not_reported"
    copies: int = 1


@dataclass(slots=True)
class Chart:
    """One appointment as the clinic records it.

    serial: its number in the schedule. day: days since the schedule's first. refusals: what the
    payer is told to refuse of it.
    """

    serial: int
    person: Person
    provider: dict[str, Any]
    at: datetime
    day: int
    random: Random
    reason: str = ""
    status: str = "booked"
    documented: bool = True
    note: str | None = None
    evaluation: dict[str, Any] | None = None
    services: list[dict[str, Any]] = field(default_factory=list)
    lesions: list[dict[str, Any]] = field(default_factory=list)
    procedures: list[dict[str, Any]] = field(default_factory=list)
    specimens: list[dict[str, Any]] = field(default_factory=list)
    reports: list[tuple[str, str, Report]] = field(default_factory=list)
    refusals: list[dict[str, Any]] = field(default_factory=list)

    @property
    def visit_id(self) -> str:
        return f"V-{self.serial:05d}"

    def plan(self, kind: str, description: str, **facts: Any) -> None:  # noqa: ANN401 - JSON
        """A planned service."""
        self.services.append(
            {
                "service_id": f"SV{len(self.services) + 1}",
                "kind": kind,
                "code": None,
                "drug": None,
                "description": description,
                "diagnosis": None,
                "symptoms": [],
                "failed_treatments": [],
                "suspicion": False,
                **facts,
            }
        )

    def lesion(self, site: str, kind: str, **facts: Any) -> str:  # noqa: ANN401 - JSON
        """A lesion; its id."""
        lesion_id = f"L{len(self.lesions) + 1}"
        self.lesions.append(
            {
                "lesion_id": lesion_id,
                "site": site,
                "laterality": None,
                "type": kind,
                "diameter_cm": None,
                "symptoms": [],
                "suspicion": False,
                "diagnosis": None,
                "failed_treatments": [],
                "rationale": None,
                **facts,
            }
        )
        return lesion_id

    def procedure(self, kind: str, **facts: Any) -> str:  # noqa: ANN401 - JSON
        """A procedure; its id."""
        procedure_id = f"P{len(self.procedures) + 1}"
        self.procedures.append({"procedure_id": procedure_id, "kind": kind, **facts})
        return procedure_id

    def specimen(self, lesion_id: str, procedure_id: str, reports: Sequence[Report]) -> None:
        """A specimen sent to the lab, and what the lab will say of it."""
        letter = chr(ord("A") + len(self.specimens))
        specimen_id = f"S-{self.serial:05d}-{letter}"
        self.specimens.append(
            {
                "specimen_id": specimen_id,
                "lesion_id": lesion_id,
                "procedure_id": procedure_id,
                "collected_at": (self.at + timedelta(minutes=15)).isoformat(),
                "lab_id": LAB,
            }
        )
        self.reports += [(specimen_id, lesion_id, report) for report in reports]

    def evaluate(
        self, diagnoses: Sequence[str], narrative: str, *, level: str = "low", separate: bool = True
    ) -> None:
        """An evaluation whose decision making is of that level."""
        data = {"low": "minimal", "moderate": "limited"}[level]
        self.evaluation = {
            "patient_status": "established",
            "mdm": {"problems": level, "data": data, "risk": level},
            "total_minutes": None,
            "separately_identifiable": separate,
            "narrative": narrative,
            "decision_for_surgery": False,
            "diagnoses": list(diagnoses),
        }

    def refuse(self, kind: str, *, code: str | None = None, **action: Any) -> None:  # noqa: ANN401
        """Ask the payer to refuse this patient's claim (its lines with the code) once."""
        match = {"member_id": self.person.member_id, "code": code}
        self.refusals.append({"match": match, "action": {"kind": kind, **action}, "times": 1})

    # documents

    def visit(self, status: str = "booked") -> dict[str, Any]:
        """The visit as the EHR sends it."""
        return {
            "visit_id": self.visit_id,
            "scheduled_at": self.at.isoformat(),
            "status": status,
            "patient": dict(self.person.patient),
            "coverage": None if self.person.coverage is None else dict(self.person.coverage),
            "rendering_provider": self.provider,
            "reason": self.reason,
            "planned_services": self.services,
        }

    def encounter(self) -> dict[str, Any]:
        """The signed encounter."""
        return {
            "encounter_id": f"E-{self.serial:05d}",
            "visit_id": self.visit_id,
            "patient": {"mrn": self.person.mrn},
            "date_of_service": self.at.date().isoformat(),
            "place_of_service": "11",
            "rendering_provider": {"npi": self.provider["npi"]},
            "note": None if self.note is None else {"text": self.note},
            "evaluation": self.evaluation,
            "lesions": self.lesions,
            "procedures": self.procedures,
            "specimens": self.specimens,
        }

    def results(self) -> list[tuple[datetime, dict[str, Any], int]]:
        """When the lab sends what, and how many times."""
        sites = {lesion["lesion_id"]: lesion for lesion in self.lesions}
        sent = []
        for number, (specimen_id, lesion_id, report) in enumerate(self.reports, start=1):
            lesion = sites[lesion_id]
            reported_at = self.at + timedelta(days=report.days)
            document = {
                "result_id": f"R-{self.serial:05d}-{number}",
                "accession": f"D26-{self.serial:05d}{specimen_id[-1]}",
                "lab_id": LAB,
                "status": report.status,
                "specimen_id": specimen_id,
                "mrn": self.person.mrn,
                "site": lesion["site"],
                "laterality": lesion["laterality"],
                "collected_on": self.at.date().isoformat(),
                "reported_at": reported_at.isoformat(),
                "diagnosis_text": report.text,
                "codes": [{"system": "icdo", "code": report.icdo}] if report.icdo else [],
                "margins": report.margins,
                "billed_by": "lab",
            }
            sent.append((reported_at, document, report.copies))
        return sent
