"""What a student reads when a check fails: one message of each kind, on one page of HTML.

Run it as `python benchmarks/messages.py PAGE.html`. The answers below are wrong on purpose.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import torch

from course import cases, check
from course.authoring.proof import rehearse
from course.authoring.text.parse import read
from course.figures import gradient_chain, style
from course.runtime import verdict as feedback
from course.runtime.verdict import CheckFailed, Verdict

ROOT = Path(__file__).parent.parent
STYLE = (
    "body{font:15px/1.45 system-ui,'DejaVu Sans',sans-serif;max-width:60em;margin:2em auto;padding:0 1em;color:#222}"
    "h1{font-size:1.4em}h2{font-size:1em;margin:1.5em 0 .4em;color:#555}code{font-family:'DejaVu Sans Mono',monospace}"
    "figcaption{color:#555}figure{margin:.6em 0 0}"
)


def forward(X: torch.Tensor, W: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    """A linear layer: X (n, d), W (h, d), b (h,) to (n, h)."""
    return X @ W.T + b


def right(dZ: torch.Tensor, X: torch.Tensor, W: torch.Tensor, b: torch.Tensor) -> tuple[torch.Tensor, ...]:
    """The gradients of the layer: dX, dW, db."""
    return dZ @ W, dZ.T @ X, dZ.sum(0)


def changed(change: Callable[..., Any]) -> Callable[..., Any]:
    """The right gradients, spoilt."""

    def linear_backward(dZ: torch.Tensor, X: torch.Tensor, W: torch.Tensor, b: torch.Tensor) -> Any:
        return change(*right(dZ, X, W, b))

    return linear_backward


def reads_nan(dX: torch.Tensor, dW: torch.Tensor, db: torch.Tensor) -> tuple[torch.Tensor, ...]:
    """The weights' gradient divided by something that is 0."""
    return dX, dW * 0 / 0, db


def spoils_its_input(dZ: torch.Tensor, X: torch.Tensor, W: torch.Tensor, b: torch.Tensor) -> tuple[torch.Tensor, ...]:
    """The right gradients, and a changed dZ."""
    found = right(dZ, X, W, b)
    dZ *= 2
    return found


def asks_autograd(dZ: torch.Tensor, X: torch.Tensor, W: torch.Tensor, b: torch.Tensor) -> tuple[torch.Tensor, ...]:
    """The right gradients, but not by hand."""
    leaves = [value.clone().requires_grad_() for value in (X, W, b)]
    return torch.autograd.grad((dZ * forward(*leaves)).sum(), leaves)


def squared_errors(y_hat: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    """The squared error of each example, (n,)."""
    return (y_hat[:, 0] - y) ** 2


def meets_a_column(y_hat: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    """A column (n, 1) minus a vector (n,)."""
    return (y_hat - y) ** 2


def network(
    X: torch.Tensor,
    Ws: list[torch.Tensor],
    bs: list[torch.Tensor],
    Y: torch.Tensor,
    relu: Callable[[torch.Tensor], torch.Tensor] = torch.relu,
) -> torch.Tensor:
    """The squared error of a network with ReLUs, averaged over the examples."""
    A = X
    for W, b in zip(Ws[:-1], bs[:-1], strict=True):
        A = relu(A @ W.T + b)
    return ((A @ Ws[-1].T + bs[-1] - Y) ** 2).sum() / len(X)


def network_backward(
    X: torch.Tensor, Ws: list[torch.Tensor], bs: list[torch.Tensor], Y: torch.Tensor
) -> tuple[list, list]:
    """Its gradients, the ReLU forgotten on the way back."""
    leaves = [value.clone().requires_grad_() for value in (*Ws, *bs)]
    loss = network(X, leaves[: len(Ws)], leaves[len(Ws) :], Y, lambda Z: Z + (Z.relu() - Z).detach())
    found = torch.autograd.grad(loss, leaves)
    return list(found[: len(Ws)]), list(found[len(Ws) :])


LAYER = {
    "The sign": changed(lambda dX, dW, db: (dX, -dW, db)),
    "A constant factor": changed(lambda dX, dW, db: (dX, 2 * dW, db)),
    "A mean for a sum": changed(lambda dX, dW, db: (dX, dW, db / len(dX))),
    "The transpose": changed(lambda dX, dW, db: (dX, dW.T, db)),
    "A wrong shape": changed(lambda dX, dW, db: (dX, dW[:, :1], db)),
    "A wrong dtype": changed(lambda dX, dW, db: (dX, dW.float(), db)),
    "Not a number": changed(reads_nan),
    "Printed instead of returned": changed(lambda dX, dW, db: None),
    "Another order": changed(lambda dX, dW, db: (dX, db, dW)),
    "An input changed": spoils_its_input,
    "Autograd in an exercise by hand": asks_autograd,
}
KNOWN = """
def relu_backward(dA, Z):
    return torch.where(Z > 0, 1.0, 0.0).to(Z.dtype)
"""


def said(ask: Callable[..., None], answer: Callable[..., Any], name: str, *rest: Any, **options: Any) -> Verdict:
    """The verdict on an answer, which goes under this name. Raises ValueError where the answer is right."""
    answer.__name__ = name
    try:
        ask(answer, *rest, **options)
    except CheckFailed as failure:
        return failure.verdict
    raise ValueError(f"The check passes {name}, which was to be wrong.")


def recognised() -> Verdict:
    """The verdict on a mistake that stands beside week 5's exercise, written in another form."""
    for stage in rehearse.stages(read(ROOT / "source" / "week5" / "backprop.py")):
        if stage.exercise.name == "relu_backward":
            with rehearse.environment(graded=True):
                failure = rehearse.run([KNOWN, stage.visible], stage.names)
            if isinstance(failure, CheckFailed):
                return failure.verdict
    raise ValueError("Week 5 has no exercise relu_backward that refuses this answer.")


def drawn(states: dict[str, str]) -> str:
    """The picture of the way back, as HTML."""
    shown: list[str] = []

    def keep(fig: Any, *, alt: str, caption: str) -> None:
        shown.append(style.bundle(fig, alt=alt, caption=caption)[0]["text/html"])

    with mock.patch.object(style, "show", keep):
        gradient_chain.draw(states)
    return shown[0]


def messages() -> Iterator[tuple[str, str]]:
    """Each kind with its message as HTML."""
    on = cases.draw(seeds=3, dZ="n h", X="n d", W="h d", b="h")
    asked = {"of": forward, "on": on, "wrt": "X W b", "upstream": "dZ", "by_hand": True}
    for title, answer in LAYER.items():
        yield title, said(check.gradient, answer, "linear_backward", **asked).html
    pairs = cases.draw(seeds=3, y_hat="n 1", y="n")
    yield "Broadcasting", said(check.function, meets_a_column, "squared_errors", squared_errors, on=pairs).html
    yield "A known mistake, recognised by its numbers", recognised().html
    states: dict[str, str] = {}
    with mock.patch.object(feedback, "report"), mock.patch.object(check, "show_trail", states.update):
        check.gradient(network_backward, of=network, on=cases.layers(seeds=3, depth=(3, 3)), wrt="Ws bs")
        (verdict,) = feedback.report.call_args.args
    yield "The first wrong gradient of a network", verdict.html + drawn(states)


def main(page: Path) -> None:
    """Write the page."""
    os.environ["NBGRADER_EXECUTION"] = "autograde"  # a failed check raises, so that its verdict can be had
    parts = [f"<h2>{title}</h2>\n{message}" for title, message in messages()]
    body = f"<h1>What a student reads when a check fails</h1>\n{''.join(parts)}"
    head = f'<!doctype html><html lang="en"><meta charset="utf-8"><title>Failed checks</title><style>{STYLE}</style>'
    page.write_text(f"{head}\n{body}\n</html>\n", encoding="utf-8")
    print(f"{page}: {len(parts)} messages")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python benchmarks/messages.py PAGE.html")
    main(Path(sys.argv[1]))
