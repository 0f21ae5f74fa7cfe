"""Scripted motion: a performance and random expressions, without a person.

They make training pairs from one photo, show a model without a driver, and drive it in tests.
"""

from __future__ import annotations

import numpy as np

from face2face.face.expression import Expression

#: Length of the scripted performance, in seconds; then it repeats without a jump.
PERFORMANCE_SECONDS = 12.0
#: Times at which the performance blinks, in seconds.
_BLINKS = (1.2, 3.1, 6.3, 10.7)
#: Syllables per second of its speech.
_SYLLABLE_RATE = 3.0


def scripted_expression(seconds: float) -> Expression:
    """Return the scripted performance at a time.

    It speaks, smiles, is surprised, frowns, winks, looks to both sides, and speaks again.
    Meanwhile it blinks, turns and nods.

    Args:
        seconds: From the start, at least 0.

    >>> scripted_expression(1.3).blink
    1.0
    >>> scripted_expression(0.5) == scripted_expression(0.5 + PERFORMANCE_SECONDS)
    True
    """
    t = seconds % PERFORMANCE_SECONDS
    wave = 2 * np.pi * t / PERFORMANCE_SECONDS
    speech = _during(t, 0.6, 3.2) + _during(t, 10.4, 11.6)
    smile, surprise = _during(t, 3.4, 4.8), _during(t, 5.0, 6.3)
    frown, wink = _during(t, 6.5, 7.8), _during(t, 8.0, 8.9)
    syllables = (0.5 - 0.5 * np.cos(2 * np.pi * _SYLLABLE_RATE * t)) * (
        0.65 + 0.35 * np.sin(2 * np.pi * 0.75 * t + 1)
    )
    return Expression(
        blink=max(
            max(_blink(t - start) for start in _BLINKS),
            0.15 * (smile + frown) + 0.33 * wink - 0.3 * surprise,
        ),
        open=0.2 * speech * syllables + 0.15 * smile + 0.3 * surprise,
        smile=1.5 * smile + 0.9 * wink - 0.4 * frown,
        brows=0.5 * surprise - 0.5 * frown - 0.25 * wink + 0.2 * np.sin(3 * wave) * speech,
        turn=0.16 * np.sin(2 * wave),
        nod=0.09 * np.sin(3 * wave),
        tilt=0.06 * np.sin(wave),
        shift=(0.12 * np.sin(wave), 0.0),
        wink=0.6 * wink,
        look=(0.22 * (_during(t, 9.6, 10.3) - _during(t, 8.9, 9.6)), 0.0),
    )


def random_expression(rng: np.random.Generator) -> Expression:
    """Return a random expression of a still head, in the range in which it can be painted well.

    >>> random_expression(np.random.default_rng(0)) == random_expression(np.random.default_rng(0))
    True
    """
    talking = rng.random() < 0.6
    return Expression(
        blink=float(rng.choice([0.0, rng.random(), 1.0], p=[0.6, 0.25, 0.15])),
        open=float(0.32 * rng.random() ** 1.5) if talking else 0.0,
        smile=float(rng.uniform(-0.3, 1.0)) if rng.random() < 0.5 else 0.0,
        brows=float(rng.uniform(-0.5, 1.0)),
    )


def _during(t: float, begin: float, end: float, ramp: float = 0.35) -> float:
    """Return 1 between two times and 0 outside, with smooth ramps of ``ramp`` seconds inside."""
    rise = np.clip((t - begin) / ramp, 0, 1) * np.clip((end - t) / ramp, 0, 1)
    return float(rise * rise * (3 - 2 * rise))


def _blink(t: float) -> float:
    """Return how far a blink has shut the eyes, 0 to 1: shut at 0.1 s, open again at 0.3 s."""
    return float(np.clip(min(t / 0.1, (0.3 - t) / 0.17), 0, 1))
