"""Writes data/digits.bin.gz and data/diabetes.bin.gz, and test/golden/scikit_learn_data.json with what is known of them.

  pip install scikit-learn==1.6.1 numpy==2.1.3; python test/golden/make_scikit_learn_data.py
digits: 1797 x 64 bytes of pixels, then 1797 labels. diabetes: 442 x 10 float64, then 442 targets, little endian.
"""
import gzip
import hashlib
import json
import os

import numpy as np
from sklearn.datasets import load_diabetes, load_digits

here = os.path.dirname(os.path.abspath(__file__))
recorded = {}
for name, load, dtype in (("digits", load_digits, "u1"), ("diabetes", load_diabetes, "<f8")):
    bunch = load()
    x = np.ascontiguousarray(bunch.data, dtype="<f8")
    raw = bunch.data.astype(dtype).tobytes() + bunch.target.astype(dtype).tobytes()
    assert np.array_equal(bunch.data.astype(dtype), bunch.data)
    with open(os.path.join(here, "..", "..", "data", f"{name}.bin.gz"), "wb") as file:
        file.write(gzip.compress(raw, 9, mtime=0))
    print(name, "sha256 of the contents", hashlib.sha256(raw).hexdigest())
    recorded[name] = {
        "shape": list(x.shape),
        "sha256": hashlib.sha256(x.tobytes()).hexdigest(),
        "ySum": float(bunch.target.sum()),
        "yFirst": bunch.target[:10].tolist(),
        "featureNames": list(bunch.feature_names),
    }
with open(os.path.join(here, "scikit_learn_data.json"), "w") as file:
    json.dump(recorded, file, indent=1)
    file.write("\n")
