"""Records linear_sgd.json: weights of scikit-learn's Perceptron, SGDClassifier and SGDRegressor on iris.

  python make_linear_sgd.py     (scikit-learn 1.9)

Averaged weights end in other bits with other builds of NumPy: those recorded come with NumPy 2.1.3. All others are the
same with NumPy 2.4.6.
"""

import warnings

import numpy as np
import sklearn
from sklearn.datasets import load_iris
from sklearn.linear_model import Perceptron, SGDClassifier, SGDRegressor

import recording

warnings.filterwarnings("ignore")
iris = load_iris()
DATA = {
    "setosa": (iris.data[:, 2:], iris.target == 0),
    "species": (iris.data, iris.target),
    "scaled": ((iris.data - 4.0) / 2.0, iris.target),
    "versicolor": ((iris.data - 4.0) / 2.0, iris.target == 1),
    "width": ((iris.data[:, :3] - 4.0) / 2.0, iris.data[:, 3]),
    "far": (iris.data, np.where(iris.target == 1, 1e13, 2.5e12)),
    "large": (iris.data * 1e7, iris.target == 1),
}
LOSSES = {"hinge": "hinge", "squared_hinge": "squaredHinge", "modified_huber": "modifiedHuber", "log_loss": "logLoss",
          "perceptron": "perceptron", "squared_error": "squaredError", "huber": "huber",
          "epsilon_insensitive": "epsilonInsensitive", "squared_epsilon_insensitive": "squaredEpsilonInsensitive"}
CLASSES = {"Perceptron": Perceptron, "SGDClassifier": SGDClassifier, "SGDRegressor": SGDRegressor}
cases = []


def camel(name):
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)


def case(kind, data, calls="fit", **options):
    """Trains as `calls` says (fit; weighted: row i weighs 1 + i % 3; twice: fit and fit again; partial: three partial_fit)."""
    x, y = DATA[data]
    model = CLASSES[kind](**options)
    if calls == "partial":
        for _ in range(3):
            model.partial_fit(x, y, **({} if kind == "SGDRegressor" else {"classes": np.unique(y)}))
    else:
        model.fit(x, y, **({"sample_weight": 1.0 + np.arange(len(y)) % 3} if calls == "weighted" else {}))
        if calls == "twice":
            model.fit(x, y)
    given = {camel(k): {str(label): w for label, w in v.items()} if isinstance(v, dict) else v for k, v in options.items()}
    if "loss" in given:
        given["loss"] = LOSSES[given["loss"]]
    cases.append({"kind": kind, "data": data, "calls": calls, "options": given, "epochs": int(model.n_iter_),
                  "coef": recording.numbers(np.ravel(model.coef_)), "intercept": recording.numbers(model.intercept_),
                  "score": recording.number(model.score(x, y))})


for seed in (0, 1, 42, 12345, 2**32 - 1):
    case("Perceptron", "setosa", random_state=seed)
    case("Perceptron", "species", random_state=seed)
    case("SGDClassifier", "scaled", random_state=seed)
case("Perceptron", "setosa", max_iter=2, shuffle=False, tol=None)
case("Perceptron", "species", fit_intercept=False, eta0=0.3, max_iter=20, tol=None)
for penalty in ("l2", "l1", "elasticnet"):
    case("Perceptron", "species", penalty=penalty, alpha=0.001, max_iter=50, tol=1e-3)
    case("SGDClassifier", "scaled", penalty=penalty, alpha=0.01, random_state=7)
    case("SGDRegressor", "width", penalty=penalty, alpha=0.01, random_state=7)
for loss in ("hinge", "squared_hinge", "modified_huber", "log_loss", "perceptron"):
    case("SGDClassifier", "versicolor", loss=loss, random_state=3)
    case("SGDClassifier", "scaled", loss=loss, random_state=3, average=True, max_iter=12, tol=None)
    case("SGDClassifier", "scaled", loss=loss, random_state=3, early_stopping=True, validation_fraction=0.2)
for loss in ("squared_error", "huber", "epsilon_insensitive", "squared_epsilon_insensitive"):
    case("SGDRegressor", "width", loss=loss, random_state=5)
    case("SGDRegressor", "width", loss=loss, random_state=5, early_stopping=True, average=40)
for rate in ("constant", "optimal", "invscaling", "adaptive"):
    case("SGDClassifier", "scaled", learning_rate=rate, eta0=0.05, random_state=11)
    case("SGDRegressor", "width", learning_rate=rate, eta0=0.05, alpha=0.01, random_state=11)
case("SGDClassifier", "versicolor", class_weight="balanced", random_state=2)
case("Perceptron", "species", class_weight="balanced", random_state=2)
case("SGDClassifier", "versicolor", average=100, max_iter=5, tol=None, random_state=2)
case("SGDClassifier", "scaled", average=100000, max_iter=5, tol=None, random_state=2)
case("SGDClassifier", "versicolor", alpha=0.5, learning_rate="constant", eta0=1.0, max_iter=5, tol=None, random_state=2)
for kind, data in (("Perceptron", "species"), ("SGDClassifier", "versicolor"), ("SGDRegressor", "width")):
    case(kind, data, "partial", random_state=9)
    case(kind, data, "twice", random_state=9, warm_start=True, max_iter=3, tol=None)
for penalty in ("l2", "l1", "elasticnet"):
    for seed in (1, 42):
        case("Perceptron", "species", penalty=penalty, alpha=0.01, random_state=seed, max_iter=30)
        case("Perceptron", "setosa", penalty=penalty, alpha=0.002, l1_ratio=0.4, eta0=0.3, random_state=seed)
    case("Perceptron", "species", penalty=penalty, alpha=0.001, early_stopping=True, validation_fraction=0.25, random_state=4)
    case("SGDClassifier", "scaled", penalty=penalty, alpha=0.003, l1_ratio=0.7, max_iter=8, tol=None, random_state=6)
    case("SGDClassifier", "scaled", penalty=penalty, alpha=0.003, early_stopping=True, random_state=6)
    for rate in ("constant", "optimal", "invscaling", "adaptive"):
        case("SGDClassifier", "versicolor", penalty=penalty, learning_rate=rate, eta0=0.1, alpha=0.005, power_t=0.3, random_state=8)
for loss in ("hinge", "squared_hinge", "modified_huber", "log_loss", "perceptron"):
    for rate in ("constant", "optimal", "invscaling", "adaptive"):
        case("SGDClassifier", "scaled", loss=loss, learning_rate=rate, eta0=0.02, alpha=0.01, random_state=13)
for loss in ("huber", "epsilon_insensitive", "squared_epsilon_insensitive"):
    case("SGDRegressor", "width", loss=loss, epsilon=0.3, fit_intercept=False, random_state=5)
for kind, data in (("Perceptron", "species"), ("SGDClassifier", "scaled")):
    case(kind, data, class_weight={0: 2.0, 2: 0.5}, random_state=2, max_iter=20)
    case(kind, data, "weighted", random_state=2, max_iter=20)
    case(kind, data, "weighted", class_weight={0: 2.0, 1: 3.0, 2: 0.5}, random_state=2, max_iter=20)
case("SGDRegressor", "width", "weighted", random_state=2)
case("SGDClassifier", "scaled", n_iter_no_change=2, tol=0.01, random_state=2)
case("Perceptron", "species", n_iter_no_change=9, random_state=2, max_iter=40)
# Weights that shrink by 0.7 a row until their common factor is below 1e-9, and derivatives that are cut to 1e12.
case("SGDClassifier", "versicolor", alpha=0.3, learning_rate="constant", eta0=1.0, max_iter=5, tol=None, random_state=2)
case("SGDClassifier", "versicolor", penalty="elasticnet", alpha=0.3, learning_rate="constant", eta0=1.0, max_iter=5, tol=None,
     random_state=2)
case("SGDRegressor", "far", loss="squared_error", learning_rate="constant", eta0=0.3, max_iter=4, tol=None, random_state=2)
case("SGDRegressor", "far", loss="squared_epsilon_insensitive", penalty=None, learning_rate="constant", eta0=0.3, max_iter=4,
     tol=None, random_state=2)
case("SGDClassifier", "large", loss="squared_hinge", penalty=None, learning_rate="constant", eta0=0.3, max_iter=4, tol=None,
     random_state=2)

if __name__ == "__main__":
    recording.write("linear_sgd", "weights of linear learners on iris (see make_linear_sgd.py for the data); exact",
                    [sklearn], {"cases": cases})
