"""Evaluates metric math.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html: the operators, ABS, AVG, CEIL,
FILL, FLOOR, IF, LOG, LOG10, MAX, METRICS, MIN, SUM and TIME_SERIES. Every other function is refused by name, so
that an alarm never looks armed without being it.
"""

import ast
import itertools
import math
import operator
import re
from collections.abc import Callable, Mapping, Sequence

Series = tuple[float | None, ...]
"""One value per period, oldest first; None where the metric has no data."""
Value = float | Series | list[Series]
"""A scalar, a time series, or an array of time series."""

_Binary = Callable[[float, float], float | None]
_COMPARISONS: dict[type[ast.cmpop], _Binary] = {
    ast.Gt: lambda a, b: float(a > b),
    ast.GtE: lambda a, b: float(a >= b),
    ast.Lt: lambda a, b: float(a < b),
    ast.LtE: lambda a, b: float(a <= b),
    ast.Eq: lambda a, b: float(a == b),
    ast.NotEq: lambda a, b: float(a != b),
}
_ARITHMETIC: dict[type[ast.operator], _Binary] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    # A division by zero yields no data point.
    ast.Div: lambda a, b: a / b if b else None,
    ast.Pow: lambda a, b: float(a**b),
}
_POINTWISE: dict[str, Callable[[float], float | None]] = {
    "ABS": abs,
    "CEIL": lambda a: float(math.ceil(a)),
    "FLOOR": lambda a: float(math.floor(a)),
    "LOG": lambda a: math.log(a) if a > 0 else None,
    "LOG10": lambda a: math.log10(a) if a > 0 else None,
    "TIME_SERIES": lambda a: a,  # a scalar as a result is a series of it
}
_AGGREGATES: dict[str, Callable[[Sequence[float]], float]] = {
    "AVG": lambda values: sum(values) / len(values),
    "MAX": max,
    "MIN": min,
    "SUM": sum,
}
_FILL_MODES = ("REPEAT", "LINEAR")


class MetricMathError(ValueError):
    """The expression cannot be evaluated; the message says which part."""


def evaluate(expression: str, metrics: Mapping[str, Series], expressions: Mapping[str, Series] | None = None) -> Series:
    """Evaluate an expression over time series of equal length.

    Args:
        expression: e.g. ``IF(FILL(runs, 0) < 1, 1, 0)``.
        metrics: Time series by id, in the order in which METRICS() lists them.
        expressions: Results of other expressions by id; they can be named, METRICS() leaves them out.

    Returns:
        The resulting time series.

    Raises:
        MetricMathError: Wrong syntax, an unknown id or function, or a result that is not one time series.

    Example:
        >>> evaluate("bad / all * 100", {"bad": (1.0, None), "all": (4.0, 5.0)})
        (25.0, None)
    """
    known = {**metrics, **(expressions or {})}
    result = _Evaluator(metrics, known).value(_parse(expression))
    if isinstance(result, list):
        raise MetricMathError(f"the expression {expression!r} must give a single time series, it gives {len(result)}")
    if isinstance(result, tuple):
        return result
    length = len(next(iter(known.values()), ()))
    return (result,) * length


def references(expression: str) -> set[str]:
    """The ids that an expression names. METRICS() names none of them.

    Raises:
        MetricMathError: Wrong syntax.
    """
    tree = _parse(expression)
    called = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and id(node) not in called}
    return names - set(_FILL_MODES)


def _parse(expression: str) -> ast.expr:
    text = expression.replace("&&", " and ").replace("||", " or ").replace("^", "**")
    text = re.sub(r"\b(AND|OR)\b", lambda match: match[0].lower(), text)
    try:
        return ast.parse(f"({text})", mode="eval").body
    except SyntaxError as error:
        raise MetricMathError(f"the expression {expression!r} is not metric math: {error.msg}") from error


class _Evaluator:
    """Walk the syntax tree of one expression."""

    def __init__(self, metrics: Mapping[str, Series], known: Mapping[str, Series]) -> None:
        self._metrics = metrics
        self._known = known

    def value(self, node: ast.expr) -> Value:
        match node:
            case ast.Constant(value=bool() | int() | float() as number):
                return float(number)
            case ast.Name(id=name):
                return self._metric(name)
            case ast.List(elts=elements):
                return [series for element in elements for series in self._series_of(element)]
            case ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]):
                return self._call(name.upper(), arguments)
        return self._operation(node)

    def _operation(self, node: ast.expr) -> Value:
        match node:
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return _map(operator.neg, self.value(operand))
            case ast.BinOp(left=left, op=op, right=right) if type(op) in _ARITHMETIC:
                return _combine(_ARITHMETIC[type(op)], self.value(left), self.value(right))
            case ast.Compare(left=left, ops=[op], comparators=[right]) if type(op) in _COMPARISONS:
                return _combine(_COMPARISONS[type(op)], self.value(left), self.value(right))
            case ast.BoolOp(op=op, values=[first, *rest]):
                join = _and if isinstance(op, ast.And) else _or
                result = self.value(first)
                for part in rest:
                    result = _combine(join, result, self.value(part))
                return result
        raise MetricMathError(f"metric math does not know {ast.unparse(node)!r}")

    def _call(self, function: str, arguments: list[ast.expr]) -> Value:
        if function == "METRICS":
            return self._metrics_like(arguments)
        if function == "FILL":
            return self._fill(arguments)
        if function == "IF":
            return self._if(arguments)
        if function in _POINTWISE:
            _expect(function, arguments, 1)
            return _map(_POINTWISE[function], self.value(arguments[0]))
        if function in _AGGREGATES:
            _expect(function, arguments, 1)
            return _aggregate(_AGGREGATES[function], self.value(arguments[0]))
        raise MetricMathError(f"the metric math function {function} is not emulated")

    def _metric(self, name: str) -> Series:
        if name not in self._known:
            raise MetricMathError(f"the expression names {name!r}, but there is only {', '.join(self._known)}")
        return self._known[name]

    def _series_of(self, node: ast.expr) -> list[Series]:
        value = self.value(node)
        if isinstance(value, float):
            raise MetricMathError(f"an array holds time series, got {ast.unparse(node)}")
        return value if isinstance(value, list) else [value]

    def _metrics_like(self, arguments: list[ast.expr]) -> list[Series]:
        wanted = ""
        if arguments:
            _expect("METRICS", arguments, 1)
            if not isinstance(arguments[0], ast.Constant) or not isinstance(arguments[0].value, str):
                raise MetricMathError("METRICS() takes a text that the ids must contain")
            wanted = arguments[0].value
        return [series for name, series in self._metrics.items() if wanted in name]

    def _fill(self, arguments: list[ast.expr]) -> Value:
        _expect("FILL", arguments, 2)
        value = self.value(arguments[0])
        if isinstance(value, float):
            raise MetricMathError("FILL takes a time series or an array of them")
        match arguments[1]:
            case ast.Name(id="REPEAT"):
                fill = _repeat
            case ast.Name(id="LINEAR"):
                fill = _interpolate
            case filler:
                with_value = self.value(filler)
                fill = lambda series: _fill_with(series, with_value)  # noqa: E731 - one of three ways to fill
        return [fill(series) for series in value] if isinstance(value, list) else fill(value)

    def _if(self, arguments: list[ast.expr]) -> Value:
        if len(arguments) not in {2, 3}:
            raise MetricMathError(f"IF takes a condition and one or two values, got {len(arguments)} arguments")
        condition = self.value(arguments[0])
        then = self.value(arguments[1])
        # Without a third argument a false condition yields no data point.
        otherwise = self.value(arguments[2]) if arguments[2:] else None
        if isinstance(condition, float) and isinstance(then, float) and not isinstance(otherwise, tuple):
            chosen = then if condition else otherwise
            return math.nan if chosen is None or isinstance(chosen, list) else chosen
        length = max(len(value) for value in (condition, then, otherwise) if isinstance(value, tuple))
        columns = zip(*(_spread(value, length) for value in (condition, then, otherwise)), strict=True)
        return tuple(None if test is None else (yes if test else no) for test, yes, no in columns)


def _expect(function: str, arguments: list[ast.expr], count: int) -> None:
    if len(arguments) != count:
        raise MetricMathError(f"{function} takes {count} argument{'s' * (count > 1)}, got {len(arguments)}")


def _and(a: float, b: float) -> float:
    return float(bool(a) and bool(b))


def _or(a: float, b: float) -> float:
    return float(bool(a) or bool(b))


def _map(function: Callable[[float], float | None], value: Value) -> Value:
    if isinstance(value, list):
        return [_map_series(function, series) for series in value]
    if isinstance(value, tuple):
        return _map_series(function, value)
    return _number(function(value))


def _map_series(function: Callable[[float], float | None], series: Series) -> Series:
    return tuple(None if point is None else function(point) for point in series)


def _combine(function: _Binary, left: Value, right: Value) -> Value:
    """Apply an operator: point by point between series, each with a scalar, each series of an array with the other."""
    if isinstance(left, list) and isinstance(right, list):
        raise MetricMathError("an operator cannot join two arrays of time series")
    if isinstance(left, list):
        return [_combine_series(function, series, right) for series in left]
    if isinstance(right, list):
        return [_combine_series(function, left, series) for series in right]
    if isinstance(left, float) and isinstance(right, float):
        return _number(function(left, right))
    return _combine_series(function, left, right)


def _combine_series(function: _Binary, left: Value, right: Value) -> Series:
    length = len(left) if isinstance(left, tuple) else len(right) if isinstance(right, tuple) else 0
    pairs = zip(_spread(left, length), _spread(right, length), strict=True)
    return tuple(None if a is None or b is None else function(a, b) for a, b in pairs)


def _spread(value: Value | None, length: int) -> Series:
    if isinstance(value, list):
        raise MetricMathError("a single time series is expected, got an array of them")
    return value if isinstance(value, tuple) else (value,) * length


def _aggregate(function: Callable[[Sequence[float]], float], value: Value) -> Value:
    """Of an array: a series over its members, those without data left out. Of a series: a scalar over its points."""
    if isinstance(value, float):
        return value
    if isinstance(value, tuple):
        points = [point for point in value if point is not None]
        return function(points) if points else math.nan
    present = ([point for point in column if point is not None] for column in zip(*value, strict=True))
    return tuple(function(column) if column else None for column in present)


def _fill_with(series: Series, filler: Value) -> Series:
    return tuple(
        other if point is None else point for point, other in zip(series, _spread(filler, len(series)), strict=True)
    )


def _repeat(series: Series) -> Series:
    filled: list[float | None] = []
    for point in series:
        filled.append(point if point is not None or not filled else filled[-1])
    return tuple(filled)


def _interpolate(series: Series) -> Series:
    known = [index for index, point in enumerate(series) if point is not None]
    filled = list(series)
    for start, end in itertools.pairwise(known):
        first, last = series[start], series[end]
        assert first is not None
        assert last is not None
        for index in range(start + 1, end):
            filled[index] = first + (last - first) * (index - start) / (end - start)
    return tuple(filled)


def _number(value: float | None) -> float:
    return math.nan if value is None else value
