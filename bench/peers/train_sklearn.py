"""scikit-learn's MLPClassifier, plain SGD, an epoch by partial_fit."""

import peer

chosen = peer.options()

import numpy as np
import sklearn
from sklearn.neural_network import MLPClassifier

x, y = peer.rows(chosen.work)
classes = np.arange(peer.SIZES[-1])


def prepare(case):
    batch = int(case.split(" ")[1])
    model = MLPClassifier(peer.SIZES[1:-1], solver="sgd", alpha=0, batch_size=min(batch, len(x)), learning_rate_init=peer.RATE,
                          momentum=0, nesterovs_momentum=False, random_state=1)
    model.partial_fit(x[:batch], y[:batch], classes)  # makes the weights, which are then replaced
    first = peer.start(chosen.work)
    model.coefs_[:], model.intercepts_[:] = first[::2], first[1::2]

    def weights():
        return [w for pair in zip(model.coefs_, model.intercepts_) for w in pair]

    def epoch():
        model.partial_fit(x, y)

    return peer.by_epochs(chosen, len(x), epoch, weights)


peer.serve(sklearn.__version__, prepare)
