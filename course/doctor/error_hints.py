"""Exception hints: a table from error messages to one short sentence on where to look first."""

from __future__ import annotations

import re
from collections.abc import Sequence

MESSAGES: tuple[tuple[str, str], ...] = (  # what Python or torch says, and what to do: the first that is found counts
    (
        r"have the same dtype|expected scalar type|found dtype|Input type .* should be the same|"
        r"dtype .* (?:but|do not match)",
        "Print the dtype of both parts. Give what you create the dtype of the input: dtype=X.dtype, or .to(X.dtype).",
    ),
    (
        r"mat1 and mat2|size mismatch|inconsistent tensor size|cannot be multiplied|matrices expected|"
        r"expected size for .*batch|1D tensors expected|vector \+ matrix|dot : expected",
        "Print both shapes. In A @ B, A has as many columns as B has rows: does one need its transpose, .T?",
    ),
    (
        r"leaf Variable that requires grad",
        "Put the update into a block `with torch.no_grad():`. Outside it, torch would record it as part of the loss.",
    ),
    (
        r"'NoneType' object .*'(zero_|data|grad|norm|abs|clone|detach|item|shape|sum|mean)'|"
        r"NoneType.* and '?Tensor|and 'NoneType'",
        "Something is None there: a .grad before the first backward(), or what a function without a return gives.",
    ),
    (
        r"NoneType",
        "Something is None there. Print it: a function without a return gives None.",
    ),
    (
        r"does not require grad",
        "Set requires_grad=True before the forward pass, and work the loss out from that tensor, outside no_grad().",
    ),
    (
        r"implicitly created only for scalar outputs",
        "backward() starts at a single number: take the mean or the sum first.",
    ),
    (
        r"Boolean value of Tensor",
        "An `if`, `and`, `or` or `not` wants one True or False. Use torch.where, &, |, ~, or .any() and .all().",
    ),
    (
        r"truth value of an array",
        "An `if`, `and`, `or` or `not` wants one True or False. Use &, |, ~, or .any() and .all().",
    ),
    (
        r"could only infer dtype|can only be a floating point|Input dtype must be either a floating point|"
        r"only Tensors of floating point|can't be cast to the desired output type",
        "These are whole numbers or True and False: turn them into floats first, with .float() or .double().",
    ),
    (r"can't call numpy\(\) on Tensor that requires grad", "Write .detach() before .numpy()."),
    (
        r"can't convert .*numpy|convert .* to numpy|can't convert np\.ndarray",
        "Bring it to the CPU and cut it off from its history: .detach().cpu().numpy(). An array needs numbers only.",
    ),
    (
        r"backward through the graph a second time",
        "Run the forward pass again before each backward(): a graph serves once.",
    ),
    (
        r"modified by an inplace operation",
        "Something that backward() still needs was changed. Make a new tensor instead of +=, *= or X[...] =.",
    ),
    (
        r"only integer tensors.*index|tensors used as indices must be|indices must be integers|"
        r"only integers, slices|LongTensor|int64 for index|only int.*scalar.*index",
        "An index counts places: it must be whole numbers (.long(), int(...)), or a mask of True and False.",
    ),
    (
        r"only one element tensors can be converted|only a Tensor with one element|cannot be converted to Scalar",
        "A single number is wanted there, and a tensor with more entries came. Print its shape.",
    ),
    (
        r"size of tensor a|not broadcastable|could not be broadcast",
        ("Print both shapes and line them up from the right: each pair must be equal, or one of them 1."),
    ),
    (
        r"'(?:\w*Tensor|Parameter)' object is not callable",
        "A tensor stands before round brackets. Use [...] for an index, * for a product; or a name was overwritten.",
    ),
    (
        r"object is not callable",
        "What stands before the brackets is no function: a * is missing, or the function's name was overwritten.",
    ),
    (
        r"missing \d+ required .*argument|positional arguments? but \d+|takes no arguments|"
        r"unexpected keyword argument|multiple values for argument",
        "Compare the call with the def: how many arguments, in which order, and is `self` among them in a class?",
    ),
    (
        r"is invalid for input of size",
        "The new shape must hold as many entries as there are. One -1 in it is worked out for you.",
    ),
    (
        r"sizes of tensors must match|expects each tensor to be equal size",
        "Print the shapes of the parts: they may differ only along the dimension in which they are joined.",
    ),
    (r"Dimension out of range", "Print the shape, and count its dimensions from 0; -1 is the last."),
    (
        r"too many values to unpack|not enough values to unpack",
        ("Print what stands to the right of the =: it has another number of parts than there are names on the left."),
    ),
    (r"local variable .* (?:referenced before|not associated)", "Give the name a value before the loop or the if."),
    (r"out of bounds|out of range", "Count from 0, and print the length of what you index."),
    (r"same device|on device", "Create what you need with device=X.device."),
    (r"shape|size of|dimension|\b[1-4]-?D\b", "Print the shapes of the parts in that line."),
)
KINDS = {
    "UnboundLocalError": "Give the name a value before the loop or the if.",
    "NameError": "Check the spelling of that name, and that the cell that defines it has run.",
    "KeyError": "Print the keys there are, and compare them with the one you ask for.",
    "IndexError": "Count from 0, and print the length of what you index.",
    "AttributeError": "Print the type of the value before the dot.",
    "ZeroDivisionError": "Find what can become 0, and what should happen then.",
    "RecursionError": "Look for the case in which the function should stop calling itself.",
}


def hint_for(message: str, types: Sequence[str]) -> str:
    """The next step after an exception: ``message`` is its class and message, ``types`` its classes' names."""
    for pattern, hint in MESSAGES:
        if re.search(pattern, message, flags=re.DOTALL | re.IGNORECASE):
            return hint
    otherwise = "Print each part of that line, and its type, just before it."
    return next((KINDS[kind] for kind in types if kind in KINDS), otherwise)
