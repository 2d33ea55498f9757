"""Records model_selection.json: folds, cross-validation, grid search and scaling by scikit-learn, on iris.

  python make_model_selection.py     (scikit-learn 1.9)
"""

import warnings

import numpy as np
import sklearn
from sklearn.datasets import load_iris
from sklearn.linear_model import Perceptron, SGDClassifier, SGDRegressor
from sklearn.model_selection import GridSearchCV, KFold, StratifiedKFold, cross_val_score, train_test_split
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline, Pipeline
from sklearn.preprocessing import MinMaxScaler, StandardScaler

import recording

warnings.filterwarnings("ignore")
iris = load_iris()
X, Y = iris.data, iris.target
LABELS = np.array([2, 0, 1, 1, 0, 2, 2, 2, 0, 1, 1, 2, 2])

folds = []
for splits in (2, 3, 5):
    for seed in (None, 0, 42):
        options = {"n_splits": splits, "shuffle": seed is not None, "random_state": seed}
        for kind, splitter in (("kFold", KFold(**options)), ("stratifiedKFold", StratifiedKFold(**options))):
            if kind == "stratifiedKFold" and splits > 4:
                continue
            tests = [test.tolist() for _, test in splitter.split(LABELS.reshape(-1, 1), LABELS)]
            folds.append({"kind": kind, "nSplits": splits, "randomState": seed, "tests": tests})

MLP = {"hidden_layer_sizes": (6,), "learning_rate_init": 0.02, "max_iter": 40, "random_state": 1}
scores = {
    "perceptron": cross_val_score(Perceptron(), X, Y),
    "standardMLP": cross_val_score(make_pipeline(StandardScaler(), MLPClassifier(**MLP)), X, Y, cv=4),
    "minMaxMLP": cross_val_score(make_pipeline(MinMaxScaler((-1, 1)), MLPClassifier(**MLP)), X, Y, cv=KFold(3, shuffle=True, random_state=5)),
    "regressor": cross_val_score(make_pipeline(StandardScaler(), SGDRegressor(random_state=3)), X[:, :3], X[:, 3], cv=3),
}
grid = {"sgd__penalty": ["l2", "l1"], "sgd__alpha": [1e-4, 1e-2, 1.0], "scale__with_mean": [True, False]}
search = GridSearchCV(Pipeline([("scale", StandardScaler()), ("sgd", SGDClassifier(random_state=1))]), grid, cv=3).fit(X, Y)
found = search.cv_results_
scaler = MinMaxScaler((-2, 3)).fit(X)
rest, _ = train_test_split(np.arange(150), test_size=0.1, random_state=42)
train, valid = train_test_split(rest, test_size=0.1, random_state=42)
long = make_pipeline(StandardScaler(), MLPClassifier(hidden_layer_sizes=[5], max_iter=10_000, random_state=42)).fit(X[train], Y[train])

recording.write("model_selection", "folds of 13 labels, cross-validation scores, a grid search and a MinMaxScaler on iris (see "
                "make_model_selection.py); scores to 1e-9", [sklearn], {
    "labels": LABELS.tolist(), "folds": folds, "scores": {k: recording.numbers(v) for k, v in scores.items()},
    "search": {"params": [{k.replace("with_mean", "withMean"): v for k, v in p.items()} for p in found["params"]],
               "mean": recording.numbers(found["mean_test_score"]), "std": recording.numbers(found["std_test_score"]),
               "rank": found["rank_test_score"].tolist(), "best": int(search.best_index_)},
    "long": {"train": train.tolist(), "valid": valid.tolist(), "epochs": long[-1].n_iter_, "loss": recording.number(long[-1].loss_),
             "score": recording.number(long.score(X[valid], Y[valid]))},
    "minMax": {"scale": recording.numbers(scaler.scale_), "min": recording.numbers(scaler.min_), "dataMin": recording.numbers(scaler.data_min_),
               "dataMax": recording.numbers(scaler.data_max_), "row": recording.numbers(scaler.transform(X[[70]])[0])},
})
