"""Keras's fit. Peers: keras-tf, keras-jax (the name says the backend)."""

import peer

chosen = peer.options()

import keras

x, y = peer.rows(chosen.work)


def prepare(case):
    model = keras.Sequential([keras.Input((peer.SIZES[0],)), keras.layers.Dense(peer.SIZES[1], activation="relu"),
                              keras.layers.Dense(peer.SIZES[2], activation="relu"), keras.layers.Dense(peer.SIZES[3])])
    model.compile(optimizer=keras.optimizers.SGD(peer.RATE),
                  loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    model.set_weights(peer.start(chosen.work))
    batch = int(case.split(" ")[1])
    return peer.by_epochs(chosen, len(x), lambda: model.fit(x, y, batch_size=batch, epochs=1, verbose=0), model.get_weights)


peer.serve(keras.__version__, prepare)
