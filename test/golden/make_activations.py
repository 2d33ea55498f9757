"""activations.json: the 30 activations of Keras 3, values and derivatives in float64, by Keras on PyTorch.

(Keras on TensorFlow would round the slope of leaky_relu to float32, and gives celu the derivative 2 at 0.)
Run: [KERAS_PATH=site-packages of another environment] python make_activations.py       (needs keras, torch)
"""

import os
import sys

os.environ.update(KERAS_BACKEND="torch", CUDA_VISIBLE_DEVICES="-1")
sys.path.append(os.environ.get("KERAS_PATH", "."))
import numpy as np
import torch
import keras

import recording

keras.config.set_floatx("float64")
HALF = [1e-8, 1e-3, 0.1, 0.25, 0.5, 0.75, 1, 1.5, 2, 2.5, 3, 4, 5, 6, 7.5, 10, 20, 50, 100, 800]
GRID = np.array([-v for v in reversed(HALF)] + [-0.0, 0.0] + HALF)
ROWS = np.array([[0.5, -1.25, 3.0, 0.0, 2.0, -0.5], [1.0, 1.0, 1.0, 1.0, 1.0, 1.0],
                 [1000.0, 1001.0, -1000.0, 0.0, 999.5, 1000.25], [-3.0, -2.75, -0.125, -4.0, -7.0, -0.25],
                 [0.1, 0.2, 0.15, 0.05, 0.3, 0.25], [-0.0, 20.0, -20.0, 1e-3, 0.75, 0.7]])
COTANGENT = np.array([[((7 * r + 3 * c) % 11 - 5) / 4 for c in range(6)] for r in range(6)])
# name here -> Keras's function, sets of arguments (ours: Keras's), the first set being the defaults
POINTWISE = {
    "celu": ("celu", [{}, {"alpha": 0.5}]),
    "elu": ("elu", [{}, {"alpha": 0.5}]),
    "exponential": ("exponential", [{}]),
    "gelu": ("gelu", [{}, {"approximate": True}]),
    "hardShrink": ("hard_shrink", [{}, {"threshold": 1.0}]),
    "hardSigmoid": ("hard_sigmoid", [{}]),
    "hardSilu": ("hard_silu", [{}]),
    "hardTanh": ("hard_tanh", [{}]),
    "leakyRelu": ("leaky_relu", [{}, {"negativeSlope": 0.1}]),
    "linear": ("linear", [{}]),
    "logSigmoid": ("log_sigmoid", [{}]),
    "mish": ("mish", [{}]),
    "relu": ("relu", [{}, {"negativeSlope": 0.1}, {"maxValue": 4.0}, {"threshold": 1.0},
                      {"negativeSlope": 0.1, "maxValue": 4.0, "threshold": 1.0}]),
    "relu6": ("relu6", [{}]),
    "selu": ("selu", [{}]),
    "sigmoid": ("sigmoid", [{}]),
    "silu": ("silu", [{}]),
    "softShrink": ("soft_shrink", [{}, {"threshold": 1.0}]),
    "softplus": ("softplus", [{}]),
    "softsign": ("softsign", [{}]),
    "sparsePlus": ("sparse_plus", [{}]),
    "sparseSigmoid": ("sparse_sigmoid", [{}]),
    "squareplus": ("squareplus", [{}, {"b": 1.0}]),
    "tanh": ("tanh", [{}]),
    "tanhShrink": ("tanh_shrink", [{}]),
    "threshold": ("threshold", [{"threshold": 0.5, "defaultValue": -1.0}, {"threshold": -1.0, "defaultValue": 0.0}]),
}
ROWWISE = {
    "glu": ("glu", [{}, {"axis": 0}]),
    "logSoftmax": ("log_softmax", [{}, {"axis": 0}]),
    "softmax": ("softmax", [{}, {"axis": 0}]),
    "sparsemax": ("sparsemax", [{}, {"axis": 0}]),
}
SNAKE = {"negativeSlope": "negative_slope", "maxValue": "max_value", "defaultValue": "default_value"}


def value_and_gradient(name, arguments, x, cotangent=None):
    """The activation at x and the gradient of sum(cotangent * activation), cotangent 1 where not given."""
    x = torch.tensor(x, dtype=torch.float64, requires_grad=True)
    y = getattr(keras.activations, name)(x, **{SNAKE.get(k, k): v for k, v in arguments.items()})
    given = torch.ones_like(y) if cotangent is None else torch.tensor(cotangent[:y.shape[0], :y.shape[1]])
    (gradient,) = torch.autograd.grad(y, x, given)
    return y.detach().numpy(), gradient.numpy().copy()


def pointwise(name, arguments):
    """One case on GRID; a kink is a point whose left and right derivatives differ, listed with both."""
    value, gradient = value_and_gradient(name, arguments, GRID)
    gap = 1e-9 * np.maximum(1, np.abs(GRID))
    left, right = (value_and_gradient(name, arguments, GRID + s * gap)[1] for s in (-1, 1))
    kinks = []
    for i, x in enumerate(GRID):
        if abs(left[i] - right[i]) > 1e-6 * max(1, abs(left[i])):
            kinks.append({"index": i, "left": recording.number(round(left[i], 6)),
                          "right": recording.number(round(right[i], 6))})
        else:
            assert np.isclose(gradient[i], right[i], rtol=1e-6, atol=1e-6, equal_nan=True), (name, arguments, x)
    # The recorded derivative against central differences, away from kinks and overflow.
    h = 1e-5
    above, below = (value_and_gradient(name, arguments, GRID + s * h)[0] for s in (1, -1))
    numeric = (above - below) / (2 * h)
    smooth = np.ones(len(GRID), bool)
    for i, x in enumerate(GRID):
        smooth[i] = not any(abs(x - GRID[k["index"]]) <= 2 * h for k in kinks) and np.isfinite(numeric[i])
    near = np.isclose(gradient, numeric, rtol=2e-5, atol=3e-4)  # PyTorch's softplus jumps by 2e-9 at 20
    bad = [x for x, n, s in zip(GRID, near, smooth) if s and not n]
    assert not bad, (name, arguments, bad)
    return {"arguments": arguments, "value": recording.numbers(value), "gradient": recording.numbers(gradient),
            "kinks": kinks}


def rowwise(name, arguments):
    """One case on ROWS (row 1 is all ties, row 2 overflows a naive exp)."""
    value, gradient = value_and_gradient(name, arguments, ROWS, COTANGENT)
    return {"arguments": arguments, "value": recording.tensor(value), "gradient": recording.tensor(gradient)}


np.seterr(invalid="ignore")  # exponential overflows at 800 on purpose


def main():
    content = {
        "x": recording.numbers(GRID), "rows": recording.tensor(ROWS), "cotangent": recording.tensor(COTANGENT),
        "pointwise": {ours: [pointwise(name, a) for a in sets] for ours, (name, sets) in POINTWISE.items()},
        "rowwise": {ours: [rowwise(name, a) for a in sets] for ours, (name, sets) in ROWWISE.items()},
    }
    assert len(POINTWISE) + len(ROWWISE) == 30
    recording.write(
        "activations", "float64. pointwise: value and derivative at every entry of x; at a kink (left and right "
        "derivatives differ) PyTorch's choice is recorded; anything from left to right is right too. rowwise: value at "
        "'rows' and the gradient of sum(cotangent[:value.shape] * value). Compare |a - b| <= 1e-12 * max(1, |b|).",
        [keras, torch], content, depth=4)


main()
