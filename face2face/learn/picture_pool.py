"""A pool of generated pictures, so that a discriminator also sees earlier ones."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops


class PicturePool(keras.Layer):
    """Keeps generated pictures and returns some of them in place of new ones.

    Shrivastava et al., *Learning from simulated and unsupervised images through adversarial
    training*, CVPR 2017, section 2.3; CycleGAN uses a pool of 50 pictures. While the pool fills,
    each picture is kept and returned. Later, half of the time, a picture takes the place of a
    random one in the pool, which is returned instead.

    The pool is saved with the other weights, so that a training continues with the same pictures.

    Args:
        size: Width and height of a picture, in pixels.
        capacity: Number of pictures.
        seed: Seed of the choices.

    Attributes:
        kept: The pool, ``(capacity, size, size, 3)``.
        count: Number of pictures in it.
    """

    def __init__(self, size: int, capacity: int = 50, seed: int = 0) -> None:
        super().__init__()
        self._capacity = capacity
        self._random = keras.random.SeedGenerator(seed)
        shape = (capacity, size, size, 3)
        self.kept = self.add_weight(shape=shape, initializer="zeros", trainable=False, name="kept")
        self.count = self.add_weight(
            shape=(), initializer="zeros", dtype="int32", trainable=False, name="count"
        )
        self.built = True

    def call(self, pictures: Any) -> Any:
        """Return pictures, new ones or earlier ones, ``(b, size, size, 3)``, and keep some.

        Args:
            pictures: ``(b, size, size, 3)``, with b at most the capacity.
        """
        batch = ops.shape(pictures)[0]
        places = self.count + ops.arange(batch, dtype="int32")
        fills = places < self._capacity
        chosen = keras.random.randint((batch,), 0, self._capacity, seed=self._random)
        exchanged = keras.random.uniform((batch,), seed=self._random) < 0.5
        exchanged = ops.logical_and(exchanged, ops.logical_not(fills))
        slots = ops.where(fills, places, ops.cast(chosen, "int32"))
        earlier = ops.take(self.kept, slots, axis=0)
        keeps = ops.logical_or(fills, exchanged)[:, None, None, None]
        changed = ops.where(keeps, pictures, earlier)
        self.kept.assign(ops.scatter_update(self.kept, slots[:, None], changed))
        self.count.assign(ops.minimum(self.count + batch, self._capacity))
        return ops.where(exchanged[:, None, None, None], earlier, pictures)
