"""Parts of an accession: labels that mean the same part, and those that name another one."""

from collections.abc import Iterable


def label(part: str | None) -> str:
    """A part's label as it is compared: `a.` and `A` are one."""
    return "" if part is None else part.strip().strip(".):#").strip().upper()


def is_list(part: str | None) -> bool:
    """Whether a label names several parts at once (`A, B`, `1 and 2`): the lab merged them."""
    words = label(part).replace("AND", ",").replace("&", ",").replace("+", ",").split(",")
    return len([word for word in words if word.strip()]) > 1


def relabelled(one: str | None, other: str | None) -> bool:
    """Whether one label counts in letters and the other in figures (A and B become 1 and 2)."""
    first, second = label(one), label(other)
    return bool(first and second) and first.isdigit() != second.isdigit()


def same(one: str | None, other: str | None) -> bool:
    """Whether two labels name one part; a part that is not labelled is the one there is."""
    return not label(one) or not label(other) or label(one) == label(other)


def series_label(part: str | None, known: Iterable[str]) -> str:
    """The label of the series a report continues, out of those its specimen has already.

    A label written in the other alphabet continues the only series there is; another label of the
    same alphabet is a part of its own (the lab split the specimen).
    """
    labels = sorted(set(known))
    for each in labels:
        if label(part) == each:
            return each
    if len(labels) == 1 and (same(part, labels[0]) or relabelled(part, labels[0])):
        return labels[0]
    return label(part)
