"""Lists by cursor: `?limit=&cursor=` in, `{"items": [...], "next_cursor": ...}` out."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Generic, TypeVar

import orjson
from fastapi import Query
from pydantic import BaseModel

from shared.http.problems import Problem

Row = TypeVar("Row")
Item = TypeVar("Item")
_LONGEST_CURSOR = 1000


class Listing(BaseModel, Generic[Item]):
    """A page of a list; `next_cursor` is null on the last one."""

    items: list[Item]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class Page:
    """Which part of a list is asked for: read `limit + 1` rows after the key, in its order."""

    limit: int
    cursor: str | None

    def after(self, *parsers: Callable[[str], Any]) -> tuple[Any, ...] | None:
        """The key of the last row of the page before, each part parsed; None for the first page.

        Raises:
            Problem: 400 for a cursor that no list of this kind gave out.
        """
        if self.cursor is None:
            return None
        try:
            parts = orjson.loads(urlsafe_b64decode(self.cursor.encode()))
            return tuple(parse(part) for parse, part in zip(parsers, parts, strict=True))
        except (ValueError, TypeError, ArithmeticError):
            raise Problem(400, "the cursor is not one of this list") from None

    def answer(
        self,
        rows: Sequence[Row],
        key: Callable[[Row], Sequence[object]],
        item: Callable[[Row], Item],
    ) -> Listing[Item]:
        """The page of these rows, of which one more than `limit` were read."""
        shown = rows[: self.limit]
        cursor = None
        if len(rows) > self.limit:
            parts = [str(part) for part in key(shown[-1])]
            cursor = urlsafe_b64encode(orjson.dumps(parts)).decode()
        return Listing(items=[item(row) for row in shown], next_cursor=cursor)


def instant(text: str) -> datetime:
    """Parse an instant of a cursor; without an offset it is none."""
    found = datetime.fromisoformat(text)
    if found.tzinfo is None:
        raise ValueError("an instant needs its offset")
    return found


def page(
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[str | None, Query(max_length=_LONGEST_CURSOR)] = None,
) -> Page:
    """The dependency of a list: `Annotated[Page, Depends(page)]`."""
    return Page(limit=limit, cursor=cursor)
