"""Payer profiles by CSV: all rows or none, each fault with its line."""

from services.submission.tests.conftest import Service
from services.submission.tests.support import PAYER_PROFILE

HEADER = "payer_id,name,program,accepts_replacement,filing_days,route"


async def put(service: Service, *rows: str) -> tuple[int, dict]:
    body = "\n".join([HEADER, *rows]).encode()
    headers = service.may("claims:work", "claims:read") | {"content-type": "text/csv"}
    answer = await service.client.put("/v1/payers/csv", content=body, headers=headers)
    return answer.status_code, answer.json()


async def test_payers_come_by_csv_and_keep_their_fees(service: Service):
    await service.profiles()
    rows = ("60054,Example Plan,commercial,true,120,", "04412,Medicare,medicare,false,,")
    assert await put(service, *rows) == (200, {"payers": 2})
    listed = await service.client.get("/v1/payers", headers=service.may("claims:read"))
    first, second = listed.json()["items"]
    assert (first["payer_id"], first["accepts_replacement"]) == ("04412", False)
    assert (second["name"], second["filing_days"]) == ("Example Plan", 120)
    assert second["fees"] == PAYER_PROFILE["fees"]

    for row, said in (
        ("60054,X,commercial,maybe,,", "accepts_replacement"),
        ("60054,X,private,true,,", "program"),
        ("60054,X,commercial,true,soon,", "filing_days"),
        ("60054,X,commercial,true,,NO ROUTE", "route"),
        (",X,commercial,true,,", "no id"),
    ):
        status, problem = await put(service, "99999,New,commercial,true,,", row)
        assert (status, problem["errors"][0]["pointer"]) == (422, "line:3")
        assert said in problem["errors"][0]["says"]
    for body in (b"\xff\xfe", b"a,b\n1,2\n", b"", b"payer_id\n"):
        headers = service.may("claims:work") | {"content-type": "text/csv"}
        answer = await service.client.put("/v1/payers/csv", content=body, headers=headers)
        assert answer.status_code in (400, 409, 422), answer.text
    missing = await service.client.get("/v1/payers/99999", headers=service.may("claims:read"))
    assert missing.status_code == 404
