"""The order in which Scala's immutable maps of texts hand out their keys.

Categories and domains of the service's files come out of such a map. Up to four keys keep the order in which they were
put in; more make a hash trie, whose order depends on the keys alone.

Source: https://github.com/scala/scala/blob/2.12.x/src/library/scala/collection/immutable/HashMap.scala (improve,
HashTrieMap) and https://docs.oracle.com/en/java/javase/21/docs/api/java.base/java/lang/String.html#hashCode()
"""

from collections.abc import Iterable

_LARGEST_ORDERED_MAP = 4
_HASH_MULTIPLIER = 31
_BITS = 0xFFFFFFFF
# Every level of the trie looks at five bits of the hash, the lowest ones first.
_BITS_PER_LEVEL = 5
_LEVEL = (1 << _BITS_PER_LEVEL) - 1
_HASH_BITS = 32


def in_map_order(keys: Iterable[str]) -> list[str]:
    """Return distinct texts in the order of an immutable map that they were put into one after the other.

    Example:
        >>> in_map_order(["a", "b", "c", "d", "e"])
        ['e', 'a', 'b', 'c', 'd']
    """
    given = list(keys)
    return given if len(given) <= _LARGEST_ORDERED_MAP else sorted(given, key=_place)


def string_hash(text: str) -> int:
    """Return ``java.lang.String.hashCode`` as an unsigned number."""
    units = text.encode("utf-16-le", errors="surrogatepass")
    value = 0
    for low, high in zip(units[::2], units[1::2], strict=True):
        value = (_HASH_MULTIPLIER * value + (high << 8 | low)) & _BITS
    return value


def _place(text: str) -> tuple[int, ...]:
    """Return the branches of the trie that lead to a text."""
    bits = _improved(string_hash(text))
    return tuple(bits >> shift & _LEVEL for shift in range(0, _HASH_BITS, _BITS_PER_LEVEL))


def _improved(hash_code: int) -> int:
    bits = (hash_code + ~(hash_code << 9)) & _BITS
    bits ^= bits >> 14
    bits = (bits + (bits << 4)) & _BITS
    return bits ^ (bits >> 10)
