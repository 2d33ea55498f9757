"""losses.json: the losses of Keras 3 in float64, with sample weights and every reduction, and their gradients.

Run: python make_losses.py       (needs keras, tensorflow)
"""

import os

os.environ.update(KERAS_BACKEND="tensorflow", TF_CPP_MIN_LOG_LEVEL="3", CUDA_VISIBLE_DEVICES="-1")
import keras
import numpy as np
import tensorflow as tf

import recording

keras.config.set_floatx("float64")
random = np.random.default_rng(11)
REDUCTIONS = {"sumOverBatchSize": "sum_over_batch_size", "sum": "sum", "none": "none",
              "meanWithSampleWeight": "mean_with_sample_weight"}
CLASSES = {
    "mse": keras.losses.MeanSquaredError, "mae": keras.losses.MeanAbsoluteError, "huber": keras.losses.Huber,
    "binaryCrossentropy": keras.losses.BinaryCrossentropy,
    "categoricalCrossentropy": keras.losses.CategoricalCrossentropy,
    "sparseCategoricalCrossentropy": keras.losses.SparseCategoricalCrossentropy,
    "mape": keras.losses.MeanAbsolutePercentageError, "msle": keras.losses.MeanSquaredLogarithmicError,
    "logCosh": keras.losses.LogCosh, "poisson": keras.losses.Poisson, "klDivergence": keras.losses.KLDivergence,
    "cosineSimilarity": keras.losses.CosineSimilarity, "hinge": keras.losses.Hinge,
    "squaredHinge": keras.losses.SquaredHinge, "categoricalHinge": keras.losses.CategoricalHinge,
    "binaryFocalCrossentropy": keras.losses.BinaryFocalCrossentropy,
    "categoricalFocalCrossentropy": keras.losses.CategoricalFocalCrossentropy,
    "categoricalGeneralizedCrossEntropy": keras.losses.CategoricalGeneralizedCrossEntropy,
    "dice": keras.losses.Dice, "tversky": keras.losses.Tversky, "circle": keras.losses.Circle,
}
SNAKE = {"fromLogits": "from_logits", "labelSmoothing": "label_smoothing", "ignoreClass": "ignore_class",
         "applyClassBalancing": "apply_class_balancing", "removeDiagonal": "remove_diagonal"}


def normal(*shape):
    """Gaussian numbers, multiples of 1/64."""
    return np.round(random.standard_normal(shape) * 64) / 64


def softmax(z):
    """Rows of probabilities, so that they need no clipping."""
    e = np.exp(z - z.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


def one_hot(labels, classes):
    return np.eye(classes)[labels]


def cases():
    """(loss, arguments, truth, prediction, sample weights) in a fixed order."""
    weights = np.array([1.0, 0.5, 2.0, 0.0, 3.0])
    # Errors of exactly 0 (mae) and exactly delta (huber) are among these.
    truth, guess = normal(5, 3), normal(5, 3)
    guess[0, 0], guess[1, 1], guess[2, 2] = truth[0, 0], truth[1, 1] + 1, truth[2, 2] - 0.25
    for loss, sets in (("mse", [{}]), ("mae", [{}]), ("huber", [{}, {"delta": 0.25}])):
        for arguments in sets:
            yield loss, arguments, truth, guess, None
            yield loss, arguments, truth, guess, weights
            yield loss, arguments, truth, guess, weights[:, None]
        yield loss, sets[0], truth[:, :1], guess[:, 0], weights
        yield loss, sets[0], normal(2, 2, 3), normal(2, 2, 3), np.array([[1, 2], [0.5, 0]])
    bits = np.array([[1, 0, 1], [0, 0, 1], [1, 1, 0], [0, 1, 0], [1, 0, 0]])
    scores = normal(5, 3) * 2
    scores[0] = [40, -40, 0]
    for smooth in ({}, {"labelSmoothing": 0.1}):
        for used in (None, weights):
            yield "binaryCrossentropy", {**smooth}, bits, 1 / (1 + np.exp(-normal(5, 3))), used
            yield "binaryCrossentropy", {"fromLogits": True, **smooth}, bits, scores, used
    certain = np.array([[1, 0, 0], [1, 0, 1e-9], [0.5, 1, 0.5], [0, 1, 1], [0, 0.25, 1]])
    yield "binaryCrossentropy", {}, bits, certain, None
    labels, logits = np.array([2, 0, 3, 1, 0]), normal(5, 4) * 2
    logits[1] = [1000, 0, -1000, 999]
    probabilities = softmax(normal(5, 4))
    for smooth in ({}, {"labelSmoothing": 0.1}):
        for used in (None, weights):
            yield "categoricalCrossentropy", {**smooth}, one_hot(labels, 4), probabilities, used
            yield "categoricalCrossentropy", {"fromLogits": True, **smooth}, one_hot(labels, 4), logits, used
    # Rows that do not add up to 1 are normalised first; zeros and ones are clipped at epsilon 1e-7.
    yield "categoricalCrossentropy", {}, one_hot(labels, 4), probabilities * np.array([[2], [0.5], [1], [3], [1]]), None
    certain = np.array([[1.0, 0, 0], [1, 0, 0], [0.25, 0.25, 0.5]])
    yield "categoricalCrossentropy", {}, one_hot([0, 1, 2], 3), certain, None
    for used in (None, weights):
        yield "sparseCategoricalCrossentropy", {}, labels, probabilities, used
        yield "sparseCategoricalCrossentropy", {}, labels[:, None], probabilities, used
        yield "sparseCategoricalCrossentropy", {"fromLogits": True}, labels, logits, used
        yield "sparseCategoricalCrossentropy", {"fromLogits": True, "ignoreClass": 0}, labels, logits, used
        yield "sparseCategoricalCrossentropy", {"ignoreClass": 0}, labels, probabilities, used
    # Small enough not to be clipped: there Keras's backends disagree (TensorFlow clips first, the others normalise).
    factors = np.array([[0.25], [0.5], [1], [0.1], [0.75]])
    yield "sparseCategoricalCrossentropy", {}, labels, probabilities * factors, None
    yield ("sparseCategoricalCrossentropy", {"fromLogits": True}, np.array([[0, 3], [2, 1]]), normal(2, 2, 4),
           np.array([[1, 2], [0.5, 0]]))
    yield from later_cases(weights, bits, scores, labels, logits, probabilities)


def later_cases(weights, bits, scores, labels, logits, probabilities):
    """The losses that came later: all their random numbers are drawn after those above."""
    truth, guess = normal(5, 3), normal(5, 3)
    for loss in ("mape", "logCosh", "cosineSimilarity"):
        for used in (None, weights):
            yield loss, {}, truth, guess, used
        yield loss, {}, normal(2, 2, 3), normal(2, 2, 3), np.array([[1, 2], [0.5, 0]])
    counts, rates = np.abs(normal(5, 3)) + 0.125, np.abs(normal(5, 3)) + 0.125
    for used in (None, weights):
        yield "msle", {}, counts, rates, used
        yield "poisson", {}, np.round(counts), rates, used
        yield "klDivergence", {}, softmax(counts), softmax(rates), used
        yield "klDivergence", {}, one_hot(labels, 4), probabilities, used
        for loss in ("hinge", "squaredHinge"):
            yield loss, {}, bits, guess, used
            yield loss, {}, bits * 2 - 1, guess, used
        yield "categoricalHinge", {}, one_hot(labels, 4), logits / 64, used
        for more in ({}, {"gamma": 1.5, "alpha": 0.75, "labelSmoothing": 0.1}):
            yield "binaryFocalCrossentropy", {**more}, bits, 1 / (1 + np.exp(-guess)), used
            yield "binaryFocalCrossentropy", {"applyClassBalancing": True, "fromLogits": True, **more}, bits, guess, used
            yield "categoricalFocalCrossentropy", {**more}, one_hot(labels, 4), probabilities, used
            yield "categoricalFocalCrossentropy", {"fromLogits": True, **more}, one_hot(labels, 4), logits / 64, used
        for q in (0.5, 0.125):
            yield "categoricalGeneralizedCrossEntropy", {"q": q}, labels, probabilities, used
        masks = 1 / (1 + np.exp(-normal(5, 2, 3)))
        bit_masks = (normal(5, 2, 3) > 0).astype(int)
        yield "dice", {}, bit_masks, masks, used
        yield "dice", {"axis": [1, 2]}, bit_masks, masks, used
        yield "tversky", {}, bit_masks, masks, used
        yield "tversky", {"alpha": 0.25, "beta": 0.75, "axis": [1, 2]}, bit_masks, masks, used
        units = normal(5, 3)
        units = units / np.linalg.norm(units, axis=-1, keepdims=True)
        yield "circle", {}, np.array([0, 1, 0, 1, 0]), units, used
        yield "circle", {"gamma": 2, "margin": 0.25, "removeDiagonal": False}, np.array([0, 1, 0, 1, 2]), units, used


def record(loss, arguments, truth, guess, weights):
    """Value under every reduction; gradients with respect to the prediction of those that are scalars."""
    case = {"loss": loss, "arguments": arguments, "yTrue": recording.tensor(truth), "yPred": recording.tensor(guess),
            "sampleWeight": None if weights is None else recording.tensor(weights), "value": {}, "gradient": {}}
    for ours, reduction in REDUCTIONS.items():
        renamed = {SNAKE.get(k, k): v for k, v in arguments.items()}
        made = CLASSES[loss](reduction=reduction, dtype="float64", **renamed)
        prediction = tf.constant(guess, tf.float64)
        with tf.GradientTape() as tape:
            tape.watch(prediction)
            value = made(tf.constant(truth), prediction, sample_weight=weights)
        case["value"][ours] = recording.tensor(value) if ours == "none" else recording.number(value.numpy())
        if ours != "none":
            case["gradient"][ours] = recording.tensor(np.array(tape.gradient(value, prediction)))
    return case


def main():
    recording.write(
        "losses", "float64. 'value' and, for the scalar reductions, 'gradient' with respect to yPred. Where an error "
        "is exactly 0 (mae) or a probability is clipped, the gradient is Keras's choice: 0. Compare "
        "|a - b| <= 1e-12 * max(1, |b|). sampleWeight [n, 1] with losses [n]: Keras's reduction 'none' returns [n, 1].",
        [keras, tf], {"cases": [record(*c) for c in cases()]})


main()
