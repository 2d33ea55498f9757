"""print.json: how NumPy prints arrays.

"cases" is a list of {dtype, shape, data, text}: text is str() of the array.

Run: python make_print.py       (needs numpy 2.3 or later: before, float32 turned to exponents at 1e8, not 1e6)
"""

import numpy as np

import recording

CASES = [
    ("float64", [1, 2, 3]), ("float64", [1.5, 2, 3.25]), ("float64", [0.1, 0.2, 0.30000000000000004]),
    ("float64", [1 / 3, 2 / 3]),
    ("float32", [0.1, 0.2, 0.3]), ("float32", [1 / 3, 2 / 3, 1e-3]), ("float32", [123456.789, 1.5e3]),
    ("float32", [1e6, 2]), ("float32", [999999, 2]),
    ("float64", [1e8, 1]), ("float64", [99999999.0, 1e5]), ("float64", [1e-5, 1]), ("float64", [1e-4, 1e-2]),
    ("float64", [1000, 1]), ("float64", [1001, 1]),
    ("float64", [1e300, -1e-300, 0]), ("float64", [1.23456789012345e10, -2.5]), ("float64", [0, 0]),
    ("float64", [-0.0, 0.0]), ("float64", [-1.5, 10.25]),
    ("float64", [np.nan, 1, 2.5]), ("float64", [np.inf, -np.inf, 1]), ("float64", [np.nan, np.nan]),
    ("float64", [np.inf]), ("float64", [-np.inf, 1e10]), ("float64", [np.nan, 1e-7]),
    ("float64", [100.123456789, 2]), ("float64", [0.000123456789, 0.01]), ("float32", [16777216, 3e-5]),
    ("float32", [1e-45, 3.4e38]), ("float64", [5e-324]),
    ("float64", [0.999999999, 1]), ("float64", [9.9999999999e9]), ("float64", [[1, 2.5], [-3, 4]]),
    ("float32", [[[1, 2], [3, 4]], [[5, 6], [7, 8.5]]]),
    ("float64", 1.0), ("float64", 1 / 3), ("float32", 0.1), ("float64", 1e16), ("float64", 123456789.0),
    ("float64", 1e-5), ("float64", -0.0), ("float64", np.nan), ("float32", 1e20),
    ("float32", 16777216.0), ("int32", 7), ("bool", True), ("bool", [True, False]), ("bool", [True, True]),
    ("int32", [1, -20, 300]), ("uint8", [[1, 2], [255, 0]]),
    ("int32", list(range(40))), ("float64", [i / 7 for i in range(30)]),
    ("float32", [[i * 1.5 for i in range(20)], [-i for i in range(20)]]),
    ("int32", list(range(1001))), ("int32", list(range(1000))), ("float64", [i / 8 for i in range(1200)]),
    ("int32", np.arange(2000).reshape(40, 50).tolist()), ("int32", np.arange(2400).reshape(5, 2, 240).tolist()),
    ("float32", (np.arange(4096) / 4).reshape(2, 2048).tolist()),
    ("int32", np.arange(3000).reshape(10, 10, 30).tolist()), ("float64", [[[1]]]), ("float64", [[1e-9, 1], [2, 3]]),
    ("float64", []), ("float64", [[], []]),
]


def case(dtype, data):
    array = np.array(data, dtype)
    return {"dtype": dtype, **recording.tensor(array), "text": str(array)}


if __name__ == "__main__":
    recording.write("print", "text is NumPy's str() of the array.", [], {"cases": [case(*c) for c in CASES]})
