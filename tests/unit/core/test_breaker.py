"""When a circuit opens, whom it lets through, and what closes it again."""

from __future__ import annotations

from bot.core.breaker import BreakerPolicy, Circuit, Ticket

POLICY = BreakerPolicy(failures=3, first_pause=5.0, longest_pause=15.0, while_probing=1.0)


def ticket(circuit: Circuit, now: float = 0.0) -> Ticket:
    """Leave that must be given."""
    admitted = circuit.admit(now)
    assert isinstance(admitted, Ticket)
    return admitted


def opened(at: float = 0.0) -> Circuit:
    """A circuit that three failures have just opened."""
    circuit = Circuit(POLICY)
    for _ in range(POLICY.failures):
        circuit.down(ticket(circuit, at), at)
    return circuit


def test_failures_in_a_row_open_it() -> None:
    """The third opens it, and it says how long it stays so."""
    circuit = Circuit(POLICY)
    for _ in range(2):
        circuit.down(ticket(circuit), 10.0)
    assert circuit.seconds_shut(0.0) is None
    circuit.down(ticket(circuit), 10.0)
    assert circuit.seconds_shut(10.0) == 5.0
    assert circuit.admit(12.0) == 3.0


def test_an_answer_in_between_starts_the_count_anew() -> None:
    """One request in ten that fails is no outage."""
    circuit = Circuit(POLICY)
    for _ in range(20):
        circuit.down(ticket(circuit), 0.0)
        circuit.down(ticket(circuit), 0.0)
        circuit.up(ticket(circuit))
    assert circuit.seconds_shut(0.0) is None


def test_what_says_nothing_counts_for_nothing() -> None:
    """A request that was never sent is no failure of the provider, and no answer from it."""
    circuit = Circuit(POLICY)
    for _ in range(2):
        circuit.down(ticket(circuit), 0.0)
        circuit.void(ticket(circuit))
    circuit.down(ticket(circuit), 0.0)
    assert circuit.seconds_shut(0.0) is not None


def test_half_open_lets_exactly_one_through() -> None:
    """The others are told to look again soon."""
    circuit = opened()
    probe = ticket(circuit, 5.0)
    assert probe.probe
    assert circuit.admit(5.0) == POLICY.while_probing
    circuit.up(probe)
    assert circuit.seconds_shut(0.0) is None
    assert not ticket(circuit, 5.0).probe


def test_a_probe_that_fails_doubles_the_pause_up_to_a_limit() -> None:
    """And one that succeeds brings the first pause back."""
    circuit, now = opened(), 5.0
    for pause in (10.0, 15.0, 15.0):
        circuit.down(ticket(circuit, now), now)
        assert circuit.admit(now) == pause
        now += pause
    circuit.up(ticket(circuit, now))
    for _ in range(POLICY.failures):
        circuit.down(ticket(circuit, now), now)
    assert circuit.admit(now) == POLICY.first_pause


def test_a_probe_that_was_never_sent_leaves_its_place_to_another() -> None:
    """Else a budget that refuses the probe would keep the circuit open for ever."""
    circuit = opened()
    circuit.void(ticket(circuit, 5.0))
    assert ticket(circuit, 5.0).probe


def test_what_began_before_it_opened_is_not_heard() -> None:
    """Neither closes it nor makes its pause longer: only the probe decides."""
    circuit = Circuit(POLICY)
    late = [ticket(circuit) for _ in range(3)]
    for _ in range(POLICY.failures):
        circuit.down(ticket(circuit), 0.0)
    circuit.up(late[0])
    circuit.down(late[1], 4.0)
    circuit.void(late[2])
    assert circuit.admit(4.0) == 1.0
    probe = ticket(circuit, 5.0)
    circuit.void(late[2])
    assert not isinstance(circuit.admit(5.0), Ticket), "the probe is still out"
    circuit.up(probe)
    assert circuit.seconds_shut(0.0) is None


def test_a_pause_that_was_asked_for_is_kept() -> None:
    """A server that says when to come back is not probed before, by whoever opened the circuit or probed last."""
    circuit = Circuit(POLICY)
    for _ in range(POLICY.failures):
        circuit.down(ticket(circuit), 0.0, at_least=12.0)
    assert circuit.admit(0.0) == 12.0
    circuit.down(ticket(circuit, 12.0), 12.0, at_least=40.0)
    assert circuit.admit(12.0) == 40.0
