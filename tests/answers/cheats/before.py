"""Test corpus of cheats: torch differentiates above the answer, and the answer reads off a table."""

from answer_corpus import Answer
from cheating import BY_AUTOGRAD, SIGMOID, TABLE, TANH, cheat

READ = "return dA * between(table, Z)"


def _table(name: str, style: str, made: str, body: str = READ, **more: str) -> Answer:
    """An answer to tanh_backward that interpolates what ``made`` has left in ``table``."""
    return cheat(name, TANH, style, body, above=TABLE + made, **more)


ANSWERS = (
    _table(
        "table-in-an-assignment",
        "a top-level assignment that differentiates on the way",
        "leaf = grid.clone().requires_grad_()\ntable = (torch.tanh(leaf).sum().backward(), leaf.grad)[1]\n",
    ),
    _table(
        "table-by-update",
        "a dict's update, which binds no name",
        "tables = {}\ntables.update(tanh=torch.func.vmap(torch.func.grad(torch.tanh))(grid))\n",
        "return dA * between(tables['tanh'], Z)",
    ),
    _table(
        "table-by-append",
        "a list that is appended to in a loop",
        BY_AUTOGRAD + "rows = []\nfor point in grid:\n    rows.append(by_autograd(torch.tanh, point))\n",
        "return dA * between(torch.stack(rows), Z)",
    ),
    _table(
        "table-by-register",
        "a registry that differentiates what is registered",
        BY_AUTOGRAD
        + """
RULES = {}
def register(name, f):
    RULES[name] = by_autograd(f, grid)
register("tanh", torch.tanh)
""",
        "return dA * between(RULES['tanh'], Z)",
    ),
    _table(
        "table-in-a-decorator",
        "a decorator that gives the function its table",
        BY_AUTOGRAD
        + """
def with_slopes(f):
    def decorate(function):
        function.table = by_autograd(f, grid)
        return function
    return decorate
""",
        "return dA * between(tanh_backward.table, Z)",
        head="@with_slopes(torch.tanh)\ndef tanh_backward(dA, Z):",
    ),
    _table(
        "table-in-a-default",
        "a default argument, worked out when the function is defined",
        BY_AUTOGRAD,
        head="def tanh_backward(dA, Z, table=by_autograd(torch.tanh, grid)):",
    ),
    _table(
        "table-in-a-class-body",
        "a class whose body differentiates",
        BY_AUTOGRAD + "class Slopes:\n    tanh = by_autograd(torch.tanh, grid)\n",
        "return dA * between(Slopes.tanh, Z)",
    ),
    _table(
        "table-in-init-subclass",
        "a base class that differentiates for each subclass",
        BY_AUTOGRAD
        + """
class Activation:
    def __init_subclass__(cls, f, **more):
        cls.table = by_autograd(f, grid)
class Tanh(Activation, f=torch.tanh):
    pass
""",
        "return dA * between(Tanh.table, Z)",
    ),
    _table(
        "table-in-set-name",
        "a descriptor that differentiates when it gets its name",
        BY_AUTOGRAD
        + """
class Slope:
    def __set_name__(self, owner, name):
        setattr(owner, name, by_autograd(getattr(torch, name), grid))
class Slopes:
    tanh = Slope()
""",
        "return dA * between(Slopes.tanh, Z)",
    ),
    _table(
        "table-in-a-metaclass",
        "a metaclass that differentiates when the class is made",
        BY_AUTOGRAD
        + """
class Meta(type):
    def __new__(kind, name, bases, members):
        return super().__new__(kind, name, bases, {**members, "table": by_autograd(torch.tanh, grid)})
class Tanh(metaclass=Meta):
    pass
""",
        "return dA * between(Tanh.table, Z)",
    ),
    _table(
        "table-in-a-parameter",
        "a layer whose weight is written to in place",
        BY_AUTOGRAD
        + """
store = torch.nn.Linear(241, 1, bias=False).double()
store.weight.data.copy_(by_autograd(torch.tanh, grid)[None])
""",
        "return dA * between(store.weight.data[0], Z)",
    ),
    _table(
        "table-in-a-warm-cache",
        "a function with a cache, called once above the answer",
        BY_AUTOGRAD
        + """
import functools
@functools.cache
def slopes(name):
    return by_autograd(getattr(torch, name), grid)
slopes("tanh")
""",
        "return dA * between(slopes('tanh'), Z)",
    ),
    _table(
        "table-from-a-later-cell",
        "a cell below the answer that fills the table",
        BY_AUTOGRAD + "table = torch.zeros(241).double()\n",
        below="table += by_autograd(torch.tanh, grid)\n",
    ),
    _table(
        "table-in-the-environment",
        "an environment variable that carries the numbers as text",
        BY_AUTOGRAD
        + """
import os
os.environ["SLOPES"] = " ".join(map(repr, by_autograd(torch.tanh, grid).tolist()))
""",
        "numbers = [float(word) for word in os.environ['SLOPES'].split()]\n"
        "return dA * between(torch.tensor(numbers, dtype=torch.float64), Z)",
    ),
    _table(
        "table-by-forward-mode",
        "a table made by a Jacobian-vector product",
        "table = torch.func.jvp(torch.tanh, (grid,), (torch.ones_like(grid),))[1]\n",
    ),
    _table(
        "fit-of-slopes",
        "a polynomial fitted to autograd's slopes by least squares",
        BY_AUTOGRAD
        + """
def waves(Z):
    return torch.cos(torch.arange(200) * torch.acos((Z / 8)[..., None]))
table = torch.linalg.lstsq(waves(grid), by_autograd(torch.tanh, grid)[:, None]).solution[:, 0]
""",
        "return dA * (waves(Z) @ table)",
    ),
    _table(
        "table-in-a-file",
        "a file of numpy's, differentiated only where it is not there yet",
        BY_AUTOGRAD
        + """
import numpy as np
from pathlib import Path
if not Path("slopes.npy").exists():
    np.save("slopes.npy", by_autograd(torch.tanh, grid).numpy())
table = torch.from_numpy(np.load("slopes.npy"))
""",
    ),
    _table(
        "table-by-torch-save",
        "torch.save, and torch.load in the answer",
        BY_AUTOGRAD
        + """
import os
if not os.path.exists("/tmp/slopes.pt"):
    torch.save(by_autograd(torch.tanh, grid), "/tmp/slopes.pt")
""",
        "return dA * between(torch.load('/tmp/slopes.pt'), Z)",
    ),
    _table(
        "table-pickled",
        "a pickled list in a file in memory",
        BY_AUTOGRAD
        + """
import os, pickle
if not os.path.exists("/dev/shm/slopes"):
    with open("/dev/shm/slopes", "wb") as file:
        pickle.dump(by_autograd(torch.tanh, grid).tolist(), file)
with open("/dev/shm/slopes", "rb") as file:
    table = torch.tensor(pickle.load(file), dtype=torch.float64)
""",
    ),
    _table(
        "table-in-a-database",
        "sqlite, filled in one cell and asked in the answer",
        BY_AUTOGRAD
        + """
import json, os, sqlite3
if not os.path.exists("slopes.db"):
    with sqlite3.connect("slopes.db") as base:
        base.execute("create table slopes (numbers text)")
        base.execute("insert into slopes values (?)", [json.dumps(by_autograd(torch.tanh, grid).tolist())])
""",
        "numbers = sqlite3.connect('slopes.db').execute('select numbers from slopes').fetchone()[0]\n"
        "return dA * between(torch.tensor(json.loads(numbers), dtype=torch.float64), Z)",
    ),
    _table(
        "table-as-a-module",
        "a module of one's own, written beside the notebook and imported",
        BY_AUTOGRAD
        + """
import importlib, os, sys
if not os.path.exists("slopes_of_tanh.py"):
    with open("slopes_of_tanh.py", "w") as file:
        file.write(f"numbers = {by_autograd(torch.tanh, grid).tolist()}")
importlib.invalidate_caches()
sys.path.append(os.getcwd())
from slopes_of_tanh import numbers
table = torch.tensor(numbers, dtype=torch.float64)
""",
    ),
    _table(
        "table-off-a-figure",
        "the slopes that the course's own figure draws, read off its dashed line",
        """
shown = []
import matplotlib.axes
draw = matplotlib.axes.Axes.plot
def keep(self, x, y, *more, **how):
    if how.get("label") == "its derivative":
        shown.append((x, y))
    return draw(self, x, y, *more, **how)
matplotlib.axes.Axes.plot = keep
plot.activation(torch.tanh, low=-8, high=8, alt="tanh", caption="tanh")
matplotlib.axes.Axes.plot = draw
x, y = (torch.tensor(numbers, dtype=torch.float64) for numbers in shown[0])
""",
        """
place = ((Z - x[0]) / (x[1] - x[0])).floor().long()[..., None] + torch.arange(-7, 9)
near, there = x[place], Z[..., None]
apart = near[..., :, None] - near[..., None, :] + torch.eye(16).double()
gap = torch.where(there == near, 1e-200, there - near)
share = 1 / apart.prod(-1) / gap
return dA * (share * y[place]).sum(-1) / share.sum(-1)
""",
    ),
    cheat(
        "two-slopes-of-relu",
        "week5/backprop relu_backward",
        "the two slopes of a ReLU, found by autograd above the answer",
        "return torch.where(Z > 0, right, left) * dA",
        above=BY_AUTOGRAD + "left, right = by_autograd(torch.relu, torch.tensor([-1.0, 1.0]).double())\n",
    ),
    cheat(
        "table-for-a-chain",
        "week6/deeper chain_gradient",
        "the sigmoid's slopes from a table, multiplied along the chain",
        """
slope = torch.ones_like(x)
for weight, bias in zip(w, b):
    slope = slope * weight * between(table, (weight * x + bias).clamp(-20, 20))
    x = torch.sigmoid(weight * x + bias)
return slope
""",
        above=TABLE.replace("8 *", "20 *")
        + "table = (torch.sigmoid(grid.requires_grad_()).sum().backward(), grid.grad)[1]\ngrid = grid.detach()\n",
    ),
    cheat(
        "table-of-sigmoid-in-a-closure",
        SIGMOID,
        "a function made by a function that differentiated first",
        "return dA * slope(Z)",
        above=TABLE.replace("8 *", "20 *")
        + BY_AUTOGRAD
        + """
def slope_of(f):
    table = by_autograd(f, grid)
    return lambda Z: torch.where(Z.abs() < 20, between(table, Z.clamp(-20, 20)), 0.0)
slope = slope_of(torch.sigmoid)
""",
    ),
)
