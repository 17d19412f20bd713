"""Denylist of a strictly read answer: names refused wherever they stand, and the few that a class may have."""

import re

# Kinds of syntax nodes, by name: not every Python that reads a submission has them all.
ASYNCHRONOUS = frozenset("AsyncFunctionDef AsyncFor AsyncWith Await".split())
DECLARATIONS = frozenset("TypeAlias TypeVar ParamSpec TypeVarTuple".split())  # from Python 3.12
BUILTINS = frozenset(
    "exec eval compile __import__ globals locals vars getattr setattr delattr open input breakpoint memoryview help "
    "get_ipython exit quit".split()
)
METHODS = frozenset(
    """__init__ __post_init__ __call__ __len__ __getitem__ __setitem__ __iter__ __next__ __contains__ __repr__ __str__
    __add__ __radd__ __iadd__ __sub__ __rsub__ __isub__ __mul__ __rmul__ __imul__ __truediv__ __rtruediv__
    __itruediv__ __floordiv__ __mod__ __pow__ __rpow__ __matmul__ __rmatmul__ __neg__ __pos__ __abs__ __eq__ __ne__
    __lt__ __le__ __gt__ __ge__ __enter__ __exit__""".split()
)
DUNDERS = METHODS | {"__name__", "__doc__", "__version__"}
MODULE_NAMES = frozenset("os sys ctypes importlib inspect builtins subprocess".split())
# Methods through which the asking process copies and compares tensors: no object's own may take their place.
PATCHES = frozenset(
    "detach clone untyped_storage numel tolist numpy cpu to item all contiguous data_ptr storage".split()
)
ATTRIBUTES = MODULE_NAMES | frozenset(
    """f_back f_builtins f_code f_globals f_locals f_trace f_lasti gi_frame gi_code gi_yieldfrom cr_frame cr_code
    cr_await cr_origin ag_frame ag_code ag_await tb_frame tb_next tb_lasti co_code co_consts co_names co_varnames
    co_freevars func_globals mro _C apply_ map_ map2_
    with_traceback as_subclass read_pickle to_pickle query""".split()
)
COMPLEX = frozenset(
    """complex complex32 complex64 complex128 complex256 cfloat cdouble chalf csingle clongdouble clongfloat longdouble
    longfloat float128 cmath view_as_complex view_as_real polar imag angle conj conjugate conj_physical eig eigvals fft
    rfft ifft stft as_integer_ratio decimal fractions mpmath""".split()
)
COMPLEX_TEXT = re.compile(r"complex\d*|cfloat|cdouble|clongdouble|c8|c16|c32|longdouble|float128|f16")
SENSITIVE = re.compile(r"torch\.(\w*Tensor|nn\.(Module|Parameter))|numpy\.ndarray")
DECORATORS = frozenset(
    "torch.no_grad torch.inference_mode functools.cache functools.lru_cache functools.total_ordering "
    "dataclasses.dataclass typing.overload".split()
)
BASES = re.compile(r"torch\.nn\.(?!Parameter|Buffer)\w+|torch\.utils\.data\.Dataset|typing\.(NamedTuple|Protocol)")
