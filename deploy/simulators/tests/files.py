"""837P files written for these tests, and a plain look into X12."""

from collections.abc import Sequence
from typing import Any


def segments(raw: bytes, name: str | None = None) -> list[list[str]]:
    rows = [row.split("*") for row in raw.decode().replace("\n", "").split("~") if row]
    return [row for row in rows if name is None or row[0] == name]


def line(
    code: str, charge: str, *, units: str = "1", mods: str = "", dx: str = "1"
) -> dict[str, str]:
    return {"code": code, "charge": charge, "units": units, "mods": mods, "dx": dx}


def claim(
    claim_id: str,
    lines: Sequence[dict[str, str]],
    *,
    dx: Sequence[str] = ("L570",),
    payer: str = "60054",
    member: str = "W100000001",
    last: str = "SAMPLE",
    frequency: str = "1",
    f8: str = "",
    g1: str = "",
    total: str | None = None,
    day: str = "20260302",
) -> dict[str, Any]:
    return locals()


def file_837(claims: Sequence[dict[str, Any]], isa13: int = 1, npi: str = "1234567893") -> bytes:
    """A professional claim file, one subscriber per claim."""
    body = [
        f"BHT*0019*00*B{isa13}*20260309*0900*CH",
        "NM1*41*2*EXAMPLE DERMATOLOGY*****46*DERMIS",
        "PER*IC*BILLING*TE*2175550100",
        "NM1*40*2*CLEARINGHOUSE*****46*CLRHOUSE",
        "HL*1**20*1",
        "PRV*BI*PXC*207N00000X",
        f"NM1*85*2*EXAMPLE DERMATOLOGY*****XX*{npi}",
        "N3*1 MAIN STREET",
        "N4*SPRINGFIELD*IL*627010001",
        "REF*EI*311234567",
    ]
    for level, one in enumerate(claims, start=2):
        body += _claim_segments(one, level)
    number = f"{isa13:04d}"
    sets = [f"ST*837*{number}*005010X222A1", *body, f"SE*{len(body) + 2}*{number}"]
    head = (
        f"ISA*00*{'':10}*00*{'':10}*ZZ*{'DERMIS':15}*ZZ*{'CLRHOUSE':15}*260309*0900*^*00501*"
        f"{isa13:09d}*0*P*:"
    )
    group = f"GS*HC*DERMIS*CLRHOUSE*20260309*0900*{isa13}*X*005010X222A1"
    all_of_it = [head, group, *sets, f"GE*1*{isa13}", f"IEA*1*{isa13:09d}"]
    return "".join(f"{one}~\n" for one in all_of_it).encode()


def _claim_segments(one: dict[str, Any], level: int) -> list[str]:
    total = one["total"] or str(sum(float(part["charge"]) for part in one["lines"])).removesuffix(
        ".0"
    )
    segments = [
        f"HL*{level}*1*22*0",
        "SBR*P*18*******CI",
        f"NM1*IL*1*{one['last']}*PAT****MI*{one['member']}",
        "N3*2 ELM STREET",
        "N4*SPRINGFIELD*IL*627010001",
        "DMG*D8*19700101*F",
        f"NM1*PR*2*PLAN*****PI*{one['payer']}",
        f"CLM*{one['claim_id']}*{total}***11:B:{one['frequency']}*Y*A*Y*Y",
    ]
    if one["g1"]:
        segments.append(f"REF*G1*{one['g1']}")
    if one["f8"]:
        segments.append(f"REF*F8*{one['f8']}")
    codes = [f"{'ABK' if n == 0 else 'ABF'}:{code}" for n, code in enumerate(one["dx"])]
    segments.append("*".join(["HI", *codes]))
    for number, part in enumerate(one["lines"], start=1):
        mods = f":{part['mods']}" if part["mods"] else ""
        segments += [
            f"LX*{number}",
            f"SV1*HC:{part['code']}{mods}*{part['charge']}*UN*{part['units']}***{part['dx']}",
            f"DTP*472*D8*{one['day']}",
            f"REF*6R*{one['claim_id']}-{number}",
        ]
    return segments
