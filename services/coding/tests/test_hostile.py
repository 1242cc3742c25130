"""Bodies nobody should post to the what-if: refused with the field, or coded, without a 5xx."""

import json
from copy import deepcopy
from typing import Any

URL = "/v1/preview"
EXCISION = {
    "procedure_id": "P1",
    "kind": "excision",
    "lesion_id": "L1",
    "lesion_diameter_cm": 1,
    "margin_cm": 0.2,
}
REFUSED: tuple[tuple[dict[str, Any], str], ...] = (
    ({"lesion_diameter_cm": -1}, "lesion_diameter_cm"),
    ({"lesion_diameter_cm": "-0.1"}, "lesion_diameter_cm"),
    ({"lesion_diameter_cm": "NaN"}, "lesion_diameter_cm"),
    ({"lesion_diameter_cm": "Infinity"}, "lesion_diameter_cm"),
    ({"lesion_diameter_cm": "1e999999"}, "lesion_diameter_cm"),
    ({"lesion_diameter_cm": {}}, "lesion_diameter_cm"),
    ({"lesion_diameter_cm": "0x10"}, "lesion_diameter_cm"),
    ({"margin_cm": True}, "margin_cm"),
    ({"kind": "exorcism"}, "procedures/0"),
    ({"kind": None}, "procedures/0"),
    ({"kind": "patch_test", "count": -3}, "procedures/0"),
    ({"kind": "patch_test", "count": 1.5}, "procedures/0"),
    ({"kind": "patch_test", "count": 10**30}, "procedures/0"),
    ({"procedure_id": ""}, "procedure_id"),
    ({"procedure_id": "x" * 100_000}, "procedure_id"),
    ({"lesion_id": ["L1"]}, "lesion_id"),
    ({"surprise": 1}, "surprise"),
)
SITES = ("back", "nose", "\u0000", "‮back", "🦶", "back" * 5_000, "' or 1=1 --", "")


def asked(write: Any, *procedures: dict[str, Any], **facts: Any) -> dict[str, Any]:
    lesions = [{"lesion_id": "L1", "site": "back", "suspicion": False, "diagnosis": "D22.5"}]
    body = {"encounter": write.encounter([], lesions, **facts)}
    body["encounter"]["procedures"] = list(procedures)
    return body


async def test_a_field_that_cannot_be_is_named(service: Any, write: Any) -> None:
    wrong = []
    for change, field in REFUSED:
        procedure = {**EXCISION, **change}
        if change.get("kind") == "patch_test":
            procedure = {"procedure_id": "P1", **change}
        answer = await service.client.post(URL, json=asked(write, procedure), headers=service.may())
        pointers = [each["pointer"] for each in answer.json().get("errors", ())]
        if answer.status_code != 422 or not any(field in each for each in pointers):
            wrong.append((change, answer.status_code, pointers))
    assert wrong == []


async def test_whatever_is_posted_is_answered(service: Any, write: Any) -> None:
    """Odd but possible documents are coded or asked about; broken ones refused; none breaks us."""
    many = [{**EXCISION, "procedure_id": f"P{place}"} for place in range(500)]
    plain = asked(write, EXCISION)
    bodies: list[Any] = [asked(write, *many), asked(write), {}, [], None, "", 7]
    for site in SITES:
        strange = deepcopy(plain)
        strange["encounter"]["lesions"][0]["site"] = site
        bodies.append(strange)
    for day in ("0001-01-01", "9999-12-31", "2026-02-30", 0, None):
        bodies.append(asked(write, EXCISION, date_of_service=day))
    bodies.append({**plain, "as_of": "9999-12-31"})
    bodies.append({**plain, "history": [{"code": "11402", "date_of_service": "9999-12-31"}]})
    bodies.append({**plain, "results": [{}]})
    same = asked(write, EXCISION, EXCISION)
    itself = asked(write, {"procedure_id": "P1", "kind": "repair", "closes": ["P1", "P9"]})
    bodies += [same, itself]
    answers = {}
    for place, body in enumerate(bodies):
        text = json.dumps(body)
        headers = {**service.may(), "content-type": "application/json"}
        answer = await service.client.post(URL, content=text, headers=headers)
        answers[place] = answer.status_code
    assert set(answers.values()) <= {200, 400, 422}, answers
    assert [answers[place] for place in (0, 1)] == [200, 200], "500 procedures, and none"
