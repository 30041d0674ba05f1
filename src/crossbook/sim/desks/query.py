"""Parameters of a REST request."""

from collections.abc import Mapping

__all__ = ["all_of", "is_true", "whole"]


def all_of(query: Mapping[str, str], name: str) -> list[str]:
    """Return all values of a parameter that may come more than once.

    Examples:
        >>> all_of({"slug": "rain"}, "slug"), all_of({}, "slug")
        (['rain'], [])
    """
    getall = getattr(query, "getall", None)
    if getall is not None:
        return list(getall(name, []))
    return [query[name]] if name in query else []


def is_true(query: Mapping[str, str], name: str) -> bool | None:
    """Return what a flag says; `None`: it was not given.

    Examples:
        >>> is_true({"closed": "false"}, "closed"), is_true({}, "closed")
        (False, None)
    """
    text = query.get(name, "").lower()
    return None if not text else text in {"true", "1", "t"}


def whole(query: Mapping[str, str], name: str, default: int) -> int | None:
    """Return a number; the default where it was not given, `None` where it is no number.

    Examples:
        >>> [whole({"limit": text}, "limit", 20) for text in ("5", "", "x", "-1")]
        [5, 20, None, None]
    """
    text = query.get(name, "")
    if not text:
        return default
    # More digits than any limit or time has are no number, either.
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 20 else None
