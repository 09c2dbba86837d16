"""Alerts by webhook, Slack, e-mail and whatever else Apprise speaks. Importing this imports Apprise.

An address is a secret: it never stands in a label, a message or a log. Apprise's own log quotes parts of addresses, so
it is kept from standard error, and only the HTTP status is taken from it.
"""

from __future__ import annotations

import logging
import re
import warnings
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit, urlunsplit

import apprise
from apprise.plugins import N_MGR

from bot.core.cost.alert import Alert, Severity
from bot.errors import BadConfiguration, NotDelivered

with warnings.catch_warnings():
    # Some of the services' modules import what Python is going to drop: Apprise's business, not our users'.
    warnings.simplefilter("ignore", DeprecationWarning)
    _JSON = N_MGR["json"]

_LOG = logging.getLogger("apprise")
_STATUS = re.compile(r"error=(\d{3})\b")
_HAS_A_HOST = {"json": "webhook", "jsons": "webhook", "form": "webhook", "forms": "webhook"}
_MAIL = {"mailto": "mailto", "mailtos": "mailto"}
_TYPES = {Severity.WARNING: apprise.NotifyType.WARNING, Severity.CRITICAL: apprise.NotifyType.FAILURE}
_ASSET = apprise.AppriseAsset(
    app_id="Hunkwise",
    app_desc="Hunkwise alerts",
    app_url="https://github.com/hunkwise/hunkwise",
    async_mode=False,
)


class Address:
    """An AlertTarget behind one of Apprise's addresses."""

    def __init__(self, service: Any, label: str) -> None:
        self._service = service
        self._label = label

    @property
    def label(self) -> str:
        """The service and, where it is no secret, its host."""
        return self._label

    def deliver(self, alert: Alert) -> None:
        """Send the alert. Raises NotDelivered; Apprise does not say more than yes or no, so the status is overheard."""
        if isinstance(self._service, _JSON):
            self._service.payload_extras.update(_fields(alert))
        sender = apprise.Apprise(asset=_ASSET)
        sender.add(self._service)
        with _overheard() as said:
            sent = sender.notify(
                title=f"Hunkwise: {alert.title}",
                body=f"{alert.sentence}\n\n{alert.next_step}",
                notify_type=_TYPES[alert.severity],
                body_format=apprise.NotifyFormat.TEXT,
            )
        if not sent:
            status = next((found[1] for line in said if (found := _STATUS.search(line))), None)
            raise NotDelivered(
                f"The alert was refused with HTTP status {status}."
                if status
                else "Nobody answered there, or the alert was refused.",
                next_step="Check the address and what it permits.",
            )


def addresses_in(text: str, variable: str) -> tuple[Address, ...]:
    """The addresses in a variable's value, apart by blanks or lines. Raises BadConfiguration for one that is none."""
    services = []
    for place, address in enumerate(text.split(), 1):
        service = _service(address)
        if service is None:
            raise BadConfiguration(
                f"Address {place} in {variable} is none that alerts can be sent to.",
                next_step="Write it like https://hooks.slack.com/services/…, https://example.com/hook or mailtos://…",
            )
        services.append((service, _label(service, address)))
    return tuple(Address(service, label) for service, label in _numbered(services))


def _service(address: str) -> Any:
    """Apprise's service for an address; None where it is none."""
    with _overheard():
        try:
            return apprise.Apprise.instantiate(_as_apprise_has_it(address), asset=_ASSET, suppress_exceptions=True)
        except ValueError:  # a host in brackets that is no IPv6 address
            return None


def _as_apprise_has_it(address: str) -> str:
    """Apprise's address for a plain one: a webhook that it knows by its host stays, any other gets JSON.

    The query of a plain address is the webhook's own, whereas Apprise takes one for its settings unless marked by '-'.
    """
    parts = urlsplit(address)
    if parts.scheme not in {"http", "https"} or apprise.Apprise.instantiate(address, suppress_exceptions=True):
        return address
    query = "&".join(f"-{quote(name)}={quote(value)}" for name, value in parse_qsl(parts.query, keep_blank_values=True))
    return urlunsplit(("jsons" if parts.scheme == "https" else "json", parts.netloc, parts.path, query, ""))


def _label(service: Any, address: str) -> str:
    """Only of a webhook and of mail is the host no secret: elsewhere Apprise keeps tokens in its place."""
    scheme = urlsplit(address).scheme.lower()
    if isinstance(service, _JSON) or scheme in _HAS_A_HOST:
        return f"webhook at {service.host}"
    if scheme in _MAIL:
        return f"e-mail through {service.smtp_host or service.host}"
    return str(service.service_name)


def _numbered(services: list[tuple[Any, str]]) -> Iterator[tuple[Any, str]]:
    """Labels that differ: what was told to one of two equal names must not count as told to the other."""
    seen: Counter[str] = Counter()
    for service, label in services:
        seen[label] += 1
        yield service, label if seen[label] == 1 else f"{label} ({seen[label]})"


def _fields(alert: Alert) -> dict[str, Any]:
    """What a webhook gets beside title and message; '' takes out what Apprise would add of its own."""
    own = {name: value for name, value in alert.as_values().items() if name != "title"}
    return {**own, "version": "", "attachments": "", "type": ""}


@contextmanager
def _overheard() -> Iterator[list[str]]:
    """What Apprise logs while the block runs, which goes nowhere else."""
    lines: list[str] = []

    class Ear(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(record.getMessage())

    ear = Ear(logging.WARNING)
    was = _LOG.propagate
    _LOG.addHandler(ear)
    _LOG.propagate = False
    try:
        yield lines
    finally:
        _LOG.removeHandler(ear)
        _LOG.propagate = was
