"""Adam on small data until the accuracy of an epoch reaches the goal. A burst is a training from the next seed, the first
of which warms up. Peers: sklearn, keras-tf, keras-jax.

The accuracy is that of the training rows: Keras and hebb average it over the epoch's batches, scikit-learn has none of
that and is asked for its score after each epoch.
"""

import itertools
import json
import os

import peer

chosen = peer.options()

import numpy as np

with open(os.path.join(chosen.work, "cases.json")) as file:
    cases = json.load(file)


def sklearn():
    import sklearn
    from sklearn.neural_network import MLPClassifier

    def train(case, x, y, seed):
        model = MLPClassifier([case["units"]], activation="tanh", solver="adam", alpha=0, random_state=seed,
                              batch_size=case["batch"], learning_rate_init=case["rate"])
        for epoch in range(1, case["epochs"] + 1):
            model.partial_fit(x, y, np.arange(case["classes"]))
            if model.score(x, y) >= case["goal"]:
                return epoch, True
        return case["epochs"], False

    return sklearn.__version__, train


def keras():
    import keras

    class Stop(keras.callbacks.Callback):
        def __init__(self, goal):
            super().__init__()
            self.goal, self.epochs, self.reached = goal, 0, False

        def on_epoch_end(self, epoch, logs):
            self.epochs, self.reached = epoch + 1, logs["accuracy"] >= self.goal
            self.model.stop_training = self.reached

    def train(case, x, y, seed):
        keras.utils.set_random_seed(seed)
        model = keras.Sequential([keras.Input(x.shape[1:]), keras.layers.Dense(case["units"], activation="tanh"),
                                  keras.layers.Dense(case["classes"])])
        model.compile(optimizer=keras.optimizers.Adam(case["rate"]), metrics=["accuracy"],
                      loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True))
        stop = Stop(case["goal"])
        model.fit(x, y, epochs=case["epochs"], batch_size=case["batch"], verbose=0, callbacks=[stop])
        return stop.epochs, stop.reached

    return keras.__version__, train


version, train = (sklearn if chosen.variant == "sklearn" else keras)()


def prepare(name):
    case, seeds = cases[name], itertools.count()
    x, y = np.float32(case["x"]), np.int32(case["y"])

    def burst(_=None):
        begin = peer.clock()
        epochs, reached = train(case, x, y, next(seeds))
        return {"times": [peer.clock() - begin], "epochs": epochs, "reached": reached}

    burst()
    return burst


peer.serve(version, prepare)
