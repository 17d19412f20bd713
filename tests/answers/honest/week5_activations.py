"""Test corpus of honest work: the activations' backward passes of week 5."""

from answer_corpus import Answer

ANSWERS = (
    Answer(
        "tanh-as-a-quotient",
        "week5/backprop tanh_backward",
        """
def tanh_backward(dA, Z):
    p, m = torch.exp(Z), torch.exp(-Z)
    T = (p - m) / (p + m)
    return dA * (1 - T ** 2)
""",
        "tanh written out as (p - m) / (p + m)",
    ),
)
