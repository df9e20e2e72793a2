"""Text tables: whatever separates cells and decimals, one table."""

from __future__ import annotations

import codecs
import gzip
import string
import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spinnery.errors import InputError
from spinnery.inputs.files import read

nan = np.nan


def reading(folder, content, name="a.csv"):
    """What is read of a file of this content, and what is said of it."""
    file = folder / name
    content = content if isinstance(content, bytes) else content.encode()
    file.write_bytes(gzip.compress(content) if name.lower().endswith(".gz") else content)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        source = read(file)
    return source, [str(w.message).removeprefix(f"{file} ") for w in caught]


@pytest.mark.parametrize(
    ("name", "content", "columns", "said"),
    [
        ("a.csv", "a,b\n1,u\n2,v\n", {"a": [1, 2], "b": ["u", "v"]}, []),
        ("a.csv.gz", "a,b\n1,u\n2,v\n", {"a": [1, 2], "b": ["u", "v"]}, []),
        ("A.TSV.GZ", "a\tb\n1\tu\n2\tv\n", {"a": [1, 2], "b": ["u", "v"]}, []),
        ("a.csv", "a;b\n1;u\n2;v\n", {"a": [1, 2], "b": ["u", "v"]},
         ["is separated by semicolons."]),
        ("a.csv", "a\tb\n1\tu\n", {"a": [1], "b": ["u"]}, ["is separated by tabs."]),
        ("a.tsv", "a,b\n1,u\n", {"a": [1], "b": ["u"]}, ["is separated by commas."]),
        ("a.csv", "a;b\n1,5;u\n-,25;v\n3;\n", {"a": [1.5, -0.25, 3], "b": ["u", "v", nan]},
         ["is separated by semicolons and has decimal commas."]),
        ("a.tsv", "a\tb\n1,5e-1\tu\n", {"a": [0.15], "b": ["u"]}, ["has decimal commas."]),
        # commas and points: which are decimals is not to be known
        ("a.csv", "a;b\n1,5;u\n1.5;v\n", {"a": ["1,5", "1.5"], "b": ["u", "v"]},
         ["is separated by semicolons."]),
        # names with other separators inside
        ("a.csv", "GO:1;GO:2,b;c\n1,2\n3,4\n", {"GO:1;GO:2": [1, 3], "b;c": [2, 4]}, []),
        ("a.csv", 'a;"b;c"\n1;"u,v"\n2;w\n', {"a": [1, 2], "b;c": ["u,v", "w"]},
         ["is separated by semicolons."]),
        ("a.csv", "dose, mg;b;y\n1,5;2;3\n2,5;1;3\n", {"dose, mg": [1.5, 2.5], "b": [2, 1],
                                                     "y": [3, 3]},
         ["is separated by semicolons and has decimal commas."]),
        ("a.csv", "a\n1\n2\n", {"a": [1, 2]}, []),
        ("a.csv", "\ufeffa,b\n1,2\n", {"a": [1], "b": [2]}, []),
        ("a.csv", "\n\na,b\n\n1,2\n", {"a": [1], "b": [2]}, []),
        # a separator at the end of every row, or of the header too
        ("a.csv", "a,b\n1,u,\n2,v,\n", {"a": [1, 2], "b": ["u", "v"]}, []),
        ("a.csv", "a,b,\n1,u,\n2,v,\n", {"a": [1, 2], "b": ["u", "v"]}, []),
    ],
)  # fmt: skip
def test_how_a_file_is_written(tmp_path, name, content, columns, said):
    source, remarks = reading(tmp_path, content, name)
    pd.testing.assert_frame_equal(source.frame, pd.DataFrame(columns), check_column_type=False)
    assert remarks == said and source.row_names is None


LETTERS = st.sampled_from("aé€ß“ñ 7,")


@given(st.lists(st.text(LETTERS), min_size=1, max_size=4), st.booleans())
def test_the_same_table_in_every_encoding(tmp_path_factory, words, zipped):
    folder = tmp_path_factory.mktemp("encodings")
    frame = pd.DataFrame({"größe": np.arange(len(words)), "b": words, "c": "é"})
    name, text = "a.csv.gz" if zipped else "a.csv", frame.to_csv(index=False)
    plain, said = reading(folder, text, name)
    assert said == [] and list(plain.frame) == list(frame)
    for encoding in ("utf-8-sig", "utf-16", "cp1252"):
        source, said = reading(folder, text.encode(encoding), name)
        pd.testing.assert_frame_equal(source.frame, plain.frame)
        assert len(said) == (encoding == "cp1252")
        assert all(one.startswith("is not UTF-8 and is read as Windows-1252") for one in said)
    big = codecs.BOM_UTF16_BE + text.encode("utf-16-be")
    pd.testing.assert_frame_equal(reading(folder, big, name)[0].frame, plain.frame)


@pytest.mark.parametrize("header", ["a,b\n", ",a,b\n"])
def test_row_names_are_kept(tmp_path, header):
    source, said = reading(tmp_path, header + "p1,1,u\np2,2,v\n")
    assert source.row_names.tolist() == ["p1", "p2"]
    assert source.frame.to_dict("list") == {"a": [1, 2], "b": ["u", "v"]}
    assert said == [
        f"the first column of {tmp_path / 'a.csv'} has no name and is taken as row names."
    ]


def test_a_parquet_files_index_is_row_names(tmp_path):
    pytest.importorskip("pyarrow")
    frame = pd.DataFrame({"a": [1, 2]}, index=["p1", "p2"])
    frame.to_parquet(tmp_path / "a.parquet")
    assert read(tmp_path / "a.parquet").row_names.tolist() == ["p1", "p2"]
    frame.reset_index(drop=True).to_parquet(tmp_path / "a.parquet")
    assert read(tmp_path / "a.parquet").row_names is None


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.csv.gz", b"", "is empty; give a table with a header and rows."),
        ("a.csv", b" \n\n", "is empty; give a table with a header and rows."),
        ("a.csv", b"a,y\n1,2,3,4\n5,6,7,8\n", "has rows of 4 cells and names 2 columns."),
        ("a.csv", b"a,b,\n1,2,3\n", "has no name for column 3; name or remove it."),
    ],
)
def test_what_is_no_table(tmp_path, name, content, message):
    with pytest.raises(InputError) as error:
        reading(tmp_path, content, name)
    assert str(error.value) == f"{tmp_path / name} {message}"


def test_damaged_archives(tmp_path):
    whole = gzip.compress(b"a,b\n" + b"1,2\n" * 999)
    for content in (b"a,b\n1,2\n", whole[:30], whole[:-9] + b"x" * 9):
        (tmp_path / "a.csv.gz").write_bytes(content)
        with pytest.raises(InputError, match=r"a\.csv\.gz cannot be read \(.*\); save it again\.$"):
            read(tmp_path / "a.csv.gz")
    np.savez(tmp_path / "a.npz", X=np.ones((9, 9)), y=np.ones(9))
    whole = (tmp_path / "a.npz").read_bytes()
    (tmp_path / "a.npz").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(InputError, match=r"a\.npz cannot be read \(File is not a zip file\)"):
        read(tmp_path / "a.npz")
    (tmp_path / "a.npz.gz").write_bytes(whole)
    with pytest.raises(InputError, match=r"has the extension '.gz'; give a table as \.csv"):
        read(tmp_path / "a.npz.gz")


NAMES = st.text(string.ascii_letters + " .,;\t\"'|-", min_size=1, max_size=8).filter(str.strip)


@given(
    names=st.lists(NAMES, min_size=2, max_size=5, unique=True),
    how=st.sampled_from([(",", "."), (";", "."), (";", ","), ("\t", "."), ("\t", ",")]),
    packed=st.booleans(),
    seed=st.integers(0, 99),
)
def test_what_pandas_writes_is_read(names, how, packed, seed, tmp_path_factory):
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(rng.normal(size=(5, len(names))).round(3), columns=names)
    frame[names[0]] = rng.choice(["u", "v w", "x,y"], 5)
    file = tmp_path_factory.mktemp("t") / ("a.csv.gz" if packed else "a.csv")
    frame.to_csv(file, index=False, sep=how[0], decimal=how[1])
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        found = read(file).frame
    pd.testing.assert_frame_equal(found, frame)
    assert bool(caught) == (how != (",", "."))
