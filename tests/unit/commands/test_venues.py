"""`crossbook venues` lists what is built in."""

import json

from click.testing import CliRunner

from crossbook.cli import main
from crossbook.venues.registry import VENUES


def test_people_get_a_table() -> None:
    result = CliRunner().invoke(main, ["venues"])
    assert (result.exit_code, result.stderr) == (0, "")
    lines = result.stdout.splitlines()
    assert lines[0].split()[:2] == ["venue", "name"]
    assert set(VENUES) <= {line.split()[0] for line in lines if line[:1].isalpha()}
    assert "weight 6,000/60s" in result.stdout


def test_programs_get_all_of_it() -> None:
    result = CliRunner().invoke(main, ["venues", "--json"])
    assert result.exit_code == 0
    sheets = {sheet["name"]: sheet for sheet in json.loads(result.stdout)["venues"]}
    assert list(sheets) == list(VENUES)
    kraken = sheets["kraken"]
    assert (kraken["title"], kraken["rest"]) == ("Kraken", "https://api.kraken.com")
    assert "books" in kraken["capabilities"]
    assert kraken["connects"] == {"count": 150, "span_s": 600.0}
    assert sheets["polymarket"]["hosts"]["gamma"].startswith("https://gamma-api")
    assert sheets["polymarket"]["fee"]["curve"] == "quadratic"
