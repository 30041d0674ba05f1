"""Coinbase's server: two feeds of the same products."""

from collections.abc import Iterable, Mapping
from typing import ClassVar, Final

from crossbook.sim.desk import Client, Desk, HttpAnswer, HttpQuestion, Quote, Update
from crossbook.sim.desks.allowance import Allowance
from crossbook.sim.desks.answers import split_path
from crossbook.sim.desks.coinbase.advanced import Advanced
from crossbook.sim.desks.coinbase.exchange import Exchange
from crossbook.sim.desks.coinbase.exchange_rest import ExchangeRest
from crossbook.sim.desks.coinbase.product import Product
from crossbook.sim.desks.coinbase.rest import Rest

__all__ = ["CoinbaseDesk"]

_SECOND_NS: Final = 1_000_000_000
_FLUSH_NS: Final = 50_000_000
_PRINT_NS: Final = 250_000_000
_BATCH_NS: Final = 5_000_000_000
_CONNECTS: Final = 8
"""New connections a second."""
_SENDS: Final = 8
"""Messages of all clients of an address in a second, on Advanced Trade."""
_EXCHANGE_SENDS: Final = 100


class CoinbaseDesk(Desk):
    """Advanced Trade at the root, the Exchange under `/exchange`, both websocket and REST.

    Books are published in steps of 50 ms. The `event_time` of their rows is the time of the last
    change in the step, so that it names the state of the book.
    """

    venue: ClassVar[str] = "coinbase"
    prefixes: ClassVar[Mapping[str, str]] = {"exchange": "/exchange"}

    def __init__(self, quotes: Iterable[Quote], *, seed: int, scale_s: float = 1.0) -> None:
        super().__init__(quotes, seed=seed, scale_s=scale_s)
        second_ns = self._second_ns = int(_SECOND_NS * scale_s)
        self._products = {name: Product(quote, seed) for name, quote in self.quotes.items()}
        self._advanced = Advanced(self._products, self.stamp, second_ns)
        self._exchange = Exchange(self._products, self.stamp, second_ns)
        self._rest = Rest(self._products, self.stamp, second_ns)
        self._exchange_rest = ExchangeRest(self._products, self.stamp, second_ns)
        self._connects = Allowance(_CONNECTS, span_ns=second_ns)
        self._sends = Allowance(_SENDS, span_ns=second_ns)
        self._exchange_sends = Allowance(_EXCHANGE_SENDS, span_ns=second_ns)
        self._now_ns = 0
        self._due_ns: dict[int, int] = {}

    def refuses(self, path: str, headers: Mapping[str, str]) -> HttpAnswer | None:
        """Refuse unknown paths, and more than eight connections a second."""
        del headers
        if split_path(path)[0] not in {"/", "/exchange"}:
            return HttpAnswer(
                status=404, body=b"not found", headers=(("Content-Type", "text/plain"),)
            )
        if not self._connects.take(self._now_ns):
            return HttpAnswer(
                status=429, body=b"too many requests", headers=(("Content-Type", "text/plain"),)
            )
        return None

    def on_open(self, client: Client, now_ns: int) -> None:
        """Wait for the first subscription."""
        self._feed(client).open(client, now_ns)

    def on_message(self, client: Client, payload: bytes, now_ns: int) -> None:
        """Answer a subscription, unless there are too many."""
        feed = self._feed(client)
        sends = self._sends if feed is self._advanced else self._exchange_sends
        if sends.take(now_ns):
            feed.message(client, payload, now_ns, self._flush)
        else:
            feed.refuse(client, "rate limit exceeded")

    def on_ping(self, client: Client, now_ns: int) -> None:
        """Ignore it."""

    def on_pong(self, client: Client, payload: bytes, now_ns: int) -> None:
        """Ignore it."""

    def on_close(self, client: Client) -> None:
        """Forget a connection."""
        self._feed(client).close(client)

    def on_update(self, update: Update) -> None:
        """Collect what changed; `level2` and `matches` of the Exchange get it at once."""
        product = self._products[update.quote.listing.native]
        product.add(update)
        self._exchange.update(product, update)

    def on_time(self, now_ns: int) -> None:
        """Publish steps, trades and heartbeats when they are due."""
        self._now_ns = now_ns
        products = self._products.values()
        if self._is_due(_FLUSH_NS, now_ns):
            for product in products:
                self._flush(product, now_ns)
        if self._is_due(_PRINT_NS, now_ns):
            for product in products:
                if product.prints:
                    self._advanced.print(product, now_ns)
                    product.prints.clear()
        if self._is_due(_BATCH_NS, now_ns):
            for product in products:
                self._flush(product, now_ns)
                self._advanced.batch(product, now_ns)
        if self._is_due(self._second_ns, now_ns):
            self._advanced.beat(now_ns)
            self._exchange.beat(now_ns)
        self._advanced.time(now_ns)
        self._exchange.time(now_ns)

    def on_request(self, question: HttpQuestion, now_ns: int) -> HttpAnswer:
        """Answer for Advanced Trade or for the Exchange."""
        prefix = self.prefixes["exchange"]
        if question.path == prefix or question.path.startswith(prefix + "/"):
            path = question.path.removeprefix(prefix) or "/"
            return self._exchange_rest.answer(question, path, now_ns)
        return self._rest.answer(question, now_ns)

    def on_tick_change(self, quote: Quote, old_tick: int, now_ns: int) -> None:
        """Publish the product's new increment on `status`."""
        del old_tick
        self.on_status(quote, now_ns)

    def on_status(self, quote: Quote, now_ns: int) -> None:
        """Publish it on `status`."""
        self._advanced.status([self._products[quote.listing.native]], now_ns)
        self._exchange.status()

    def on_listing(self, quote: Quote, now_ns: int) -> None:
        """Publish it on `status`."""
        self._products[quote.listing.native] = Product(quote, self.seed)
        self.on_status(quote, now_ns)

    def on_shutdown(self, now_ns: int) -> None:
        """Give no notice: the venue gives none."""

    def _feed(self, client: Client) -> Advanced | Exchange:
        is_exchange = split_path(client.path)[0] == "/exchange"
        return self._exchange if is_exchange else self._advanced

    def _is_due(self, period_ns: int, now_ns: int) -> bool:
        due_ns = self._due_ns.get(period_ns, now_ns)
        if now_ns < due_ns:
            return False
        self._due_ns[period_ns] = max(due_ns + period_ns, now_ns)
        return True

    def _flush(self, product: Product, now_ns: int) -> None:
        """Publish what of a product waits."""
        sides = product.take()
        self._advanced.flush(product, sides, now_ns)
        self._exchange.flush(product, sides)
        product.is_traded = False
