"""Do images and confusion matrices say what a model says about them?"""

import torch
from figure_texts import WORDS, texts

from course import plot


def test_are_wrong_images_marked_with_their_probabilities(shown):
    p = torch.tensor([[0.1, 0.9], [0.75, 0.25]])
    plot.images(torch.rand(2, 64), torch.tensor([1, 1]), probabilities=p, names=["cat", "dog"], **WORDS)
    assert {"dog", "✓ said dog (0.90)", "dog (0.25)", "✗ said cat (0.75)"} == set(texts(shown[0][0]))
    assert [patch.get_linewidth() for patch in shown[0][0].axes[0].patches] == [0.8, 3.0]
    plot.images(torch.rand(3, 8, 8), ["shoe", "bag", "hat"], **WORDS)
    assert texts(shown[1][0]) == ["shoe", "bag", "hat"]
    plot.images(torch.rand(1, 8, 8), predicted=torch.tensor([7]), probabilities=torch.tensor([0.5]), **WORDS)
    assert texts(shown[2][0]) == ["said 7 (0.50)"]


def test_do_images_break_into_rows_and_keep_their_words_apart(shown):
    plot.images(torch.rand(20, 28, 28), range(20), predicted=range(20), names=["Ankle boot"] * 20, **WORDS)
    boxes = [text.get_window_extent() for text in shown[0][0].axes[0].texts]
    overlaps = [(a, b) for i, a in enumerate(boxes) for b in boxes[:i] if a.overlaps(b)]
    assert len(boxes) == 40 and not overlaps and shown[0][0].get_figwidth() < 10


def test_does_a_confusion_matrix_write_every_count(shown):
    plot.confusion([[50, 3], [0, 40]], ["no", "yes"], **WORDS)
    found = texts(shown[0][0])
    assert {"50", "3", "·", "40", "no", "yes", "true class", "predicted class"} <= set(found) and "0" not in found
    bold = [text.get_text() for text in shown[0][0].axes[0].texts if text.get_weight() == "bold"]
    assert bold == ["3"]
