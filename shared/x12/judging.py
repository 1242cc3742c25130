"""Files judged in a process of its own, so that a long file holds nothing else up.

The guide's maps take a moment to load and a file of 2,000 claims takes seconds of one core: the
process is started early, stays warm and answers one file after another.
"""

import asyncio
import io
import os
import struct
import sys
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import BinaryIO

import orjson

from shared.x12.claim_rules import own_objections
from shared.x12.guide import guide_objections
from shared.x12.objection import CodeLists, Objection

_LENGTH = struct.Struct(">Q")
_ROOT = Path(__file__).parents[2]
_LONGEST_SECONDS = 600


def judge(text: str, sets: int, lists: CodeLists, today: date) -> list[Objection]:
    """What our own rules and the guide object to in a claim file of so many sets."""
    return own_objections(text.encode(), lists, today) + guide_objections(text, sets)


class Judge:
    """Asks the process; one that has died is started again. `lists`: the codes known here."""

    def __init__(self, lists: CodeLists) -> None:
        self._lists = lists
        self._process: asyncio.subprocess.Process | None = None
        self._turn = asyncio.Lock()

    async def warm(self) -> None:
        """Start the process, which loads the guide before it is asked."""
        async with self._turn:
            await self._started()

    async def objections(
        self, text: str, sets: int, today: date, procedures: Iterable[str] = ()
    ) -> list[Objection]:
        """What `judge` says, by the process; `procedures` are further codes that are known.

        Raises:
            TimeoutError, ConnectionError: it did not answer; nothing was decided.
        """
        lists = _document(self._lists.with_procedures(procedures))
        asked = {"text": text, "sets": sets, "today": today, "lists": lists}
        request = orjson.dumps(asked)
        async with self._turn:
            try:
                async with asyncio.timeout(_LONGEST_SECONDS):
                    answer = await self._asked(request)
            except BaseException:
                await self._stopped()  # half an answer may stand in the pipe
                raise
        return [Objection(**each) for each in orjson.loads(answer)]

    async def close(self) -> None:
        """End the process."""
        async with self._turn:
            await self._stopped()

    async def _asked(self, request: bytes) -> bytes:
        process = await self._started()
        assert process.stdin is not None and process.stdout is not None
        process.stdin.write(_LENGTH.pack(len(request)) + request)
        await process.stdin.drain()
        try:
            (length,) = _LENGTH.unpack(await process.stdout.readexactly(_LENGTH.size))
            return await process.stdout.readexactly(length)
        except asyncio.IncompleteReadError:
            raise ConnectionError("the judging process ended") from None

    async def _started(self) -> asyncio.subprocess.Process:
        if self._process is None or self._process.returncode is not None:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                __name__,
                cwd=_ROOT,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,  # the library might print what it read
            )
        return self._process

    async def _stopped(self) -> None:
        process, self._process = self._process, None
        if process is not None and process.returncode is None:
            process.kill()
            await process.wait()


def _document(lists: CodeLists) -> Mapping[str, object]:
    return {
        "procedures": dict(lists.procedures),
        "diagnoses": sorted(lists.diagnoses),
        "categories": sorted(lists.categories),
        "places": sorted(lists.places),
        "taxonomies": sorted(lists.taxonomies),
    }


def _lists(document: Mapping[str, object]) -> CodeLists:
    procedures = document["procedures"]
    assert isinstance(procedures, dict)
    return CodeLists(
        procedures={
            code: date.fromisoformat(ended) if ended else None for code, ended in procedures.items()
        },
        **{name: frozenset(codes) for name, codes in document.items() if isinstance(codes, list)},
    )


def _answer(request: bytes) -> bytes:
    asked = orjson.loads(request)
    today = date.fromisoformat(asked["today"])
    try:
        found = judge(asked["text"], asked["sets"], _lists(asked["lists"]), today)
    except Exception as error:  # whatever a file does to a rule: not understood is not sent
        code = f"unjudged:{type(error).__name__}"
        found = [Objection(code, "The file cannot be judged.", "ISA")]
    return orjson.dumps([asdict(each) for each in found])


def _serve(requests: BinaryIO, answers: BinaryIO) -> None:
    """Answer until the other side closes the pipe."""
    guide_objections("ISA", 0)
    while len(head := requests.read(_LENGTH.size)) == _LENGTH.size:
        answer = _answer(requests.read(_LENGTH.unpack(head)[0]))
        answers.write(_LENGTH.pack(len(answer)) + answer)
        answers.flush()


def main() -> None:
    """Serve the pipes; nothing else may write to the one that carries answers."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    sys.stdout = io.StringIO()
    _serve(sys.stdin.buffer, answers)


if __name__ == "__main__":
    main()
