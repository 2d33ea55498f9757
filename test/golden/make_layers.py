"""layers.json: layers with weights, constraints and the orthogonal regulariser of Keras 3, in float64.

Run: python make_layers.py       (needs keras, tensorflow)
"""

import os

os.environ.update(KERAS_BACKEND="tensorflow", TF_CPP_MIN_LOG_LEVEL="3", CUDA_VISIBLE_DEVICES="-1")
import keras
import numpy as np
import tensorflow as tf

import recording

keras.config.set_floatx("float64")
random = np.random.default_rng(23)


def normal(*shape):
    return np.round(random.standard_normal(shape) * 64) / 64


def layer_case(name, arguments, layer, x, weights):
    """Outputs in training, then the weights, then outputs in prediction; gradients of sum(y * cotangent) in training."""
    layer.build(x.shape)
    layer.set_weights(weights)
    cotangent = normal(*layer.compute_output_shape(x.shape))
    inputs = tf.constant(x)
    with tf.GradientTape() as tape:
        tape.watch(inputs)
        y = layer(inputs, training=True)
        total = tf.reduce_sum(y * cotangent)
    watched = [inputs] + [v.value for v in layer.trainable_variables]
    gradients = tape.gradient(total, watched)
    return {"layer": name, "arguments": arguments, "x": recording.tensor(x),
            "weights": [recording.tensor(w) for w in weights], "cotangent": recording.tensor(cotangent),
            "training": recording.tensor(np.array(y)),
            "gradients": [recording.tensor(np.array(g)) for g in gradients],
            "weightsAfter": [recording.tensor(w) for w in layer.get_weights()],
            "predicting": recording.tensor(np.array(layer(inputs, training=False)))}


def layer_cases():
    L = keras.layers
    x, deep = normal(6, 3), normal(4, 2, 3)
    moving = [normal(3), np.abs(normal(3)) + 0.5]
    yield layer_case("batchNormalization", {}, L.BatchNormalization(), x, [normal(3), normal(3), *moving])
    yield layer_case("batchNormalization", {"momentum": 0.75, "epsilon": 0.125, "scale": False, "center": False},
                     L.BatchNormalization(momentum=0.75, epsilon=0.125, scale=False, center=False), deep, moving)
    yield layer_case("batchNormalization", {"axis": 1}, L.BatchNormalization(axis=1), deep,
                     [normal(2), normal(2), normal(2), np.abs(normal(2)) + 0.5])
    yield layer_case("layerNormalization", {}, L.LayerNormalization(), x, [normal(3), normal(3)])
    yield layer_case("layerNormalization", {"axis": 1, "epsilon": 0.125}, L.LayerNormalization(axis=1, epsilon=0.125), deep,
                     [normal(2), normal(2)])
    yield layer_case("prelu", {}, L.PReLU(), deep, [normal(2, 3)])
    yield layer_case("prelu", {"sharedAxes": [1]}, L.PReLU(shared_axes=[1]), deep, [normal(1, 3)])
    yield layer_case("leakyReLU", {"negativeSlope": 0.25}, L.LeakyReLU(negative_slope=0.25), x, [])  # exact in float32
    yield layer_case("elu", {"alpha": 0.5}, L.ELU(alpha=0.5), x, [])
    yield layer_case("relu", {"maxValue": 0.5, "negativeSlope": 0.25}, L.ReLU(max_value=0.5, negative_slope=0.25), x, [])
    yield layer_case("softmax", {"axis": 1}, L.Softmax(axis=1), deep, [])
    yield layer_case("permute", {"dims": [2, 1]}, L.Permute((2, 1)), deep, [])
    yield layer_case("repeatVector", {"n": 3}, L.RepeatVector(3), x, [])


def part_cases():
    C, w = keras.constraints, normal(4, 3)
    made = [("maxNorm", {}, C.MaxNorm()), ("maxNorm", {"maxValue": 0.5, "axis": 1}, C.MaxNorm(0.5, axis=1)),
            ("nonNeg", {}, C.NonNeg()), ("unitNorm", {}, C.UnitNorm()), ("unitNorm", {"axis": [0, 1]}, C.UnitNorm(axis=[0, 1])),
            ("minMaxNorm", {"minValue": 1.5, "maxValue": 1.75}, C.MinMaxNorm(1.5, 1.75)),
            ("minMaxNorm", {"maxValue": 0.5, "rate": 0.25, "axis": 1}, C.MinMaxNorm(0.0, 0.5, 0.25, axis=1))]
    for name, arguments, part in made:
        yield {"part": name, "arguments": arguments, "w": recording.tensor(w), "value": recording.tensor(np.array(part(tf.constant(w))))}
    for mode in ("rows", "columns"):
        part = keras.regularizers.OrthogonalRegularizer(factor=0.5, mode=mode)
        yield {"part": "orthogonal", "arguments": {"factor": 0.5, "mode": mode}, "w": recording.tensor(w),
               "value": recording.tensor(np.array(part(tf.constant(w, tf.float32))))}  # Keras has float32 only


recording.write(
    "layers", "float64. 'training' outputs and 'gradients' (of sum(training * cotangent), with respect to x, then the "
    "trainable weights), 'weightsAfter' that call, then 'predicting' outputs; 'parts' are constraints and the orthogonal "
    "regulariser. Compare |a - b| <= 1e-10 * max(1, |b|).", [keras, tf],
    {"cases": list(layer_cases()), "parts": list(part_cases())})
