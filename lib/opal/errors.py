"""Errors of the courier's site. No message contains a password or a whole page."""

from ..message import Message
from ..message import message as _lt


class OpalError(Exception):
    """Base class of this client's errors; `message` is a sentence for the user.

    :ivar uncertain: whether the site may have accepted the order despite the error. If so, the order must be looked
        up by its reference before it is sent again.
    """

    def __init__(self, message: Message, *, uncertain: bool = False) -> None:
        super().__init__(message)
        self.message = message
        self.uncertain = uncertain


class OpalUnavailable(OpalError):
    """The site does not answer, or is temporarily unavailable. Trying again later may help."""


class OpalLoginRefused(OpalError):
    """The site does not accept this user and password."""


class OpalRefused(OpalError):
    """The site refuses the order; the message is the site's own, shortened to a sentence or two."""


class OpalPageChanged(OpalError):
    """A page is not as expected.

    :ivar page: the name of the page, as the site calls it.
    :ivar missing: the expected element that is missing.
    """

    def __init__(self, page: str | Message, missing: Message, *, uncertain: bool = False) -> None:
        message = _lt("OPAL's page '%(page)s' is not as expected: %(missing)s is missing.", page=page, missing=missing)
        super().__init__(message, uncertain=uncertain)
        self.page = page
        self.missing = missing
