"""How a handler says that an input cannot be applied now (see also `shared.kernel.refused`)."""


class Permanent(Exception):  # noqa: N818 - names the outcome, not a fault
    """The input can never be applied: it is dead at once, visible and redrivable after a repair."""


class Renumbered(Permanent):
    """A number given out twice: its service was restored from a backup and went on from there."""


class Transient(Exception):  # noqa: N818
    """Something outside failed for the moment: the input is tried again with back-off."""


class NotYet(Exception):  # noqa: N818
    """A fact this input needs has not been heard. It waits, without attempts, until it is met.

    `waiting_for` names the fact as `Decision.met` will name it, e.g. `visit:V-1001`.
    """

    def __init__(self, waiting_for: str) -> None:
        super().__init__(f"not yet: {waiting_for}")
        self.waiting_for = waiting_for
