"""RFC 9457 problem documents with stable types. None of them repeats a value that was sent."""

from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from shared.kernel.refused import Refused

MEDIA_TYPE = "application/problem+json"
_PREFIX = "urn:dermis:problem:"

# Slug and title by status: the whole list a client has to know.
_BY_STATUS: Mapping[int, tuple[str, str]] = {
    400: ("unreadable", "The request cannot be read"),
    401: ("unauthenticated", "The caller is not known"),
    403: ("forbidden", "The caller lacks a scope"),
    404: ("not-found", "There is no such thing"),
    405: ("method-not-allowed", "The method is not offered here"),
    409: ("conflict", "The request conflicts with one in progress or a present state"),
    413: ("too-large", "The body is too large"),
    415: ("unsupported-media-type", "The media type is not taken here"),
    422: ("invalid", "The request does not fit the contract"),
    429: ("too-many-requests", "The caller asks too often"),
    500: ("internal", "The service failed"),
    503: ("unavailable", "The service cannot answer for the moment"),
}
_WORDS = {
    "missing": "is required",
    "extra_forbidden": "unknown field",
    "union_tag_invalid": "is none of the known kinds",
    "union_tag_not_found": "the kind is missing",
    "json_invalid": "is not JSON",
}


class Problem(Exception):  # noqa: N818 - is the answer, not a fault
    """Answer with a problem document.

    `code` and `detail` are for people and machines alike and carry no patient's datum.
    """

    def __init__(
        self,
        status: int,
        detail: str,
        *,
        code: str | None = None,
        errors: Sequence[Mapping[str, str]] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.code = code
        self.errors = errors
        self.headers = headers


def not_found(what: str) -> Problem:
    """404 for a thing that is not there, or is another practice's: the answers are alike."""
    return Problem(404, f"no such {what}")


def problem_document(
    status: int,
    detail: str,
    *,
    request_id: str,
    code: str | None = None,
    errors: Sequence[Mapping[str, str]] = (),
) -> dict[str, Any]:
    """The body: type, title, status, detail, request_id; code and errors where there are any."""
    slug, title = _BY_STATUS.get(status, ("error", "The request failed"))
    document: dict[str, Any] = {
        "type": _PREFIX + ("refused" if code else slug),
        "title": title,
        "status": status,
        "detail": detail,
        "request_id": request_id,
    }
    if code:
        document["code"] = code
    if errors:
        document["errors"] = list(errors)
    return document


def install_problems(app: FastAPI) -> None:
    """Answer every expected failure as a problem document."""

    @app.exception_handler(Problem)
    async def on_problem(request: Request, problem: Problem) -> Response:
        return respond(
            request,
            problem.status,
            problem.detail,
            code=problem.code,
            errors=problem.errors,
            headers=problem.headers,
        )

    @app.exception_handler(Refused)
    async def on_refused(request: Request, refused: Refused) -> Response:
        errors = [{"pointer": refused.field, "says": refused.reason}] if refused.field else []
        return respond(request, 422, refused.reason, code=refused.code, errors=errors)

    @app.exception_handler(RequestValidationError)
    async def on_invalid(request: Request, error: RequestValidationError) -> Response:
        errors = validation_errors(error.errors(), error.body)
        unreadable = any(entry["type"] == "json_invalid" for entry in error.errors())
        if unreadable:
            return respond(request, 400, "the body is not JSON")
        fields = ", ".join(entry["pointer"] or "/" for entry in errors[:5])
        return respond(request, 422, f"the request does not fit: {fields}", errors=errors)

    @app.exception_handler(HTTPException)
    async def on_http(request: Request, error: HTTPException) -> Response:
        _, title = _BY_STATUS.get(error.status_code, ("error", "The request failed"))
        return respond(request, error.status_code, title, headers=error.headers)


def respond(
    request: Request,
    status: int,
    detail: str,
    *,
    code: str | None = None,
    errors: Sequence[Mapping[str, str]] = (),
    headers: Mapping[str, str] | None = None,
) -> Response:
    """A problem document for this request."""
    request_id = request.scope.get("dermis.request_id", "")
    return JSONResponse(
        problem_document(status, detail, request_id=request_id, code=code, errors=errors),
        status_code=status,
        headers=dict(headers) if headers else None,
        media_type=MEDIA_TYPE,
    )


def validation_errors(errors: Sequence[Mapping[str, Any]], body: object) -> list[dict[str, str]]:
    """Pointer and sentence of each fault that pydantic found; never the value.

    Names of union members that pydantic puts into a location are left out of the pointer, so it
    leads through the document that was sent.
    """
    found = []
    for error in errors:
        where, *steps = error["loc"] or ("body",)
        if where in ("query", "path", "header", "cookie"):
            pointer = f"{where}:" + "/".join(str(step) for step in steps)
        else:
            if where != "body":
                steps = [where, *steps]
            pointer = json_pointer(steps, body)
        says = _WORDS.get(error["type"], str(error["msg"]))
        found.append({"pointer": pointer, "says": says})
    return found


def json_pointer(steps: Sequence[str | int], body: object) -> str:
    """The RFC 6901 pointer of a location, walked through the document it speaks of.

    A step that leads nowhere is a missing field where it is the last one, else the name of a union
    member or type, which is left out. Without the document (None) every step is shown.
    """
    if body is None:
        return "".join(f"/{_escaped(step)}" for step in steps)
    pointer = ""
    here = body
    for number, step in enumerate(steps, start=1):
        if isinstance(here, Mapping) and (step in here or number == len(steps)):
            here = here.get(step)
        elif isinstance(here, list) and isinstance(step, int) and step < len(here):
            here = here[step]
        else:
            continue
        pointer += f"/{_escaped(step)}"
    return pointer


def _escaped(step: str | int) -> str:
    return str(step).replace("~", "~0").replace("/", "~1")
