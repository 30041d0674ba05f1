"""OKX v5: public websocket and public REST.

Source: OKX API v5 guide.
"""

from crossbook.sim.desks.okx.desk import OkxDesk

__all__ = ["OkxDesk"]
