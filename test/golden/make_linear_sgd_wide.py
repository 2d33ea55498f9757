"""Records linear_sgd_wide.json: what scikit-learn's linear learners make of wide rows, whose sums hebb bounds first.

  python make_linear_sgd_wide.py     (scikit-learn 1.9)

The rows come from a generator of 32 bits that the test repeats. Of the weights the SHA-256 is kept: of the float64 of
coef and then intercept, little-endian. Where scikit-learn adds up averages it calls the BLAS, which here must not use FMA
(nor does it on rows as short as iris's): OpenBLAS is told to be the one of a processor without.
"""

import hashlib
import os
import warnings

os.environ["OPENBLAS_CORETYPE"] = "Nehalem"

import numpy as np
import sklearn
from sklearn.linear_model import Perceptron, SGDClassifier, SGDRegressor

import recording
from make_linear_sgd import LOSSES, camel

warnings.filterwarnings("ignore")
ROWS, FEATURES = 240, 77
CLASSES = {"Perceptron": Perceptron, "SGDClassifier": SGDClassifier, "SGDRegressor": SGDRegressor}


def rows(kind):
    """bytes: whole numbers below 256, two thirds zeros, two rows of zeros only; floats: those / 255 in float32;
    signed: numbers of either sign with 32 bits, zeros negative, the magnitude by row; dense: no zeros."""
    state = 12345

    def draw():
        nonlocal state
        state = (state * 1664525 + 1013904223) % 2**32
        return state / 2**32

    x = np.zeros((ROWS, FEATURES))
    for i in range(ROWS):
        for j in range(FEATURES):
            keep, value = draw(), draw()
            zero = keep < 0.65 and kind != "dense"
            if kind in ("bytes", "floats"):
                x[i, j] = 0 if zero or i in (0, 100) else np.floor(value * 256)
            else:
                x[i, j] = -0.0 if zero else (value - 0.5) * 2.0 ** (i % 7 - 3)
    # The class is the third of the features with the largest sum, the first of equals; the target a difference of two.
    thirds = [np.zeros(ROWS) for _ in range(3)]
    for j in range(75):
        thirds[j // 25] += x[:, j]
    if kind == "floats":
        x = (x.astype(np.float32) / np.float32(255)).astype(np.float64)
    return x, np.argmax(np.stack(thirds, 1), 1), (thirds[0] - thirds[1]) / (512 if kind in ("bytes", "floats") else 4)


DATA = {kind: rows(kind) for kind in ("bytes", "floats", "signed", "dense")}
cases = []


def case(kind, data, **options):
    x, labels, targets = DATA[data]
    binary = options.pop("binary", False)
    y = targets if kind == "SGDRegressor" else labels == 2 if binary else labels
    model = CLASSES[kind](**options)
    model.fit(x, y)
    given = {camel(k): v for k, v in options.items()}
    if "loss" in given:
        given["loss"] = LOSSES[given["loss"]]
    weights = np.concatenate([np.ravel(model.coef_), np.ravel(model.intercept_)]).astype("<f8")
    cases.append({"kind": kind, "data": data, "binary": binary, "options": given, "epochs": int(model.n_iter_),
                  "sha256": hashlib.sha256(weights.tobytes()).hexdigest(), "intercept": recording.numbers(model.intercept_)})


for data in DATA:
    case("Perceptron", data, max_iter=30, tol=None, random_state=42)
    case("Perceptron", data, binary=True, random_state=1)
    case("Perceptron", data, max_iter=6, tol=None, shuffle=False, fit_intercept=False)
    for penalty in ("l2", "l1", "elasticnet"):
        case("Perceptron", data, penalty=penalty, alpha=1e-5, max_iter=12, tol=1e-3, random_state=5)
    for loss in ("hinge", "squared_hinge", "modified_huber", "log_loss"):
        case("SGDClassifier", data, loss=loss, max_iter=15, tol=None, random_state=3)
    case("SGDClassifier", data, random_state=8)
    case("SGDClassifier", data, average=True, max_iter=10, tol=None, random_state=8)
    case("SGDClassifier", data, alpha=0.5, learning_rate="constant", eta0=1.0, max_iter=10, tol=None, random_state=2)
    case("SGDClassifier", data, early_stopping=True, class_weight="balanced", random_state=4)
    for loss in ("epsilon_insensitive", "squared_epsilon_insensitive"):
        case("SGDRegressor", data, loss=loss, epsilon=0.75, eta0=1e-5 if data == "bytes" else 0.01, max_iter=20, tol=None,
             random_state=6)

recording.write("linear_sgd_wide", "SHA-256 of the weights of linear learners (see make_linear_sgd_wide.py for the data)",
                [sklearn], {"cases": cases})
