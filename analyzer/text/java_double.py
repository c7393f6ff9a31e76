"""Doubles as text, the way the Java virtual machine writes them."""

import math

# Double.toString leaves positional notation outside [1e-3, 1e7).
_SMALLEST_POSITIONAL = 1e-3
_SMALLEST_SCIENTIFIC = 1e7


def java_double(value: float) -> str:
    """Return ``value`` as ``java.lang.Double.toString`` writes it.

    Source: https://docs.oracle.com/en/java/javase/21/docs/api/java.base/java/lang/Double.html#toString(double)

    Example:
        >>> java_double(12345678.0), java_double(66.66666666666666), java_double(5e-17)
        ('1.2345678E7', '66.66666666666666', '5.0E-17')
    """
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    text = repr(float(value))
    if value == 0 or _SMALLEST_POSITIONAL <= abs(value) < _SMALLEST_SCIENTIFIC:
        return text
    return _scientific(text)


def _scientific(text: str) -> str:
    sign = "-" if text.startswith("-") else ""
    mantissa, _, exponent = text.lstrip("-").partition("e")
    whole, _, fraction = mantissa.partition(".")
    digits = (whole + fraction).lstrip("0")
    power = int(exponent or 0) + len(whole) - 1 - (len(whole + fraction) - len(digits))
    digits = digits.rstrip("0") or "0"
    return f"{sign}{digits[0]}.{digits[1:] or '0'}E{power}"
