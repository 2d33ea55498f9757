"""initializers.json: the distribution of each of Keras's 15 initialisers on a dense kernel [300, 100].

Expected mean, std and bounds follow from the formulas (fans 300 and 100; a normal truncated at two of its stddev has a
std of 0.87962566... of it, by which VarianceScaling divides). What Keras draws is measured beside it and must agree.

Run: python make_initializers.py       (needs keras, tensorflow)
"""

import os

os.environ.update(KERAS_BACKEND="tensorflow", TF_CPP_MIN_LOG_LEVEL="3", CUDA_VISIBLE_DEVICES="-1")
import math

import keras
import numpy as np
import tensorflow as tf

import recording

SHAPE = (300, 100)
FAN_IN, FAN_OUT = SHAPE
COUNT = FAN_IN * FAN_OUT
TRUNCATED = math.sqrt(1 - 4 * math.exp(-2) / math.sqrt(2 * math.pi) / math.erf(math.sqrt(2)))
assert abs(TRUNCATED - 0.87962566103423978) < 1e-15


def normal(std, mean=0.0):
    return {"distribution": "normal", "mean": mean, "std": std, "min": None, "max": None}


def uniform(low, high):
    return {"distribution": "uniform", "mean": (low + high) / 2, "std": (high - low) / math.sqrt(12), "min": low,
            "max": high}


def truncated(stddev, mean=0.0):
    """`stddev` is that of the normal before it is cut at mean +- 2 stddev."""
    return {"distribution": "truncatedNormal", "mean": mean, "std": stddev * TRUNCATED, "min": mean - 2 * stddev,
            "max": mean + 2 * stddev}


def exact(mean, std, low, high):
    return {"distribution": "exact", "mean": mean, "std": std, "min": low, "max": high}


def scaled(scale, fan, distribution):
    variance = scale / fan
    if distribution == "uniform":
        return uniform(-math.sqrt(3 * variance), math.sqrt(3 * variance))
    return normal(math.sqrt(variance)) if distribution == "normal" else truncated(math.sqrt(variance) / TRUNCATED)


AVERAGE = (FAN_IN + FAN_OUT) / 2
# name, arguments (ours), Keras's class, Keras's arguments, expectation
CASES = [
    ("zeros", {}, "Zeros", {}, exact(0, 0, 0, 0)),
    ("ones", {}, "Ones", {}, exact(1, 0, 1, 1)),
    ("constant", {"value": 0.25}, "Constant", {"value": 0.25}, exact(0.25, 0, 0.25, 0.25)),
    ("identity", {"gain": 2}, "Identity", {"gain": 2.0},
     exact(200 / COUNT, math.sqrt(400 / COUNT - (200 / COUNT) ** 2), 0, 2)),
    ("orthogonal", {}, "Orthogonal", {}, {**normal(1 / math.sqrt(300)), "distribution": "orthogonal"}),
    ("orthogonal", {"gain": 1.5}, "Orthogonal", {"gain": 1.5},
     {**normal(1.5 / math.sqrt(300)), "distribution": "orthogonal"}),
    ("randomNormal", {}, "RandomNormal", {}, normal(0.05)),
    ("randomNormal", {"mean": 1, "stddev": 0.2}, "RandomNormal", {"mean": 1.0, "stddev": 0.2}, normal(0.2, 1)),
    ("randomUniform", {}, "RandomUniform", {}, uniform(-0.05, 0.05)),
    ("randomUniform", {"minval": 1, "maxval": 3}, "RandomUniform", {"minval": 1.0, "maxval": 3.0}, uniform(1, 3)),
    ("truncatedNormal", {}, "TruncatedNormal", {}, truncated(0.05)),
    ("truncatedNormal", {"mean": 1, "stddev": 0.2}, "TruncatedNormal", {"mean": 1.0, "stddev": 0.2}, truncated(0.2, 1)),
    ("varianceScaling", {}, "VarianceScaling", {}, scaled(1, FAN_IN, "truncatedNormal")),
    *[("varianceScaling", {"scale": 3, "mode": ours, "distribution": kind}, "VarianceScaling",
       {"scale": 3.0, "mode": mode, "distribution": keras_kind}, scaled(3, fan, known))
      for ours, mode, fan in (("fanIn", "fan_in", FAN_IN), ("fanOut", "fan_out", FAN_OUT),
                              ("fanAvg", "fan_avg", AVERAGE))
      for kind, keras_kind, known in (("truncatedNormal", "truncated_normal", "truncatedNormal"),
                                      ("untruncatedNormal", "untruncated_normal", "normal"),
                                      ("uniform", "uniform", "uniform"))],
    ("glorotNormal", {}, "GlorotNormal", {}, scaled(1, AVERAGE, "truncatedNormal")),
    ("glorotUniform", {}, "GlorotUniform", {}, scaled(1, AVERAGE, "uniform")),
    ("heNormal", {}, "HeNormal", {}, scaled(2, FAN_IN, "truncatedNormal")),
    ("heUniform", {}, "HeUniform", {}, scaled(2, FAN_IN, "uniform")),
    ("lecunNormal", {}, "LecunNormal", {}, scaled(1, FAN_IN, "truncatedNormal")),
    ("lecunUniform", {}, "LecunUniform", {}, scaled(1, FAN_IN, "uniform")),
]


def record(index, name, arguments, keras_name, keras_arguments, expected):
    """The expectation, with what one draw by Keras gave."""
    seed = {} if expected["distribution"] == "exact" else {"seed": 1000 + index}
    drawn = np.array(getattr(keras.initializers, keras_name)(**keras_arguments, **seed)(SHAPE)).astype(float)
    measured = {"mean": drawn.mean(), "std": drawn.std(), "min": drawn.min(), "max": drawn.max()}
    spread = expected["std"]
    assert abs(measured["mean"] - expected["mean"]) <= 5 * spread / math.sqrt(COUNT) + 1e-7, (name, measured, expected)
    assert abs(measured["std"] - spread) <= 0.02 * spread + 1e-7, (name, measured, expected)
    for bound, side in (("min", -1), ("max", 1)):
        if expected[bound] is not None:
            assert side * (measured[bound] - expected[bound]) <= 1e-6, (name, measured, expected)
    if name == "orthogonal":
        gain = arguments.get("gain", 1)
        assert np.abs(drawn.T @ drawn - gain**2 * np.eye(FAN_OUT)).max() < 1e-5
    return {"initializer": name, "arguments": arguments,
            "expected": {k: v if isinstance(v, str) or v is None else recording.number(v) for k, v in expected.items()},
            "keras": {k: recording.number(v) for k, v in measured.items()}}


def main():
    assert len({name for name, *_ in CASES}) == 15
    recording.write(
        "initializers", "For a kernel of 'shape' (fanIn 300, fanOut 100): the distribution's mean, std (of what is "
        "drawn, after truncation) and bounds (null: none); 'keras' is one draw. A draw of 30,000 numbers has its mean "
        "within 5 std / sqrt(30000) and its std within 2 %. orthogonal: the columns are orthogonal, of length gain.",
        [keras, tf], {"shape": list(SHAPE), "cases": [record(i, *case) for i, case in enumerate(CASES)]})


main()
