"""What the tables say of adjustment and remark codes, and of absolute unit limits."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

CodeType: TypeAlias = Literal["CARC", "RARC"]


@dataclass(frozen=True, slots=True)
class CodeRow:
    """The default reading of a code. `bucket` is a root cause, or one of what is no denial."""

    code: str
    code_type: CodeType
    bucket: str
    meaning: str
    usual_fix: str
    stage: str
    appealable: str


@dataclass(frozen=True, slots=True)
class Tables:
    """Passed to every decision. `absolute_units`: code -> units a day that no appeal can lift."""

    carcs: Mapping[str, CodeRow]
    rarcs: Mapping[str, CodeRow]
    absolute_units: Mapping[str, int]

    @staticmethod
    def of(
        code_rows: Iterable[Mapping[str, str]], unit_rows: Iterable[Mapping[str, str]]
    ) -> "Tables":
        """The tables from the rows of their files."""
        carcs: dict[str, CodeRow] = {}
        rarcs: dict[str, CodeRow] = {}
        for row in code_rows:
            if row["code_type"] == "CARC":
                carcs[row["code"]] = _row(row, "CARC")
            elif row["code_type"] == "RARC":
                rarcs[row["code"]] = _row(row, "RARC")
        return Tables(carcs, rarcs, {row["code"]: int(row["units"]) for row in unit_rows})


def _row(row: Mapping[str, str], code_type: CodeType) -> CodeRow:
    return CodeRow(
        row["code"],
        code_type,
        row["root_cause_bucket"],
        row["meaning"],
        row["usual_fix"],
        row["owner_stage"],
        row["appealable"],
    )
