"""Releases over HTTP and on the real database: whole or not at all, chosen by date of service."""

import asyncio
import zipfile
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from sqlalchemy import text

from services.coding import references
from services.coding.domain.references import (
    Pair,
    Primary,
    RelativeValue,
    Tables,
    Term,
    UnitLimit,
)
from services.coding.domain.releases import Edition, Release, in_force, in_order, row
from services.coding.domain.rulebook import code
from services.coding.store import ReferenceTables
from services.coding.wire import Preview, preview_facts
from shared.http import intake
from shared.http.intake import REST_BYTES

D = date
TOP = "Column 1\tColumn 2\t*=in existence\tEffective\tDeletion\tModifier\tPTP Edit Rationale\n"
UNLIKE = "11102\t99213\t\t20240401\t*\t1\twhy\n"
LIMITS = (
    '"Copyright",,,\n"HCPCS/\nCPT Code",Practitioner Services MUE Values,'
    "MUE Adjudication Indicator,MUE Rationale\n"
)
VALUES_HEADER = (
    "HCPCS,MOD,DESCRIPTION,CODE,PAYMENT,RVU,PE RVU,INDICATOR,PE RVU,INDICATOR,RVU,TOTAL,TOTAL,IND,"
    "DAYS,OP,OP,OP,PROC,SURG,SURG,SURG,SURG,BASE,FACTOR,PROCEDURES,FLAG,INDICATOR,AMOUNT,AMOUNT,"
    "AMOUNT\n"
)


def values(factor: str, total: str = "3.05") -> str:
    """The January 2024 file: the biopsy alone, and a component of a reading."""
    row_of = (
        "{code},{mod},OURS,A,,0.66,2.32,,0.37,,0.07,{total},1.10,0,000,0.00,0.00,0.00,2,0,1,0,0,,"
        "{factor},09,0,99,0.00,0.00,0.00\n"
    )
    return (
        ",,2024 National Physician Fee Schedule Relative Value File January Release\n"
        + VALUES_HEADER
        + row_of.format(code="11102", mod="", total=total, factor=factor)
        + row_of.format(code="88305", mod="26", total="1.08", factor=factor)
    )


async def put(
    service: Any, name: str, content: str | bytes | AsyncIterator[bytes], **query: str
) -> Any:
    answer = await service.client.put(
        f"/v1/references/files/{name}",
        params=query,
        content=content,
        headers=service.may("references:admin"),
    )
    return answer.status_code, answer.json()


async def coded(service: Any, write: Any, day: str, **around: Any) -> dict[str, Any]:
    """A biopsy of the back and a keratosis of the cheek, on a day."""
    lesions = [write.lesion("L1"), write.lesion("L2", "cheek", diagnosis="L57.0")]
    procedures = [
        {"kind": "biopsy", "technique": "tangential", "lesion_id": "L1"},
        {
            "kind": "destruction",
            "method": "cryosurgery",
            "lesion_class": "premalignant",
            "lesion_ids": ["L2"],
        },
    ]
    body = {"encounter": write.encounter(procedures, lesions, date_of_service=day), **around}
    answer = await service.client.post("/v1/preview", json=body, headers=service.may("claims:read"))
    assert answer.status_code == 200, answer.text
    claim: dict[str, Any] = answer.json()
    return claim


def lines(claim: dict[str, Any]) -> list[str]:
    return ["-".join((line["code"], *line["modifiers"])) for line in claim["lines"]]


def said(claim: dict[str, Any]) -> set[str]:
    return {
        reason["says"]
        for line in claim["lines"]
        for reason in line["rationale"]
        if reason["rule"] == "RD-1"
    }


async def listed(service: Any) -> dict[tuple[str, str], dict[str, Any]]:
    answer = await service.client.get(
        "/v1/references", params={"limit": 100}, headers=service.may("claims:read")
    )
    assert answer.status_code == 200, answer.text
    return {(each["table"], each["release"]): each for each in answer.json()["items"]}


async def test_a_date_of_service_picks_its_own_release(service: Any, write: Any) -> None:
    """The third quarter of 2026 knows no edit of 11102 with 17000; the shipped one does."""
    for part in (1, 2, 3):
        status, body = await put(
            service,
            f"ccipra-v322r0-f{part}.txt",
            TOP + f"1110{part}\t99212\t\t20240401\t*\t1\twhy\n",
        )
        assert status == 201, body
        assert body["files"][0]["missing_parts"] == list(range(part + 1, 5))
    assert lines(await coded(service, write, "2026-08-03")) == ["11102", "17000-59"]
    assert not (await listed(service))["NCCI pairs", "2026Q3"]["complete"]

    other = TOP + "17311\t88305\t\t20240401\t*\t1\twhy\n"
    status, body = await put(service, "ccipra-v322r0-f4.txt", other)
    assert (status, body["files"][0]["missing_parts"]) == (201, [])
    august = await coded(service, write, "2026-08-03")
    assert lines(august) == ["11102", "17000"]
    (sentence,) = said(august)
    assert "NCCI pairs" not in sentence
    assert "unit limits 2024Q3 (until 2024-09-30)" in sentence

    may = await coded(service, write, "2026-05-04")
    assert lines(may) == ["11102", "17000-59"]
    assert "NCCI pairs 2024Q3 (until 2024-09-30)" in said(may).pop()


async def test_after_an_official_release_the_next_is_asked_for(service: Any, write: Any) -> None:
    name = "MCR_MUE_PractitionerServices_Eff_07-01-2026.csv"
    status, _ = await put(service, name, LIMITS + "17000,1,2 Date of Service Edit: Policy,x\n")
    assert status == 201
    assert (await coded(service, write, "2026-09-30"))["holds"] == []
    october = await coded(service, write, "2026-10-01")
    assert october["status"] == "needs_review"
    assert [hold["reason"] for hold in october["holds"]] == ["reference_release"]
    assert "unit limits 2026Q3 (until 2026-09-30)" in october["holds"][0]["detail"]
    async with service.parts.database.transaction(["prairie"]) as connection:
        lenient = await ReferenceTables(carry_forward=True).snapshot(connection)
    assert lenient.carried(D(2026, 10, 1))
    assert not lenient.withheld(D(2026, 10, 1))


async def test_relative_values_change_within_a_quarter(service: Any, write: Any) -> None:
    """The factor of January 2024 held to 8 March: two releases of one quarter, side by side."""
    for content, query in (
        (values("32.7442"), {}),
        (values("33.2875"), {"effective_from": "2024-03-09"}),
    ):
        status, body = await put(service, "PPRRVU24_JAN.csv", content, **query)
        assert status == 201, body
    charges = {
        day: (await coded(service, write, day))["lines"][0]["charge"]
        for day in ("2024-03-08", "2024-03-09")
    }
    # 3.05 units x 2.5 x the factor, rounded once
    assert charges == {"2024-03-08": "249.67", "2024-03-09": "253.82"}


async def test_the_same_content_is_a_no_op_and_a_new_one_replaces(service: Any, write: Any) -> None:
    name = "MCR_MUE_PractitionerServices_Eff_07-01-2026.csv"
    first = LIMITS + "17000,1,2 Date,x\n17003,13,2 Date,x\nbad,1,2 Date,x\n17004,0,2 Date,x\n"
    status, body = await put(service, name, first)
    (file,) = body["files"]
    assert (status, file["rows"], file["rows_rejected"], file["known"]) == (201, 3, 1, False)
    assert file["rejected"] == [{"line": 6, "reason": "the code has not five digits or capitals"}]

    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(name, first)
    status, body = await put(service, "mue.zip", buffer.getvalue())
    assert (status, body["files"][0]["known"], body["files"][0]["load_id"]) == (
        200,
        True,
        file["load_id"],
    )
    answer = await service.client.get(
        f"/v1/references/loads/{file['load_id']}/rejected", headers=service.may("claims:read")
    )
    assert answer.json()["items"] == file["rejected"]

    status, body = await put(service, name, LIMITS + "17000,2,2 Date,x\n")
    assert (status, body["files"][0]["rows"]) == (201, 1)
    entry = (await listed(service))["unit limits", "2026Q3"]
    assert [load["rows"] for load in entry["loads"]] == [1]
    gone = await service.client.get(
        f"/v1/references/loads/{file['load_id']}/rejected", headers=service.may("claims:read")
    )
    assert gone.status_code == 404
    async with service.parts.database.transaction(["prairie"]) as connection:
        tables = await service.parts.reference_tables.snapshot(connection)
        left = await connection.scalar(text("select count(*) from reference_rejected"))
    assert tables.limit("17000", D(2026, 7, 1)) == UnitLimit(2, "2")
    assert tables.limit("17003", D(2026, 7, 1)) is None, "an official release is whole"
    assert tables.limit("17003", D(2026, 6, 30)) is not None
    assert left == 0


async def test_what_came_under_a_wrong_day_or_name_is_put_right(service: Any) -> None:
    name = "MCR_MUE_PractitionerServices_Eff_07-01-2026.csv"
    content = LIMITS + "17000,2,2 Date,x\n"
    await put(service, name, content, release="ours", effective_from="2026-08-01")
    await put(service, name, content, release="ours", effective_from="2026-07-01")
    found = await listed(service)
    assert found["unit limits", "ours"]["effective_from"] == "2026-07-01"
    await put(service, name, content)  # a release may hold the same rows as another
    found = await listed(service)
    assert {"ours", "2026Q3"} <= {release for _, release in found}

    url = f"/v1/references/loads/{found['unit limits', 'ours']['loads'][0]['load_id']}"
    mine = service.may("references:admin")
    assert (await service.client.delete(url, headers=service.may("claims:work"))).status_code == 403
    assert (await service.client.delete(url, headers=mine)).status_code == 204
    assert (await service.client.delete(url, headers=mine)).status_code == 404
    found = await listed(service)
    assert ("unit limits", "ours") not in found
    shipped = found["unit limits", "2024Q3"]["loads"][0]["load_id"]
    kept = await service.client.delete(f"/v1/references/loads/{shipped}", headers=mine)
    assert kept.status_code == 404

    status, body = await put(service, "ccipra-v322r0-f1.txt", TOP + UNLIKE)
    assert status == 201
    status, body = await put(service, "ccipra-v322r0-f2.txt", TOP + UNLIKE)
    assert (status, body["code"]) == (422, "part-twice")


REFUSED: Sequence[tuple[str, str | bytes, int, str]] = (
    ("rvu26c.zip", b"PK\x03\x04 cut off", 422, "not-a-zip"),
    ("x.csv", "code,units\n11102,1\n", 422, "columns-unknown"),
    ("pairs.txt", TOP + UNLIKE, 422, "release-unknown"),
    (
        "MCR_MUE_PractitionerServices_Eff_07-01-2026.csv",
        LIMITS + "17000,1,2 Date,x\nbad,1,2 Date,x\n1,1,2 Date,x\n",
        422,
        "not-the-file",
    ),
    ("ccipra-v322r0-f1.txt", TOP + UNLIKE + UNLIKE[:-3], 422, "cut-off"),
    ("x.csv", "", 422, "empty"),
)


async def test_what_cannot_be_taken_loads_nothing(service: Any) -> None:
    before = await listed(service)
    for name, content, status, why in REFUSED:
        answered, body = await put(service, name, content)
        assert (answered, body["code"]) == (status, why), body
        assert "17000" not in body["detail"]
    for query in ({"effective_from": "soon"}, {"release": ""}):
        answered, body = await put(service, "x.csv", "x", **query)
        assert answered == 422
    url = "/v1/references/files/x.csv"
    assert (await service.client.put(url, content="x")).status_code == 401
    denied = await service.client.put(url, content="x", headers=service.may("claims:work"))
    assert denied.status_code == 403
    large = {**service.may("references:admin"), "Content-Length": str(2**40)}
    assert (await service.client.put(url, content=b"x", headers=large)).status_code == 413
    assert await listed(service) == before


async def test_a_file_may_be_larger_than_other_bodies_and_is_bounded(
    service: Any, monkeypatch: Any
) -> None:
    why = "why " * 60
    rows = (f"1{n // 900:04}\t2{n % 900:04}\t\t20240401\t*\t1\t{why}\n" for n in range(9_000))
    large = TOP + "".join(rows)
    assert len(large) > REST_BYTES
    status, body = await put(service, "ccipra-v322r0-f1.txt", large)
    assert (status, body["files"][0]["rows"]) == (201, 9_000)

    async def endless() -> AsyncIterator[bytes]:
        for _ in range(100):
            yield b"x" * 100

    monkeypatch.setattr(intake, "UPLOAD_BYTES", 1000)
    status, body = await put(service, "x.csv", endless())
    assert (status, body["detail"]) == (413, "a body may have 1000 bytes")


async def test_another_process_notices_a_release(service: Any) -> None:
    """Two snapshots of one database: what one imports the other codes by at its next look."""
    other = ReferenceTables()
    async with service.parts.database.transaction(["prairie"]) as connection:
        first = await other.snapshot(connection)
        assert await other.snapshot(connection) is first, "nothing came: nothing is read again"
    name = "MCR_MUE_PractitionerServices_Eff_07-01-2026.csv"
    await put(service, name, LIMITS + "17000,7,2 Date,x\n")
    async with service.parts.database.transaction(["prairie"]) as connection:
        assert (await other.snapshot(connection)).limit("17000", D(2026, 7, 1)) == UnitLimit(7, "2")
    load = (await listed(service))["unit limits", "2026Q3"]["loads"][0]["load_id"]
    await service.client.delete(
        f"/v1/references/loads/{load}", headers=service.may("references:admin")
    )
    async with service.parts.database.transaction(["prairie"]) as connection:
        assert (await other.snapshot(connection)).limit("17000", D(2026, 7, 1)) == UnitLimit(1, "2")


async def test_the_command_line(service: Any, tmp_path: Any, capsys: Any, monkeypatch: Any) -> None:
    url = service.parts.database._engine.url.set(drivername="postgresql")
    monkeypatch.setenv("CODING_DATABASE_URL", url.render_as_string(hide_password=False))
    good = tmp_path / "ccipra-v322r0-f1.txt"
    good.write_text(TOP + UNLIKE + UNLIKE + UNLIKE.replace("99213", "99212"))
    bad = tmp_path / "x.csv"
    bad.write_text("nothing\n")
    assert await asyncio.to_thread(references.main, ["import", str(bad), str(good)]) == 1
    told = capsys.readouterr().out
    assert "x.csv: nothing was loaded: " in told
    assert "NCCI pairs 2026Q3, from 2026-07-01 to 2026-09-30: 2 rows, 1 rejected" in told
    assert "not in force before part 2, 3, 4 is there" in told
    assert "line 3: stands twice" in told
    assert await asyncio.to_thread(references.main, ["list"]) == 0
    assert "2026Q3: 2026-07-01 to 2026-09-30, 2 rows, official, waits" in capsys.readouterr().out
    with pytest.raises(SystemExit):
        references.main(["import", str(tmp_path / "absent.zip")])
    assert "there is no file" in capsys.readouterr().err
    monkeypatch.setenv("CODING_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/nothing")
    assert await asyncio.to_thread(references.main, ["list"]) == 2
    assert "cannot be used" in capsys.readouterr().out
    monkeypatch.delenv("CODING_DATABASE_URL")
    assert references.main(["list"]) == 2


async def test_fees_by_payer_and_period(service: Any, write: Any) -> None:
    async def csv(content: str, **query: str) -> Any:
        answer = await service.client.put(
            "/v1/fees/csv", params=query, content=content, headers=service.may("claims:work")
        )
        return answer.status_code, answer.json()

    async def charge(day: str, payer: str | None) -> str:
        around = {"payer_id": payer} if payer else {}
        claim = await coded(service, write, day, **around)
        found: str = claim["lines"][0]["charge"]
        return found

    general = "code,amount,effective_from\n11102,200.00,2025-01-01\n11102,210,2026-01-01\n"
    assert await csv("\ufeff" + general) == (200, {"fees": 2, "payers": [None]})
    columns = "payer_id,code,amount,effective_from,effective_to"
    agreed = f"{columns}\nACME,11102,150.00,2026-01-01,2026-03-31\n"
    assert await csv(agreed) == (200, {"fees": 1, "payers": ["ACME"]})
    assert await charge("2025-12-31", "ACME") == "200.00"
    assert await charge("2026-03-31", "ACME") == "150.00"
    assert await charge("2026-04-01", "ACME") == "210.00"
    assert await charge("2026-03-31", "OTHER") == "210.00"
    assert await charge("2026-03-31", None) == "210.00"

    assert (await csv("code,amount\n11102,99.00\n", payer_id="ACME"))[1]["payers"] == ["ACME"]
    assert await charge("2026-04-01", "ACME") == "99.00"
    assert await charge("2026-04-01", None) == "210.00"

    faulty = (
        "code,amount,effective_from,effective_to\n11102,1.00,2026-01-01,\n00000,1.00,,\n"
        "11102,-1,,\n11102,1.00,2026-13-01,\n11102,1.00,2026-02-01,2026-01-01\n"
        "11102,1.00,2026-01-01,\n11102,1.00\n"
    )
    status, body = await csv(faulty)
    assert (status, body["code"]) == (422, "fees-unread")
    assert [(each["pointer"], each["says"]) for each in body["errors"]] == [
        ("line:3", "the code is not in the code table"),
        ("line:4", "the amount is not written like 125.00"),
        ("line:5", "effective_from is not written like 2026-01-31"),
        ("line:6", "effective_to is before effective_from"),
        ("line:7", "it stands twice: the same code, payer, first day and modifier"),
        ("line:8", "the row has not as many cells as the header"),
    ]
    for content in ("", "code\n11102\n", "code,amount,colour\n11102,1.00,red\n", "code,amount\n"):
        assert (await csv(content))[0] == 422
    assert (await csv('code,amount\n11102,"1\n'))[0] == 422
    assert await charge("2026-04-01", None) == "210.00", "nothing was changed"


async def test_a_component_has_a_price_of_its_own(service: Any, write: Any) -> None:
    """The price of the whole reading is none of its professional component."""
    content = "code,amount,modifier\n88305,180.00,\n88305,71.00,26\n"
    url, who = "/v1/fees/csv", service.may("claims:work")
    put = await service.client.put(url, content=content, headers=who)
    assert put.json() == {"fees": 2, "payers": [None]}
    listed = await service.client.get("/v1/fees", headers=service.may())
    assert [each["modifier"] for each in listed.json()["items"]] == [None, "26"]
    charges = []
    for modifiers in ([], ["53"], ["26"], ["TC"]):
        reading = {"kind": "other", "code": "88305", "units": 1, "modifiers": modifiers}
        document = write.encounter([{**reading, "diagnosis": "D22.5"}])
        body = {"encounter": document}
        claim = await service.client.post("/v1/preview", json=body, headers=service.may())
        charges.append(claim.json()["lines"][0]["charge"])
    assert charges[:3] == ["180.00", "180.00", "71.00"], "broken off: the price of the whole"
    assert charges[3] not in charges[:3]
    wrong = await service.client.put(url, content="code,amount,modifier\n88305,1,59\n", headers=who)
    assert wrong.json()["errors"][0]["says"] == "the modifier is neither 26 nor TC"


OLD = Release("t", "old", D(2024, 1, 1), D(2024, 12, 31))
PARTIAL = Release("t", "partial", D(2025, 1, 1), D(2025, 12, 31))
WHOLE = Release("t", "whole", D(2026, 1, 1), D(2026, 12, 31), official=True)
EDITIONS = in_order(
    [Edition(WHOLE, {"b": 3}), Edition(OLD, {"a": 1, "b": 1}), Edition(PARTIAL, {"b": 2})]
)


@pytest.mark.parametrize(
    ("key", "day", "want"),
    [
        ("b", D(2023, 12, 31), None),
        ("b", D(2024, 1, 1), 1),
        ("b", D(2024, 12, 31), 1),
        ("b", D(2025, 1, 1), 2),
        ("a", D(2025, 1, 1), 1),  # the shipped copy knows not every code: the word of before
        ("b", D(2026, 1, 1), 3),
        ("a", D(2026, 1, 1), None),  # an official release does
        ("b", D(2030, 1, 1), 3),
    ],
)
def test_a_row_by_date_of_service(key: str, day: date, want: int | None) -> None:
    assert row(EDITIONS, key, day) == want


def test_the_official_release_goes_before_the_shipped_one_of_the_same_day() -> None:
    shipped = Release("t", "z", D(2026, 1, 1), None)
    found = in_force(in_order([Edition(WHOLE, {}), Edition(shipped, {})]), D(2026, 1, 1))
    assert found is not None
    assert found.release is WHOLE


def small(**tables: Any) -> Tables:
    return Tables(
        codes={}, bands={}, globals={}, facilities=frozenset({"22"}), releases=(WHOLE,), **tables
    )


def test_rows_with_days_of_their_own() -> None:
    """Both days inclusive; a deletion that equals the first day never applied (indicator 9)."""
    pairs = (
        Pair("1", "2", "9", D(2020, 1, 1), D(2020, 1, 1)),
        Pair("1", "2", "0", D(2020, 12, 31), D(2020, 4, 1)),
        Pair("1", "2", "1", None, D(2021, 1, 1)),
    )
    primaries = (Primary("x", D(2020, 1, 1), D(2020, 12, 31)), Primary("y"))
    tables = small(
        pairs=(Edition(WHOLE, {("1", "2"): pairs}),),
        add_ons=(Edition(WHOLE, {"a": primaries}),),
        terms=(Edition(WHOLE, {"J1": Term(D(2020, 1, 1), D(2026, 6, 30))}),),
        diagnoses=(Edition(WHOLE, {"D22.5": True, "D22": False}),),
    )
    for day, indicator in (
        (D(2020, 1, 1), None),
        (D(2020, 4, 1), "0"),
        (D(2020, 12, 31), "0"),
        (D(2021, 1, 1), "1"),
        (D(2030, 1, 1), "1"),
    ):
        found = tables.pair("1", "2", day)
        assert (found.indicator if found else None) == indicator, day
    assert tables.pair("2", "1", D(2030, 1, 1)) is None
    assert tables.primaries("a", D(2020, 12, 31)) == {"x", "y"}
    assert tables.primaries("a", D(2021, 1, 1)) == {"y"}
    for day, ended in ((D(2025, 12, 31), None), (D(2026, 6, 30), False), (D(2026, 7, 1), True)):
        assert tables.ended("J1", day) is ended
    assert tables.ended("J2", D(2026, 1, 1)) is True
    assert tables.ended("11102", D(2026, 1, 1)) is None
    for diagnosis, billable in (("D22.5", True), ("D22", False), ("D22.59", False)):
        assert tables.billable(diagnosis, D(2026, 1, 1)) is billable
    assert tables.billable("D22.5", D(2025, 12, 31)) is None


JULY = D(2026, 7, 6)


def keratosis_and_injection(write: Any, tables: Tables) -> Any:
    """A keratosis frozen, and a drug of the practice."""
    lesions = [write.lesion("L1", diagnosis="L57.0")]
    procedures = [
        {
            "kind": "destruction",
            "method": "cryosurgery",
            "lesion_class": "premalignant",
            "lesion_ids": ["L1"],
        },
        {"kind": "other", "code": "J3301", "units": 1},
    ]
    encounter = write.encounter(procedures, lesions, date_of_service=JULY.isoformat())
    asked = Preview.model_validate({"encounter": encounter})
    return code(preview_facts(asked, {}), tables, JULY)


@pytest.mark.parametrize(
    ("changed", "want"),
    [
        ({}, set()),
        ({"diagnoses": (Edition(WHOLE, {"L57.0": True}),)}, set()),
        ({"diagnoses": (Edition(WHOLE, {"L57.0": False}),)}, {"diagnosis_invalid"}),
        ({"diagnoses": (Edition(WHOLE, {}),)}, {"diagnosis_invalid"}),
        ({"terms": (Edition(WHOLE, {"J3301": Term(D(2020, 1, 1), None)}),)}, set()),
        ({"terms": (Edition(WHOLE, {"J3301": Term(D(2020, 1, 1), JULY)}),)}, set()),
        (
            {"terms": (Edition(WHOLE, {"J3301": Term(D(2020, 1, 1), D(2026, 7, 5))}),)},
            {"code_not_in_force"},
        ),
        ({"terms": (Edition(WHOLE, {}),)}, {"code_not_in_force"}),
    ],
)
def test_codes_have_to_be_valid_on_the_date_of_service(
    write: Any, tables: Tables, changed: dict[str, Any], want: set[str]
) -> None:
    """RD-3, RD-4: a diagnosis that is a heading, a drug code before and after its life."""
    asked = {"diagnosis_invalid", "code_not_in_force"}
    claim = keratosis_and_injection(write, replace(tables, **changed))
    assert {hold.reason for hold in claim.holds} & asked == want


def test_a_global_period_is_of_the_release_in_force(tables: Tables) -> None:
    """Where the release says none, or does not list the code, the code table does."""
    value = RelativeValue(Decimal(1), Decimal(1), Decimal(1))
    rows = {("17000", ""): replace(value, global_days="000"), ("17110", ""): value}
    changed = replace(tables, relative_values=(*tables.relative_values, Edition(WHOLE, rows)))
    for procedure, day, want in (
        ("17000", D(2025, 12, 31), "010"),
        ("17000", D(2026, 1, 1), "000"),
        ("17110", D(2026, 1, 1), "010"),
        ("11402", D(2026, 1, 1), "010"),
    ):
        assert changed.global_days(procedure, day) == want, procedure


FACTS = (
    # what reference/README.md says the tables make testable
    *(
        ("pair", codes, indicator)
        for codes, indicator in (
            ("11104 11102", "0"),
            ("17004 17000", "0"),
            ("17311 88305", "1"),
            ("17311 88331", "1"),
            ("17311 11102", "1"),
            ("11102 17000", "1"),
            ("11400 12001", "1"),
            ("11400 12031", "1"),
            ("11420 12041", "1"),
            ("11440 12051", "1"),
            ("11400 13100", "1"),
            ("11401 12001", "1"),
            ("11600 12001", "1"),
            ("11401 12031", None),
            ("11600 12031", None),
            ("14040 13131", "1"),
            ("14000 11400", "1"),
        )
    ),
    *(
        ("primaries", code, accepted)
        for code, accepted in (
            ("11103", "11102 11104 11106"),
            ("11105", "11104 11106"),
            ("11107", "11106"),
            ("17003", "17000"),
        )
    ),
    *(("limit", code, limit) for code, limit in (("17003", 13), ("17110", 1), ("17111", 1))),
    *(
        ("global", code, days)
        for code, days in (
            ("11102", "000"),
            ("17110", "010"),
            ("11402", "010"),
            ("12031", "010"),
            ("13132", "010"),
            ("12001", "000"),
            ("14040", "090"),
            ("17311", "000"),
            ("17106", "090"),
        )
    ),
)


@pytest.mark.parametrize(("what", "codes", "want"), FACTS)
def test_the_shipped_tables_know_these_facts(
    tables: Tables, what: str, codes: str, want: str | int | None
) -> None:
    day = D(2026, 3, 2)
    found: object
    if what == "pair":
        one, other = codes.split()
        pair = tables.pair(one, other, day)
        found = pair.indicator if pair else None
    elif what == "primaries":
        found = " ".join(sorted(tables.primaries(codes, day)))
    elif what == "limit":
        limit = tables.limit(codes, day)
        found = limit.limit if limit else None
    else:
        found = tables.global_days(codes, day)
    assert found == want


async def test_a_component_never_has_the_value_of_the_whole(service: Any) -> None:
    status, body = await put(service, "PPRRVU24_JAN.csv", values("32.7442"))
    assert status == 201, body
    async with service.parts.database.transaction(["prairie"]) as connection:
        tables = await service.parts.reference_tables.snapshot(connection)
    day = D(2024, 2, 1)
    assert tables.relative_value("88305", "11", day, "26") == Decimal("1.08")
    assert tables.relative_value("88305", "11", day) is None
    assert tables.relative_value("88305", "11", day, "TC") is None
    assert tables.relative_value("11102", "22", day) == Decimal("1.10")
