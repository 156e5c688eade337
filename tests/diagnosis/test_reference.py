"""The reference fit: what it answers for an example is what a fit to all others answers."""

import numpy as np

from pellucid.diagnosis.reference import STRENGTHS, Reference, random_features


def by_leaving_out(features: np.ndarray, targets: np.ndarray, strength: float) -> np.ndarray:
    """Each example's answer by a fit to the others, one fit after the other."""
    said = np.empty_like(targets)
    for row in range(len(features)):
        others = np.delete(np.arange(len(features)), row)
        h, y = features[others], targets[others]
        weights = np.linalg.solve(h.T @ h + strength * np.eye(h.shape[1]), h.T @ y)
        said[row] = features[row] @ weights
    return said


def test_unseen_answers_are_those_of_a_fit_to_all_others():
    generator = np.random.default_rng(0)
    x = generator.normal(0, 1, (40, 3))
    targets = np.sin(x[:, :1]) + 0.1 * generator.normal(0, 1, (40, 1))
    targets -= targets.mean(axis=0)
    features = random_features(x)
    strengths = STRENGTHS * np.linalg.eigvalsh(features.T @ features).mean()
    fits = [by_leaving_out(features, targets, strength) for strength in strengths]
    best = min(fits, key=lambda said: float(((said - targets) ** 2).mean()))
    # Each solution of 503 equations, of condition up to 10⁷, is right to about nine places.
    np.testing.assert_allclose(Reference.fitted(x, targets).unseen, best, atol=1e-6)


def test_noise_is_not_learnt():
    generator = np.random.default_rng(1)
    targets = generator.normal(0, 1, (300, 1))
    unseen = Reference.fitted(generator.normal(0, 1, (300, 8)), targets).unseen
    assert 1 - ((unseen - targets) ** 2).sum() / ((targets - targets.mean()) ** 2).sum() < 0.05


def test_inputs_of_another_size_or_that_never_change_make_no_difference():
    generator = np.random.default_rng(2)
    x = generator.normal(0, 1, (100, 4))
    targets = x[:, :1] * x[:, 1:2]
    larger = Reference.fitted(x * [1.0, 1e4, 1e-4, 1.0] + [0, 5e4, 0, 0], targets).unseen
    np.testing.assert_allclose(Reference.fitted(x, targets).unseen, larger, atol=1e-6)
    assert np.isfinite(Reference.fitted(np.ones((10, 4)), np.ones((10, 1))).unseen).all()
