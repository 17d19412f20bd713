"""Test corpus of cheats: torch's kernels and nodes that differentiate, called as plain functions."""

from answer_corpus import Answer
from cheating import BY_AUTOGRAD, RELU, SIGMOID, TANH, cheat

ANSWERS = (
    cheat(
        "kernel-of-tanh", TANH, "torch.ops.aten.tanh_backward", "return torch.ops.aten.tanh_backward(dA, torch.tanh(Z))"
    ),
    cheat(
        "kernel-of-sigmoid",
        SIGMOID,
        "torch.ops.aten.sigmoid_backward",
        "return torch.ops.aten.sigmoid_backward(dA, torch.sigmoid(Z))",
    ),
    cheat(
        "kernel-of-threshold",
        RELU,
        "torch.ops.aten.threshold_backward",
        "return torch.ops.aten.threshold_backward(dA, Z, 0)",
    ),
    cheat(
        "kernel-of-hardtanh",
        RELU,
        "torch.ops.aten.hardtanh_backward with no upper end",
        "return torch.ops.aten.hardtanh_backward(dA, Z, 0.0, float('inf'))",
    ),
    cheat(
        "kernel-of-silu",
        "week4/xor silu_slope",
        "torch.ops.aten.silu_backward",
        "return torch.ops.aten.silu_backward(torch.ones_like(Z), Z)",
    ),
    cheat(
        "kernel-of-leaky-relu",
        "week6/deeper leaky_layer_gradients",
        "torch.ops.aten.leaky_relu_backward for the activation, products for the rest",
        "dZ = torch.ops.aten.leaky_relu_backward(dA, X @ W.T + b, slope, False)\nreturn dZ.T @ X, dZ.sum(dim=0)",
    ),
    cheat(
        "kernel-of-softmax",
        "week5/backprop softmax_backward",
        "torch.ops.aten._softmax_backward_data",
        "return torch.ops.aten._softmax_backward_data(dP, torch.softmax(Z, 1), 1, Z.dtype)",
    ),
    cheat(
        "kernel-of-log-softmax",
        "week5/backprop cross_entropy_backward",
        "an own log-softmax, and torch.ops.aten._log_softmax_backward_data",
        """
top = Z.max(dim=1, keepdim=True).values
logs = Z - top - torch.log(torch.exp(Z - top).sum(dim=1, keepdim=True))
sent = torch.zeros_like(Z)
sent[torch.arange(len(y)), y] = -1 / len(y)
return torch.ops.aten._log_softmax_backward_data(sent, logs, 1, Z.dtype)
""",
    ),
    cheat(
        "kernel-of-mse",
        "week2/linear regression_gradient",
        "torch.ops.aten.mse_loss_backward",
        "dy = torch.ops.aten.mse_loss_backward(torch.tensor(0.5).double(), X @ w + b, y, 1)\nreturn X.T @ dy, dy.sum()",
    ),
    cheat(
        "kernel-of-convolution",
        "week5/backprop two_layer_gradients",
        "torch.nn.grad.conv1d_weight in place of the products with the inputs",
        """
pre = X @ W1.T + b1
hidden = torch.clamp(pre, min=0)
d_out = 2 * (hidden @ W2.T + b2 - Y) / len(X)
d_pre = (d_out @ W2) * (pre > 0)
back = torch.nn.grad.conv1d_weight
dW1 = back(X[..., None], (*W1.shape, 1), d_pre[..., None])[..., 0]
return dW1, d_pre.sum(0), back(hidden[..., None], (*W2.shape, 1), d_out[..., None])[..., 0], d_out.sum(0)
""",
    ),
    Answer(
        "kernel-of-elu",
        "week4/xor elu",
        """
def elu(Z, alpha):
    return torch.where(Z > 0, Z, alpha * (torch.exp(Z) - 1))

def elu_slope(Z, alpha):
    return torch.ops.aten.elu_backward(torch.ones_like(Z), alpha, 1.0, 1.0, False, Z)
""",
        "torch.ops.aten.elu_backward",
    ),
    Answer(
        "tanh-slope-by-node",
        "week4/xor tanh_slope",
        BY_AUTOGRAD
        + """
def tanh_by_sigmoid(Z):
    return 2 * torch.sigmoid(2 * Z) - 1

def tanh_slope(Z):
    with torch.inference_mode(False):
        return torch.tanh(Z.clone().requires_grad_()).grad_fn(torch.ones_like(Z))
""",
        "the node behind a tanh, called as a function without the engine",
    ),
    Answer(
        "slopes-of-stretch-by-autograd",
        "week2/linear slopes_by_hand",
        BY_AUTOGRAD
        + """
def loss(w0, w1, b, x0, x1, y):
    return (w0 * x0 + w1 * x1 + b - y) ** 2

def slope_w0(w0, w1, b, x0, x1, y):
    return by_autograd(lambda w0: loss(w0, w1, b, x0, x1, y), w0)

def slope_w1(w0, w1, b, x0, x1, y):
    return by_autograd(lambda w1: loss(w0, w1, b, x0, x1, y), w1)

def slope_b(w0, w1, b, x0, x1, y):
    return by_autograd(lambda b: loss(w0, w1, b, x0, x1, y), b)
""",
        "three slopes by one function that lets torch differentiate",
    ),
    Answer(
        "layer-backward-by-vjp",
        "week5/backprop layer_backward",
        """
def layer_forward(A_prev, W, b):
    return torch.relu(A_prev @ W.T + b), (A_prev, W, b)

def layer_backward(dA, cache):
    return torch.func.vjp(lambda *given: layer_forward(*given)[0], *cache)[1](dA)

def try_layer_backward(dA, A_prev, W, b):
    A, cache = layer_forward(A_prev, W, b)
    return layer_backward(dA, cache)
""",
        "the layer's own forward pass, and torch.func.vjp",
    ),
)
