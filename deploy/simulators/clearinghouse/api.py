"""The clearinghouse over HTTP: files in, and what checkers and the demo want to see."""

import hashlib
import hmac
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import datetime
from decimal import Decimal
from typing import Annotated

from fastapi import Depends, FastAPI, Header, HTTPException, Request, Response
from pydantic import BaseModel, ConfigDict

from deploy.simulators.clearinghouse.adjudicate import Settled
from deploy.simulators.clearinghouse.behaviours import Behaviour
from deploy.simulators.clearinghouse.house import House
from deploy.simulators.clearinghouse.payers import PAYERS
from deploy.simulators.clearinghouse.remittance import ProviderAdjustment
from deploy.simulators.clearinghouse.store import KeptAnswer, KeptClaim, KeptFile, Store
from deploy.simulators.x12 import Unreadable

_MEDIA_TYPE = "application/edi-x12"
_MAX_BYTES = 20 * 1024 * 1024


class FileDocument(BaseModel):
    """A file as the partner reads it back."""

    interchange_control_number: str
    sha256: str
    received_at: str
    status: str


class LineDocument(BaseModel):
    number: int
    line_id: str
    code: str
    modifiers: list[str]
    units: Decimal
    charge: Decimal
    pointers: list[int]


class ClaimDocument(BaseModel):
    """A claim as it came and what the payer made of it. `paid` is null until it is settled."""

    claim_id: str
    frequency: str
    payer_control_number_sent: str
    payer_id: str
    interchange_control_number: str
    received_at: str
    state: str
    payer_control_number: str
    authorization: str
    diagnoses: list[str]
    charge: Decimal
    paid: Decimal | None
    lines: list[LineDocument]


class AnswerDocument(BaseModel):
    kind: str
    subject: str
    due_at: str
    message_id: str
    attempts: int
    delivered: bool


class PayDayRequest(BaseModel):
    """Without a claim: every accepted claim not yet paid."""

    model_config = ConfigDict(extra="forbid")

    claim_id: str | None = None


class ProviderAdjustmentRequest(BaseModel):
    model_config = ConfigDict(extra="forbid")

    payer_id: str
    reason: str
    reference: str
    amount: Decimal


def create_app(
    store: Store,
    house: House,
    now: Callable[[], datetime],
    api_key: str,
    lifespan: Callable[[], AbstractAsyncContextManager[None]],
) -> FastAPI:
    """The application; `lifespan` surrounds its serving (the delivery's work)."""

    @asynccontextmanager
    async def living(_: FastAPI) -> AsyncIterator[None]:
        async with lifespan():
            yield

    app = FastAPI(title="Clearinghouse simulator", lifespan=living)

    async def partner(authorization: Annotated[str, Header()] = "") -> None:
        if not hmac.compare_digest(authorization.encode(), f"Bearer {api_key}".encode()):
            raise HTTPException(401, "the API key is missing or wrong")

    @app.post("/v1/files", status_code=202, dependencies=[Depends(partner)])
    async def take_file(
        request: Request, idempotency_key: Annotated[str, Header(min_length=1, max_length=200)]
    ) -> FileDocument:
        raw = await _body(request)
        earlier = store.file_by_key(idempotency_key)
        if earlier is not None:
            if earlier.sha256 != hashlib.sha256(raw).hexdigest():
                raise HTTPException(422, "the idempotency key was used for another file")
            return _file(earlier)
        try:
            return _file(house.receive(raw, idempotency_key, now()))
        except Unreadable as reason:
            raise HTTPException(400, str(reason)) from reason

    @app.get("/v1/files/{isa13}", dependencies=[Depends(partner)])
    async def file(isa13: str) -> FileDocument:
        found = store.file(isa13)
        if found is None:
            raise HTTPException(404, "no such file was received")
        return _file(found)

    _add_views(app, store)
    _add_controls(app, store, now)
    return app


def _add_views(app: FastAPI, store: Store) -> None:
    @app.get("/healthz")
    async def healthz() -> dict[str, str]:
        return {"status": "live"}

    @app.get("/v1/files")
    async def files() -> list[FileDocument]:
        return [_file(one) for one in store.files()]

    @app.get("/v1/files/{isa13}/raw")
    async def raw(isa13: str) -> Response:
        found = store.raw(isa13)
        if found is None:
            raise HTTPException(404, "no such file was received")
        return Response(found, media_type=_MEDIA_TYPE)

    @app.get("/v1/claims")
    async def claims(claim_id: str | None = None) -> list[ClaimDocument]:
        return [_claim(one) for one in store.claims(claim_id)]

    @app.get("/v1/answers")
    async def answers() -> list[AnswerDocument]:
        return [_answer(one) for one in store.answers()]

    @app.get("/v1/answers/{message_id}/raw")
    async def answer_raw(message_id: str) -> Response:
        for one in store.answers():
            if one.message_id == message_id:
                return Response(one.raw, media_type=_MEDIA_TYPE)
        raise HTTPException(404, "no such answer was written")


def _add_controls(app: FastAPI, store: Store, now: Callable[[], datetime]) -> None:
    @app.post("/v1/behaviours", status_code=201)
    async def add_behaviour(behaviour: Behaviour) -> dict[str, int]:
        return {"behaviour_id": store.add_behaviour(behaviour)}

    @app.get("/v1/behaviours")
    async def behaviours() -> list[dict[str, object]]:
        return [
            {"behaviour_id": number, "used": used, **behaviour.model_dump(mode="json")}
            for number, behaviour, used in store.behaviours()
        ]

    @app.delete("/v1/behaviours", status_code=204)
    async def clear_behaviours() -> None:
        store.clear_behaviours()

    @app.post("/v1/pay-day", status_code=202)
    async def pay_day(request: PayDayRequest) -> dict[str, int]:
        return {"claims": store.bring_forward(now(), request.claim_id)}

    @app.post("/v1/provider-adjustments", status_code=201)
    async def add_adjustment(request: ProviderAdjustmentRequest) -> dict[str, str]:
        if request.payer_id not in PAYERS:
            raise HTTPException(404, "no such payer")
        one = ProviderAdjustment(request.reason, request.reference, request.amount)
        store.add_adjustment(request.payer_id, one)
        return {"status": "waits for the payer's next 835"}


async def _body(request: Request) -> bytes:
    media_type = request.headers.get("content-type", "").partition(";")[0].strip()
    if media_type != _MEDIA_TYPE:
        raise HTTPException(415, f"a file comes as {_MEDIA_TYPE}")
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > _MAX_BYTES:
            raise HTTPException(413, "the file is larger than 20 MB")
        parts.append(part)
    return b"".join(parts)


def _file(kept: KeptFile) -> FileDocument:
    return FileDocument(
        interchange_control_number=kept.isa13,
        sha256=kept.sha256,
        received_at=kept.received_at,
        status=kept.status,
    )


def _claim(kept: KeptClaim) -> ClaimDocument:
    claim = kept.claim
    return ClaimDocument(
        claim_id=claim.claim_id,
        frequency=claim.frequency,
        payer_control_number_sent=claim.payer_control_number,
        payer_id=claim.payer_id,
        interchange_control_number=kept.isa13,
        received_at=kept.received_at,
        state=kept.state,
        payer_control_number=kept.payer_control_number,
        authorization=claim.authorization,
        diagnoses=list(claim.diagnoses),
        charge=claim.charge,
        paid=_paid(kept.settled),
        lines=[
            LineDocument(
                number=line.number,
                line_id=line.line_id,
                code=line.code,
                modifiers=list(line.modifiers),
                units=line.units,
                charge=line.charge,
                pointers=list(line.pointers),
            )
            for line in claim.lines
        ],
    )


def _paid(settled: Settled | None) -> Decimal | None:
    return None if settled is None else settled.paid


def _answer(kept: KeptAnswer) -> AnswerDocument:
    return AnswerDocument(
        kind=kept.kind,
        subject=kept.subject,
        due_at=kept.due_at,
        message_id=kept.message_id,
        attempts=kept.attempts,
        delivered=bool(kept.delivered),
    )
