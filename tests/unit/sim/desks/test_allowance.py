from crossbook.sim.desks.allowance import Allowance


def test_a_full_bucket_is_spent_at_once_and_fills_steadily() -> None:
    calls = Allowance(3, span_ns=300)
    assert [calls.take(0) for _ in range(4)] == [True, True, True, False]
    assert calls.wait_ns(0) == 100
    assert not calls.take(99)
    assert calls.take(100)
    assert calls.left(1_000) == 3


def test_a_refusal_costs_nothing() -> None:
    calls = Allowance(10, span_ns=1_000)
    assert calls.take(0, 8)
    assert not calls.take(0, 5)
    assert calls.take(0, 2)


def test_time_that_goes_back_fills_nothing() -> None:
    calls = Allowance(1, span_ns=10)
    assert calls.take(100)
    assert not calls.take(50)
    assert not calls.take(109)
    assert calls.take(110)
