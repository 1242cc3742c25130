"""An expected refusal of the domain: a 4xx, a failed message or a work item, never a crash."""


class Refused(Exception):  # noqa: N818 - says what happened
    """A request the rules refuse.

    `code` is stable and hyphenated (`specimen-unknown`), `reason` a sentence, `field` a JSON
    pointer. No patient datum may stand in any of the three.
    """

    def __init__(self, code: str, reason: str, field: str | None = None) -> None:
        super().__init__(f"{code}: {reason}")
        self.code = code
        self.reason = reason
        self.field = field
