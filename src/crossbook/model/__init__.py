"""Plain data that every layer shares: instruments, their ids, scales and fees."""

from crossbook.model.catalogue import Catalogue
from crossbook.model.fees import FeeCurve, FeeSchedule, FeeSource
from crossbook.model.identifiers import InstrumentId
from crossbook.model.instruments import (
    AssetKey,
    Contract,
    Instrument,
    Kind,
    Outcome,
    PriceRange,
    Status,
)
from crossbook.model.scale import Scale, storage_scale
from crossbook.model.sharing import common_scale, share_scales

__all__ = [
    "AssetKey",
    "Catalogue",
    "Contract",
    "FeeCurve",
    "FeeSchedule",
    "FeeSource",
    "Instrument",
    "InstrumentId",
    "Kind",
    "Outcome",
    "PriceRange",
    "Scale",
    "Status",
    "common_scale",
    "share_scales",
    "storage_scale",
]
