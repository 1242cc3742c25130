"""The guide gate: pyx12 reads what we wrote, in process, against the 005010X222A1 map.

pyx12 logs element values, so its loggers are silenced for good; findings carry a place and a code,
never a value.
"""

import io
import json
import logging
from dataclasses import dataclass

import pyx12.params
import pyx12.x12n_document


@dataclass(frozen=True, slots=True)
class Finding:
    """One objection: set (ST02), segment, its position from ST = 1, element, code."""

    set_control_number: str | None
    segment: str | None
    position: int | None
    element: str | None
    code: str


def guide_findings(text: str, sets: int) -> list[Finding]:
    """What the guide objects to in an interchange of so many sets; empty where it is clean."""
    _silence()
    report = io.StringIO()
    try:
        pyx12.x12n_document.x12n_document(
            pyx12.params.params(), io.StringIO(text), None, None, None, report
        )
        findings, answers = _collected(json.loads(report.getvalue()))
    except Exception as error:  # the library raises anything on odd input: that is a finding
        return [Finding(None, None, None, None, f"unreadable:{type(error).__name__}")]
    if not findings and (len(answers) != sets or set(answers) != {"A"}):
        findings.append(Finding(None, "ST", None, None, "sets"))
    return findings


def _silence() -> None:
    """The library's loggers keep levels of their own and print element values: shut them all."""
    for name in list(logging.root.manager.loggerDict):
        if name.startswith("pyx12"):
            logging.getLogger(name).setLevel(logging.CRITICAL + 1)


@dataclass(frozen=True, slots=True)
class _Place:
    control_number: str | None = None
    segment: str | None = None
    position: int | None = None
    element: str | None = None


def _collected(tree: object) -> tuple[list[Finding], list[str]]:
    findings: list[Finding] = []
    answers: list[str] = []
    pending: list[tuple[object, _Place]] = [(tree, _Place())]
    while pending:
        node, place = pending.pop()
        if isinstance(node, list):
            pending.extend((each, place) for each in node)
        elif isinstance(node, dict):
            here = _Place(
                node.get("trn_set_control_num", place.control_number),
                node.get("seg_id", place.segment),
                node.get("seg_count", place.position),
                node.get("ele_pos", place.element),
            )
            if "trn_set_control_num" in node:
                answers.append(str(node["ack_code"]))
            findings.extend(
                Finding(
                    here.control_number,
                    here.segment,
                    here.position,
                    None if here.element is None else str(here.element),
                    str(error["err_cde"]),
                )
                for error in node.get("errors", [])
            )
            pending.extend((value, here) for value in node.values())
    return findings, answers
