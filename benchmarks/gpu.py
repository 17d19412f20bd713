"""How far apart are the CPU and the GPU? Prints the largest difference by dtype, over every exercise's right answers.

Run it as `python benchmarks/gpu.py [WEEK ...]` on a machine with an NVIDIA GPU. Each check asks the right answers, and
autograd, for the same cases on both. A difference is the largest of a result's entries, in units of its largest entry.
The last column is how much of the checks' own tolerance that is: what comes near 1 is about to be refused.
"""

from __future__ import annotations

import contextlib
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import torch

from course import device
from course.answers import ask
from course.answers.compare import TOLERANCE
from course.authoring.proof.rehearse import attempt, stages
from course.authoring.text.parse import read
from course.judges import gradients as judge_gradients

ROOT = Path(__file__).parent.parent


class Differences:
    """The largest difference by who was asked and dtype, with the exercise; counts of results compared."""

    def __init__(self) -> None:
        self.where, self.place = "", "cpu"
        self.worst: dict[tuple[str, str], tuple[float, str]] = defaultdict(lambda: (0.0, ""))
        self.count: dict[tuple[str, str], int] = defaultdict(int)
        self._cpu: dict[str, list[Any]] = {"answers": [], "autograd": []}

    def note(self, who: str, value: Any) -> None:
        """A result: kept where it is the CPU's, otherwise compared with the CPU's for the same case."""
        if self.place == "cpu":
            self._cpu[who].append(value)
        elif self._cpu[who]:
            for first, second in zip(ask.tensors_in(self._cpu[who].pop(0)), ask.tensors_in(value), strict=False):
                if first.shape == second.shape and first.is_floating_point() and first.numel():
                    gap = (first.double() - second.detach().cpu().double()).abs().max()
                    kind = who, str(first.dtype).removeprefix("torch.")
                    gap = float(gap / first.double().abs().max().clamp(min=1e-30))
                    self.worst[kind] = max(self.worst[kind], (gap, self.where))
                    self.count[kind] += 1

    @contextlib.contextmanager
    def noting(self) -> Iterator[None]:
        """Inside, whatever checks ask and whatever autograd says is noted."""
        to, asks, gradients = device.to, ask.ask, judge_gradients.gradients

        def moved(value: Any, place: torch.device | str) -> Any:
            if torch.device(place).type == "cpu" and self.place != "cpu":
                self._cpu = {"answers": [], "autograd": []}
            self.place = torch.device(place).type
            return to(value, place)

        def asked(*words: Any, **more: Any) -> Any:
            replies = asks(*words, **more)
            for reply in replies:
                self.note("answers", reply.value)
            return replies

        def derived(*words: Any) -> Any:
            found = gradients(*words)
            self.note("autograd", found)
            return found

        with (
            mock.patch.object(device, "to", moved),
            mock.patch.object(ask, "ask", asked),
            mock.patch.object(judge_gradients, "gradients", derived),
        ):
            yield

    def table(self) -> str:
        """The differences as lines of text."""
        lines = [f"{'':<10}{'dtype':<10}{'results':>9}{'largest':>11}{'of tolerance':>14}   in"]
        for (who, dtype), (gap, where) in sorted(self.worst.items()):
            share = gap / TOLERANCE.get(getattr(torch, dtype), 1e-6)
            lines.append(f"{who:<10}{dtype:<10}{self.count[who, dtype]:>9}{gap:>11.1e}{share:>14.2f}   {where}")
        return "\n".join(lines)


def compared(paths: list[Path]) -> tuple[Differences, list[str]]:
    """The differences over these texts, and the right answers that are refused on either device."""
    found, refused = Differences(), []
    for path in paths:
        for stage in stages(read(path)):
            found.where = f"{path.parent.name} {stage.exercise.name}"
            for answer in (stage.exercise.solution, *stage.exercise.rights):
                found.place = "cpu"
                with found.noting():
                    said = attempt(stage, answer).hidden
                if said:
                    refused.append(f"{found.where}, {answer.title or 'the solution'}: {said}")
        print(f"{path.parent.name}/{path.stem} done", file=sys.stderr, flush=True)
    return found, refused


def main(weeks: list[str]) -> int:
    """Print the table; the exit status is 1 where a right answer is refused."""
    if not device.has_cuda():
        print("There is no CUDA GPU here: nothing was compared. Run this on a machine that has one.")
        return 0
    paths = [path for path in sorted(ROOT.glob("source/*/*.py")) if not weeks or path.parent.name in weeks]
    found, refused = compared(paths)
    print(f"{torch.cuda.get_device_name()}, torch {torch.__version__}", found.table(), *refused, sep="\n")
    print(f"right answers refused: {len(refused)}")
    return int(bool(refused))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
