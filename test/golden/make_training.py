"""training.json: what Keras's fit, evaluate, trainOnBatch and EarlyStopping do on a tiny problem, step by step.

Keras runs on TensorFlow, once in float64 and once in float32, from given weights, without shuffling: 50 rows, batches
of 16 (the last one partial).

Run: python make_training.py       (needs keras, tensorflow)
"""

import os

os.environ.update(KERAS_BACKEND="tensorflow", TF_CPP_MIN_LOG_LEVEL="3", CUDA_VISIBLE_DEVICES="-1")
import keras
import numpy as np
import tensorflow as tf

import recording

random = np.random.default_rng(23)
ROWS = 50
X = np.round(random.standard_normal((ROWS, 4)) * 64) / 64
LABELS = (X[:, 0] + X[:, 1] * X[:, 2] > 0).astype(int) + (X[:, 3] > 0.5)
DATA = {
    "x": X,
    "labels": LABELS,
    "oneHot": np.eye(3, dtype=int)[LABELS],
    "bits": (LABELS > 0).astype(int)[:, None],
    "values": np.round((np.sin(X[:, :1]) + 0.5 * X[:, 1:2]) * 64) / 64,
    "weights": random.integers(0, 9, ROWS) / 4,
}
HIDDEN = 6
INITIAL = {outputs: [np.round(random.standard_normal(shape) * 0.4 * 1024) / 1024
                     for shape in ((4, HIDDEN), (HIDDEN,), (HIDDEN, outputs), (outputs,))] for outputs in (1, 3)}
# hidden layer tanh; output activation, loss, targets
TASKS = {
    "categorical": ("softmax", "categorical_crossentropy", "oneHot"),
    "sparse": ("softmax", "sparse_categorical_crossentropy", "labels"),
    "binary": ("sigmoid", "binary_crossentropy", "bits"),
    "regression": ("linear", "mse", "values"),
}
SPLIT = {"validationSplit": 0.2}
# task, optimiser (Keras's name and arguments), metrics, options of fit in our names
CASES = {
    "plain": ("categorical", ("SGD", {"learning_rate": 0.1}), ["accuracy", "mae"], SPLIT),
    "sparseLabels": ("sparse", ("SGD", {"learning_rate": 0.1, "momentum": 0.9}), ["accuracy"], SPLIT),
    "binary": ("binary", ("SGD", {"learning_rate": 0.1, "momentum": 0.9, "nesterov": True}), ["accuracy"], SPLIT),
    "regression": ("regression", ("Adam", {"learning_rate": 0.01}), ["mae"], SPLIT),
    "classWeight": ("sparse", ("SGD", {"learning_rate": 0.1}), ["accuracy"],
                    {**SPLIT, "classWeight": {"0": 1.0, "1": 0.5, "2": 3.0}}),
    "classWeightOneHot": ("categorical", ("SGD", {"learning_rate": 0.1}), ["accuracy"],
                          {**SPLIT, "classWeight": {"1": 0.5, "2": 3.0}}),
    "sampleWeight": ("categorical", ("SGD", {"learning_rate": 0.1}), ["accuracy", "mae"],
                     {**SPLIT, "sampleWeight": True}),
    "weightedMetrics": ("categorical", ("SGD", {"learning_rate": 0.1}), [],
                        {**SPLIT, "sampleWeight": True, "weightedMetrics": ["accuracy", "mae"]}),
    "noValidation": ("regression", ("RMSprop", {"learning_rate": 0.01}), ["mae"], {}),
    "initialEpoch": ("categorical", ("SGD", {"learning_rate": 0.1}), ["accuracy"],
                     {**SPLIT, "initialEpoch": 1}),
    "validationFreq": ("categorical", ("SGD", {"learning_rate": 0.1}), ["accuracy"],
                       {**SPLIT, "validationFreq": 2}),
    "validationBatchSize": ("categorical", ("SGD", {"learning_rate": 0.1}), ["accuracy"],
                            {**SPLIT, "validationBatchSize": 3}),
    "clipNorm": ("regression", ("SGD", {"learning_rate": 0.1, "clipnorm": 0.05}), ["mae"], {}),
    "globalClipNorm": ("regression", ("SGD", {"learning_rate": 0.1, "global_clipnorm": 0.1}), ["mae"], {}),
    "clipValue": ("regression", ("SGD", {"learning_rate": 0.1, "clipvalue": 0.02}), ["mae"], {}),
}
FIT_NAMES = {"validationSplit": "validation_split", "initialEpoch": "initial_epoch",
             "validationFreq": "validation_freq", "validationBatchSize": "validation_batch_size"}
OUR_NAMES = {"learning_rate": "learningRate", "clipnorm": "clipNorm", "global_clipnorm": "globalClipNorm",
             "clipvalue": "clipValue"}


def build(task, optimizer, metrics, weighted=None):
    """The compiled network with its given first weights."""
    activation, loss, target = TASKS[task]
    outputs = 1 if target in ("bits", "values") else 3
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(HIDDEN, activation="tanh"),
                              keras.layers.Dense(outputs, activation=activation)])
    model.compile(optimizer=getattr(keras.optimizers, optimizer[0])(**optimizer[1]), loss=loss, metrics=metrics or None,
                  weighted_metrics=weighted, jit_compile=False)
    model.set_weights(INITIAL[outputs])
    return model, DATA[target].astype(keras.config.floatx()), outputs, target


def logs(values):
    return {k: recording.number(v) for k, v in sorted(values.items())}


def fit(task, optimizer, metrics, options):
    """The history, the final weights, and what evaluate and predict say afterwards."""
    model, y, *_ = build(task, optimizer, metrics, options.get("weightedMetrics"))
    given = {FIT_NAMES[k]: v for k, v in options.items() if k in FIT_NAMES}
    if "classWeight" in options:
        given["class_weight"] = {int(k): v for k, v in options["classWeight"].items()}
    weights = DATA["weights"] if options.get("sampleWeight") else None
    history = model.fit(X, y, batch_size=16, epochs=3, shuffle=False, verbose=0, sample_weight=weights, **given)
    evaluated = model.evaluate(X, y, batch_size=16, sample_weight=weights, verbose=0, return_dict=True)
    return {"epochs": history.epoch, "history": {k: recording.numbers(v) for k, v in sorted(history.history.items())},
            "evaluate": logs(evaluated), "predict": recording.tensor(model.predict(X[:3], verbose=0)),
            "final": [recording.tensor(w) for w in model.get_weights()]}


def on_batches():
    """train_on_batch on three batches, then test_on_batch on the first: what each call returns."""
    model, y, *_ = build("categorical", ("SGD", {"learning_rate": 0.1}), ["accuracy"])
    trained = [logs(model.train_on_batch(X[i:i + 16], y[i:i + 16], return_dict=True)) for i in (0, 16, 32)]
    return {"trainOnBatch": trained, "testOnBatch": logs(model.test_on_batch(X[:16], y[:16], return_dict=True))}


class Epochs:
    """Stands in for a model: its 'weights' are the number of the epoch just finished."""

    def __init__(self):
        self.weights, self.stop_training = None, False

    def get_weights(self):
        return self.weights

    def set_weights(self, weights):
        self.weights = weights


STOPPING = {
    "falling then rising": [1.0, 0.9, 0.8, 0.85, 0.84, 0.83, 0.7, 0.9, 0.95, 1.0],
    "never better": [0.5, 0.6, 0.7, 0.8, 0.9, 1.0],
    "always better": [1.0, 0.8, 0.6, 0.4, 0.2],
    "flat": [0.5, 0.5, 0.5, 0.5, 0.5, 0.5],
    "slow": [1.0, 0.98, 0.96, 0.94, 0.92, 0.9, 0.88, 0.86],
    "with NaN": [1.0, float("nan"), 0.9, float("nan"), float("nan"), float("nan"), 0.8],
}
STOPPING_ARGUMENTS = [
    {}, {"patience": 1}, {"patience": 2}, {"patience": 3, "restoreBestWeights": True},
    {"patience": 2, "minDelta": 0.05}, {"patience": 2, "baseline": 0.82}, {"patience": 2, "startFromEpoch": 3},
    {"patience": 2, "mode": "max", "restoreBestWeights": True},
    {"patience": 2, "baseline": 0.1, "restoreBestWeights": True},
    {"patience": 1, "startFromEpoch": 20, "restoreBestWeights": True},
]
SNAKE = {"minDelta": "min_delta", "restoreBestWeights": "restore_best_weights", "startFromEpoch": "start_from_epoch"}


def stopping():
    """EarlyStopping fed with sequences of val_loss: when it stops, which epoch was best, whose weights are left."""
    traces = []
    for name, losses in STOPPING.items():
        for arguments in STOPPING_ARGUMENTS:
            callback = keras.callbacks.EarlyStopping(**{SNAKE.get(k, k): v for k, v in arguments.items()})
            model = Epochs()
            callback.set_model(model)
            callback.on_train_begin()
            run = 0
            for epoch, loss in enumerate(losses):
                model.weights, run = epoch, epoch + 1
                callback.on_epoch_end(epoch, {"val_loss": loss})
                if model.stop_training:
                    break
            callback.on_train_end()
            traces.append({"sequence": name, "arguments": arguments, "epochsRun": run,
                           "stoppedEpoch": callback.stopped_epoch, "bestEpoch": callback.best_epoch,
                           "best": None if callback.best is None else recording.number(callback.best),
                           "wait": callback.wait, "weightsOfEpoch": model.weights})
    return traces


def loss_name(name):
    head, *rest = name.split("_")
    return head + "".join(part.capitalize() for part in rest)


def main():
    cases = {}
    for name, (task, optimizer, metrics, options) in CASES.items():
        activation, loss, target = TASKS[task]
        arguments = {OUR_NAMES.get(k, k): v for k, v in optimizer[1].items()}
        cases[name] = {"activation": activation, "loss": loss_name(loss), "target": target, "metrics": metrics,
                       "optimizer": {"kind": optimizer[0].lower(), **arguments}, "options": options}
    batches = {}
    for dtype in ("float64", "float32"):
        keras.config.set_floatx(dtype)
        for name, case in CASES.items():
            cases[name][dtype] = fit(*case)
        batches[dtype] = on_batches()
    recording.write(
        "training", "Network 4 - 6 tanh - outputs (1 for bits and values, else 3), weights from initial[outputs], fit "
        "with batchSize 16, epochs 3, shuffle false and the case's options (sampleWeight true means data.weights; "
        "evaluate uses the same weights). predict: the first 3 rows. onBatches: task of case 'plain', rows 0-15, "
        "16-31, 32-47, then testOnBatch on 0-15. Compare |a - b| <= tol * max(1, |b|), tol 1e-10 in "
        "float64, 2e-5 in float32.",
        [keras, tf],
        {"data": {k: recording.tensor(v) for k, v in DATA.items()},
         "initial": {str(k): [recording.tensor(w) for w in v] for k, v in INITIAL.items()},
         "cases": cases, "onBatches": batches,
         "earlyStopping": {"sequences": {k: recording.numbers(v) for k, v in STOPPING.items()}, "traces": stopping()}},
        depth=3)


main()
