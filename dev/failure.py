"""The one exception of the development environment that is meant for the person at the keyboard."""


class Failure(Exception):
    """Something that a person has to see to.

    ``message`` says what was tried and what came of it; ``hint`` says what to do now.
    """

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
