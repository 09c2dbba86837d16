"""Alerts over real connections: a webhook, what Slack gets, and mail; and no address ever shows."""

from __future__ import annotations

import pytest
from apprise.plugins import N_MGR

from bot.adapters.notify import addresses_in
from bot.errors import BadConfiguration, NotDelivered
from tests.fakes_alerts import an_alert
from tests.listening import mail_server, webhook

SECRET = "s3cr3tT0ken0123456789abc"  # noqa: S105  # a stand-in for one
SLACK = f"https://hooks.slack.com/services/T1JJ3T3L2/A1BRTD4JD/{SECRET}"
VARIABLE = "HUNKWISE_ALERT_URLS"
HOSTILE = "octo/<!channel> <https://evil.example|click> & *bold*"


def test_a_webhook_gets_every_field_of_the_alert() -> None:
    """A plain address is enough, its own query stays, and the body is the alert's fields with a message to read."""
    alert = an_alert()
    with webhook() as server:
        [target] = addresses_in(f"{server.url}/hook?token={SECRET}", VARIABLE)
        target.deliver(alert)
    assert server.paths == [f"/hook?token={SECRET}"]
    values = alert.as_values() | {"title": f"Hunkwise: {alert.title}"}
    assert server.bodies == [values | {"message": f"{alert.sentence}\n\n{alert.next_step}"}]


def test_a_webhook_gets_each_alert_as_it_is() -> None:
    """What the first alert said does not stick to the second."""
    with webhook() as server:
        [target] = addresses_in(server.url, VARIABLE)
        for subject in ("all", "repository o/r"):
            target.deliver(an_alert(subject=subject))
    assert [body["subject"] for body in server.bodies] == ["all", "repository o/r"]


def test_slack_gets_a_text_in_which_names_do_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """What Slack would read as a call of everybody or as a link arrives escaped, as Slack asks for."""
    with webhook() as server:
        monkeypatch.setattr(N_MGR["slack"], "webhook_url", f"{server.url}/services")
        [target] = addresses_in(SLACK, VARIABLE)
        target.deliver(an_alert(subject=HOSTILE))
    assert server.paths == [f"/services/T1JJ3T3L2/A1BRTD4JD/{SECRET}"]
    [attachment] = server.bodies[0]["attachments"]
    assert attachment["title"] == "Hunkwise: An hour cost $12.00"
    text = attachment["text"]
    assert "octo/&lt;!channel&gt; &lt;https://evil.example|click&gt; &amp;" in text
    assert "<" not in text
    assert "See the largest pull requests." in text


def test_mail_is_one_readable_message() -> None:
    """To its recipients, the title as its subject, the sentence readable; a name adds no header and no markup."""
    with mail_server() as server:
        address = f"mailto://ops:{SECRET}@127.0.0.1:{server.port}?from=ci@example.org&to=ops@example.org&mode=insecure"
        [target] = addresses_in(address.replace(f"ops:{SECRET}@", ""), VARIABLE)
        target.deliver(an_alert(subject="<b>octo</b>"))
    assert server.recipients == ["ops@example.org"]
    [message] = server.messages
    assert message["Subject"] == "Hunkwise: An hour cost $12.00"
    part = message.get_body(("plain",))
    assert part is not None
    assert "$12.00 spent for <b>octo</b>, against $1.00" in " ".join(part.get_content().split())
    rich = message.get_body(("html",))
    assert rich is None or "<b>octo" not in rich.get_content()


@pytest.mark.parametrize("status", [403, 500])
def test_a_refusal_is_told_with_its_status_and_without_the_address(
    status: int, capfd: pytest.CaptureFixture[str]
) -> None:
    """Whoever reads a public log learns what went wrong and nothing that opens a door."""
    with webhook() as server:
        server.status, server.answer = status, SECRET.encode()
        [target] = addresses_in(f"{server.url.replace('//', f'//user:{SECRET}@')}/{SECRET}", VARIABLE)
        with pytest.raises(NotDelivered) as failed:
            target.deliver(an_alert())
    assert failed.value.message == f"The alert was refused with HTTP status {status}."
    assert SECRET not in failed.value.message + failed.value.next_step + "".join(capfd.readouterr())


def test_a_server_that_is_not_there_or_takes_nobody_is_a_failure(capfd: pytest.CaptureFixture[str]) -> None:
    """Neither silence nor a refused mailbox passes for a delivery."""
    with webhook() as server:
        gone = server.url
    with mail_server() as mail:
        mail.refuses = True
        text = f"{gone}/{SECRET} mailto://127.0.0.1:{mail.port}?from=ci@example.org&to=ops@example.org"
        for target in addresses_in(text, VARIABLE):
            with pytest.raises(NotDelivered, match="Nobody answered there, or the alert was refused"):
                target.deliver(an_alert())
    assert "".join(capfd.readouterr()) == ""


def test_labels_differ_and_hold_no_secret() -> None:
    """Two channels of one service must both be told; a host that is a token stays hidden."""
    text = f"{SLACK} {SLACK}x\nhttps://u:{SECRET}@example.com/{SECRET} mailtos://u:{SECRET}@mail.example.org"
    labels = [target.label for target in addresses_in(text, VARIABLE)]
    assert labels == ["Slack", "Slack (2)", "webhook at example.com", "e-mail through mail.example.org"]


@pytest.mark.parametrize(
    "address",
    [f"slack://{SECRET}", f"no-such-service://{SECRET}", SECRET, f"mailto://{SECRET}", f"https://[{SECRET}/hook"],
)
def test_an_address_that_cannot_be_used_is_named_by_its_place(address: str, capfd: pytest.CaptureFixture[str]) -> None:
    """The message tells which of several to mend and does not repeat it."""
    with pytest.raises(BadConfiguration) as refused:
        addresses_in(f"https://example.com/hook {address}", VARIABLE)
    assert refused.value.message == "Address 2 in HUNKWISE_ALERT_URLS is none that alerts can be sent to."
    assert SECRET not in "".join(capfd.readouterr())
