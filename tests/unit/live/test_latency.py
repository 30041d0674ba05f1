from crossbook.live.latency import Latency


def test_the_venues_clock_is_corrected() -> None:
    latency = Latency()
    latency.received(ts_event_ns=5_000, ts_recv_ns=1_000, offset_ns=4_500)
    latency.received(ts_event_ns=0, ts_recv_ns=1_000, offset_ns=4_500)
    assert (latency.venue_to_receive.count, latency.venue_to_receive.largest) == (1, 500)


def test_nothing_takes_less_than_no_time() -> None:
    latency = Latency()
    latency.received(ts_event_ns=5_000, ts_recv_ns=1_000, offset_ns=0)
    latency.delivered(ts_recv_ns=2_000, now_ns=1_000)
    assert latency.venue_to_receive.largest == latency.receive_to_event.largest == 0
    assert latency.venue_to_receive.count == latency.receive_to_event.count == 1
