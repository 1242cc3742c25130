"""What the endpoints and the background tasks of a service work with."""

from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from uuid import UUID

from fastapi import Request

from shared.bus.apply import apply
from shared.bus.stage import Asked, Stage
from shared.db.database import Database
from shared.http.credentials import Caller
from shared.kernel.clock import Clock
from shared.vault import Sealer, Vault

S = TypeVar("S")
R = TypeVar("R")


@dataclass(frozen=True)
class Parts(Generic[S, R]):
    """The parts of a running service; a service with more of them subclasses this.

    vault: only where patients' data is kept.
    """

    stage: Stage[S, R]
    database: Database
    clock: Clock
    vault: Vault | None = None

    async def ask(
        self, caller: Caller, case_id: UUID, command: object, *, message_id: UUID | None = None
    ) -> Any:  # noqa: ANN401 - the answer is what the command's handler says it is
        """Apply one command to a case of the caller's practice; its handler's `answer` comes back.

        Raises:
            Refused: the handler refused it (becomes a 422 with its code and field).
        """
        asked = Asked(command, message_id, caller.subject)
        applied = await apply(
            self.database,
            self.stage,
            [(case_id, asked)],
            self.clock.business(),
            practice_id=caller.practice_id,
        )
        return applied.result()

    async def sealer(self, practice_id: str) -> Sealer:
        """The practice's sealer, for what must not stand in the clear."""
        if self.vault is None:
            raise RuntimeError("this service keeps no patients' data and has no vault")
        return await self.vault.practice(practice_id)


def parts(request: Request) -> Any:  # noqa: ANN401 - the endpoint's annotation names the type
    """The dependency that hands an endpoint its service's parts.

    `Here = Annotated[Parts[Case, References], Depends(parts)]`
    """
    return request.app.state.parts
