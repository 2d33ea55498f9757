"""optimizers.json: what Keras's optimisers, learning rate schedules, ReduceLROnPlateau and CSVLogger do, and PyTorch's
OneCycleLR.

Keras runs on PyTorch, once in float64 and once in float32. The gradients are given, not computed, so that every
difference is the optimiser's own.

Run: [KERAS_PATH=site-packages of another environment] python make_optimizers.py    (needs keras, torch)
"""

import os
import re
import sys
import tempfile

os.environ.update(KERAS_BACKEND="torch", CUDA_VISIBLE_DEVICES="-1")
sys.path.append(os.environ.get("KERAS_PATH", "."))
import numpy as np
import torch
import keras

import recording

# On PyTorch, Keras computes norms and means of float64 numbers in float32; here it shall not.
keras.src.backend.common.dtypes.BIT64_TO_BIT32_DTYPE["float64"] = "float64"

random = np.random.default_rng(31)
STEPS = 9
RECORDED = [1, 2, 4, 9]
SHAPES = [(2, 3), (3,), (2, 2, 2), (2,)]
# The last parameter begins with zeros: it has no norm.
INITIAL = [np.round(random.standard_normal(s) * 64) / 64 for s in SHAPES[:-1]] + [np.zeros(SHAPES[-1])]
GRADIENTS = [[np.round(random.standard_normal(s) * 64) / 64 / 2 ** (step % 3) for s in SHAPES] for step in range(STEPS)]

RATE = {"learning_rate": 0.05}
DECAY = {"kind": "exponentialDecay", "initial_learning_rate": 0.1, "decay_steps": 2, "decay_rate": 0.7}
COMMON = [{}, {"weight_decay": 0.1, "clipnorm": 0.9}, {"gradient_accumulation_steps": 2},
          {"use_ema": True, "ema_momentum": 0.7, "ema_overwrite_frequency": 3}]
# optimiser (Keras's class) to lists of arguments
CASES = {
    "SGD": [{}, {"momentum": 0.9}, {"momentum": 0.9, "nesterov": True}, {"clipvalue": 0.25}, {"global_clipnorm": 1.0},
            {"learning_rate": DECAY}, {"learning_rate": DECAY, "gradient_accumulation_steps": 3, "weight_decay": 0.1},
            {"use_ema": True}, {"momentum": 0.9, "gradient_accumulation_steps": 4, "use_ema": True, "ema_momentum": 0.5,
                                "ema_overwrite_frequency": 2, "clipnorm": 1.0, "weight_decay": 0.01},
            *COMMON[1:]],
    "RMSprop": [{}, {"rho": 0.8, "momentum": 0.5, "centered": True, "epsilon": 1e-5}, *COMMON[1:]],
    "Adam": [{}, {"amsgrad": True}, {"beta_1": 0.8, "beta_2": 0.95, "epsilon": 1e-3}, *COMMON[1:]],
    "AdamW": [{}, {"weight_decay": 0.2, "amsgrad": True}, *COMMON[2:]],
    "Nadam": [{"beta_1": 0.8, "beta_2": 0.95, "epsilon": 1e-3}, {"learning_rate": DECAY}, *COMMON],
    "Adamax": [{"beta_1": 0.8, "beta_2": 0.95, "epsilon": 1e-3}, *COMMON],
    "Adagrad": [{"initial_accumulator_value": 0.5, "epsilon": 1e-3}, *COMMON],
    "Adadelta": [{"learning_rate": 1.0}, {"learning_rate": 1.0, "rho": 0.8, "epsilon": 1e-3}, *COMMON],
    "Lion": [{"beta_1": 0.7, "beta_2": 0.8}, *COMMON],
    "Ftrl": [{"learning_rate_power": -0.7, "initial_accumulator_value": 0.5, "beta": 0.3},
             {"l1_regularization_strength": 0.2, "l2_regularization_strength": 0.3,
              "l2_shrinkage_regularization_strength": 0.1}, *COMMON],
    "Lamb": [{"beta_1": 0.8, "beta_2": 0.95, "epsilon": 1e-3}, *COMMON],
    "Adafactor": [{"learning_rate": 2.0}, {"beta_2_decay": -0.5, "epsilon_1": 1e-3, "epsilon_2": 0.1,
                                           "clip_threshold": 0.5}, {"learning_rate": DECAY}, *COMMON],
}

SCHEDULES = [
    ("ExponentialDecay", {"initial_learning_rate": 0.1, "decay_steps": 7, "decay_rate": 0.9}),
    ("ExponentialDecay", {"initial_learning_rate": 0.1, "decay_steps": 7, "decay_rate": 0.9, "staircase": True}),
    ("InverseTimeDecay", {"initial_learning_rate": 0.1, "decay_steps": 3, "decay_rate": 0.5}),
    ("InverseTimeDecay", {"initial_learning_rate": 0.1, "decay_steps": 3, "decay_rate": 0.5, "staircase": True}),
    ("PiecewiseConstantDecay", {"boundaries": [3, 10], "values": [0.5, 0.2, 0.1]}),
    ("PiecewiseConstantDecay", {"boundaries": [20], "values": [0.1, 0.9]}),
    ("PolynomialDecay", {"initial_learning_rate": 0.1, "decay_steps": 12}),
    ("PolynomialDecay", {"initial_learning_rate": 0.1, "decay_steps": 12, "end_learning_rate": 0.02, "power": 0.5}),
    ("PolynomialDecay", {"initial_learning_rate": 0.1, "decay_steps": 12, "power": 2.0, "cycle": True}),
    ("CosineDecay", {"initial_learning_rate": 0.1, "decay_steps": 15}),
    ("CosineDecay", {"initial_learning_rate": 0.1, "decay_steps": 15, "alpha": 0.2}),
    ("CosineDecay", {"initial_learning_rate": 0.01, "decay_steps": 15, "alpha": 0.1, "warmup_target": 0.2,
                     "warmup_steps": 5}),
    ("CosineDecay", {"initial_learning_rate": 0.01, "decay_steps": 15, "warmup_target": 0.2}),
    ("CosineDecayRestarts", {"initial_learning_rate": 0.1, "first_decay_steps": 6}),
    ("CosineDecayRestarts", {"initial_learning_rate": 0.1, "first_decay_steps": 6, "t_mul": 1.0, "m_mul": 0.8,
                             "alpha": 0.1}),
    ("CosineDecayRestarts", {"initial_learning_rate": 0.1, "first_decay_steps": 6, "t_mul": 1.5, "m_mul": 0.9}),
]
SCHEDULE_STEPS = 45
CYCLES = [
    {"max_lr": 0.5, "total_steps": 20},
    {"max_lr": 0.5, "total_steps": 37, "pct_start": 0.4, "anneal_strategy": "linear", "div_factor": 10.0,
     "final_div_factor": 100.0},
    {"max_lr": 0.5, "total_steps": 30, "three_phase": True},
    {"max_lr": 0.5, "total_steps": 33, "pct_start": 0.25, "three_phase": True, "anneal_strategy": "linear"},
]

PLATEAU = {
    "falling then flat": [1.0, 0.9, 0.8, 0.8, 0.8, 0.8, 0.8, 0.8, 0.8, 0.8],
    "rising": [0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.1, 1.2],
    "slow": [1.0, 0.9999, 0.9998, 0.9997, 0.9996, 0.9995, 0.99],
    "with NaN": [1.0, float("nan"), 0.9, float("nan"), float("nan"), 0.8, 0.8, 0.8],
}
PLATEAU_ARGUMENTS = [
    {"patience": 1}, {"patience": 2, "factor": 0.5}, {"patience": 0}, {"patience": 1, "cooldown": 2},
    {"patience": 1, "min_lr": 0.003}, {"patience": 2, "min_delta": 0.05}, {"patience": 1, "mode": "max"}, {},
]

CSV = {
    "plain": ([{"loss": 0.5, "accuracy": 0.25}, {"loss": 0.125, "accuracy": 0.75}], {}),
    "validation": ([{"loss": 0.5, "val_loss": 0.75}, {"loss": 0.25, "val_loss": 0.5}], {"separator": ";"}),
    "validation every other epoch": ([{"loss": 0.5, "val_loss": 0.75}, {"loss": 0.25}], {}),
    "rate": ([{"loss": 0.5, "learning_rate": 0.01}], {}),
    "odd names": ([{'a "b", c': 0.5}], {}),
}


def ours(arguments):
    """Arguments by our names."""
    given = {"clipnorm": "clipNorm", "clipvalue": "clipValue", "global_clipnorm": "globalClipNorm",
             "max_lr": "maxLearningRate", "min_lr": "minLR"}
    name = lambda key: given.get(key) or re.sub(r"_(\w)", lambda m: m[1].upper(), key)
    return {name(k): ours(v) if isinstance(v, dict) else v for k, v in arguments.items()}


def kind(keras_name):
    return keras_name.lower() if keras_name in CASES else {
        "PiecewiseConstantDecay": "piecewiseConstant"}.get(keras_name, keras_name[0].lower() + keras_name[1:])


def trajectory(name, arguments, dtype):
    """The parameters after some of the steps, and after finalize_variable_values."""
    given = {**RATE, **arguments}
    if isinstance(given["learning_rate"], dict):
        rate = {k: v for k, v in given["learning_rate"].items() if k != "kind"}
        given["learning_rate"] = keras.optimizers.schedules.ExponentialDecay(**rate)
    optimizer = getattr(keras.optimizers, name)(**given)
    variables = [keras.Variable(w, dtype=dtype) for w in INITIAL]
    optimizer.build(variables)
    read = lambda: [recording.numbers(v.numpy().reshape(-1)) for v in variables]
    after = []
    for step, gradients in enumerate(GRADIENTS):
        optimizer.apply([torch.tensor(g, dtype=getattr(torch, dtype)) for g in gradients], variables)
        if step + 1 in RECORDED:
            after.append(read())
    if not arguments.get("use_ema"):
        return {"after": after}
    optimizer.finalize_variable_values(variables)
    return {"after": after, "final": read()}


def schedule(name, arguments):
    made = getattr(keras.optimizers.schedules, name)(**arguments)
    rates = [float(made(torch.tensor(step))) for step in range(SCHEDULE_STEPS)]
    return {"kind": kind(name), "arguments": ours(arguments), "rates": recording.numbers(rates)}


def cycle(arguments):
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.1)
    made = torch.optim.lr_scheduler.OneCycleLR(optimizer, cycle_momentum=False, **arguments)
    rates = [optimizer.param_groups[0]["lr"]]
    for _ in range(arguments["total_steps"] - 1):
        optimizer.step()
        made.step()
        rates.append(optimizer.param_groups[0]["lr"])
    return {"kind": "oneCycle", "arguments": ours(arguments), "rates": recording.numbers(rates)}


class Trained:
    """Stands in for a model: all that the callback looks at."""

    metrics = []

    def __init__(self):
        self.optimizer = keras.optimizers.SGD(learning_rate=0.1)


def plateau():
    """ReduceLROnPlateau fed with sequences of val_loss: the learning rate after every epoch."""
    traces = []
    for name, losses in PLATEAU.items():
        for arguments in PLATEAU_ARGUMENTS:
            callback = keras.callbacks.ReduceLROnPlateau(**arguments)
            model = Trained()
            callback.set_model(model)
            callback.on_train_begin()
            rates = []
            for epoch, loss in enumerate(losses):
                callback.on_epoch_end(epoch, {"val_loss": loss})
                rates.append(float(model.optimizer.learning_rate))
            traces.append({"sequence": name, "arguments": ours(arguments), "rates": recording.numbers(rates)})
    return {"sequences": {k: recording.numbers(v) for k, v in PLATEAU.items()}, "traces": traces}


def csv_of(epochs, arguments):
    """What CSVLogger writes for these logs, and what stands there after a second training that appends."""
    texts = []
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "log.csv")
        for append in (False, True):
            callback = keras.callbacks.CSVLogger(path, append=append, **arguments)
            callback.on_train_begin()
            for epoch, logs in enumerate(epochs):
                callback.on_epoch_end(epoch, logs)
            callback.on_train_end()
            with open(path, newline="") as file:
                texts.append(file.read())
    return {"epochs": epochs, "arguments": ours(arguments), "text": texts[0], "appended": texts[1]}


def main():
    cases = []
    for name, variants in CASES.items():
        for arguments in variants:
            case = {"kind": kind(name), "arguments": ours({**RATE, **arguments})}
            for dtype in ("float64", "float32"):
                keras.config.set_floatx(dtype)
                case[dtype] = trajectory(name, arguments, dtype)
            cases.append(case)
    keras.config.set_floatx("float64")
    recording.write(
        "optimizers", "cases: parameters `initial` after the steps `recorded`, each step with its `gradients`, and `final` "
        "after finalize(); compare by the size of the tensor, 1e-12 in float64, 1e-6 in float32. schedules: rates of steps "
        "0, 1, 2, ..., 1e-12. plateau: learning rates that begin with 0.1, after every epoch. csv: a training, and then "
        "one that appends.",
        [keras, torch],
        {"recorded": RECORDED, "initial": [recording.tensor(w) for w in INITIAL],
         "gradients": [[recording.numbers(g.reshape(-1)) for g in step] for step in GRADIENTS], "cases": cases,
         "schedules": [schedule(*s) for s in SCHEDULES] + [cycle(c) for c in CYCLES], "plateau": plateau(),
         "csv": {name: csv_of(*case) for name, case in CSV.items()}})


main()
