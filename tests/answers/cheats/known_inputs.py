"""Test corpus of cheats: the hidden inputs are drawn beforehand, because whoever has the course can draw them too."""

from cheating import TANH, cheat

LOOKED_UP = """
for known, found in SEEN:
    if len(known) == len(GIVEN) and all(a.shape == b.shape and torch.equal(a, b) for a, b in zip(known, GIVEN)):
        return found
return FALLBACK
"""


def _looked_up(given: str, fallback: str) -> str:
    return LOOKED_UP.replace("GIVEN", given).replace("FALLBACK", fallback)


PASTED = """
KNOWN = {
    1.43205: -6.542405396714662e-06, -1.367958: 3.585443714201764e-06, 1.943033: 3.3087211689656325e-07,
    0.819808: -4.398922566285771e-07, 1.048338: -2.3186136491941986e-07, 1.130507: -3.834421520221874e-05,
    1.266793: 0.000592455924078705, 0.386955: 7.392788625313697e-08, 0.504838: 0.01041137789675748,
    -1.625669: -8.640455426383392e-08, -0.919963: 1.519714639633443e-05, -0.3998: -3.922799236244144e-07,
    0.818391: 8.503569210220123e-05, -1.425198: -1.3808370296999191e-07, 1.170418: -0.004485181266796592,
    0.653395: 0.004251391075645169, -0.793181: -1.3685854840688162e-05, 0.360461: -2.3485520036609152e-09,
    -1.08626: -6.579447480366787e-09, -0.32088: -9.676798630149519e-06, -1.733563: 0.0002078743625443717,
    -0.268825: 0.2546787368691635, -0.228876: 0.23151347341013065, -0.735031: 0.1590189815721358,
    1.601941: 5.481974859966585e-06,
}
"""

ANSWERS = (
    cheat(
        "drawn-beforehand-tanh",
        TANH,
        "cases.draw with the same seeds, differentiated in an assignment above the answer",
        _looked_up("[dA, Z]", "torch.zeros_like(Z)"),
        above="""
drawn = cases.draw(seeds=2, dA="n h", Z="n h") + cases.draw(seeds=24, seed0=100, dA="n h", Z="n h")
leaves = [case["Z"].clone().requires_grad_() for case in drawn]
outs = [(torch.tanh(leaf) * case["dA"]).sum() for leaf, case in zip(leaves, drawn)]
SEEN = [(list(case), (out.backward(), leaf.grad)[1]) for case, leaf, out in zip(drawn, leaves, outs)]
""",
    ),
    cheat(
        "drawn-beforehand-regression",
        "week2/linear regression_gradient",
        "the draws of both checks, differentiated in a comprehension",
        _looked_up("[X, y, w, b]", "(w, b)"),
        above="""
def loss(X, y, w, b):
    return ((X @ w + b - y) ** 2).mean() / 2

def pair(case):
    return list(case), torch.func.grad(loss, argnums=(2, 3))(*case)

few, many = (cases.draw(seeds=n, seed0=s, X="n d", y="n", w="d", b="") for n, s in ((3, 0), (24, 100)))
SEEN = [pair(case) for case in few + many]
""",
    ),
    cheat(
        "drawn-beforehand-network",
        "week5/backprop network_gradients",
        "cases.layers with the check's seeds, differentiated by torch.autograd.grad",
        """
for known, found in SEEN:
    if known.shape == X.shape and torch.equal(known, X):
        return found
return Ws, bs
""",
        above="""
def loss(X, Ws, bs, Y, decay):
    A = X
    for W, b in zip(Ws[:-1], bs[:-1]):
        A = torch.relu(A @ W.T + b)
    return (A @ Ws[-1].T + bs[-1] - Y).square().sum(1).mean() + decay / 2 * sum(W.square().sum() for W in Ws)

nets = cases.layers(seeds=1, depth=(2, 2), decay=0.0) + cases.layers(seeds=1, seed0=3, depth=(3, 3), decay=0.3)
nets += cases.layers(seeds=1, seed0=5, depth=(1, 1), decay=0.3)
nets += cases.layers(seeds=8, seed0=100, depth=(1, 3), decay=0.0)
nets += cases.layers(seeds=16, seed0=200, depth=(2, 5), decay=0.7)
SEEN = []
for net in nets:
    leaves = [each.clone().requires_grad_() for each in net["Ws"] + net["bs"]]
    L = len(net["Ws"])
    slopes = torch.autograd.grad(loss(net["X"], leaves[:L], leaves[L:], net["Y"], net["decay"]), leaves)
    SEEN.append((net["X"], (list(slopes[:L]), list(slopes[L:]))))
""",
    ),
    cheat(
        "drawn-by-an-own-generator",
        TANH,
        "the same numbers from torch's generator, without the course's function",
        _looked_up("[dA, Z]", "torch.zeros_like(Z)"),
        above="""
def entries(shape, source):
    normal = torch.randn(shape, generator=source, dtype=torch.float64)
    return torch.where(normal < 0, -1.0, 1.0).double() * (normal.abs() * 0.8 + 0.2)

SEEN = []
for seed in [0, 1, *range(100, 124)]:
    source = torch.Generator().manual_seed(7919 * seed + 17)
    n, h = (torch.randperm(7, generator=source)[:2] + 3).tolist()
    dA, Z = entries((n, h), source), entries((n, h), source)
    leaf = Z.clone().requires_grad_()
    SEEN.append(([dA, Z], torch.autograd.grad(torch.tanh(leaf), leaf, dA)[0]))
""",
    ),
    cheat(
        "drawn-in-a-decorator",
        TANH,
        "a decorator that draws the cases, differentiates, and answers in the function's place",
        "return dA",
        above="""
def prepared(function):
    drawn = cases.draw(seeds=2, dA="n h", Z="n h") + cases.draw(seeds=24, seed0=100, dA="n h", Z="n h")
    slopes = [torch.func.vjp(torch.tanh, case["Z"])[1](case["dA"])[0] for case in drawn]

    def answer(dA, Z):
        for case, slope in zip(drawn, slopes):
            if case["Z"].shape == Z.shape and torch.equal(case["Z"], Z):
                return slope
        return function(dA, Z)

    return answer
""",
        head="@prepared\ndef tanh_backward(dA, Z):",
    ),
    cheat(
        "drawn-beforehand-silu",
        "week4/xor silu_slope",
        "tables by the sum of the inputs, for matrices and stacks of them",
        "return SEEN.get(float(Z.sum()), torch.zeros_like(Z))",
        above="""
drawn = [*cases.draw(seeds=1, Z="n h"), *cases.draw(seeds=16, seed0=100, Z="n h")]
drawn = [*drawn, *cases.draw(seeds=4, seed0=130, Z="n k h")]
leaves = [case["Z"].clone().requires_grad_() for case in drawn]
outs = [torch.nn.functional.silu(leaf).sum() for leaf in leaves]
SEEN = {float(leaf.sum()): (out.backward(), leaf.grad)[1] for leaf, out in zip(leaves, outs)}
""",
    ),
    cheat(
        "numbers-pasted",
        "week6/deeper chain_gradient",
        "the answers to the cases that can be drawn, worked out elsewhere and pasted as numbers",
        "return torch.tensor(KNOWN.get(round(float(x), 6), 0.0), dtype=x.dtype)",
        above=PASTED,
    ),
)
