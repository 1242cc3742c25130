"""Escape sequences of HL7 v2, undone in one pass whose work grows with the length of the text.

What is not known is kept as it stands: a bad escape never costs the words around it.
"""

import re
from dataclasses import dataclass
from functools import cached_property

_LONGEST_SKIP = 20
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


@dataclass(frozen=True)
class Delimiters:
    """The separators of one message, from MSH-1 and MSH-2."""

    field: str = "|"
    component: str = "^"
    repetition: str = "~"
    escape: str = "\\"
    subcomponent: str = "&"

    @cached_property
    def _sequences(self) -> re.Pattern[str]:
        mark = re.escape(self.escape)
        # No alternative can match where another could end: nothing is tried twice.
        return re.compile(
            rf"(?P<hex>(?:{mark}X(?:[0-9A-Fa-f]{{2}})+{mark})+)"
            rf"|{mark}(?P<code>[FSTREHN]|\.br|\.sp[ ]*\+?(?P<lines>[0-9]{{0,12}})){mark}"
        )

    def decode(self, text: str) -> str:
        """The text a field stands for: no escapes, no control characters, `LF` as line break."""
        if self.escape in text:
            text = self._sequences.sub(self._meaning, text)
        if "\r" in text:
            text = text.replace("\r\n", "\n").replace("\r", "\n")
        return text if text.isprintable() else _CONTROL.sub("", text)

    def encode(self, text: str) -> str:
        """A text as it may stand in a field of ours."""
        marks = {self.escape: "E", self.field: "F", self.component: "S", self.repetition: "R"}
        marks |= {self.subcomponent: "T"}
        return "".join(
            f"{self.escape}{marks[each]}{self.escape}" if each in marks else each
            for each in text
            if each >= " "
        )

    def _meaning(self, found: re.Match[str]) -> str:
        if found["hex"] is not None:
            return _characters(found["hex"].replace(f"{self.escape}X", "").replace(self.escape, ""))
        code = found["code"]
        if code.startswith(".sp"):
            return "\n" * min(int(found["lines"] or 1), _LONGEST_SKIP)
        return {
            "F": self.field,
            "S": self.component,
            "T": self.subcomponent,
            "R": self.repetition,
            "E": self.escape,
            ".br": "\n",
        }.get(code, "")


def _characters(digits: str) -> str:
    raw = bytes.fromhex(digits)
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("cp1252", errors="replace")
