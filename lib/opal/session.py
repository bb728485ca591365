"""A session at the courier's site: requests with cookies, frames, and a new sign-in when the session has expired."""

import re
from collections.abc import Callable
from http.cookiejar import DefaultCookiePolicy
from urllib.parse import urljoin

import requests

from ..http_transport import (
    RETRY_STATUSES,
    BodyError,
    BodyTooLarge,
    Deadline,
    DeadlineExceeded,
    RetryAfterTooLong,
    open_session,
    read_body,
)
from ..message import Message
from ..message import message as _lt
from ..secret_texts import without_secrets
from ..web_address import may_follow, origin_of
from .errors import OpalError, OpalLoginRefused, OpalPageChanged, OpalUnavailable
from .pages import Form, Page

START_PAGE = _lt("start page")
LOGIN_PAGE = _lt("login page")
HEADER_FRAME, MAIN_FRAME = "optop", "opmain"

_CONNECT_TIMEOUT = 10  # seconds
_READ_TIMEOUT = 30  # seconds
_MAX_PAGE = 4 * 1024 * 1024  # bytes
_MAX_REDIRECTS = 5
_CHARSET = re.compile(r"""charset\s*=\s*["']?([\w.:-]+)""", re.I)
_ANY_BUTTON = re.compile("")


class SessionExpired(Exception):
    """The site answered a form with its login page, so it did not accept the form."""


class OpalSession:
    """A user's session at the site.

    :param base_url: the start page; all other pages must be on the same host.
    :param timeout: seconds for the whole session.
    :param log: called with a short title and a text for each request and answer; never receives the password.
    """

    def __init__(
        self, base_url: str, user: str, password: str, *, timeout: float, log: Callable[[str, str], None] | None = None
    ) -> None:
        self._base_url = base_url
        self._user = user
        self._password = password
        self._log = log or (lambda title, text: None)
        self._deadline = Deadline(timeout)
        # No retries: a form must not be sent twice, and the caller tries again later.
        self._http = open_session(self._deadline, {}, retries=0, backoff=0, connect_timeout=_CONNECT_TIMEOUT)
        self._http.cookies.set_policy(DefaultCookiePolicy())
        self._header: Page | None = None

    def close(self) -> None:
        self._http.close()

    def open_link(self, text: str) -> Page:
        """Return the page that a link of the header frame opens.

        :raise OpalError: if it cannot be read.
        """
        return self._signed_in(lambda: self._read_link(text))

    def open(self, url: str, name: str | Message) -> Page:
        """Return the page at an address found on a page of this session."""
        return self._signed_in(lambda: self._get(url, name))

    def submit(self, form: Form, button, name: str | Message) -> Page:
        """Send a form and return the answer.

        :raise SessionExpired: if the answer is the login page.
        """
        page = self._send_form(form, button, name)
        if page.login_form():
            self._header = None
            raise SessionExpired
        return page

    def _signed_in(self, read: Callable[[], Page]) -> Page:
        """Read a page. If the login page comes instead, because the session has expired, sign in and read again."""
        page = read()
        if page.login_form():
            self._header = None
            self._sign_in()
            page = read()
            if page.login_form():
                raise OpalUnavailable(_lt("OPAL keeps asking for the password."))
        return page

    def _read_link(self, text: str) -> Page:
        if self._header is None:
            self._sign_in()
        url = self._header.link_url(text)
        if url is None:
            raise self._header.missing(_lt('the link "%s"', text))
        return self._get(url, text)

    def _sign_in(self) -> None:
        """Open the frames of the start page, signing in first if the login page appears."""
        if origin_of(self._base_url) is None:
            raise OpalError(_lt("The address of OPAL's site is not a web address."))
        start = self._request("GET", self._base_url, START_PAGE)
        if form := start.login_form():
            self._fill_login(form)
            answer = self._send_form(form, form.button(_ANY_BUTTON), LOGIN_PAGE, is_secret=True)
            if answer.login_form():
                raise OpalLoginRefused(_lt("OPAL does not accept the user and password."))
            start = self._request("GET", self._base_url, START_PAGE)
            if start.login_form():
                raise OpalLoginRefused(_lt("OPAL accepted the user and password but did not keep the session."))
        header_url = start.frame_url(HEADER_FRAME)
        if header_url is None:
            raise start.missing(_lt("the frame %s", HEADER_FRAME))
        self._header = self._request("GET", header_url, _lt("header (%s)", HEADER_FRAME))

    def _fill_login(self, form: Form) -> None:
        texts = [control for control in form.inputs("text", "email") if control.get("name")]
        passwords = [control for control in form.inputs("password") if control.get("name")]
        if not texts or not passwords:
            missing = _lt("the field for the user") if passwords else _lt("the field for the password")
            raise OpalPageChanged(LOGIN_PAGE, missing)
        form.set(texts[0].get("name"), self._user)
        form.set(passwords[0].get("name"), self._password)

    # ---- requests ----------------------------------------------------------------------------------------------------

    def _get(self, url: str, name: str | Message) -> Page:
        return self._main(self._request("GET", url, name), name)

    def _send_form(self, form: Form, button, name: str | Message, is_secret: bool = False) -> Page:
        body = form.encode(button)
        if form.method == "POST":
            page = self._request("POST", form.url, name, body, is_secret)
        elif is_secret:
            raise OpalPageChanged(LOGIN_PAGE, _lt("a login form that keeps the password out of the address"))
        else:
            page = self._request("GET", f"{form.url.partition('?')[0]}?{body.decode('ascii')}", name)
        return self._main(page, name)

    def _main(self, page: Page, name: str | Message) -> Page:
        """Return the page in the content frame if the page is a frameset, or else the page itself."""
        url = page.frame_url(MAIN_FRAME)
        return self._request("GET", url, name) if url else page

    def _request(
        self, method: str, url: str, name: str | Message, body: bytes | None = None, is_secret: bool = False
    ) -> Page:
        for _redirect in range(_MAX_REDIRECTS):
            url = url.strip().replace(" ", "%20")  # as browsers do
            if not self._is_ours(url):
                raise OpalPageChanged(name, _lt("an address on the site's own host"))
            self._log(f"{method} {name}", f"{method} {url}\n{self._loggable(body, is_secret)}")
            response, content = self._exchange(method, url, name, body)
            location = response.headers.get("Location")
            if response.status_code not in (301, 302, 303, 307, 308) or not location:
                break
            if response.status_code not in (307, 308):
                method, body = "GET", None
            url = _joined(url, location)
        else:
            raise OpalPageChanged(name, _lt("the final page after %s redirects", _MAX_REDIRECTS))
        self._check_status(response.status_code, name)
        charset = _CHARSET.search(response.headers.get("Content-Type", ""))
        page = Page(name, url, bytes(content), charset[1] if charset else None)
        self._log(f"answer {name}", self._without_password(f"HTTP {response.status_code} {url}\n{page.text()}"))
        return page

    def _exchange(
        self, method: str, url: str, name: str | Message, body: bytes | None
    ) -> tuple[requests.Response, bytearray]:
        headers = {"Content-Type": "application/x-www-form-urlencoded"} if body is not None else {}
        try:
            with self._http.request(
                method, url, data=body, headers=headers, timeout=_READ_TIMEOUT, stream=True, allow_redirects=False
            ) as response:
                return response, read_body(response, _MAX_PAGE, self._deadline.remaining)
        except BodyTooLarge:
            raise OpalPageChanged(name, _lt("the end of the page within %s bytes", _MAX_PAGE)) from None
        except requests.exceptions.SSLError:
            raise OpalError(_lt("The TLS certificate of OPAL's site cannot be verified.")) from None
        except (requests.exceptions.InvalidURL, requests.exceptions.InvalidSchema, requests.exceptions.MissingSchema):
            raise OpalError(_lt("The address of OPAL's site is not a web address.")) from None
        except (DeadlineExceeded, RetryAfterTooLong, requests.Timeout):
            raise OpalUnavailable(_lt("OPAL did not answer in time (%s).", name)) from None
        except (BodyError, requests.RequestException):
            raise OpalUnavailable(_lt("OPAL cannot be reached (%s).", name)) from None

    def _check_status(self, status: int, name: str | Message) -> None:
        if status in RETRY_STATUSES:
            raise OpalUnavailable(
                _lt("OPAL responded with HTTP status %(status)s (%(page)s).", status=status, page=name)
            )
        if status in (401, 403):
            problem = _lt("OPAL denies access to this user (HTTP %(status)s, %(page)s).", status=status, page=name)
            raise OpalLoginRefused(problem)
        if status != 200:
            raise OpalPageChanged(name, _lt("the page itself (HTTP %s)", status))

    def _is_ours(self, url: str) -> bool:
        """Return whether a URL is on the configured host, and does not leave TLS. Cookies and passwords stay there."""
        ours, theirs = origin_of(self._base_url), origin_of(url)
        return bool(ours and theirs) and may_follow(ours, theirs)

    def _loggable(self, body: bytes | None, is_secret: bool) -> str:
        return "(the sign-in form)" if is_secret else self._without_password((body or b"").decode("ascii"))

    def _without_password(self, text: str) -> str:
        return without_secrets(text, [self._password])


def _joined(url: str, location: str) -> str:
    """Return the absolute URL of a redirect; empty if it is not a valid address."""
    try:
        return urljoin(url, location)
    except ValueError:
        return ""
