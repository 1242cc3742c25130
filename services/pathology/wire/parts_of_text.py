"""A report's text cut at the labels of its parts: `A.`, `1.`, `PART B:`."""

import re

_LABEL = re.compile(
    r"^[^\S\n]*(?:(?:PART|SPECIMEN)[^\S\n]*#?[^\S\n]*)?(?P<label>[A-Z]|\d{1,2})[.):](?=\s|$)[^\S\n]*",
    re.MULTILINE,
)


def parts_of_text(text: str) -> list[tuple[str | None, str]]:
    """(label, text) of each part; one without a label where the text has none.

    Labels count on from `A` or `1`; what does not continue the row is text. What stands before the
    first label belongs to every part.
    """
    row: list[re.Match[str]] = []
    for found in _LABEL.finditer(text):
        label = found["label"]
        first = label in ("A", "1")
        if (not row and first) or (row and label == _after(row[-1]["label"])):
            row.append(found)
    if not row:
        return [(None, text)]
    before = text[: row[0].start()].strip()
    ends = [*(each.start() for each in row[1:]), len(text)]
    pieces = [
        (each["label"], text[each.end() : end].strip()) for each, end in zip(row, ends, strict=True)
    ]
    return [(label, f"{before}\n{words}" if before else words) for label, words in pieces]


def _after(label: str) -> str:
    return str(int(label) + 1) if label.isdecimal() else chr(ord(label) + 1)
