"""The guide gate: pyx12 reads what we wrote, in process, against the 005010X222A1 map.

pyx12 logs element values, so its loggers are silenced for good; objections carry a place and words
of our own, never a value.
"""

import io
import json
import logging
from dataclasses import dataclass

import pyx12.params
import pyx12.x12n_document

from shared.x12.acknowledgements import ELEMENT_ERRORS, SEGMENT_ERRORS
from shared.x12.objection import Objection

_OF_LEVELS = {
    "HL1": "the level number does not run on",
    "HL2": "the level names a wrong parent",
    "LX": "the line number does not run on",
    "SEG1": "an empty element ends the segment",
}


def guide_objections(text: str, sets: int) -> list[Objection]:
    """What the guide objects to in an interchange of so many sets; empty where it is clean."""
    _silence()
    report = io.StringIO()
    try:
        pyx12.x12n_document.x12n_document(
            pyx12.params.params(), io.StringIO(text), None, None, None, report
        )
        found, answers = _collected(json.loads(report.getvalue()))
    except Exception as error:  # the library raises anything on odd input: that is an objection
        return [
            Objection(f"guide:{type(error).__name__}", "The guide cannot read the file.", "ISA")
        ]
    if not found and (len(answers) != sets or set(answers) != {"A"}):
        found.append(Objection("guide:sets", "The guide accepts not every set.", "ST"))
    return found


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
    element: int | None = None
    component: int | None = None

    def objection(self, code: str) -> Objection:
        name = self.segment or "ISA"
        if self.element is None:
            words = (_OF_LEVELS | SEGMENT_ERRORS) if self.segment else {}
            says = words.get(code, "the envelope does not fit the guide")
            element = None
        else:
            says = ELEMENT_ERRORS.get(code, "the element does not fit the guide")
            component = f"-{self.component}" if self.component else ""
            element = f"{name}{self.element:02d}{component}"
        return Objection(
            f"guide:{code}",
            f"{says[0].upper()}{says[1:]}.",
            name,
            element,
            position=self.position,
            set_control_number=self.control_number,
        )


def _collected(tree: object) -> tuple[list[Objection], list[str]]:
    """The objections of the library's report in file order, and its answer to each set."""
    found: list[Objection] = []
    answers: list[str] = []
    pending: list[tuple[object, _Place]] = [(tree, _Place())]
    while pending:
        node, place = pending.pop()
        if isinstance(node, list):
            pending.extend((each, place) for each in reversed(node))
        elif isinstance(node, dict):
            here = _Place(
                node.get("trn_set_control_num", place.control_number),
                node.get("seg_id", place.segment),
                node.get("seg_count", place.position),
                node.get("ele_pos", place.element),
                node.get("subele_pos", place.component),
            )
            if "trn_set_control_num" in node:
                answers.append(str(node["ack_code"]))
            found.extend(here.objection(str(error["err_cde"])) for error in node.get("errors", []))
            pending.extend((value, here) for value in reversed(list(node.values())))
    return found, answers
