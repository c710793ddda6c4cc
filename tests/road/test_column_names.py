"""A contract may name its columns as it likes: what the check itself calls things is kept apart."""

from __future__ import annotations

from pathlib import Path

import pytest
from made_up import MARCH, contracts_folder, csv_of, rows

from assets.steps.desk import at_desk

SOAP = "      - {name: soap_litres,"


@pytest.mark.parametrize(
    "name",
    ["place", "value", "order", "code", "first", "letter", "sheet", "scope", "facts", "cell"],
)
def test_a_column_may_have_a_name_that_the_check_uses(tmp_path: Path, name: str) -> None:
    """Ward B has more compliant hands than opportunities, and nothing else is wrong."""
    contracts = contracts_folder(tmp_path / "contracts")
    path = contracts / "hand_hygiene.odcs.yaml"
    text = path.read_text("utf-8")
    assert SOAP in text
    column = f"      - {{name: {name}, logicalType: string, required: false}}\n{SOAP}"
    path.write_text(text.replace(SOAP, column), "utf-8")
    sent = [row | {name: "day room"} for row in rows("7A4", "2024-03")]
    sent[1]["compliant"] = 51
    file = tmp_path / "7A4_hand-hygiene_202403_v01.csv"
    file.write_bytes(csv_of(sent))
    desk = at_desk(file, contracts, MARCH, "7A4")
    assert desk.problems.select("code", "row").rows() == [("HH01", 3)]
    assert desk.receipt.rows_accepted == 1
