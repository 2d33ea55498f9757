"""metrics.json: metrics of Keras 3 over several batches, with and without sample weights.

Run: python make_metrics.py       (needs keras, tensorflow)
"""

import os

os.environ.update(KERAS_BACKEND="tensorflow", TF_CPP_MIN_LOG_LEVEL="3", CUDA_VISIBLE_DEVICES="-1")
import keras
import numpy as np
import tensorflow as tf

import recording

keras.config.set_floatx("float64")
random = np.random.default_rng(5)
COUNTS = {"threshold": "thresholds", "topK": "top_k", "classId": "class_id"}
CLASSES = {"numClasses": "num_classes", "targetClassIds": "target_class_ids", "ignoreClass": "ignore_class",
           "sparseYTrue": "sparse_y_true", "sparseYPred": "sparse_y_pred"}
METRICS = {
    "accuracy": (keras.metrics.Accuracy, {}),
    "binaryAccuracy": (keras.metrics.BinaryAccuracy, {}),
    "categoricalAccuracy": (keras.metrics.CategoricalAccuracy, {}),
    "sparseCategoricalAccuracy": (keras.metrics.SparseCategoricalAccuracy, {}),
    "topKCategoricalAccuracy": (keras.metrics.TopKCategoricalAccuracy, {"k": "k"}),
    "sparseTopKCategoricalAccuracy": (keras.metrics.SparseTopKCategoricalAccuracy, {"k": "k"}),
    "mae": (keras.metrics.MeanAbsoluteError, {}),
    "mse": (keras.metrics.MeanSquaredError, {}),
    "rmse": (keras.metrics.RootMeanSquaredError, {}),
    "binaryCrossentropy": (keras.metrics.BinaryCrossentropy, {"fromLogits": "from_logits"}),
    "categoricalCrossentropy": (keras.metrics.CategoricalCrossentropy, {"fromLogits": "from_logits"}),
    "sparseCategoricalCrossentropy": (keras.metrics.SparseCategoricalCrossentropy, {"fromLogits": "from_logits"}),
    "mape": (keras.metrics.MeanAbsolutePercentageError, {}), "msle": (keras.metrics.MeanSquaredLogarithmicError, {}),
    "logCosh": (keras.metrics.LogCoshError, {}), "poisson": (keras.metrics.Poisson, {}),
    "klDivergence": (keras.metrics.KLDivergence, {}), "cosineSimilarity": (keras.metrics.CosineSimilarity, {}),
    "hinge": (keras.metrics.Hinge, {}), "squaredHinge": (keras.metrics.SquaredHinge, {}),
    "categoricalHinge": (keras.metrics.CategoricalHinge, {}),
    "precision": (keras.metrics.Precision, COUNTS), "recall": (keras.metrics.Recall, COUNTS),
    "truePositives": (keras.metrics.TruePositives, COUNTS), "falsePositives": (keras.metrics.FalsePositives, COUNTS),
    "trueNegatives": (keras.metrics.TrueNegatives, COUNTS), "falseNegatives": (keras.metrics.FalseNegatives, COUNTS),
    "f1Score": (keras.metrics.F1Score, {}), "fbetaScore": (keras.metrics.FBetaScore, {}),
    "auc": (keras.metrics.AUC, {"summationMethod": "summation_method", "numThresholds": "num_thresholds",
                                "fromLogits": "from_logits"}),
    "iou": (keras.metrics.IoU, CLASSES), "meanIoU": (keras.metrics.MeanIoU, CLASSES),
    "binaryIoU": (keras.metrics.BinaryIoU, CLASSES), "oneHotIoU": (keras.metrics.OneHotIoU, CLASSES),
    "oneHotMeanIoU": (keras.metrics.OneHotMeanIoU, CLASSES),
    "r2Score": (keras.metrics.R2Score, {"numRegressors": "num_regressors", "average": "class_aggregation"}),
}
SIZES = (4, 4, 3)  # the last batch is partial


def normal(*shape):
    return np.round(random.standard_normal(shape) * 64) / 64


def probabilities(rows, classes):
    e = np.exp(normal(rows, classes))
    return np.round(e / e.sum(-1, keepdims=True) * 256) / 256


def weights(rows):
    return random.integers(0, 9, rows) / 4


def labels(rows, classes):
    return random.integers(0, classes, rows)


def one_hot(rows, classes):
    return np.eye(classes, dtype=int)[labels(rows, classes)]


def binary(rows, columns):
    """Probabilities, one of which is exactly the threshold 0.5."""
    p = random.integers(1, 256, (rows, columns)) / 256
    p[0, 0] = 0.5
    return p


def distinct(rows, classes):
    """Scores without ties, which libraries rank differently."""
    return np.stack([random.permutation(classes * 4)[:classes] for _ in range(rows)]) / 8


def ties(rows, classes):
    """Probabilities with ties for the largest, which argmax gives to the first."""
    p = probabilities(rows, classes)
    p[0] = 1 / 4
    return p


# metric, arguments, function of the batch size giving (truth, prediction)
CASES = [
    ("accuracy", {}, lambda n: (labels(n, 3), labels(n, 3))),
    ("accuracy", {}, lambda n: (labels((n, 2), 3), labels((n, 2), 3))),
    ("binaryAccuracy", {}, lambda n: (labels((n, 1), 2), binary(n, 1))),
    ("binaryAccuracy", {}, lambda n: (labels((n, 3), 2), binary(n, 3))),
    ("binaryAccuracy", {}, lambda n: (labels(n, 2), binary(n, 1))),
    ("binaryAccuracy", {"threshold": 0.25}, lambda n: (labels((n, 3), 2), binary(n, 3))),
    ("categoricalAccuracy", {}, lambda n: (one_hot(n, 4), ties(n, 4))),
    ("sparseCategoricalAccuracy", {}, lambda n: (labels(n, 4), ties(n, 4))),
    ("sparseCategoricalAccuracy", {}, lambda n: (labels((n, 1), 4), ties(n, 4))),
    ("sparseCategoricalAccuracy", {}, lambda n: (labels((n, 2), 4), probabilities(2 * n, 4).reshape(n, 2, 4))),
    ("topKCategoricalAccuracy", {"k": 2}, lambda n: (one_hot(n, 6), distinct(n, 6))),
    ("sparseTopKCategoricalAccuracy", {"k": 2}, lambda n: (labels(n, 6), distinct(n, 6))),
    ("sparseTopKCategoricalAccuracy", {}, lambda n: (labels(n, 8), distinct(n, 8))),
    *[(name, {}, make) for name in ("mae", "mse", "rmse")
      for make in (lambda n: (normal(n, 2), normal(n, 2)), lambda n: (normal(n), normal(n, 1)))],
    ("binaryCrossentropy", {}, lambda n: (labels((n, 2), 2), binary(n, 2))),
    ("binaryCrossentropy", {"fromLogits": True}, lambda n: (labels((n, 2), 2), normal(n, 2))),
    ("categoricalCrossentropy", {}, lambda n: (one_hot(n, 4), probabilities(n, 4))),
    ("categoricalCrossentropy", {"fromLogits": True}, lambda n: (one_hot(n, 4), normal(n, 4))),
    ("sparseCategoricalCrossentropy", {}, lambda n: (labels(n, 4), probabilities(n, 4))),
    ("sparseCategoricalCrossentropy", {"fromLogits": True}, lambda n: (labels(n, 4), normal(n, 4))),
    *[(name, {}, lambda n: (normal(n, 2), normal(n, 2))) for name in ("mape", "logCosh", "cosineSimilarity")],
    *[(name, {}, lambda n: (labels((n, 2), 5), np.abs(normal(n, 2)) + 0.125)) for name in ("msle", "poisson")],
    ("klDivergence", {}, lambda n: (probabilities(n, 4), probabilities(n, 4))),
    *[(name, {}, lambda n: (labels((n, 2), 2) * 2 - 1, normal(n, 2))) for name in ("hinge", "squaredHinge")],
    ("categoricalHinge", {}, lambda n: (one_hot(n, 4), normal(n, 4))),
    *[(name, arguments, make)
      for name in ("precision", "recall", "truePositives", "falsePositives", "trueNegatives", "falseNegatives")
      for arguments, make in (({}, lambda n: (labels(n, 2), binary(n, 1))),
                              ({"threshold": 0.25}, lambda n: (labels((n, 3), 2), binary(n, 3))))],
    *[(name, arguments, lambda n: (one_hot(n, 6), distinct(n, 6))) for name in ("precision", "recall")
      for arguments in ({"topK": 2}, {"classId": 1}, {"topK": 3, "classId": 2})],
    *[("f1Score", arguments, lambda n: (labels((n, 3), 2), binary(n, 3)))
      for arguments in ({"average": "macro"}, {"average": "micro", "threshold": 0.5}, {"average": "weighted"})],
    ("fbetaScore", {"average": "macro", "beta": 2.0, "threshold": 0.25}, lambda n: (labels((n, 3), 2), binary(n, 3))),
    *[("auc", arguments, make) for make in (lambda n: (labels((n, 1), 2), binary(n, 1)),
                                            lambda n: (labels((n, 3), 2), binary(n, 3)))
      for arguments in ({}, {"curve": "PR"}, {"curve": "PR", "summationMethod": "minoring", "numThresholds": 10},
                        {"summationMethod": "majoring", "numThresholds": 5})],
    ("auc", {"fromLogits": True}, lambda n: (labels((n, 1), 2), normal(n, 1))),
    ("iou", {"numClasses": 4, "targetClassIds": [1, 3]}, lambda n: (labels(n, 4), labels(n, 4))),
    ("meanIoU", {"numClasses": 3}, lambda n: (labels(n, 3), labels(n, 3))),
    ("meanIoU", {"numClasses": 4, "ignoreClass": 2, "sparseYPred": False}, lambda n: (labels(n, 4), probabilities(n, 4))),
    ("binaryIoU", {"threshold": 0.25}, lambda n: (labels((n, 1), 2), binary(n, 1))),
    ("r2Score", {}, lambda n: (normal(n, 2), normal(n, 2))),
    ("r2Score", {"numRegressors": 2}, lambda n: (normal(n, 1), normal(n, 1))),
    ("oneHotIoU", {"numClasses": 4, "targetClassIds": [0, 3]}, lambda n: (one_hot(n, 4), ties(n, 4))),
    ("oneHotIoU", {"numClasses": 3, "targetClassIds": [1], "ignoreClass": 2, "sparseYPred": True},
     lambda n: (one_hot(n, 3), labels(n, 3))),
    ("oneHotMeanIoU", {"numClasses": 4}, lambda n: (one_hot(n, 4), ties(n, 4))),
    ("oneHotMeanIoU", {"numClasses": 4, "ignoreClass": 1}, lambda n: (one_hot(n, 4), probabilities(n, 4))),
    ("f1Score", {"average": None}, lambda n: (labels((n, 3), 2), binary(n, 3))),
    ("fbetaScore", {"average": None, "beta": 0.5, "threshold": 0.25}, lambda n: (labels((n, 3), 2), binary(n, 3))),
    ("r2Score", {"average": None}, lambda n: (normal(n, 2), normal(n, 2))),
]


def result(metric):
    """The metric's value; where TensorFlow has float32 only (top k), from its sums, which are exact."""
    if metric.dtype == "float32":
        total, count = (float(v.numpy()) for v in (metric.total, metric.count))
        return recording.number(total / count if count else 0.0)
    value = metric.result().numpy()
    return [recording.number(v) for v in value] if value.ndim else recording.number(value)


def record(name, arguments, make, weighted):
    """The running result after every batch, then after a reset and the last batch alone."""
    made, names = METRICS[name]
    dtype = "float32" if "topk" in name.lower() else "float64"
    metric = made(dtype=dtype, **{names.get(k, k): v for k, v in arguments.items()})
    batches, results = [], []
    for n in SIZES:
        truth, guess = make(n)
        guess = guess.astype("float32") if dtype == "float32" else guess
        weight = weights(n) if weighted else None
        batches.append({"yTrue": recording.tensor(truth), "yPred": recording.tensor(guess),
                        "sampleWeight": recording.tensor(weight) if weighted else None})
        metric.update_state(truth, guess, sample_weight=weight)
        results.append(result(metric))
    metric.reset_state()
    empty = result(metric)
    metric.update_state(truth, guess, sample_weight=weight)
    return {"metric": name, "arguments": arguments, "batches": batches, "results": results, "empty": empty,
            "afterReset": result(metric)}


def main():
    recording.write(
        "metrics", "float64. Stateful metrics: 'results' after each batch of 'batches', 'empty' just after a reset, "
        "'afterReset' after the last batch alone. Compare |a - b| <= 1e-12 * max(1, |b|).", [keras, tf],
        {"cases": [record(*case, weighted) for case in CASES for weighted in (False, True)]})


main()
