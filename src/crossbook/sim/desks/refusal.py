"""A REST request that is not answered as asked."""

from crossbook.sim.desk import HttpAnswer

__all__ = ["RefusalError"]


class RefusalError(Exception):
    """Ends the handling of a request; it never leaves its desk.

    Args:
        answer: what is answered instead.
    """

    def __init__(self, answer: HttpAnswer) -> None:
        super().__init__(answer)
        self.answer = answer
