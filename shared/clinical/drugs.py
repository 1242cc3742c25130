"""Drugs of a dermatology office: HCPCS unit, container and the names that visits carry."""

from dataclasses import dataclass
from functools import cache

from shared.clinical.tables import items, rows


@dataclass(frozen=True, slots=True)
class Drug:
    """One HCPCS drug code. container: single_dose, multi_dose or unknown (both are sold)."""

    hcpcs: str
    names: tuple[str, ...]
    unit: str
    container: str
    usual_routes: tuple[str, ...]
    typical_supply: str


@cache
def drugs() -> dict[str, Drug]:
    """Every known drug by HCPCS code."""
    return {
        row["hcpcs"]: Drug(
            row["hcpcs"],
            items(row["names"]),
            row["unit"],
            row["container"],
            items(row["usual_route"]),
            row["typical_supply"],
        )
        for row in rows("drugs_dermatology.csv")
    }


def find_drug(name_or_code: str | None) -> Drug | None:
    """The drug a HCPCS code, generic or brand name means; None where it is not known."""
    if name_or_code is None:
        return None
    wanted = name_or_code.strip().lower()
    for drug in drugs().values():
        if wanted == drug.hcpcs.lower() or wanted in (name.lower() for name in drug.names):
            return drug
    return None
