"""Keras's fit, an epoch as a callback sees it. Peers: keras-tf, keras-jax (the name says the backend)."""

import peer

chosen = peer.options()

import keras

x, y = peer.rows(chosen.work)


class Clock(keras.callbacks.Callback):
    def on_epoch_begin(self, epoch, logs=None):
        self.begin = peer.clock()

    def on_epoch_end(self, epoch, logs=None):
        self.time = peer.clock() - self.begin


def prepare(case):
    model = keras.Sequential([keras.Input((peer.SIZES[0],)), keras.layers.Dense(peer.SIZES[1], activation="relu"),
                              keras.layers.Dense(peer.SIZES[2], activation="relu"), keras.layers.Dense(peer.SIZES[3])])
    model.compile(optimizer=keras.optimizers.SGD(peer.RATE),
                  loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    model.set_weights(peer.start(chosen.work))
    batch = int(case.split(" ")[1])

    def epoch():
        clock = Clock()
        model.fit(x, y, batch_size=batch, epochs=1, verbose=0, callbacks=[clock])
        return clock.time

    return peer.by_epochs(chosen, len(x), epoch, model.get_weights)


peer.serve(keras.__version__, prepare)
