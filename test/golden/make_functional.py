"""Records functional.json: wide and deep with two outputs, a shared layer, and dot products, by Keras in float64."""

import os

os.environ["CUDA_VISIBLE_DEVICES"] = "-1"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import keras
import numpy as np
import tensorflow as tf

import recording

keras.config.set_floatx("float64")
rng = np.random.default_rng(7)
WIDE, DEEP = rng.normal(size=(12, 3)), rng.normal(size=(12, 4))
MAIN, AUX = rng.normal(size=(12, 1)), rng.integers(0, 3, size=(12,))


def weights(*shapes):
    return [rng.normal(size=shape) * 0.5 for shape in shapes]


def wide_and_deep():
    """Five steps of SGD on the whole batch: the logs of each epoch, the final weights, the predictions."""
    wide, deep = keras.Input((3,), name="wide"), keras.Input((4,), name="deep")
    hidden = keras.layers.Dense(5, activation="relu", name="first")(deep)
    hidden = keras.layers.Dense(5, activation="relu", name="second")(hidden)
    joined = keras.layers.Concatenate(name="joined")([wide, hidden])
    main = keras.layers.Dense(1, name="main")(joined)
    aux = keras.layers.Dense(3, activation="softmax", name="aux")(hidden)
    model = keras.Model(inputs=[wide, deep], outputs=[main, aux])
    given = weights((4, 5), (5,), (5, 5), (5,), (8, 1), (1,), (5, 3), (3,))
    model.set_weights(given)
    model.compile(optimizer=keras.optimizers.SGD(0.1), loss=["mse", "sparse_categorical_crossentropy"],
                  loss_weights=[0.9, 0.1], metrics=[["mae"], ["accuracy"]], jit_compile=False)
    history = model.fit([WIDE, DEEP], [MAIN, AUX], batch_size=12, epochs=5, shuffle=False, verbose=0,
                        validation_data=([WIDE[:4], DEEP[:4]], [MAIN[:4], AUX[:4]]))
    return {"layers": [layer.name for layer in model.layers], "given": [recording.tensor(w) for w in given],
            "history": {k: recording.numbers(v) for k, v in sorted(history.history.items())},
            "final": [recording.tensor(w) for w in model.get_weights()],
            "predict": [recording.tensor(y) for y in model.predict([WIDE, DEEP], verbose=0)]}


def shared():
    """A layer used on two inputs: the gradient of the mean squared error by its weights is the sum of both uses."""
    left, right = keras.Input((4,)), keras.Input((4,))
    layer = keras.layers.Dense(3, activation="tanh")
    output = keras.layers.Dense(1)(keras.layers.Subtract()([layer(left), layer(right)]))
    model = keras.Model([left, right], output)
    given = weights((4, 3), (3,), (3, 1), (1,))
    model.set_weights(given)
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(tf.square(model([DEEP, DEEP[::-1]]) - MAIN))
    return {"given": [recording.tensor(w) for w in given], "loss": recording.number(float(loss)),
            "gradients": [recording.tensor(g) for g in tape.gradient(loss, model.trainable_weights)]}


def dots():
    """Dot of inputs of several ranks."""
    cases = []
    for left, right, axes, normalize in [((5,), (5,), 1, False), ((5,), (5,), -1, True), ((2, 3), (3, 4), (2, 1), False),
                                         ((2, 3), (4, 3), 2, True), ((3,), (3, 2), (1, 1), False)]:
        a, b = rng.normal(size=(2, *left)), rng.normal(size=(2, *right))
        y = keras.layers.Dot(axes=axes, normalize=normalize)([a, b])
        cases.append({"a": recording.tensor(a), "b": recording.tensor(b), "axes": axes, "normalize": normalize,
                      "y": recording.tensor(np.asarray(y))})
    return cases


recording.write(
    "functional", "wideAndDeep: see make_functional.py, sgd(0.1), batchSize 12, 5 epochs. Compare to 1e-10 in float64.",
    [keras, tf],
    {"data": {"wide": recording.tensor(WIDE), "deep": recording.tensor(DEEP), "main": recording.tensor(MAIN),
              "aux": recording.tensor(AUX)},
     "wideAndDeep": wide_and_deep(), "shared": shared(), "dots": dots()})
