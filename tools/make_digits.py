"""Make the digits that the course ships, out of a wheel of scikit-learn: a csv in, a small npz out.

python -m tools.make_digits scikit_learn-1.9.1-….whl

The wheel is only unzipped. A new file needs its checksum in backprop_lib/training/data.py.
"""

import gzip
import hashlib
import io
import sys
import zipfile

import numpy as np

from backprop_lib.training.data import DIGITS

CSV = "sklearn/datasets/data/digits.csv.gz"


def main(wheel, target=DIGITS):
    with zipfile.ZipFile(wheel) as archive:
        text = gzip.decompress(archive.read(CSV)).decode()
    table = np.loadtxt(io.StringIO(text), delimiter=",")
    rows = table.astype(np.uint8)
    assert (rows == table).all(), "a number that is no whole number from 0 to 255"
    np.savez_compressed(target, pixels=rows[:, :64], labels=rows[:, 64])
    print(f"{target}: {len(rows)} images, sha256 {hashlib.sha256(target.read_bytes()).hexdigest()}")


if __name__ == "__main__":
    main(sys.argv[1])
