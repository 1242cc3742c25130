"""The what-ifs: they store nothing and emit nothing."""

from fastapi import APIRouter, Request
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError

from services.submission.api.parts import Here, Reader
from services.submission.wire.acknowledgement_check import (
    AcknowledgementChecked,
    AcknowledgementToCheck,
    check_acknowledgement,
)
from services.submission.wire.change_preview import (
    ChangePreviewed,
    ChangeToPreview,
    preview_change,
)
from services.submission.wire.remittance_check import (
    RemittanceChecked,
    RemittanceToCheck,
    check_remittance,
)
from shared.http import Problem

EDI = "application/edi-x12"

reads = APIRouter(prefix="/v1", tags=["what-if"])


@reads.post(
    "/remittances/check",
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                EDI: {"schema": {"type": "string"}},
                "application/json": {"schema": RemittanceToCheck.model_json_schema()},
            },
        }
    },
)
async def check_835(request: Request, _: Reader, here: Here) -> RemittanceChecked:
    """What an 835 would post: the raw file, or JSON with it and what the contract allows."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    body = await request.body()
    if media_type == EDI:
        return check_remittance(body, {}, here.codes)
    if media_type != "application/json":
        raise Problem(415, f"the body is {EDI} or application/json")
    try:
        asked = RemittanceToCheck.model_validate_json(body)
    except ValidationError as error:
        raise RequestValidationError(
            [{**each, "loc": ("body", *each["loc"])} for each in error.errors()]
        ) from None
    expected = {(each.claim_id, each.line): each.expected_allowed for each in asked.expected}
    return check_remittance(asked.x12.encode(), expected, here.codes)


@reads.post("/acknowledgements/check")
async def check_answers(
    asked: AcknowledgementToCheck, _: Reader, here: Here
) -> AcknowledgementChecked:
    """What a TA1, 999, 277CA or 277 would do to these claims."""
    return check_acknowledgement(asked, here.codes)


@reads.post("/changes/preview")
async def preview(asked: ChangeToPreview, _: Reader) -> ChangePreviewed:
    """What would be done about a change after coding."""
    return preview_change(asked)
