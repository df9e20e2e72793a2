"""What a column is: numbers, a factor, or refused, with all that is refused named at once."""

from __future__ import annotations

import datetime
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spinnery.inputs.kinds import ColumnsError, Refused, labels, read_column, read_columns

nan = np.nan


@pytest.mark.parametrize(
    ("values", "numbers"),
    [
        (pd.Series([1, 2, 3]), [1, 2, 3]),
        (pd.Series([1.5, nan, -2]), [1.5, nan, -2]),
        (pd.Series([1, None, 3], dtype="Int64"), [1, nan, 3]),
        (pd.Series([1.5, None], dtype="Float32"), [1.5, nan]),
        (pd.Series([True, False]), [1, 0]),
        (pd.Series([True, None, False], dtype="boolean"), [1, nan, 0]),
        (pd.Series([True, None, False], dtype=object), [1, nan, 0]),
        (pd.Series([True, nan, False], dtype=object), [1, nan, 0]),
        (pd.Series([1, None, 2.5], dtype=object), [1, nan, 2.5]),
        (pd.Series(["1", " 2.5 ", None, ""]), [1, 2.5, nan, nan]),
        (pd.Series(["1e3", pd.NA], dtype="string"), [1000, nan]),
        (pd.Series([None, None], dtype=object), [nan, nan]),
        (pd.Series([None, nan], dtype="category"), [nan, nan]),
        (pd.Series(pd.arrays.SparseArray([0, 0, 2.0])), [0, 0, 2]),
        (pd.Series([np.float32(1), np.int8(3)], dtype=object), [1, 3]),
    ],
)
def test_numbers(values, numbers):
    found = read_column("a", values)
    assert found.dtype == float
    np.testing.assert_array_equal(found, numbers)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (pd.Series(["a", "b", "a"]), ["a", "b", "a"]),
        (pd.Series(["a ", " b", None, "  "]), ["a", "b", None, None]),
        (pd.Series(["a", pd.NA], dtype="string"), ["a", None]),
        (pd.Series([1, 2, nan], dtype="category"), ["1", "2", None]),
        (pd.Series([True, False], dtype="category"), ["True", "False"]),
        (pd.Categorical(["x", None, "y"]), ["x", None, "y"]),
        (pd.Series(["1", "2", "3+"] * 20), ["1", "2", "3+"] * 20),
        (pd.Series(["yes", "no", 1, None], dtype=object), ["yes", "no", "1", None]),
    ],
)
def test_factors(values, words):
    found = read_column("a", pd.Series(values))
    assert found.dtype == object and found.tolist() == words


def test_a_level_is_the_same_however_it_is_stored():
    for values in (
        pd.Series([1, 2, 1]),
        pd.Series([1.0, 2.0, 1.0]),
        pd.Series(["1", "2 ", "1"]),
        pd.Series(pd.Categorical([1.0, 2.0, 1.0])),
    ):
        assert labels(values).tolist() == ["1", "2", "1"]


DAYS = pd.to_datetime(["2020-01-03", "2021-12-31"])


@pytest.mark.parametrize(
    ("values", "holds"),
    [
        (pd.Series(DAYS), "dates ('2020-01-03 00:00:00' in row 0)"),
        (pd.Series(DAYS.tz_localize("UTC")), "dates ('2020-01-03 00:00:00+00:…' in row 0)"),
        (pd.Series(DAYS.to_period("M")), "dates ('2020-01' in row 0)"),
        (pd.Series(DAYS - DAYS[0]), "durations ('0 days 00:00:00' in row 0)"),
        (pd.Series([datetime.date(2020, 1, 3), None]), "dates or times ('2020-01-03' in row 0)"),
        (pd.Series(["2020-01-03", "2020-01-03", None]), "dates ('2020-01-03' in row 0)"),
        (
            pd.Series(["2020-01-03 12:30", "2020-01-04 09:15:01"]),
            "dates ('2020-01-03 12:30' in row 0)",
        ),
        (pd.Series(["3.1.2020", "12/31/99"]), "dates ('3.1.2020' in row 0)"),
        (pd.Series([1j, 2]), "complex numbers ('1j' in row 0)"),
        (pd.Series([[1, 2], [3]]), "objects ('[1, 2]' in row 0)"),
        (pd.Series([Decimal("1.5")]), "objects ('1.5' in row 0)"),
        (
            pd.Series([f"patient {k} fell from a horse" for k in range(30)]),
            "free text ('patient 0 fell from a h…' in row 0)",
        ),
        (pd.Series(["0.2", "0.3", "<LOD", "0.7"]), "words among numbers ('<LOD' in row 2)"),
        (pd.Series(["1", None, "2.5", "3", "4", " n/a "]), "words among numbers ('n/a' in row 5)"),
    ],
)  # fmt: skip
def test_refused(values, holds):
    assert read_column("a", values) == Refused("a", holds)


def test_all_columns_that_are_refused_are_named_at_once():
    frame = pd.DataFrame(
        {"age": [1, 2], "seen": DAYS, "sex": ["f", "m"], "born": ["2020-01-03", "2020-01-04"]}
    )
    with pytest.raises(ColumnsError) as error:
        read_columns(frame)
    assert error.value.names == ["seen", "born"]
    assert str(error.value) == (
        "X has columns that are neither numbers nor factors: 'seen' holds dates ('2020-01-03 "
        "00:00:00' in row 0); 'born' holds dates ('2020-01-03' in row 0). Leave them out, "
        "X.drop(columns=['seen', 'born']), or turn dates into numbers (days since one of them), "
        'text into few categories (astype("category")) and words among numbers into NaN.'
    )


def test_many_levels_are_a_factor_if_they_repeat_and_text_if_not():
    assert read_column("a", pd.Series([f"city {k % 40}" for k in range(100)])).dtype == object
    assert isinstance(read_column("a", pd.Series([f"c{k}" for k in range(100)])), Refused)
    told = pd.Series([f"c{k}" for k in range(100)], dtype="category")
    assert read_column("a", told).dtype == object
    assert read_column("a", pd.Series(["one", "two", "three"])).dtype == object  # few rows


CELLS = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**70), 2**70), st.floats(), st.text(max_size=8),
    st.dates(), st.datetimes(), st.sampled_from(["1", "2.5", "<LOD", "", " ", "NA", "2020-01-01"]),
    st.binary(max_size=3), st.complex_numbers(), st.tuples(st.integers()),
)  # fmt: skip


@given(st.lists(CELLS, min_size=1, max_size=12))
def test_whatever_is_in_a_column_it_is_read_or_refused(cells):
    values = pd.Series(np.array([*cells, None], object)[:-1], dtype=object)
    found = read_column("a", values)
    if isinstance(found, Refused):
        assert found.name == "a" and found.holds
        return
    assert found.shape == (len(cells),)
    if found.dtype == object:
        assert all(word is None or word.strip() for word in found)
