"""ops.json: the tensor operations, each on one to three small inputs: NumPy's float64 value, PyTorch's gradients.

"cases" is a list of {op, arguments, inputs, dtypes?, value, dtype, cotangent?, gradients?}:
  inputs     tensors, or a list of tensors where the op takes a list; float64 but where dtypes says otherwise
  value      a tensor, or a list of them (split, topk); dtype: of the value
  cotangent  gradients are those of sum(cotangent * value); where it is absent, of sum(value)
  gradients  per input; null where the input has none; absent for ops without a gradient
"special" is {op: {x, value}}: element-wise ops at NaN, infinities, zeros and the edges of their domain.
"promotion" is the dtype in which two dtypes meet.

Run: python make_ops.py       (needs numpy, torch)
"""

import itertools
import math
import warnings

import numpy as np
import torch

import recording

warnings.simplefilter("ignore")
random = np.random.default_rng(99)
erf = np.vectorize(math.erf, otypes=[float])


def grid(*shape):
    """Gaussian numbers, multiples of 1/64: no ties within a row but by chance."""
    return np.round(random.standard_normal(shape) * 64) / 64


def rank(*shape):
    """Distinct numbers in random order, for max, sort and their like."""
    return (random.permutation(math.prod(shape)).reshape(shape) - 3) / 4


def softmax(x, axis):
    e = np.exp(x - x.max(axis, keepdims=True))
    return e / e.sum(axis, keepdims=True)


def log_sum_exp(x, axis=None, keepdims=False):
    top = x.max(axis, keepdims=True)
    total = np.log(np.exp(x - top).sum(axis, keepdims=True)) + top
    return total if keepdims else total.squeeze(axis)


# name -> NumPy, PyTorch (None: no gradient), inputs
REAL = np.array([-5.5, -2.0, -1.25, -0.5, -0.125, -1e-9, 1e-9, 0.1, 0.5, 0.75, 1.5, 2.5, 3.0, 7.25, 20.0])
POSITIVE = np.array([1e-9, 0.1, 0.5, 0.75, 1.0, 1.5, 2.5, 3.0, 7.25, 20.0, 1e6])
UNARY = {
    "neg": (np.negative, torch.neg, REAL), "abs": (np.abs, torch.abs, REAL), "sign": (np.sign, None, REAL),
    "step": (lambda x: np.heaviside(x, 1), None, REAL), "square": (np.square, torch.square, REAL),
    "exp": (np.exp, torch.exp, REAL), "expm1": (np.expm1, torch.expm1, REAL), "log": (np.log, torch.log, POSITIVE),
    "log1p": (np.log1p, torch.log1p, POSITIVE), "sqrt": (np.sqrt, torch.sqrt, POSITIVE),
    "rsqrt": (lambda x: 1 / np.sqrt(x), torch.rsqrt, POSITIVE), "reciprocal": (lambda x: 1 / x, torch.reciprocal, REAL),
    "floor": (np.floor, None, REAL), "ceil": (np.ceil, None, REAL), "round": (np.round, None, REAL),
    "sin": (np.sin, torch.sin, REAL), "cos": (np.cos, torch.cos, REAL), "tan": (np.tan, torch.tan, REAL),
    "tanh": (np.tanh, torch.tanh, REAL), "erf": (erf, torch.erf, REAL),
    "sigmoid": (lambda x: 1 / (1 + np.exp(-x)), torch.sigmoid, REAL),
    "relu": (lambda x: np.maximum(x, 0), torch.relu, REAL),
}
SPECIAL = {
    **{name: [np.nan, np.inf, -np.inf, 0.0, -0.0] for name in UNARY},
    "exp": [np.nan, np.inf, -np.inf, 0.0, -0.0, 709.0, 710.0, -745.0, -746.0],
    "expm1": [np.nan, np.inf, -np.inf, 0.0, -0.0, 710.0, -50.0, 1e-300],
    "log": [np.nan, np.inf, 0.0, -0.0, -1.0, 1.0, 5e-324], "log1p": [np.nan, np.inf, 0.0, -0.0, -1.0, -2.0, 1e-300],
    "sqrt": [np.nan, np.inf, 0.0, -0.0, -1.0, 5e-324], "rsqrt": [np.nan, np.inf, 0.0, -0.0, -1.0],
    "floor": [np.nan, np.inf, -np.inf, -0.0, 0.5, -0.5, 1e300],
    "ceil": [np.nan, np.inf, -np.inf, -0.0, 0.5, -0.5, 1e300],
    "round": [np.nan, np.inf, -np.inf, -0.0, 0.5, -0.5, 1.5, 2.5, -1.5, -2.5, 0.49999999999999994, 1e300],
}
UNARY_SPECIAL_NUMPY = {"isNan": np.isnan, "isFinite": np.isfinite, "logicalNot": np.logical_not}
BINARY = {
    "add": (np.add, torch.add), "sub": (np.subtract, torch.sub), "mul": (np.multiply, torch.mul),
    "div": (np.divide, torch.div), "pow": (np.power, torch.pow), "floorDiv": (np.floor_divide, None),
    "mod": (np.mod, None), "maximum": (np.maximum, torch.maximum), "minimum": (np.minimum, torch.minimum),
    "equal": (np.equal, None), "notEqual": (np.not_equal, None), "less": (np.less, None),
    "lessEqual": (np.less_equal, None), "greater": (np.greater, None), "greaterEqual": (np.greater_equal, None),
    "logicalAnd": (np.logical_and, None), "logicalOr": (np.logical_or, None), "logicalXor": (np.logical_xor, None),
}
EDGES = [np.nan, np.inf, -np.inf, 0.0, -0.0, 1.0, -2.5]
REDUCTIONS = {
    "sum": (np.sum, torch.sum), "mean": (np.mean, torch.mean), "max": (np.max, torch.amax), "min": (np.min, torch.amin),
    "logsumexp": (log_sum_exp, torch.logsumexp), "any": (np.any, None), "all": (np.all, None),
    "prod": (np.prod, lambda x, dim, keepdim: product(x, dim, keepdim)),
    "var": (np.var, lambda x, dim, keepdim: torch.var(x, dim, correction=0, keepdim=keepdim)),
    "std": (np.std, lambda x, dim, keepdim: torch.std(x, dim, correction=0, keepdim=keepdim)),
    "norm": (lambda x, axis, keepdims: np.sqrt((x * x).sum(axis, keepdims=keepdims)),
             lambda x, dim, keepdim: (x * x).sum(dim, keepdim=keepdim).sqrt()),
}
AXES = [(None, False), (0, False), (-1, True), ((0, 2), False), ((1, 2), True)]


def product(x, dim, keepdim):
    """torch.prod over several axes."""
    for axis in sorted(dim, reverse=True):
        x = x.prod(axis, keepdim=keepdim)
    return x


def case(op, inputs, numpy, torch_op=None, arguments=None, dtypes=None, differentiable=None):
    """One case: the value by `numpy(*inputs)`, the gradients by `torch_op(*inputs)`, both values compared."""
    value = numpy(*inputs)
    many = isinstance(value, (list, tuple))
    arrays = [np.asarray(v) for v in (value if many else [value])]
    given = [[recording.tensor(t) for t in i] if isinstance(i, list) else recording.tensor(i) for i in inputs]
    result = {"op": op, "arguments": arguments or {}, "inputs": given,
              **({"dtypes": dtypes} if dtypes else {}),
              "value": [recording.tensor(v) for v in arrays] if many else recording.tensor(arrays[0]),
              "dtype": {"b": "bool", "i": "int32", "f": "float64"}[arrays[0].dtype.kind]}
    if not torch_op:
        return result
    leaves = [[torch.tensor(t, requires_grad=True) for t in i] if isinstance(i, list) else
              torch.tensor(i, requires_grad=np.asarray(i).dtype == float) for i in inputs]
    output = torch_op(*leaves)
    output = output if isinstance(output, torch.Tensor) else output[0]
    assert np.allclose(output.detach().numpy(), arrays[0], rtol=1e-12, atol=1e-14, equal_nan=True), op
    cotangent = np.array([((5 * k) % 9 - 3) / 4 for k in range(output.numel())]).reshape(output.shape)
    if output.numel() == 1:
        cotangent = np.ones(output.shape)
    else:
        result["cotangent"] = recording.tensor(cotangent)
    flat = [t for leaf in leaves for t in (leaf if isinstance(leaf, list) else [leaf])]
    wanted = [t for t in flat if t.requires_grad]
    found = dict(zip(map(id, wanted), torch.autograd.grad(output, wanted, torch.tensor(cotangent))))
    result["gradients"] = [recording.tensor(found[id(t)].numpy()) if id(t) in found else None for t in flat]
    return result


def unary_cases():
    for name, (numpy, torch_op, x) in UNARY.items():
        yield case(name, [x], numpy, torch_op)
    for low, high in ((-1.0, 1.0), (0.1, 3.0)):
        yield case("clip", [REAL], lambda x: np.clip(x, low, high), lambda x: torch.clamp(x, low, high),
                   {"low": low, "high": high})


def binary_cases():
    edges = [np.array(v) for v in zip(*itertools.product(EDGES, EDGES))]
    for name, (numpy, torch_op) in BINARY.items():
        a, b = grid(2, 1, 3), grid(4, 1)
        if name == "pow":
            a = np.abs(a) + 0.25
        yield case(name, [a, b], numpy, torch_op)
        a, b = rank(2, 3), rank(3)
        b[b == 0] = 2  # no division by zero; ties between a and b stay
        yield case(name, [np.abs(a) + 0.5 if name == "pow" else a, b], numpy, torch_op)
        yield case(name, edges, numpy)
    a, b = (np.array(v) for v in zip(*itertools.product([-7, -6, -1, 0, 1, 6, 7], [-3, -2, 1, 2, 3])))
    for name in ("add", "sub", "mul", "floorDiv", "mod", "maximum", "minimum", "less", "equal"):
        yield case(name, [a, b], BINARY[name][0], dtypes=["int32", "int32"])
    condition = rank(2, 3) > 0
    yield case("where", [condition, grid(2, 1), grid(3)], np.where, torch.where, dtypes=["bool", "float64", "float64"])


def reduction_cases():
    x = grid(2, 3, 4)
    for name, (numpy, torch_op) in REDUCTIONS.items():
        if name in ("max", "min"):
            x = rank(2, 3, 4)
        data = (np.abs(grid(2, 3, 4)) > 0.3) if name in ("any", "all") else x
        for axis, keep in AXES:
            axes = (0, 1, 2) if axis is None else axis
            listed = axes if isinstance(axes, tuple) else (axes,)
            yield case(name, [data], lambda x: numpy(x, axis=axes, keepdims=keep),
                       torch_op and (lambda x: torch_op(x, tuple(a % 3 for a in listed), keep)),
                       {"axis": list(axis) if isinstance(axis, tuple) else axis, "keepDims": keep},
                       ["bool"] if data.dtype == bool else None)
    ties = np.array([[1.0, 3, 3], [2, 2, 2], [np.nan, 1, 5]])
    for name, numpy, torch_op in (("max", np.max, torch.amax), ("min", np.min, torch.amin)):
        yield case(name, [ties[:2]], lambda x: numpy(x, axis=1), lambda x: torch_op(x, 1),
                   {"axis": 1, "keepDims": False})
        yield case(name, [ties], lambda x: numpy(x, axis=1), None, {"axis": 1, "keepDims": False})
    for name, numpy in (("argmax", np.argmax), ("argmin", np.argmin)):
        for axis, keep in ((None, False), (0, False), (-1, True)):
            yield case(name, [rank(2, 3, 4)], lambda x: numpy(x, axis=axis, keepdims=keep), None,
                       {"axis": axis, "keepDims": keep})
        yield case(name, [ties], lambda x: numpy(x, axis=1), None, {"axis": 1, "keepDims": False})
    yield case("prod", [np.array([[2.0, 0, 3], [0, 0, 5]])], lambda x: np.prod(x, axis=1), lambda x: x.prod(1),
               {"axis": 1, "keepDims": False})
    extreme = np.array([[1000.0, 1000, 999], [-1000, -1001, -np.inf], [-np.inf, 0, 1]])
    yield case("logsumexp", [extreme], lambda x: log_sum_exp(x, 1), None, {"axis": 1, "keepDims": False})
    empty = np.zeros((0, 3))
    for name, numpy in (("sum", np.sum), ("prod", np.prod), ("any", np.any), ("all", np.all)):
        yield case(name, [empty], lambda x: numpy(x, axis=0), None, {"axis": 0, "keepDims": False})
    for axis in (0, 1, -1):
        yield case("cumsum", [grid(2, 3, 4)], lambda x: np.cumsum(x, axis), lambda x: x.cumsum(axis), {"axis": axis})
    for axis in (-1, 0):
        x = grid(3, 4)
        x[0] += 800
        yield case("softmax", [x], lambda x: softmax(x, axis), lambda x: x.softmax(axis), {"axis": axis})
        yield case("logSoftmax", [x], lambda x: x - log_sum_exp(x, axis, True), lambda x: x.log_softmax(axis),
                   {"axis": axis})


def matrix_cases():
    shapes = [((3, 4), (4, 2)), ((4,), (4,)), ((4,), (4, 3)), ((3, 4), (4,)), ((2, 3, 4), (4, 5)),
              ((2, 3, 4), (2, 4, 2)), ((2, 1, 3, 4), (5, 4, 2)), ((3,), (2, 3, 2)), ((1, 1), (1, 7))]
    for left, right in shapes:
        yield case("matmul", [grid(*left), grid(*right)], np.matmul, torch.matmul)
    yield case("matmul", [np.zeros((2, 0)), np.zeros((0, 3))], np.matmul)
    yield case("matmul", [random.integers(-9, 9, (2, 3)) * 1.0, grid(3, 2)], np.matmul, torch.matmul)
    yield case("dot", [grid(5), grid(5)], np.dot, torch.dot)
    yield case("outer", [grid(3), grid(4)], np.outer, torch.outer)


def order_cases():
    ties = np.array([[3.0, 1, 2, 1, 3], [0, 0, 0, 0, 0]])
    for axis in (-1, 0):
        for down in (False, True):
            sign = -1 if down else 1
            arguments = {"axis": axis, "descending": down}
            yield case("sort", [rank(3, 4)], lambda x: sign * np.sort(sign * x, axis),
                       lambda x: x.sort(axis, down).values, arguments)
            yield case("argsort", [rank(3, 4)], lambda x: np.argsort(sign * x, axis, kind="stable"), None, arguments)
            yield case("argsort", [ties], lambda x: np.argsort(sign * x, axis, kind="stable"), None, arguments)
    yield case("sort", [np.array([2.0, np.nan, -np.inf, np.inf, -1.0, 0.0])], np.sort, None,
               {"axis": -1, "descending": False})
    for k in (1, 3):
        def top(x):
            order = np.argsort(-x, -1, kind="stable")[..., :k]
            return [np.take_along_axis(x, order, -1), order]
        yield case("topk", [rank(2, 5)], top, lambda x: x.topk(k)[0], {"k": k})
    yield case("topk", [ties], lambda x: [np.take_along_axis(x, np.argsort(-x, -1, kind="stable")[..., :2], -1),
                                          np.argsort(-x, -1, kind="stable")[..., :2]], None, {"k": 2})


def layout_cases():
    for axis in (0, 1, -1):
        index = np.array([1, 0, 0])
        yield case("gather", [grid(2, 3, 2), index], lambda x, i: np.take(x, i, axis),
                   lambda x, i: x.index_select(axis, i), {"axis": axis}, ["float64", "int32"])
    yield case("gather", [grid(3, 2), np.array([[2, 0], [1, 1]])], lambda x, i: x[i], lambda x, i: x[i], {"axis": 0},
               ["float64", "int32"])
    yield case("pad", [grid(2, 3)], lambda x: np.pad(x, ((1, 0), (2, 1)), constant_values=1.5),
               lambda x: torch.nn.functional.pad(x, (2, 1, 1, 0), value=1.5),
               {"paddings": [[1, 0], [2, 1]], "value": 1.5})
    for axis in (0, -1, [0, 1]):
        axes = tuple(axis) if isinstance(axis, list) else (axis,)
        yield case("flip", [grid(2, 3)], lambda x: np.flip(x, axes), lambda x: x.flip(axes), {"axis": axis})
    yield case("oneHot", [np.array([[2, 0], [3, 1]])], lambda i: np.eye(4)[i], None, {"depth": 4}, ["int32"])
    for axis in (0, -1):
        parts = [grid(2, 3), grid(2, 3), grid(2, 3)]
        yield case("concat", [parts], lambda p: np.concatenate(p, axis), lambda p: torch.cat(p, axis), {"axis": axis})
        yield case("stack", [parts], lambda p: np.stack(p, axis), lambda p: torch.stack(p, axis), {"axis": axis})
    yield case("split", [grid(2, 6)], lambda x: np.split(x, 3, 1), None, {"parts": 3, "axis": 1})
    yield case("split", [grid(2, 6)], lambda x: np.split(x, [1, 3], 1), None, {"sizes": [1, 2, 3], "axis": 1})
    yield case("transpose", [grid(2, 3, 4)], np.transpose, lambda x: x.permute(2, 1, 0), {"axes": None})
    yield case("transpose", [grid(2, 3, 4)], lambda x: np.transpose(x, (1, 2, 0)), lambda x: x.permute(1, 2, 0),
               {"axes": [1, 2, 0]})
    yield case("reshape", [grid(2, 6)], lambda x: x.reshape(3, 4), lambda x: x.reshape(3, 4), {"shape": [3, -1]})
    slices = [([[0, None]], np.s_[0:]), ([1], np.s_[1]), ([[None, None, -1]], np.s_[::-1]),
              ([-1, [1, 3]], np.s_[-1, 1:3]), ([[-2, None], [None, None, 2], [3, None, -2]], np.s_[-2:, ::2, 3::-2]),
              ([[2, 1]], np.s_[2:1])]
    for ranges, index in slices:
        yield case("slice", [grid(3, 4, 5)], lambda x: x[index], None, {"ranges": ranges})


def main():
    special = {}
    for name, x in {**SPECIAL, **{k: EDGES for k in UNARY_SPECIAL_NUMPY}}.items():
        value = (UNARY_SPECIAL_NUMPY.get(name) or UNARY[name][0])(np.array(x))
        special[name] = {"x": recording.numbers(x), "value": recording.numbers(value)}
    names = ["bool", "uint8", "int32", "float32", "float64"]
    promotion = {a: {b: str(torch.promote_types(getattr(torch, a), getattr(torch, b))).removeprefix("torch.")
                     for b in names} for a in names}
    groups = (unary_cases, binary_cases, reduction_cases, matrix_cases, order_cases, layout_cases)
    recording.write(
        "ops", "See make_ops.py for the fields. float64: compare |a - b| <= 1e-12 * max(1, |b|), NaN, infinities and "
        "the sign of zero where it is an input's. At ties max, min, maximum and minimum share the gradient equally, "
        "abs has 0 at 0, clip 1 on its bounds. promotion: PyTorch's, which extends the array API's to kinds that mix.",
        [torch], {"promotion": promotion, "special": special, "cases": [c for group in groups for c in group()]})


main()
