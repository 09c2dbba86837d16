"""GitHub's REST and GraphQL APIs through PyGithub's requester: reads are tried again, writes never without knowing."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, TypeVar
from urllib.parse import urljoin

import requests
from github import Auth, Github, GithubException, GithubRetry
from github.Requester import Requester

from bot.adapters.github.failures import FAILURES, Doing, seconds_to_wait, translated
from bot.errors import CodeHostError, DiffTooLarge, HostUnavailable

T = TypeVar("T")
Json = dict[str, Any]

_PER_PAGE = 100
_MOST_PAGES = 100
_TIMEOUT = 30
"""Seconds without a byte after which a request counts as lost."""

_CHUNK = 1 << 16

_ELSEWHERE = frozenset({HTTPStatus.FOUND, HTTPStatus.SEE_OTHER, HTTPStatus.TEMPORARY_REDIRECT})
"""What lies elsewhere for now; a permanent redirect means that the repository has another name."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How patient the adapter is, in seconds.

    `between_writes` keeps under the limit on new content (80 a minute); `between_tries` is the first pause before a
    read is tried again, doubled each time; `longest_wait` caps what one call waits for rate limits.
    """

    between_writes: float = 1.0
    between_tries: float = 1.0
    longest_wait: float = 90.0
    sleep: Callable[[float], None] = time.sleep


@dataclass(frozen=True, slots=True)
class Raw:
    """An answer's own bytes and its media type, without parameters."""

    body: bytes
    media_type: str


class Api:
    """One token at one address. Every method raises CodeHostError in the terms of what was being done.

    For one thread: PyGithub paces requests without a lock.
    """

    def __init__(self, token: str, api_url: str, pace: Pace) -> None:
        """Makes no connection; an empty token reads what is public."""
        self._token = token
        self._url = api_url
        self._pace = pace
        auth = Auth.Token(token) if token else None
        # POST is left out: a review that was answered with 502 may stand there all the same.
        self._retry = GithubRetry(
            total=3,
            backoff_factor=pace.between_tries,
            status_forcelist=[HTTPStatus.TOO_MANY_REQUESTS, *range(500, 600)],
            allowed_methods=frozenset({"GET"}),
            raise_on_status=False,
            secondary_rate_wait=min(60.0, pace.longest_wait),
            max_rate_limit_wait=pace.longest_wait,
            retry_after_max=int(pace.longest_wait),
        )
        self._requester = Github(
            auth=auth,
            base_url=api_url,
            timeout=_TIMEOUT,
            per_page=_PER_PAGE,
            retry=self._retry,
            seconds_between_requests=0,
            seconds_between_writes=pace.between_writes,
        ).requester
        self._session = _raw_session(auth, self._retry)
        # Importing PyGithub makes it print to stderr, each retry as a line and at debug level whole bodies.
        logging.getLogger("github").setLevel(logging.WARNING)

    def get(self, path: str, doing: Doing) -> Any:
        """One JSON document."""
        with self._in_our_words(doing):
            return self._requester.requestJsonAndCheck("GET", path)[1]

    def pages(
        self, path: str, doing: Doing, parameters: Mapping[str, str] | None = None, within: str = ""
    ) -> Iterator[Json]:
        """The entries of a listing, page by page. Pages are counted: no address that the server names is followed.

        `within` is the key that the entries stand under, where a page is an object.
        """
        for page in range(1, _MOST_PAGES + 1):
            with self._in_our_words(doing):
                headers, answer = self._requester.requestJsonAndCheck(
                    "GET", path, parameters={"per_page": _PER_PAGE, "page": page, **(parameters or {})}
                )
            entries = read_as(lambda one: one[within], answer, doing) if within else answer
            yield from entries or []
            if 'rel="next"' not in headers.get("link", ""):
                return
        raise CodeHostError(f"GitHub lists more than {_MOST_PAGES * _PER_PAGE} entries: could not {doing.what}.")

    def raw(
        self, path: str, accept: str, doing: Doing, most: int | None = None, parameters: Mapping[str, str] | None = None
    ) -> Raw:
        """Undecoded bytes of a media type, which PyGithub has no way to give: it decodes every answer.

        Raises DiffTooLarge past `most` bytes.
        """
        with (
            self._in_our_words(doing),
            self._session.get(
                self._url + path, params=parameters, headers={"Accept": accept}, timeout=_TIMEOUT, stream=True
            ) as answer,
        ):
            if answer.status_code != HTTPStatus.OK:
                raise Requester.createException(answer.status_code, dict(answer.headers), _json_object(answer))
            body = bytearray()
            for chunk in answer.iter_content(_CHUNK):
                body += chunk
                if most is not None and len(body) > most:
                    raise DiffTooLarge(f"There are more than {most} bytes: could not {doing.what}.")
            return Raw(bytes(body), answer.headers.get("content-type", "").partition(";")[0].strip().lower())

    def moved(self, path: str, doing: Doing) -> str:
        """Where GitHub sends whoever asks for this: the redirect's address, which is not followed."""
        with (
            self._in_our_words(doing),
            self._session.get(self._url + path, timeout=_TIMEOUT, stream=True, allow_redirects=False) as answer,
        ):
            if answer.status_code not in _ELSEWHERE:
                raise Requester.createException(answer.status_code, dict(answer.headers), _json_object(answer))
            return urljoin(answer.url, answer.headers["location"])

    def write(self, verb: str, path: str, doing: Doing, body: Json | None = None) -> Any:
        """One POST, PATCH or DELETE, sent again only where a rate limit turned it away at the door."""
        return self._patiently(lambda: self._requester.requestJsonAndCheck(verb, path, input=body)[1], doing)

    def graphql(self, query: str, variables: Json, doing: Doing) -> Any:
        """The `data` of a GraphQL answer."""
        return self._patiently(lambda: self._requester.graphql_query(query, variables)[1]["data"], doing)

    def close(self) -> None:
        """Drop the connections."""
        self._requester.close()
        self._session.close()

    def _patiently(self, send: Callable[[], T], doing: Doing) -> T:
        waited = 0.0
        tries = 0
        while True:
            with self._in_our_words(doing):
                try:
                    return send()
                except GithubException as error:
                    asked = seconds_to_wait(error)
                    if asked is None or waited + asked > self._pace.longest_wait:
                        raise
            pause = max(asked, 2.0**tries)
            self._pace.sleep(pause)
            waited += pause
            tries += 1

    @contextmanager
    def _in_our_words(self, doing: Doing) -> Iterator[None]:
        try:
            yield
        except FAILURES as error:
            raise translated(error, doing, self._token) from error


def read_as(read: Callable[[Json], T], answer: Any, doing: Doing) -> T:
    """A value of ours from GitHub's JSON; raises HostUnavailable where the answer is not what was asked for."""
    try:
        return read(answer)
    except (KeyError, TypeError, ValueError) as error:
        raise HostUnavailable(
            f"GitHub's answer is not the documented one: Hunkwise may have failed to {doing.what}.",
            next_step="Check that GITHUB_API_URL and the repository's name are current.",
        ) from error


def _raw_session(auth: Auth.Auth | None, retry: GithubRetry) -> requests.Session:
    session = requests.Session()
    session.auth = no_netrc  # else requests would put a .netrc entry in the token's place
    headers: dict[str, Any] = {"User-Agent": "hunkwise"}
    if auth:
        auth.authentication(headers)
    session.headers.update(headers)
    for scheme in ("https://", "http://"):
        session.mount(scheme, requests.adapters.HTTPAdapter(max_retries=retry))
    return session


def no_netrc(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Authentication that adds nothing, so that requests looks for none in a .netrc."""
    return request


def _json_object(answer: requests.Response) -> Json:
    """The body of a refusal; empty where it is no JSON object."""
    try:
        body = answer.json()
    except requests.JSONDecodeError:
        return {}
    return body if isinstance(body, dict) else {}
