"""The digits inside scikit-learn, read without it."""

import gzip
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from sklearn.datasets import load_digits

from pellucid.data.readers.digits import digits_folder, read_digits
from pellucid.errors import FormatError, MissingFileError


def test_they_are_what_scikit_learn_reads():
    folder = digits_folder()
    assert folder is not None
    images, labels = read_digits(folder / "digits.csv.gz")
    digits = load_digits()
    assert images.dtype == np.uint8
    np.testing.assert_array_equal(images, digits.images)
    np.testing.assert_array_equal(labels, digits.target)


def test_scikit_learn_is_not_imported():
    program = (
        "import sys, pellucid.data; pellucid.data.load_data('digits'); "
        "print([name for name in ('sklearn', 'jax', 'matplotlib', 'PIL', 'urllib.request') if name in sys.modules])"
    )
    assert subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout == "[]\n"


def test_a_missing_file_is_named(tmp_path: Path):
    with pytest.raises(MissingFileError, match=r"digits\.csv\.gz: scikit-learn's file of digits is required"):
        read_digits(tmp_path / "digits.csv.gz")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (gzip.compress(b"1,2,3\n"), "lines of 64 values .* 3 columns up to 3 arrived"),
        (gzip.compress(b"17," + b"0," * 63 + b"1\n"), "values from 0 to 16 .* 65 columns up to 17 arrived"),
        (gzip.compress(b"0," * 64 + b"10\n"), "a label from 0 to 9 are required, 65 columns up to 10 arrived"),
        (gzip.compress(b"a,b\n"), "this is another"),
        (b"not gzip", "this is another"),
        (gzip.compress(b"0," * 64 + b"1\n")[:-9], "this is another"),
    ],
    ids=["columns", "pixel", "label", "text", "not-gzip", "cut"],
)
def test_another_file_is_refused(tmp_path: Path, content: bytes, message: str):
    (tmp_path / "digits.csv.gz").write_bytes(content)
    with pytest.raises(FormatError, match=message):
        read_digits(tmp_path / "digits.csv.gz")
