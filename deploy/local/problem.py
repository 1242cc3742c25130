"""What can be wrong with a machine, said in a sentence a person can act on."""


class LocalProblem(Exception):  # noqa: N818 - the sentence matters, not the type
    """The local stack cannot run here as it is. Its text is one sentence and the mend."""
