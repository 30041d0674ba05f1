"""How long messages take: from the venue to us, into the book, and to whoever waits for events."""

from crossbook._core import Histogram

__all__ = ["Latency"]


class Latency:
    """Histograms of one venue's latencies, in nanoseconds.

    The first two are sampled, about twenty times a second: reading the clock once more for each
    message would cost as much as the message.

    Examples:
        >>> latency = Latency()
        >>> latency.delivered(ts_recv_ns=1_000, now_ns=41_000)
        >>> latency.receive_to_event.count, latency.receive_to_event.largest
        (1, 40000)
    """

    __slots__ = ("receive_to_book", "receive_to_event", "venue_to_receive")

    def __init__(self) -> None:
        self.venue_to_receive = Histogram()
        """From the venue's own time of a change to its receipt, by the venue's clock corrected."""
        self.receive_to_book = Histogram()
        """From the receipt of a message to the end of all that the engine does with it."""
        self.receive_to_event = Histogram()
        """From the receipt of a message to the delivery of an event that it caused."""

    def received(self, ts_event_ns: int, ts_recv_ns: int, offset_ns: int) -> None:
        """Count a change: when the venue says that it was, by its own clock, and when it came.

        Args:
            ts_event_ns: the venue's time; 0: it says none.
            ts_recv_ns: ours.
            offset_ns: how far the venue's clock is ahead of ours.
        """
        if ts_event_ns:
            self.venue_to_receive.record(max(0, ts_recv_ns - ts_event_ns + offset_ns))

    def delivered(self, ts_recv_ns: int, now_ns: int) -> None:
        """Count an event: when its message was received, and when it was handed over."""
        self.receive_to_event.record(max(0, now_ns - ts_recv_ns))
