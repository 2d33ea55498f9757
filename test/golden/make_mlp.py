"""mlp.json: ten training steps of two small networks, with every optimiser, in float32 and float64.

Forward and backward pass are PyTorch's (autograd); the update rules are Keras's, written out below, because the two
libraries differ: Keras keeps the learning rate inside the momentum velocity, adds Adam's epsilon to the uncorrected
root, and RMSprop's epsilon under the root. The rules are checked here against Keras itself when Keras can be imported
from KERAS_PATH (a site-packages folder; Keras then runs on its torch backend).

Run: [KERAS_PATH=...] python make_mlp.py       (needs torch, numpy)
"""

import os
import sys

import numpy as np
import torch

import recording

STEPS = 10
NETWORKS = {
    "classifier": dict(units=[12, 16, 8, 4], activations=["relu", "tanh", "linear"], batch=8,
                       loss="sparseCategoricalCrossentropy from logits, mean over the batch"),
    "regression": dict(units=[6, 10, 1], activations=["elu", "linear"], batch=5, loss="mse"),
}
OPTIMIZERS = {
    "sgd": dict(kind="sgd", learningRate=0.1, momentum=0.0, nesterov=False),
    "sgdMomentum": dict(kind="sgd", learningRate=0.05, momentum=0.9, nesterov=False),
    "sgdNesterov": dict(kind="sgd", learningRate=0.05, momentum=0.9, nesterov=True),
    "adam": dict(kind="adam", learningRate=0.01, beta1=0.9, beta2=0.999, epsilon=1e-7),
    "rmsprop": dict(kind="rmsprop", learningRate=0.01, rho=0.9, momentum=0.0, epsilon=1e-7),
}
ACTIVATIONS = {"relu": torch.relu, "tanh": torch.tanh, "elu": torch.nn.functional.elu, "linear": lambda x: x}


def update(rule, step, weight, gradient, state):
    """One Keras update in place; `state` is this weight's dict of slots, `step` counts from 1."""
    rate = rule["learningRate"]
    if rule["kind"] == "sgd" and rule["momentum"] == 0:
        weight -= rate * gradient
    elif rule["kind"] == "sgd":
        velocity = state.setdefault("v", torch.zeros_like(weight))
        velocity.mul_(rule["momentum"]).sub_(rate * gradient)
        weight += rule["momentum"] * velocity - rate * gradient if rule["nesterov"] else velocity
    elif rule["kind"] == "adam":
        mean = state.setdefault("m", torch.zeros_like(weight))
        square = state.setdefault("v", torch.zeros_like(weight))
        mean += (gradient - mean) * (1 - rule["beta1"])
        square += (gradient * gradient - square) * (1 - rule["beta2"])
        alpha = rate * np.sqrt(1 - rule["beta2"] ** step) / (1 - rule["beta1"] ** step)
        weight -= mean * float(alpha) / (square.sqrt() + rule["epsilon"])
    else:
        square = state.setdefault("v", torch.zeros_like(weight))
        square.mul_(rule["rho"]).add_((1 - rule["rho"]) * gradient * gradient)
        weight -= rate * gradient / (square + rule["epsilon"]).sqrt()


def loss_of(name, weights, x, y):
    """The batch's mean loss; weights are [kernel, bias, kernel, bias, ...], kernels [in, units]."""
    for layer, activation in enumerate(NETWORKS[name]["activations"]):
        x = ACTIVATIONS[activation](x @ weights[2 * layer] + weights[2 * layer + 1])
    if name == "classifier":
        return torch.nn.functional.cross_entropy(x, y)
    return ((x - y) ** 2).mean()


def train(name, rule, dtype, start, x, y):
    """Losses of every step, the gradients of steps 1 and STEPS, the weights at the end."""
    weights = [torch.tensor(w, dtype=dtype, requires_grad=True) for w in start]
    states, losses, kept, size = [{} for _ in weights], [], {}, NETWORKS[name]["batch"]
    for step in range(1, STEPS + 1):
        rows = slice((step - 1) * size, step * size)
        loss = loss_of(name, weights, torch.tensor(x[rows], dtype=dtype),
                       torch.tensor(y[rows]) if name == "classifier" else torch.tensor(y[rows], dtype=dtype))
        gradients = torch.autograd.grad(loss, weights)
        losses.append(loss.detach().numpy()[()])
        if step in (1, STEPS):
            kept[step] = [g.numpy().copy() for g in gradients]
        with torch.no_grad():
            for weight, gradient, state in zip(weights, gradients, states):
                update(rule, step, weight, gradient, state)
    return losses, kept[1], kept[STEPS], [w.detach().numpy().copy() for w in weights]


def check_against_keras():
    """Five steps of every rule on random gradients, ours against keras.optimizers, float64."""
    os.environ["KERAS_BACKEND"] = "torch"
    sys.path.append(os.environ["KERAS_PATH"])
    import keras
    made = {
        "sgd": lambda r: keras.optimizers.SGD(r["learningRate"], momentum=r["momentum"], nesterov=r["nesterov"]),
        "adam": lambda r: keras.optimizers.Adam(r["learningRate"], r["beta1"], r["beta2"], r["epsilon"]),
        "rmsprop": lambda r: keras.optimizers.RMSprop(r["learningRate"], r["rho"], r["momentum"], r["epsilon"]),
    }
    for name, rule in OPTIMIZERS.items():
        random, state = np.random.default_rng(3), {}
        ours = torch.tensor(random.standard_normal((4, 3)))
        theirs, optimizer = keras.Variable(ours.clone().numpy(), dtype="float64"), made[rule["kind"]](rule)
        optimizer.build([theirs])
        for step in range(1, 6):
            gradient = torch.tensor(random.standard_normal((4, 3)) * 10.0 ** random.integers(-4, 1, (4, 3)))
            update(rule, step, ours, gradient, state)
            optimizer.apply([gradient], [theirs])
        # Keras holds the learning rate and Adam's scalars in float32, hence not 1e-15.
        gap = np.abs(theirs.numpy() - ours.numpy()).max()
        assert gap < 2e-7 * 5, (name, gap)
    return keras


def main():
    keras = check_against_keras() if os.environ.get("KERAS_PATH") else None
    random, content = np.random.default_rng(20240117), {"optimizers": OPTIMIZERS, "networks": {}}
    for name, net in NETWORKS.items():
        rows, units = STEPS * net["batch"], net["units"]
        # Multiples of 1/1024: exact in float32, and short as decimals.
        start = [np.round(random.standard_normal(shape) * scale * 1024) / 1024
                 for a, b in zip(units, units[1:]) for shape, scale in (((a, b), np.sqrt(2 / (a + b))), ((b,), 0.2))]
        x = np.round(random.standard_normal((rows, units[0])) * 64) / 64
        y = random.integers(0, 4, rows) if name == "classifier" else (
            np.round((np.sin(x[:, :1]) + x[:, 1:2] * x[:, 2:3]) * 64) / 64)
        entry = {**net, "x": recording.tensor(x), "y": recording.tensor(y),
                 "initial": [recording.tensor(w) for w in start], "float32": {}, "float64": {}}
        for key, rule in OPTIMIZERS.items():
            runs = {d: train(name, rule, getattr(torch, d), start, x, y) for d in ("float32", "float64")}
            # A case fit for a 1e-5 test is one that float32 rounding itself disturbs far less.
            for a, b in zip(runs["float32"][2] + runs["float32"][3], runs["float64"][2] + runs["float64"][3]):
                assert np.abs(a - b).max() < 3e-6 * np.abs(b).max(), (name, key, np.abs(a - b).max(), np.abs(b).max())
            for dtype, (losses, first, last, final) in runs.items():
                entry[dtype]["gradients1"] = [recording.tensor(g) for g in first]
                entry[dtype][key] = {"losses": recording.numbers(losses),
                                     f"gradients{STEPS}": [recording.tensor(g) for g in last],
                                     "final": [recording.tensor(w) for w in final]}
        content["networks"][name] = entry
    recording.write(
        "mlp", "Ten training steps from 'initial' on consecutive batches of x, y: the loss before each update, all "
        "gradients of steps 1 and 10, the weights after step 10, in the order kernel, bias per layer (kernel [in, "
        "units]). Compare per tensor, |a - b| <= tol * max|b|: tol 1e-5 for float32, 1e-12 for float64.",
        [torch] + ([keras] if keras else []), content, depth=5)


main()
