"""defaults.json: what Keras's optimisers and losses and scikit-learn's learners do when they are told nothing.

Run: python make_defaults.py keras   (needs keras)   and   python make_defaults.py sklearn   (needs scikit-learn);
each writes its part and leaves the other's as it is.
"""

import json
import os
import re
import sys

os.environ.update(KERAS_BACKEND=os.environ.get("KERAS_BACKEND", "tensorflow"), TF_CPP_MIN_LOG_LEVEL="3", CUDA_VISIBLE_DEVICES="-1")
import recording

OPTIMIZERS = ["SGD", "RMSprop", "Adam", "AdamW", "Nadam", "Adamax", "Adagrad", "Adadelta", "Lion", "Ftrl", "Lamb", "Adafactor"]
LOSSES = ["BinaryCrossentropy", "CategoricalCrossentropy", "SparseCategoricalCrossentropy", "BinaryFocalCrossentropy",
          "CategoricalFocalCrossentropy", "CategoricalGeneralizedCrossEntropy", "Tversky", "Circle"]
LEARNERS = ["Perceptron", "SGDClassifier", "SGDRegressor", "MLPClassifier", "MLPRegressor"]
NAMES = {"clipnorm": "clipNorm", "clipvalue": "clipValue", "global_clipnorm": "globalClipNorm"}


def camel(name):
    return NAMES.get(name) or re.sub(r"_(\w)", lambda m: m[1].upper(), name)


def plain(value):
    """JSON of an option: numbers exact, names in our spelling."""
    if isinstance(value, str):
        return camel(value)
    if isinstance(value, (tuple, list)):
        return [plain(v) for v in value]
    return value if value is None or isinstance(value, bool) else recording.number(value)


def options(given):
    return {camel(name): plain(value) for name, value in given.items()}


def of_keras():
    import keras
    rounded = lambda config: {k: round(v, 9) if isinstance(v, float) and v > 1e-9 else v for k, v in config.items()}
    given = {kind: options(rounded(getattr(keras.optimizers, kind)().get_config())) for kind in OPTIMIZERS}
    losses = {kind: options(getattr(keras.losses, kind)().get_config()) for kind in LOSSES}
    return [keras], {"optimizers": given, "losses": losses}


def of_sklearn():
    import sklearn
    from sklearn import linear_model, neural_network
    found = {name: getattr(linear_model, name, None) or getattr(neural_network, name) for name in LEARNERS}
    return [sklearn], {"learners": {name: options(made().get_params()) for name, made in found.items()}}


versions, part = {"keras": of_keras, "sklearn": of_sklearn}[sys.argv[1]]()
path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "defaults.json")
before = json.load(open(path)) if os.path.exists(path) else {}
kept = {name: before[name] for name in ("optimizers", "losses", "learners") if name in before}
recording.write("defaults", "what Keras's optimisers and losses and scikit-learn's learners do when they are told nothing; exact", versions, {**kept, **part})
after = json.load(open(path))
after["versions"] = {**before.get("versions", {}), **after["versions"]}
with open(path, "w") as file:
    file.write(recording.lines(after, 3) + "\n")
