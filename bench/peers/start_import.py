"""Says the version as soon as the library is imported."""

import peer

chosen = peer.options()

import importlib

names = {"torch-eager": "torch", "jax-step": "jax", "sklearn": "sklearn.neural_network", "keras-tf": "keras",
         "keras-jax": "keras"}
library = importlib.import_module(names[chosen.variant])
peer.say(version=getattr(library, "__version__", ""))
