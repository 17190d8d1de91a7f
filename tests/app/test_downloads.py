"""What a person takes away: a CSV in which a spreadsheet runs nothing."""

from io import BytesIO

import pandas as pd

from app.kit.downloads import csv


def test_no_cell_no_column_and_no_row_of_a_csv_is_a_formula() -> None:
    words = ["=HYPERLINK(1)", "+cmd", "@sum", "-2+3", "\t=1", "a = b", "-5", ""]
    table = pd.DataFrame({"=caption": words, "size": range(8)}, index=["=row", *"abcdefg"])
    found = pd.read_csv(BytesIO(csv(table, index=True)), index_col=0, keep_default_na=False, dtype=str)
    assert found.index[0] == "'=row"
    assert list(found) == ["'=caption", "size"]
    assert found["'=caption"].tolist() == [*(f"'{each}" for each in words[:5]), *words[5:]]
    assert found["size"].tolist() == list("01234567")
