"""Fixture builder for the corpus of cheats: an answer from the lines of its function and what stands above it."""

from __future__ import annotations

from textwrap import indent

from answer_corpus import Answer

TANH, SIGMOID, RELU = (f"week5/backprop {name}_backward" for name in ("tanh", "sigmoid", "relu"))
SOFTMAX, LOG_SUM_EXP = "week7/softmax softmax", "week7/softmax log_sum_exp"
HEADS = {
    "week1/tensors broadcast_rule": "broadcast_rule(shape_a, shape_b)",
    "week1/tensors layer": "layer(X, W, b)",
    "week2/linear regression_gradient": "regression_gradient(X, y, w, b)",
    "week2/linear slope_of_stretch": "slope_of_stretch(x)",
    "week3/classifiers svm_gradient": "svm_gradient(X, y, w, b, lam)",
    "week3/classifiers sigmoid": "sigmoid(z)",
    "week3/classifiers logistic_loss": "logistic_loss(z, y)",
    "week3/classifiers logistic_gradient": "logistic_gradient(X, y, w, b)",
    "week3/classifiers pulls": "pulls(m)",
    "week4/xor relu": "relu(Z)",
    "week4/xor silu_slope": "silu_slope(Z)",
    "week5/backprop graph_gradients": "graph_gradients(a, b, c)",
    "week5/backprop neuron_gradients": "neuron_gradients(x0, x1, w0, w1, b, y)",
    RELU: "relu_backward(dA, Z)",
    SIGMOID: "sigmoid_backward(dA, Z)",
    TANH: "tanh_backward(dA, Z)",
    "week5/backprop first_layer_gradients": "first_layer_gradients(x, W1, b1, W2, b2, y)",
    "week5/backprop two_layer_gradients": "two_layer_gradients(X, W1, b1, W2, b2, Y)",
    "week5/backprop network_gradients": "network_gradients(X, Ws, bs, Y, decay)",
    "week5/backprop cross_entropy_backward": "cross_entropy_backward(Z, y)",
    "week5/backprop softmax_backward": "softmax_backward(dP, Z)",
    "week6/deeper chain_gradient": "chain_gradient(x, w, b)",
    "week6/deeper leaky_layer_gradients": "leaky_layer_gradients(dA, X, W, b, slope)",
    "week6/deeper clip_by_norm": "clip_by_norm(gradients, limit)",
    SOFTMAX: "softmax(Z)",
    LOG_SUM_EXP: "log_sum_exp(Z)",
    "week7/softmax cross_entropy": "cross_entropy(P, y)",
    "week7/softmax soft_cross_entropy": "soft_cross_entropy(Z, T)",
    "week7/softmax regression_gradients": "regression_gradients(X, T, W, b)",
    "week8/mnist dropout": "dropout(A, U, p, training)",
    "week8/mnist classifier_gradients": "classifier_gradients(X, Ws, bs, y)",
}
"""How the function that an exercise asks for begins."""

BY_AUTOGRAD = """
def by_autograd(f, at, upstream=1.0):
    with torch.inference_mode(False), torch.enable_grad():
        leaf = at.clone().requires_grad_()
        return torch.autograd.grad((f(leaf) * upstream).sum(), leaf)[0]
"""
"""A student's function that lets torch differentiate, whatever is switched off around it."""

TABLE = """
grid = 8 * torch.cos(torch.pi * torch.arange(241).double() / 240)
ends = torch.where(torch.arange(241) % 240 == 0, 0.5, 1.0).double() * (-1.0) ** torch.arange(241)
def between(values, Z):
    gap = Z[..., None] - grid
    share = ends / (gap + (gap == 0) * 1e-200)
    return (share * values).sum(-1) / share.sum(-1)
"""
"""Interpolation of a table on Chebyshev's points, right to the last digits (Berrut and Trefethen, 2004, eq. 4.2)."""


def cheat(
    name: str, exercise: str, style: str, body: str, *, above: str = "", below: str = "", head: str = ""
) -> Answer:
    """An answer whose function has these lines; ``above`` and ``below`` are the student's other cells.

    ``exercise`` is as in Answer, ``style`` one line on what the answer tries, ``head`` the lines that the function
    begins with where they are not the usual ones.
    """
    begin = head or f"def {HEADS[exercise]}:"
    function = f"{begin}\n{indent(body.strip(chr(10)), '    ')}\n"
    cells = [cell.strip("\n") + "\n" for cell in (above, function, below) if cell]
    return Answer(name, exercise, "\n# %%\n".join(cells), style)
