import json
from pathlib import Path

import pytest

from crossbook.storage.answer import bodies, received_ns, symbol_in_name


def test_a_document_is_one_answer_and_lines_are_several(tmp_path: Path) -> None:
    one, many = tmp_path / "a.json", tmp_path / "a.ndjson"
    one.write_bytes(b"{\n}\n")
    many.write_bytes(b"{}\n\n[]\n")
    assert list(bodies(one)) == [(0, b"{\n}\n")]
    assert list(bodies(many)) == [(1, b"{}"), (3, b"[]")]


def test_the_manifest_tells_the_time_more_exactly_than_the_name(tmp_path: Path) -> None:
    path = tmp_path / "rest_depth1000_LRCBTC_1633998516844.json"
    assert received_ns(path) == 1_633_998_516_844_000_000
    listed = [{"file": path.name, "first_recv_ns": "1633998516844380900"}]
    (tmp_path / "manifest.json").write_text(json.dumps(listed))
    assert received_ns(path) == 1_633_998_516_844_380_900
    assert received_ns(tmp_path / "rest_depth1000_ETHBTC_20201101T09.json") == 0


@pytest.mark.parametrize(
    ("name", "symbol"),
    [
        ("rest_depth_BTCUSDT_1767225600362.json", "BTCUSDT"),
        ("rest_depth1000_ETHBTC_20201101T09.json.zst", "ETHBTC"),
        ("rest_orderbook50_BTC-USD_1767225600362.ndjson", "BTC-USD"),
        ("rest_AssetPairs_20210417.json", None),
        ("depth_BTCUSDT_1767225600362.json", None),
        ("rest_depth_BTCUSDT.json", None),
    ],
)
def test_the_name_of_an_order_book_tells_its_symbol(name: str, symbol: str | None) -> None:
    assert symbol_in_name(Path(name)) == symbol
