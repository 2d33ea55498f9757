"""How the golden files are written: one JSON object per file, its numbers exact.

A tensor is {"shape": [...], "data": [flat, row-major]}. Numbers are the shortest decimals that give the same float64
(or, for float32 arrays, the same float32) back. What JSON cannot hold is a string: "NaN", "Infinity", "-Infinity",
"-0". "versions" says which libraries computed the values, "about" what the file holds and how to compare with it.
"""

import json
import math
import os
import platform

import numpy as np


def number(value):
    """One Python or NumPy scalar as something json.dumps writes without loss."""
    if isinstance(value, (bool, np.bool_)):
        return bool(value)
    if isinstance(value, (int, np.integer)):
        return int(value)
    if isinstance(value, np.float32) and np.isfinite(value):
        short = float(str(value))
        exact = short if np.float32(short) == value else float(value)
    else:
        exact = float(value)
    if math.isnan(exact):
        return "NaN"
    if math.isinf(exact):
        return "Infinity" if exact > 0 else "-Infinity"
    if exact == 0:
        return "-0" if math.copysign(1, exact) < 0 else 0
    return int(exact) if exact.is_integer() and abs(exact) < 2**53 else exact


def tensor(array):
    """An array (or nested list) as {"shape", "data"}."""
    array = np.asarray(array)
    return {"shape": list(array.shape), "data": [number(v) for v in array.reshape(-1)]}


def numbers(values):
    """A flat list of scalars."""
    return [number(v) for v in values]


def lines(value, depth):
    """JSON with one line per entry down to `depth` levels, compact below."""
    if depth == 0 or not isinstance(value, (dict, list)) or not value:
        return json.dumps(value, separators=(",", ":"), allow_nan=False)
    if isinstance(value, list):
        return "[\n" + ",\n".join(lines(v, depth - 1) for v in value) + "\n]"
    return "{\n" + ",\n".join(json.dumps(k) + ":" + lines(v, depth - 1) for k, v in value.items()) + "\n}"


def write(name, about, versions, content, depth=2):
    """Writes <name>.json beside this file; `versions` are imported modules with a __version__."""
    known = {m.__name__: m.__version__ for m in versions}
    known = {"python": platform.python_version(), "numpy": np.__version__, **known}
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), name + ".json")
    text = lines({"about": about, "versions": known, **content}, depth)
    with open(path, "w") as file:
        file.write(text + "\n")
    print(f"{name}.json: {os.path.getsize(path):,} bytes")
