"""activations.json: the 30 activations of Keras 3, values and derivatives in float64, by Keras on PyTorch.

Every recorded number is checked here against the formula evaluated with 50 digits. Three are not Keras's own: PyTorch
rounds 1/6 to float32 in the derivative of hardsigmoid, so hardSigmoid and hardSilu are written out; Keras's sparsemax
(3.15) adds up all running sums of the support where the threshold needs the last one, so its rows do not add up to 1:
recorded is the projection onto the simplex of Martins and Astudillo (2016). (On TensorFlow, Keras would round the
slope of leaky_relu to float32 and give celu the derivative 2 at 0.)

Run: [KERAS_PATH=site-packages of another environment] python make_activations.py    (needs keras, torch, mpmath)
"""

import os
import sys

os.environ.update(KERAS_BACKEND="torch", CUDA_VISIBLE_DEVICES="-1")
sys.path.append(os.environ.get("KERAS_PATH", "."))
import mpmath
import numpy as np
import torch
import keras

import recording

keras.config.set_floatx("float64")
mpmath.mp.dps = 50
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


def sparsemax(x, axis=-1):
    """max(x - tau, 0), tau such that it adds up to 1: of the k largest x, (their sum - 1) / k."""
    ordered = torch.sort(x, dim=axis, descending=True).values.movedim(axis, -1)
    count = torch.arange(1, ordered.shape[-1] + 1, dtype=x.dtype)
    sums = ordered.cumsum(-1)
    k = (1 + count * ordered > sums).sum(-1, keepdim=True)
    tau = ((sums.gather(-1, k - 1) - 1) / k).movedim(-1, axis)
    return torch.clamp(x - tau, min=0)


OWN = {"hard_sigmoid": lambda x: torch.clamp(x + 3, 0, 6) / 6, "hard_silu": lambda x: x * torch.clamp(x + 3, 0, 6) / 6,
       "sparsemax": sparsemax}


def softplus(x):
    return mpmath.log(1 + mpmath.exp(x))


def relu(x, negativeSlope=0, maxValue=mpmath.inf, threshold=0):
    return min(x, maxValue) if x > threshold else negativeSlope * (x - threshold)


def gelu(x, approximate=False):
    if approximate:
        return x / 2 * (1 + mpmath.tanh(mpmath.sqrt(2 / mpmath.pi) * (x + mpmath.mpf("0.044715") * x**3)))
    return x / 2 * mpmath.erfc(-x / mpmath.sqrt(2))


SCALE, ALPHA = mpmath.mpf("1.0507009873554804934193349852946"), mpmath.mpf("1.6732632423543772848170429916717")
EXACT = {
    "celu": lambda x, alpha=1: x if x > 0 else alpha * mpmath.expm1(x / alpha),
    "elu": lambda x, alpha=1: x if x > 0 else alpha * mpmath.expm1(x),
    "exponential": mpmath.exp,
    "gelu": gelu,
    "hardShrink": lambda x, threshold=0.5: x if abs(x) > threshold else 0 * x,
    "hardSigmoid": lambda x: min(max(x + 3, 0), 6) / mpmath.mpf(6),
    "hardSilu": lambda x: x * min(max(x + 3, 0), 6) / mpmath.mpf(6),
    "hardTanh": lambda x: min(max(x, -1), 1),
    "leakyRelu": lambda x, negativeSlope=0.2: x if x > 0 else negativeSlope * x,
    "linear": lambda x: x,
    "logSigmoid": lambda x: -softplus(-x),
    "mish": lambda x: x * mpmath.tanh(softplus(x)),
    "relu": relu,
    "relu6": lambda x: min(max(x, 0), 6),
    "selu": lambda x: SCALE * (x if x > 0 else ALPHA * mpmath.expm1(x)),
    "sigmoid": lambda x: 1 / (1 + mpmath.exp(-x)),
    "silu": lambda x: x / (1 + mpmath.exp(-x)),
    "softShrink": lambda x, threshold=0.5: mpmath.sign(x) * max(abs(x) - threshold, 0),
    "softplus": softplus,
    "softsign": lambda x: x / (1 + abs(x)),
    "sparsePlus": lambda x: 0 * x if x <= -1 else x if x >= 1 else (x + 1) ** 2 / 4,
    "sparseSigmoid": lambda x: min(max((x + 1) / 2, 0), 1),
    "squareplus": lambda x, b=4: (x + mpmath.sqrt(x * x + b)) / 2,
    "tanh": mpmath.tanh,
    "tanhShrink": lambda x: x - mpmath.tanh(x),
    "threshold": lambda x, threshold, defaultValue: x if x > threshold else mpmath.mpf(defaultValue),
}


def check(name, arguments, value, gradient, kinks):
    """Recorded values and derivatives against 50 digits: within 1e-14 of max(1, |exact|, |x|)."""
    def near(a, b):
        return a == b or abs(mpmath.mpf(float(a)) - b) <= 1e-14 * max(1, abs(b), abs(x)) or (b > 1e308 and a == np.inf)
    exact = EXACT[name]
    for i, x in enumerate(GRID):
        point = mpmath.mpf(float(x))
        y = mpmath.mpf(exact(point, **arguments))
        assert near(value[i], y), (name, arguments, x, value[i], y)
        if not any(k["index"] == i for k in kinks):
            slope = mpmath.diff(lambda v: mpmath.mpf(exact(v, **arguments)), point)
            assert near(gradient[i], slope), (name, arguments, x, gradient[i], slope)


def value_and_gradient(name, arguments, x, cotangent=None):
    """The activation at x and the gradient of sum(cotangent * activation), cotangent 1 where not given."""
    x = torch.tensor(x, dtype=torch.float64, requires_grad=True)
    activation = OWN.get(name) or getattr(keras.activations, name)
    y = activation(x, **{SNAKE.get(k, k): v for k, v in arguments.items()})
    given = torch.ones_like(y) if cotangent is None else torch.tensor(cotangent[:y.shape[0], :y.shape[1]])
    (gradient,) = torch.autograd.grad(y, x, given)
    return y.detach().numpy(), gradient.numpy().copy()


def pointwise(ours, name, arguments):
    """One case on GRID; a kink is a point whose left and right derivatives differ, listed with both."""
    value, gradient = value_and_gradient(name, arguments, GRID)
    gap = 1e-9 * np.maximum(1, np.abs(GRID))
    left, right = (value_and_gradient(name, arguments, GRID + s * gap)[1] for s in (-1, 1))
    kinks = []
    for i, x in enumerate(GRID):
        if abs(left[i] - right[i]) > 1e-6 * max(1, abs(left[i])):
            kinks.append({"index": i, "left": recording.number(round(left[i], 6)),
                          "right": recording.number(round(right[i], 6))})
    check(ours, arguments, value, gradient, kinks)
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
        "pointwise": {ours: [pointwise(ours, name, a) for a in sets] for ours, (name, sets) in POINTWISE.items()},
        "rowwise": {ours: [rowwise(name, a) for a in sets] for ours, (name, sets) in ROWWISE.items()},
    }
    assert len(POINTWISE) + len(ROWWISE) == 30
    recording.write(
        "activations", "float64. pointwise: value and derivative at every entry of x; at a kink (left and right "
        "derivatives differ) PyTorch's choice is recorded; anything from left to right is right too. rowwise: value at "
        "'rows' and the gradient of sum(cotangent[:value.shape] * value). Compare |a - b| <= 1e-12 * max(1, |b|).",
        [keras, torch], content, depth=4)


main()
