"""What can go wrong at the courier's site. No message holds a password or a whole page."""

from ..message import Message
from ..message import message as _lt


class OpalError(Exception):
    """The base of this client's errors; `message` is a sentence for the user.

    :ivar uncertain: whether the site may have accepted an order although this was raised; it must then be looked up
        by its reference before it is sent again.
    """

    def __init__(self, message: Message, *, uncertain: bool = False) -> None:
        super().__init__(message)
        self.message = message
        self.uncertain = uncertain


class OpalUnavailable(OpalError):
    """The site does not answer, or says that it cannot now. Trying again later may help."""


class OpalLoginRefused(OpalError):
    """The site does not take this user and password."""


class OpalRefused(OpalError):
    """The site understood the order and refuses it; the message is the site's own, cut to a sentence or two."""


class OpalPageChanged(OpalError):
    """A page is not as expected.

    :ivar page: which page, by its name in the site's own words.
    :ivar missing: what was expected and is not there.
    """

    def __init__(self, page: str | Message, missing: Message, *, uncertain: bool = False) -> None:
        message = _lt("OPAL's page '%(page)s' is not as expected: %(missing)s is missing.", page=page, missing=missing)
        super().__init__(message, uncertain=uncertain)
        self.page = page
        self.missing = missing
