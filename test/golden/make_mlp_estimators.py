"""Records mlp_estimators.json: trainings of scikit-learn's MLPClassifier and MLPRegressor on iris.

  python make_mlp_estimators.py     (scikit-learn 1.9)
"""

import warnings

import numpy as np
import sklearn
from sklearn.datasets import load_iris
from sklearn.neural_network import MLPClassifier, MLPRegressor

import recording

warnings.filterwarnings("ignore")
iris = load_iris()
SCALED = (iris.data - 4.0) / 2.0
BITS = np.stack([iris.target > 0, iris.data[:, 0] > 5.8, iris.data[:, 1] > 3.0], axis=1).astype(int)
DATA = {
    "species": (SCALED, iris.target),
    "versicolor": (SCALED, iris.target == 1),
    "bits": (SCALED, BITS),
    "width": (SCALED[:, :3], iris.data[:, 3]),
    "petals": (SCALED[:, :2], iris.data[:, 2:]),
}
CLASSES = {"MLPClassifier": MLPClassifier, "MLPRegressor": MLPRegressor}
LOSSES = {"squared_error": "squaredError", "poisson": "poisson"}
cases = []


def camel(name):
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)


def outcome(kind, data, calls, dtype, options):
    """Trains as `calls` says: fit, weighted (with sample weights), twice (fit and fit again) or partial (three times)."""
    x, y = DATA[data]
    x = x.astype(dtype)
    model = CLASSES[kind](**options)
    if calls == "partial":
        for _ in range(3):
            model.partial_fit(x, y, **({} if kind == "MLPRegressor" else {"classes": np.unique(y)}))
    elif calls == "weighted":
        model.fit(x, y, sample_weight=(1.0 + np.arange(150) % 3).astype(dtype))
    else:
        model.fit(x, y)
        if calls == "twice":
            model.fit(x, y)
    answers = model.predict_proba(x) if kind == "MLPClassifier" else model.predict(x)
    stochastic = model.solver != "lbfgs"
    best = model.best_loss_ if stochastic else None
    return {"lossCurve": recording.numbers(model.loss_curve_) if stochastic else [], "loss": recording.number(model.loss_),
            "nIter": model.n_iter_, "t": int(model.t_), "bestLoss": None if best is None else recording.number(best),
            "validationScores": recording.numbers((model.validation_scores_ if stochastic else None) or []),
            "coefs": [recording.tensor(w) for w in model.coefs_], "intercepts": [recording.tensor(b) for b in model.intercepts_],
            "answers": recording.numbers(np.ravel(answers[:: 25])), "score": recording.number(model.score(x, y))}


def case(kind, data, calls="fit", **options):
    options = {"hidden_layer_sizes": (6, 4), "random_state": 42, "max_iter": 12, **options}
    given = {camel(k): list(v) if isinstance(v, tuple) else v for k, v in options.items()}
    if "loss" in given:
        given["loss"] = LOSSES[given["loss"]]
    if "batchSize" not in given:
        options["batch_size"] = given["batchSize"] = 32
    recorded = {"float64": outcome(kind, data, calls, np.float64, options)}
    # scikit-learn's lbfgs goes over to float64 after its first evaluation.
    if options.get("solver") != "lbfgs":
        recorded["float32"] = outcome(kind, data, calls, np.float32, options)
    cases.append({"kind": kind, "data": data, "calls": calls, "options": given, **recorded})


for solver in ("sgd", "adam"):
    rate = {"learning_rate_init": 0.05 if solver == "sgd" else 0.01}
    slow = {"learning_rate_init": 0.005 if solver == "sgd" else 0.01}
    for activation in ("identity", "logistic", "tanh", "relu"):
        for data in ("species", "versicolor", "bits"):
            case("MLPClassifier", data, solver=solver, activation=activation, shuffle=False, **rate)
        case("MLPRegressor", "petals", solver=solver, activation=activation, shuffle=False, **slow)
    case("MLPClassifier", "species", solver=solver, alpha=0.5, **rate)
    case("MLPRegressor", "width", solver=solver, alpha=0.5, **slow)
    for data in ("species", "versicolor", "bits"):
        case("MLPClassifier", data, solver=solver, early_stopping=True, validation_fraction=0.2, max_iter=30, n_iter_no_change=3, **rate)
    case("MLPRegressor", "width", solver=solver, early_stopping=True, max_iter=30, n_iter_no_change=3, **slow)
    for calls in ("twice", "partial", "weighted"):
        case("MLPClassifier", "species", calls, solver=solver, warm_start=calls == "twice", max_iter=5, **rate)
        case("MLPRegressor", "petals", calls, solver=solver, warm_start=calls == "twice", max_iter=5, **slow)
for rate in ("constant", "invscaling", "adaptive"):
    case("MLPClassifier", "species", solver="sgd", learning_rate=rate, learning_rate_init=0.3, power_t=0.3, max_iter=60, tol=0.02, n_iter_no_change=2)
    case("MLPRegressor", "width", solver="sgd", learning_rate=rate, learning_rate_init=0.02, max_iter=60, tol=0.005, n_iter_no_change=2)
case("MLPClassifier", "bits", "weighted", solver="sgd", learning_rate_init=0.05, early_stopping=True)
case("MLPRegressor", "width", "weighted", early_stopping=True, learning_rate_init=0.01)
case("MLPClassifier", "species", solver="sgd", nesterovs_momentum=False, learning_rate_init=0.05)
case("MLPClassifier", "species", solver="sgd", momentum=0.0, learning_rate_init=0.05, hidden_layer_sizes=())
case("MLPClassifier", "species", batch_size="auto", beta_1=0.8, beta_2=0.99, epsilon=1e-4, learning_rate_init=0.02)
for activation in ("identity", "logistic", "tanh", "relu"):
    case("MLPClassifier", "species", solver="lbfgs", activation=activation, alpha=0.01)
    case("MLPRegressor", "petals", solver="lbfgs", activation=activation, alpha=0.01)
case("MLPClassifier", "versicolor", solver="lbfgs", alpha=1.0, max_iter=500, activation="tanh", tol=5e-3)
case("MLPClassifier", "bits", "weighted", solver="lbfgs", activation="logistic", alpha=0.1)
case("MLPClassifier", "bits", "twice", solver="lbfgs", activation="tanh", alpha=0.1, warm_start=True)
case("MLPRegressor", "width", solver="lbfgs", activation="tanh", alpha=0.1, max_fun=9)
case("MLPRegressor", "width", loss="poisson", learning_rate_init=0.01)
case("MLPRegressor", "petals", loss="poisson", solver="sgd", learning_rate_init=0.01)

recording.write("mlp_estimators", "trainings of multilayer perceptrons on iris (see make_mlp_estimators.py for the data), float64 to "
                "1e-10 (lbfgs 1e-8), float32 to 2e-5, as rounding grows with the steps", [sklearn], {"cases": cases})
