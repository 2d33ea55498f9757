"""Records output_weights.json: the network of functional.json, trained with sample weights of each output, by Keras in float64."""

import json
import os

os.environ.setdefault("KERAS_BACKEND", "torch")
import keras
import numpy as np

import recording

keras.config.set_floatx("float64")
rng = np.random.default_rng(11)
with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "functional.json")) as file:
    functional = json.load(file)


def array(recorded):
    return np.array(recorded["data"], dtype="float64").reshape(recorded["shape"])


WIDE, DEEP, MAIN, AUX = (array(functional["data"][name]) for name in ("wide", "deep", "main", "aux"))
MAIN_WEIGHT, AUX_WEIGHT = rng.uniform(0.1, 2, size=12), rng.uniform(0.1, 2, size=12)

wide, deep = keras.Input((3,), name="wide"), keras.Input((4,), name="deep")
hidden = keras.layers.Dense(5, activation="relu", name="first")(deep)
hidden = keras.layers.Dense(5, activation="relu", name="second")(hidden)
joined = keras.layers.Concatenate(name="joined")([wide, hidden])
main = keras.layers.Dense(1, name="main")(joined)
aux = keras.layers.Dense(3, activation="softmax", name="aux")(hidden)
model = keras.Model(inputs=[wide, deep], outputs=[main, aux])
model.set_weights([array(w) for w in functional["wideAndDeep"]["given"]])
model.compile(optimizer=keras.optimizers.SGD(0.1), loss=["mse", "sparse_categorical_crossentropy"], loss_weights=[0.9, 0.1],
              weighted_metrics=[["mae"], ["accuracy"]], jit_compile=False)
history = model.fit([WIDE, DEEP], [MAIN, AUX], sample_weight=[MAIN_WEIGHT, AUX_WEIGHT], batch_size=12, epochs=4, shuffle=False, verbose=0,
                    validation_data=([WIDE[:4], DEEP[:4]], [MAIN[:4], AUX[:4]], [MAIN_WEIGHT[:4], AUX_WEIGHT[:4]]))
recording.write(
    "output_weights", "functional.json's network, sgd(0.1), batchSize 12, 4 epochs, first 4 rows for validation. Compare to 1e-7.", [keras],
    {"weights": {"main": recording.tensor(MAIN_WEIGHT), "aux": recording.tensor(AUX_WEIGHT)},
     "history": {k: recording.numbers(v) for k, v in sorted(history.history.items())},
     "final": [recording.tensor(w) for w in model.get_weights()]})
