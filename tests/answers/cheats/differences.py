# ruff: noqa: E501 (code of attackers)
"""Test corpus of cheats: slopes from differences of function values, in many disguises."""

from dataclasses import replace

from answer_corpus import Answer
from cheating import TANH, cheat


def _tanh(name: str, style: str, body: str, above: str = "") -> Answer:
    return cheat(name, TANH, style, body, above=above)


def _unusual(answer: Answer) -> Answer:
    """The answer, whose numbers are exact: a remark on what was seen is enough."""
    return replace(answer, remark=True)


COMPLEX = (
    _tanh(
        "complex-step",
        "a complex step",
        "return dA * torch.tanh(torch.complex(Z, torch.full_like(Z, 1e-30))).imag / 1e-30",
    ),
    _tanh("complex-literal", "a complex step with a literal", "return dA * torch.tanh(Z + 1e-30j).imag / 1e-30"),
    _tanh(
        "complex-by-view",
        "pairs of numbers, looked at as complex ones",
        "pairs = torch.stack([Z, torch.full_like(Z, 1e-30)], -1)\n"
        "return dA * torch.view_as_real(torch.tanh(torch.view_as_complex(pairs)))[..., 1] / 1e-30",
    ),
    _tanh(
        "complex-by-dtype",
        "a conversion to a dtype whose name is put together",
        "wide = Z.to(getattr(torch, 'com' + 'plex128')) + 1e-30 * torch.tensor(-1.0).to(getattr(torch, 'com' + 'plex128')).sqrt()\n"
        "return dA * torch.view_as_real(torch.tanh(wide))[..., 1] / 1e-30",
    ),
    _unusual(
        _tanh(
            "complex-in-numpy",
            "a complex step in numpy",
            "return dA * torch.from_numpy(np.tanh(Z.numpy() + 1e-30j).imag / 1e-30)",
            "import numpy as np\n",
        )
    ),
    _unusual(
        _tanh(
            "complex-in-python",
            "a complex step by cmath, entry by entry",
            "slopes = [cmath.tanh(complex(z, 1e-30)).imag / 1e-30 for z in Z.reshape(-1).tolist()]\n"
            "return dA * torch.tensor(slopes, dtype=Z.dtype).reshape(Z.shape)",
            "import cmath\n",
        )
    ),
    _tanh(
        "complex-around-a-circle",
        "the mean over a circle in the complex plane (Cauchy's formula)",
        "turn = torch.exp(2j * torch.pi * torch.arange(64, dtype=torch.float64) / 64)\n"
        "return dA * (torch.tanh(Z[..., None] + turn) / turn).mean(-1).real",
    ),
    _unusual(
        _tanh(
            "matrices-for-complex-numbers",
            "numbers as 2 x 2 matrices whose corner is a small step, and torch.matrix_exp",
            """
def wide(z, h):
    return torch.stack([torch.stack([z, -h], -1), torch.stack([h, z], -1)], -2)
twice = torch.matrix_exp(2 * wide(Z, torch.full_like(Z, 1e-30)))
one = torch.eye(2, dtype=Z.dtype)
return dA * torch.linalg.solve(twice + one, twice - one)[..., 1, 0] / 1e-30
""",
        )
    ),
    _unusual(
        _tanh(
            "matrices-for-dual-numbers",
            "numbers as 2 x 2 matrices with a 1 above the diagonal",
            """
flat = Z.reshape(-1, 1, 1)
twice = torch.matrix_exp(2 * (flat * torch.eye(2, dtype=Z.dtype) + torch.tensor([[0, 1.0], [0, 0]], dtype=Z.dtype)))
one = torch.eye(2, dtype=Z.dtype)
return dA * torch.linalg.solve(twice + one, twice - one)[..., 0, 1].reshape(Z.shape)
""",
        )
    ),
)

QUOTIENTS = (
    _tanh(
        "quotient", "a central difference quotient", "return dA * (torch.tanh(Z + 1e-5) - torch.tanh(Z - 1e-5)) / 2e-5"
    ),
    cheat(
        "quotient-in-a-table",
        "week2/linear regression_gradient",
        "each weight moved by a small step to both sides",
        """
def loss(w, b):
    return ((X @ w + b - y) ** 2).mean() / 2
h = 1e-4
dw = torch.stack([(loss(w + h * row, b) - loss(w - h * row, b)) / (2 * h) for row in torch.eye(len(w)).to(w)])
return dw, (loss(w, b + h) - loss(w, b - h)) / (2 * h)
""",
    ),
    _unusual(
        cheat(
            "quotient-with-a-step-of-one",
            "week2/linear regression_gradient",
            "a quadratic loss, whose central quotient is exact with any step",
            """
def loss(w, b):
    return ((X @ w + b - y) ** 2).mean() / 2
dw = torch.stack([(loss(w + row, b) - loss(w - row, b)) / 2 for row in torch.eye(len(w)).to(w)])
return dw, (loss(w, b + 1) - loss(w, b - 1)) / 2
""",
        )
    ),
    _unusual(
        cheat(
            "quotients-of-plain-numbers",
            "week5/backprop graph_gradients",
            "the graph's output at both sides of each input, in Python's own numbers",
            """
def out(a, b, c):
    return 3 * (a + b * c)
def slope(f, at):
    return (f(at + 0.5) - f(at - 0.5)) / 1.0
u, v = b * c, a + b * c
return {
    "u": u, "v": v, "L": out(a, b, c), "dv": slope(lambda v: 3 * v, v), "du": slope(lambda u: 3 * (a + u), u),
    "da": slope(lambda a: out(a, b, c), a), "db": slope(lambda b: out(a, b, c), b), "dc": slope(lambda c: out(a, b, c), c),
}
""",
        )
    ),
    cheat(
        "quotient-of-the-whole-network",
        "week5/backprop first_layer_gradients",
        "two weights moved by a small step",
        """
def loss(a, d):
    weights = W1.clone()
    weights[0, 0] += a
    weights[1, 1] += d
    hidden = torch.clamp(weights @ x + b1, min=0) * (W1 @ x + b1 != 0)
    return (W2 @ hidden + b2 - y).square().sum()
h = 1e-5
return (loss(h, 0) - loss(-h, 0)) / (2 * h), (loss(0, h) - loss(0, -h)) / (2 * h)
""",
    ),
    _unusual(
        _tanh(
            "quotient-in-long-doubles",
            "numpy's long doubles, 19 digits, and an extrapolated quotient",
            """
wide = np.longdouble(1) * Z.numpy()
def slope(h):
    return (np.tanh(wide + h) - np.tanh(wide - h)) / (2 * h)
h = np.longdouble(2) ** -9
return dA * torch.from_numpy(((64 * slope(h / 4) - 20 * slope(h / 2) + slope(h)) / 45).astype(np.float64))
""",
            "import numpy as np\n",
        )
    ),
    _unusual(
        _tanh(
            "quotient-in-decimals",
            "Python's decimals with 60 digits",
            """
def slope(z):
    up, down = (decimal.Decimal(z) + s * STEP for s in (1, -1))
    value = [((2 * x).exp() - 1) / ((2 * x).exp() + 1) for x in (up, down)]
    return float((value[0] - value[1]) / (2 * STEP))
return dA * torch.tensor([slope(z) for z in Z.reshape(-1).tolist()], dtype=Z.dtype).reshape(Z.shape)
""",
            "import decimal\ndecimal.getcontext().prec = 60\nSTEP = decimal.Decimal(10) ** -20\n",
        )
    ),
    _unusual(
        cheat(
            "quotient-in-fractions",
            "week5/backprop neuron_gradients",
            "Python's fractions, in which a quotient of a square is exact",
            """
given = [Fraction(float(each)) for each in (x0, x1, w0, w1, b, y)]
def loss(*moved):
    x0, x1, w0, w1, b, y = moved
    return (x0 * w0 + x1 * w1 + b - y) ** 2
def slope(k):
    up, down = ([each + s * (i == k) for i, each in enumerate(given)] for s in (1, -1))
    return torch.tensor(float((loss(*up) - loss(*down)) / 2), dtype=x0.dtype)
return slope(2), slope(3), slope(4)
""",
            above="from fractions import Fraction\n",
        )
    ),
    _unusual(
        _tanh(
            "quotients-extrapolated",
            "Richardson's extrapolation of seven quotients",
            """
table = [(torch.tanh(Z + h) - torch.tanh(Z - h)) / (2 * h) for h in [2.0 ** -k for k in range(1, 8)]]
for level in range(1, 7):
    table = [b + (b - a) / (4 ** level - 1) for a, b in zip(table, table[1:])]
return dA * table[0]
""",
        )
    ),
    _unusual(
        _tanh(
            "stencil-of-sixteen",
            "a stencil of sixteen points, its weights solved for",
            """
points = torch.cat([torch.arange(-8, 0), torch.arange(1, 9)]).double() / 8
powers = points ** torch.arange(16)[:, None]
weights = torch.linalg.solve(powers, (torch.arange(16) == 1).double())
return dA * (torch.tanh(Z[..., None] + points / 2) @ weights) * 2
""",
        )
    ),
    _unusual(
        _tanh(
            "interpolated-and-differentiated",
            "Chebyshev's interpolant of tanh itself, differentiated term by term",
            """
n = 220
angle = torch.pi * (torch.arange(n).double() + 0.5) / n
values = torch.tanh(6 * torch.cos(angle))
terms = 2 / n * torch.cos(torch.arange(n)[:, None] * angle) @ values
at = torch.acos((Z / 6)[..., None])
k = torch.arange(n)
return dA * ((k * torch.sin(k * at) / torch.sin(at)) @ terms) / 6
""",
        )
    ),
    _unusual(
        _tanh(
            "circle-of-real-numbers",
            "a sum over a circle, with sines and cosines in place of complex numbers",
            """
turn = 2 * torch.pi * torch.arange(64).double() / 64
x, y = 2 * (Z[..., None] + torch.cos(turn)), 2 * torch.sin(turn)
below = torch.cosh(x) + torch.cos(y)
real, imaginary = torch.sinh(x) / below, torch.sin(y) / below
return dA * (real * torch.cos(turn) + imaginary * torch.sin(turn)).mean(-1)
""",
        )
    ),
    _tanh(
        "rough-but-for-one",
        "a rough quotient, but for the first case of each question, which is worked out with care",
        """
global count
count += 1
if count in FIRST:
    table = [(torch.tanh(Z + h) - torch.tanh(Z - h)) / (2 * h) for h in [2.0 ** -k for k in range(1, 8)]]
    for level in range(1, 7):
        table = [b + (b - a) / (4 ** level - 1) for a, b in zip(table, table[1:])]
    return dA * table[0]
return dA * (torch.tanh(Z + 1e-5) - torch.tanh(Z - 1e-5)) / 2e-5
""",
        "count = 0\nFIRST = (1, 3, 6, 10, 15, 20, 26)\n",
    ),
    _tanh(
        "rough-but-for-an-entry",
        "a rough quotient, with the formula in one entry",
        """
slope = (torch.tanh(Z + 1e-5) - torch.tanh(Z - 1e-5)) / 2e-5
slope[0, 0] = 1 - torch.tanh(Z[0, 0]) ** 2
return dA * slope
""",
    ),
    Answer(
        "quotients-of-silu",
        "week4/xor silu_slope",
        """
def extrapolated(f, Z, h=0.02):
    near, far = ((f(Z + k * h) - f(Z - k * h)) / (2 * k * h) for k in (1, 2))
    return (4 * near - far) / 3

def silu_slope(Z):
    return (64 * extrapolated(silu, Z, 0.005) - 20 * extrapolated(silu, Z, 0.01) + extrapolated(silu, Z, 0.02)) / 45

def silu(Z):
    return Z * torch.sigmoid(Z)
""",
        "a quotient of fourth order, extrapolated twice",
        remark=True,
    ),
)
ANSWERS = COMPLEX + QUOTIENTS
