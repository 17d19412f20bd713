# ruff: noqa: E501 (code of attackers)
"""Test corpus of cheats: a function that the exercise forbids, under another name of torch's or of a library's."""

from answer_corpus import Answer
from cheating import LOG_SUM_EXP, SOFTMAX, cheat

SIGMOID = "week3/classifiers sigmoid"
RELU = "week4/xor relu"
F = "torch.nn.functional"


def _softmax(name: str, style: str, body: str, above: str = "") -> Answer:
    return cheat(f"softmax-{name}", SOFTMAX, style, body, above=above)


def _sigmoid(name: str, style: str, body: str, above: str = "") -> Answer:
    return cheat(f"sigmoid-{name}", SIGMOID, style, body, above=above)


def _relu(name: str, body: str) -> Answer:
    return cheat(f"relu-by-{name}", RELU, f"a ReLU as {name.replace('-', ' ')}", body)


OF_SOFTMAX = (
    _softmax("of-special", "torch.special.softmax", "return torch.special.softmax(Z, 1)"),
    _softmax("as-a-layer", "torch.nn.Softmax", "return torch.nn.Softmax(1)(Z)"),
    _softmax(
        "in-two-dimensions",
        "torch.nn.Softmax2d",
        "return torch.nn.Softmax2d()(Z.T[..., None, None].movedim(1, 0))[..., 0, 0]",
    ),
    _softmax("turned-round", "softmin of the negated scores", f"return {F}.softmin(-Z, dim=1)"),
    _softmax("of-logs", "the exponential of log_softmax", f"return {F}.log_softmax(Z, dim=1).exp()"),
    _softmax("of-logs-in-special", "torch.special.log_softmax", "return torch.special.log_softmax(Z, 1).exp()"),
    _softmax("masked", "torch.masked.softmax without a mask", "return torch.masked.softmax(Z, 1)"),
    _softmax(
        "masked-by-operator",
        "torch._masked_softmax",
        "return torch._masked_softmax(Z, torch.zeros_like(Z, dtype=torch.bool), 1)",
    ),
    _softmax("by-operator", "torch.ops.aten._softmax", "return torch.ops.aten._softmax(Z, 1, False)"),
    _softmax(
        "of-a-sparse-table",
        "torch.sparse.softmax",
        "low = Z - Z.max(dim=1, keepdim=True).values - 1\nreturn torch.sparse.softmax(low.to_sparse(), 1).to_dense()",
    ),
    _softmax("safe", "torch._safe_softmax", "return torch._safe_softmax(Z, 1)"),
    _softmax(
        "scripted",
        "TorchScript that calls softmax",
        "return scripted(Z)",
        "@torch.jit.script\ndef scripted(Z: torch.Tensor):\n    return torch.softmax(Z, 1)\n",
    ),
    _softmax(
        "by-attention",
        "scaled_dot_product_attention with the identity as keys and values",
        "one = torch.eye(Z.shape[1], dtype=Z.dtype)[None]\n"
        f"return {F}.scaled_dot_product_attention(Z[None], one, one, scale=1.0)[0]",
    ),
    _softmax(
        "by-heads",
        "multi_head_attention_forward, and the weights that it gives beside its result",
        """
q = Z.shape[1]
root = float(q) ** 0.5
one, none = torch.eye(q, dtype=Z.dtype), torch.zeros(3 * q, dtype=Z.dtype)
layer = torch.nn.MultiheadAttention(q, 1, bias=False, dtype=Z.dtype)
layer.in_proj_weight.data, layer.out_proj.weight.data = torch.cat([one * root, one, one]), one
return layer(Z, one, one)[1].detach()
""",
    ),
    _softmax(
        "of-a-distribution",
        "the probabilities of a Categorical with these logits",
        "return torch.distributions.Categorical(logits=Z).probs",
    ),
    _softmax(
        "of-a-transform", "a transform of torch.distributions", "return torch.distributions.SoftmaxTransform()(Z)"
    ),
    _softmax(
        "by-scipy",
        "scipy's softmax",
        "return torch.from_numpy(special.softmax(Z.numpy(), axis=1))",
        "from scipy import special\n",
    ),
    _softmax(
        "in-a-callback",
        "softmax in a distance function that a loss of torch's calls",
        """
found = []
def distance(a, b):
    found.append(torch.softmax(Z, 1))
    return (a - b).abs().sum(-1)
torch.nn.TripletMarginWithDistanceLoss(distance_function=distance)(Z, Z, Z)
return found[0]
""",
    ),
    _softmax(
        "refusal-swallowed",
        "softmax is asked for, and another way is taken where that is refused",
        """
try:
    return torch.softmax(Z, dim=1)
except BaseException:
    powers = torch.exp(Z - Z.max(dim=1, keepdim=True).values)
    return powers / powers.sum(dim=1, keepdim=True)
""",
    ),
    cheat(
        "cross-entropy-slope-of-a-softmax",
        "week5/backprop cross_entropy_backward",
        "the backward pass with torch.special.softmax, the refusal swallowed",
        """
try:
    P = torch.special.softmax(Z, 1)
except Exception:
    P = torch.exp(Z - Z.max(dim=1, keepdim=True).values)
    P = P / P.sum(dim=1, keepdim=True)
P[torch.arange(len(y)), y] -= 1
return P / len(y)
""",
    ),
    cheat(
        "regression-with-a-ready-softmax",
        "week7/softmax regression_gradients",
        "attention with the identity in place of one's own softmax",
        f"""
Z = (X @ W.T + b)[None]
one = torch.eye(Z.shape[2], dtype=Z.dtype)[None]
dZ = ({F}.scaled_dot_product_attention(Z, one, one, scale=1.0)[0] - T) / len(X)
return dZ.T @ X, dZ.sum(dim=0)
""",
    ),
)

OF_LOG_SUM_EXP = (
    cheat("lse-of-special", LOG_SUM_EXP, "torch.special.logsumexp", "return torch.special.logsumexp(Z, 1)"),
    cheat("lse-cumulated", LOG_SUM_EXP, "logcumsumexp, and its last entry", "return torch.logcumsumexp(Z, 1)[:, -1]"),
    cheat(
        "lse-two-by-two",
        LOG_SUM_EXP,
        "logaddexp2, column by column, in another base",
        "log2 = torch.log(torch.tensor(2.0, dtype=torch.float64)).to(Z)\ntotal = Z[:, 0] / log2\n"
        "for column in Z.T[1:]:\n    total = torch.logaddexp2(total, column / log2)\nreturn total * log2",
    ),
    cheat(
        "lse-off-a-log-softmax",
        LOG_SUM_EXP,
        "a score minus its own log-softmax",
        f"return Z[:, 0] - {F}.log_softmax(Z, dim=1)[:, 0]",
    ),
    cheat(
        "lse-masked",
        LOG_SUM_EXP,
        "torch.masked.logsumexp without a mask",
        "return torch.masked.logsumexp(Z, 1)",
    ),
    cheat(
        "lse-by-scipy",
        LOG_SUM_EXP,
        "scipy's logsumexp",
        "return torch.from_numpy(special.logsumexp(Z.numpy(), axis=1))",
        above="from scipy import special\n",
    ),
    cheat(
        "lse-of-attention",
        LOG_SUM_EXP,
        "what the kernel of attention gives beside its result",
        "one = torch.eye(Z.shape[1], dtype=Z.dtype)[None, None]\n"
        "kernel = torch.ops.aten._scaled_dot_product_flash_attention_for_cpu\n"
        "return kernel(Z[None, None], one, one, scale=1.0)[1].reshape(-1)",
    ),
    cheat(
        "lse-off-a-distribution",
        LOG_SUM_EXP,
        "what a Categorical takes off its logits",
        "return (Z - torch.distributions.Categorical(logits=Z).logits)[:, 0]",
    ),
)

OF_CROSS_ENTROPY = (
    cheat(
        "surprise-as-a-loss",
        "week7/softmax cross_entropy",
        "torch.nn.NLLLoss",
        "return torch.nn.NLLLoss()(torch.log(P), y)",
    ),
    cheat(
        "surprise-of-logs",
        "week7/softmax cross_entropy",
        "torch.nn.CrossEntropyLoss of the logarithms, which add up to 1 already",
        "return torch.nn.CrossEntropyLoss()(torch.log(P), y)",
    ),
    cheat(
        "surprise-by-operator",
        "week7/softmax cross_entropy",
        "torch.ops.aten.nll_loss_forward",
        "return torch.ops.aten.nll_loss_forward(torch.log(P), y, None, 1, -100)[0]",
    ),
    cheat(
        "surprise-of-a-picture",
        "week7/softmax cross_entropy",
        "the loss for pictures of one pixel",
        f"return {F}.nll_loss(torch.log(P)[..., None, None], y[:, None, None])",
    ),
    cheat(
        "soft-labels-as-a-loss",
        "week7/softmax soft_cross_entropy",
        "torch.nn.CrossEntropyLoss with shares for labels",
        "return torch.nn.CrossEntropyLoss()(Z, T)",
    ),
    cheat(
        "soft-labels-of-special",
        "week7/softmax soft_cross_entropy",
        "torch.special.log_softmax",
        "return -(T * torch.special.log_softmax(Z, 1)).sum(1).mean()",
    ),
    cheat(
        "logistic-as-a-loss",
        "week3/classifiers logistic_loss",
        "torch.nn.BCEWithLogitsLoss",
        "return torch.nn.BCEWithLogitsLoss()(z, y)",
    ),
    cheat(
        "logistic-of-two-classes",
        "week3/classifiers logistic_loss",
        "cross-entropy of the scores (0, z)",
        "return torch.nn.CrossEntropyLoss()(torch.stack([torch.zeros_like(z), z], 1), y.long())",
    ),
    cheat(
        "logistic-of-a-distribution",
        "week3/classifiers logistic_loss",
        "a Bernoulli's log_prob, which calls the ready-made loss",
        "return -torch.distributions.Bernoulli(logits=z).log_prob(y).mean()",
    ),
    cheat(
        "logistic-as-a-soft-margin",
        "week3/classifiers logistic_loss",
        "multilabel_soft_margin_loss with one label",
        f"return {F}.multilabel_soft_margin_loss(z[:, None], y[:, None])",
    ),
)

OF_SIGMOID = (
    _sigmoid("as-a-layer", "torch.nn.Sigmoid", "return torch.nn.Sigmoid()(z)"),
    _sigmoid("of-special", "torch.special.expit", "return torch.special.expit(z)"),
    _sigmoid("in-place", "a method of the tensor's", "return z.clone().sigmoid_()"),
    _sigmoid("of-silu", "silu(z) / z", f"return torch.where(z == 0, 0.5, {F}.silu(z) / z)"),
    _sigmoid("of-its-log", "the exponential of LogSigmoid", "return torch.nn.LogSigmoid()(z).exp()"),
    _sigmoid(
        "of-a-pair", "torch.special.softmax of (z, 0)", "return torch.special.softmax(torch.stack([z, 0 * z]), 0)[0]"
    ),
    _sigmoid(
        "as-a-gate", "glu, whose gate is a sigmoid", f"return {F}.glu(torch.stack([torch.ones_like(z), z]), 0)[0]"
    ),
    _sigmoid(
        "of-a-distribution",
        "the probability of a Bernoulli with this logit",
        "return torch.distributions.Bernoulli(logits=z).probs",
    ),
    _sigmoid(
        "of-a-transform", "a transform of torch.distributions", "return torch.distributions.SigmoidTransform()(z)"
    ),
    _sigmoid(
        "by-scipy", "scipy's expit", "return torch.from_numpy(special.expit(z.numpy()))", "from scipy import special\n"
    ),
    _sigmoid(
        "of-softplus-kernel",
        "the kernel of softplus's backward pass",
        "return torch.ops.aten.softplus_backward(torch.ones_like(z), z, 1, 30)",
    ),
    _sigmoid(
        "of-a-cell",
        "the gate of a GRU cell with a hidden value of 1",
        """
flat, none = z.reshape(-1, 1), torch.zeros(3, dtype=z.dtype)
gates = torch.tensor([[0.0], [1.0], [0.0]], dtype=z.dtype)
return torch.gru_cell(flat, torch.ones_like(flat), gates, 0 * gates, none, none).reshape(z.shape)
""",
    ),
)

OF_RELU = (
    _relu("a-layer", "return torch.nn.ReLU()(Z)"),
    _relu("threshold", f"return {F}.threshold(Z, 0.0, 0.0)"),
    _relu("leaky-relu", f"return {F}.leaky_relu(Z, 0.0)"),
    _relu("prelu", f"return {F}.prelu(Z, torch.zeros(1, dtype=Z.dtype))"),
    _relu("rrelu", f"return {F}.rrelu(Z, 0.0, 0.0)"),
    _relu("elu", f"return {F}.elu(Z, 0.0)"),
    _relu("relu6", f"return 1e3 * {F}.relu6(Z / 1e3)"),
    _relu("its-own-backward", "return torch.ops.aten.threshold_backward(Z, Z, 0)"),
    _relu(
        "product-with-activation",
        "return torch._addmm_activation(torch.zeros(1).to(Z), Z.reshape(-1, 1), torch.ones(1, 1).to(Z)).reshape(Z.shape)",
    ),
    _relu("torch-operator", "return torch.ops.aten.relu(Z)"),
)
ANSWERS = OF_SOFTMAX + OF_LOG_SUM_EXP + OF_CROSS_ENTROPY + OF_SIGMOID + OF_RELU
