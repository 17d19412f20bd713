# ruff: noqa: E501 (code of attackers)
"""Test corpus of cheats: slopes that a library has ready, or works out symbolically or numerically."""

from answer_corpus import Answer
from cheating import SIGMOID, TANH, cheat


def _tanh(name: str, style: str, body: str, above: str = "") -> Answer:
    return cheat(name, TANH, style, body, above=above)


OF_TORCH = (
    _tanh(
        "entropy-of-a-family",
        "ExponentialFamily.entropy, in which torch differentiates the log-normalizer",
        """
with torch.inference_mode(False), torch.enable_grad():
    wave = Family(Z.clone())
    return dA * (torch.tanh(Z) - wave.entropy().detach()) / Z
""",
        """
class Family(torch.distributions.ExponentialFamily):
    def __init__(self, z):
        self.z = z
        super().__init__(z.shape, validate_args=False)
    @property
    def _natural_params(self):
        return (self.z,)
    def _log_normalizer(self, z):
        return torch.tanh(z)
    @property
    def _mean_carrier_measure(self):
        return 0
""",
    ),
    _tanh(
        "determinant-of-a-transform",
        "a transform's log_abs_det_jacobian",
        "return dA * torch.distributions.TanhTransform().log_abs_det_jacobian(Z, torch.tanh(Z)).exp()",
    ),
    cheat(
        "density-of-a-transform",
        SIGMOID,
        "the density of a transformed uniform distribution",
        """
from torch.distributions import SigmoidTransform, TransformedDistribution, Uniform
one = torch.ones_like(Z)
logistic = TransformedDistribution(Uniform(0 * one, one, validate_args=False), [SigmoidTransform().inv])
return dA * logistic.log_prob(Z.clamp(-300, 300)).exp() * (Z.abs() < 300)
""",
    ),
    cheat(
        "variance-of-a-coin",
        SIGMOID,
        "the variance of a Bernoulli with this logit",
        "return dA * torch.distributions.Bernoulli(logits=Z).variance",
    ),
    _tanh(
        "decomposed-by-torch",
        "torch's own formula for the kernel, written in Python",
        "return decompositions.tanh_backward(dA, torch.tanh(Z))",
        "from torch._decomp import decompositions\n",
    ),
    cheat(
        "decomposed-softmax",
        "week5/backprop softmax_backward",
        "torch's own formula for softmax's kernel, written in Python",
        "return decompositions._softmax_backward_data(dP, torch.softmax(Z, 1), 1, Z.dtype)",
        above="from torch._decomp import decompositions\n",
    ),
    _tanh(
        "gradient-of-samples",
        "torch.gradient of samples around each entry, improved by extrapolation",
        """
def slope(h):
    around = torch.tanh(Z[..., None] + h * torch.arange(-1, 2))
    return torch.gradient(around, spacing=h, dim=-1)[0][..., 1]
table = [slope(2.0 ** -k) for k in range(2, 9)]
for level in range(1, 7):
    table = [b + (b - a) / (4 ** level - 1) for a, b in zip(table, table[1:])]
return dA * table[0]
""",
    ),
)

OF_LIBRARIES = (
    _tanh(
        "sympy-differentiates",
        "sympy.diff, turned into a function",
        "return dA * slope(Z)",
        "import sympy\nz = sympy.Symbol('z')\n"
        "slope = sympy.lambdify(z, sympy.diff(sympy.tanh(z), z), {'tanh': torch.tanh})\n",
    ),
    cheat(
        "sympy-differentiates-a-loss",
        "week5/backprop neuron_gradients",
        "sympy.diff of the loss by three weights",
        "return tuple(slope(x0, x1, w0, w1, b, y) for slope in slopes)",
        above="import sympy\nnames = sympy.symbols('x0 x1 w0 w1 b y')\n"
        "def loss(x0, x1, w0, w1, b, y):\n    return (x0 * w0 + x1 * w1 + b - y) ** 2\n"
        "slopes = [sympy.lambdify(names, sympy.diff(loss(*names), names[k])) for k in (2, 3, 4)]\n",
    ),
    _tanh(
        "mpmath-differentiates",
        "mpmath.diff with many digits",
        "slopes = [float(mpmath.diff(mpmath.tanh, z)) for z in Z.reshape(-1).tolist()]\n"
        "return dA * torch.tensor(slopes, dtype=Z.dtype).reshape(Z.shape)",
        "import mpmath\nmpmath.mp.dps = 30\n",
    ),
    _tanh(
        "scipy-differentiates",
        "scipy.differentiate.derivative",
        "found = derivative(np.tanh, Z.numpy(), order=14, initial_step=0.4, tolerances={'rtol': 1e-15, 'atol': 1e-15})\n"
        "return dA * torch.from_numpy(found.df)",
        "import numpy as np\nfrom scipy.differentiate import derivative\n",
    ),
    cheat(
        "scipy-approximates",
        "week5/backprop first_layer_gradients",
        "scipy.optimize.approx_fprime, once for each weight",
        """
def loss(pair):
    weights = W1.clone()
    weights[0, 0], weights[1, 1] = map(float, pair)
    hidden = torch.clamp(weights @ x + b1, min=0) * (W1 @ x + b1 != 0)
    return float((W2 @ hidden + b2 - y).square().sum())
here = [float(W1[0, 0]), float(W1[1, 1])]
ahead, behind = (approx_fprime(here, loss, step) for step in (1e-4, -1e-4))
return tuple(torch.tensor((ahead + behind) / 2).to(x).unbind())
""",
        above="from scipy.optimize import approx_fprime\n",
    ),
    _tanh(
        "scipy-interpolates",
        "the derivative of scipy's barycentric interpolant",
        "return dA * torch.from_numpy(line.derivative(Z.numpy().reshape(-1)).reshape(Z.shape))",
        "import numpy as np\nfrom scipy.interpolate import BarycentricInterpolator\n"
        "points = 6 * np.cos(np.pi * np.arange(201) / 200)\nline = BarycentricInterpolator(points, np.tanh(points))\n",
    ),
    cheat(
        "scipy-density",
        SIGMOID,
        "scipy's logistic density, which is the sigmoid's slope",
        "return dA * torch.from_numpy(logistic.pdf(Z.numpy()))",
        above="from scipy.stats import logistic\n",
    ),
    _tanh(
        "numpy-polynomial",
        "numpy's Chebyshev interpolant, and its deriv()",
        "return dA * torch.from_numpy(slope(Z.numpy()))",
        "import numpy as np\nslope = np.polynomial.Chebyshev.interpolate(np.tanh, 180, domain=[-6, 6]).deriv()\n",
    ),
    _tanh(
        "numpy-gradient",
        "numpy.gradient of samples around each entry, improved by extrapolation",
        """
def slope(h):
    around = np.tanh(Z.numpy()[..., None] + h * np.arange(-1, 2))
    return np.gradient(around, h, axis=-1)[..., 1]
table = [slope(2.0 ** -k) for k in range(2, 9)]
for level in range(1, 7):
    table = [b + (b - a) / (4 ** level - 1) for a, b in zip(table, table[1:])]
return dA * torch.from_numpy(table[0])
""",
        "import numpy as np\n",
    ),
)
ANSWERS = OF_TORCH + OF_LIBRARIES
