"""The pages: a search, a case. Plain links and forms, no script; what they show is the API's.

A person pastes a token once; it stays in a cookie that no script reads and no other site sends.
"""

from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import Response

from services.operations import reading, store
from services.operations.domain.case import Case
from services.operations.domain.compare import Compared, compared
from services.operations.shown import VersionView
from shared.http import Caller, Parts, Problem, audit, parts
from shared.http.credentials import Verifier
from shared.kernel.business_days import PRACTICE_ZONE

_HERE = Path(__file__).parent
STATIC = _HERE / "static"
_COOKIE = "dermis_session"
_LONGEST_TOKEN = 8000
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
        " connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Cache-Control": "no-store",
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "DENY",
}
_TEMPLATES = Environment(
    loader=FileSystemLoader(_HERE / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_TEMPLATES.filters["words"] = lambda name: str(name).replace("_", " ")
_TEMPLATES.filters["local"] = lambda instant: (
    instant.astimezone(PRACTICE_ZONE).strftime("%Y-%m-%d %H:%M") if instant else "no date"
)
_TEMPLATES.filters["dollars"] = lambda amount: f"{amount:,.2f}"

router = APIRouter(include_in_schema=False)
Here = Annotated[Parts[Case, None], Depends(parts)]


async def _reader(request: Request) -> Caller | None:
    """Who reads: by the cookie, or by a bearer token; None where nobody is known."""
    verifier: Verifier = request.app.state.verifier
    token = request.cookies.get(_COOKIE)
    header = request.headers.get("authorization") or (f"Bearer {token}" if token else None)
    try:
        who = await verifier.verify(header)
    except Problem:
        return None
    return who if "claims:read" in who.scopes else None


Reader = Annotated[Caller | None, Depends(_reader)]


@router.get("/")
async def search_page(
    who: Reader, here: Here, q: Annotated[str, Query(max_length=100)] = ""
) -> Response:
    """Look for a case; one hit leads to it at once."""
    if who is None:
        return _page("sign_in.html", status=401, refused=False)
    term = q.strip()
    rows: store.Rows = ()
    if term:
        async with here.database.transaction([who.practice_id]) as connection:
            rows = await store.search(connection, term)
        if len({row.case_id for row in rows}) == 1:
            return RedirectResponse(f"/cases/{rows[0].case_id}", status_code=303, headers=_HEADERS)
    return _page("search.html", term=term, hits=[reading.hit(row) for row in rows])


@router.get("/cases/{case_id}")
async def case_page(case_id: UUID, who: Reader, here: Here) -> Response:
    """One case: the timeline with causes, versions side by side, what waits for whom."""
    if who is None:
        return _page("sign_in.html", status=401, refused=False)
    try:
        case = await reading.case_view(here.database, who.practice_id, case_id)
    except Problem:
        return _page("no_case.html", status=404)
    async with here.database.transaction([who.practice_id]) as connection:
        versions = await store.versions_of(connection, case_id)
        lines = await store.lines_of(connection, case_id)
        await audit(connection, who, "case.read", str(case_id), here.clock.business())
    claims = {
        claim.claim_id: _side_by_side(
            [
                reading.version_view(version, lines)
                for version in versions
                if version.claim_id == claim.claim_id
            ]
        )
        for claim in case.claims
    }
    numbers = {event.event_id: number for number, event in enumerate(case.events, start=1)}
    return _page("case.html", case=case, claims=claims, numbers=numbers)


@router.post("/session")
async def sign_in(
    request: Request, token: Annotated[str, Form(max_length=_LONGEST_TOKEN)]
) -> Response:
    """Keep a valid token in the cookie."""
    _check_origin(request)
    verifier: Verifier = request.app.state.verifier
    try:
        await verifier.verify(f"Bearer {token.strip()}")
    except Problem:
        return _page("sign_in.html", status=401, refused=True)
    answer = RedirectResponse("/", status_code=303, headers=_HEADERS)
    answer.set_cookie(
        _COOKIE,
        token.strip(),
        httponly=True,
        samesite="strict",
        secure=request.url.scheme == "https",
        path="/",
    )
    return answer


@router.post("/session/end")
async def sign_out(request: Request) -> Response:
    """Forget the token."""
    _check_origin(request)
    answer = RedirectResponse("/", status_code=303, headers=_HEADERS)
    answer.delete_cookie(_COOKIE, path="/")
    return answer


def _check_origin(request: Request) -> None:
    """Another site's form may not sign anybody in or out."""
    origin = request.headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != request.headers.get("host"):
        raise Problem(403, "the form comes from another site")


def _side_by_side(versions: list[VersionView]) -> list[tuple[VersionView, Compared]]:
    """Each version with what it struck and inserted against the one before."""
    shown = []
    before: VersionView | None = None
    for version in versions:
        shown.append((version, compared(_lines(before) if before else [], _lines(version))))
        before = version
    return shown


def _lines(version: VersionView) -> list[tuple[str, ...]]:
    return [
        (
            "-".join([line.code, *line.modifiers]),
            str(line.units),
            " ".join(line.diagnoses),
            f"{line.charge:,.2f}",
            " ".join(line.rules),
        )
        for line in version.lines
    ]


def _page(template: str, *, status: int = 200, **values: object) -> HTMLResponse:
    text = _TEMPLATES.get_template(template).render(**values)
    return HTMLResponse(text, status_code=status, headers=_HEADERS)
