"""The exception of the development environment that is shown to the user."""


class Failure(Exception):
    """A problem that the user has to solve.

    ``message`` says what was tried and how it failed; ``hint`` says what to do.
    """

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
