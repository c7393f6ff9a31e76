"""Wrong configuration files: the examples, changed in one or two places, as values and as text."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
_EXAMPLES = ("credit_all_monitors", "batch", "fleet", "credit_detailed")
_VALUES: tuple[Any, ...] = (
    None,
    True,
    0,
    -1,
    1.5,
    10**20,
    float("nan"),
    float("inf"),
    "",
    "x",
    "never",
    "auto",
    "hourly",
    "a\nb",
    "x" * 3000,
    "80%",
    "2h",
    "{{resolve:ssm:x}}",
    "../../etc/passwd",
    "/dev/zero",
    "mailto:a@b.co",
    "m5.xlarge",
    "s3://records/x",
    "s3://Records/x",
    "s3://records/a*",
    "s3://records//x",
    "arn:aws:kms:eu-west-1:123456789012:key/1",
    "arn:aws-cn:sns:cn-north-1:123456789012:topic",
    "arn:aws:sqs:eu-west-1:123456789012:queue.fifo",
    "Key",
    "Resource",
    [],
    ["x"],
    ["x", "x"],
    {},
    {"x": 1},
    {"location": "s3://records/x"},
    {1: 2},
)
_KEYS: tuple[Any, ...] = ("Key", "name", "x", 1, "x" * 300, "", "__proto__", "constructor", "<<")
# What YAML itself can hold, and no value of Python's stands for.
_SNIPPETS = (
    "2024-13-45",
    "!!int abc",
    "!!python/object/apply:os.system [x]",
    "!Ref x",
    "9" * 5000,
    "0x_",
    "[" * 900 + "]" * 900,
    '"\\ud800"',
    '"\\0"',
    "*unknown",
    "&a [*a]",
    "${Token[TOKEN.1]}",
    "-1.8881545897087827e+289",
    "{? [a]: b}",
    "{a: 1, a: 2}",
    "{{resolve:ssm:x}}",
    "{__proto__: x}",
    "{<<: 1}",
    "=",
    "|",
    "'",
    "\t",
    "%x",
    "@x",
)
# That of libyaml where it is there: the one in Python takes a third of the time.
_DUMPER = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
_NAMES = list(zip("abcdefgh", "bcdefghi", strict=True))
_BOMBS = (
    "a: &a [x, x, x, x, x, x, x, x, x]\n"
    + "".join(f"{name}: &{name} [{','.join([f'*{before}'] * 9)}]\n" for before, name in _NAMES),
    "a: &a {x: 1}\n"
    + "".join(f"{name}: &{name} {{<<: [{','.join([f'*{before}'] * 9)}]}}\n" for before, name in _NAMES),
)


def files(random: Random, number: int) -> Iterator[str]:
    """Return texts of wrong files, and of some that are right.

    Args:
        random: Chooses them.
        number: How many.
    """
    examples = [(ROOT / f"examples/configurations/{name}.yaml").read_text(encoding="utf-8") for name in _EXAMPLES]
    documents = [yaml.safe_load(text) for text in examples]
    for index in range(number):
        if index < len(_BOMBS):
            yield _BOMBS[index]
        elif random.random() < 0.25:
            yield _changed_text(random.choice(examples), random)
        else:
            yield yaml.dump(_changed(random.choice(documents), random), Dumper=_DUMPER, allow_unicode=True)


def _changed(document: Any, random: Random) -> Any:  # whatever YAML holds
    changed = copy.deepcopy(document)
    for _ in range(random.choice([1, 1, 2])):
        path = random.choice(sorted(_paths(changed), key=str))
        around = changed
        for key in path[:-1]:
            around = around[key]
        match random.choice(["replace", "replace", "remove", "rename", "double"]):
            case "remove":
                del around[path[-1]]
            case "rename" if isinstance(around, dict):
                around[random.choice(_KEYS)] = around.pop(path[-1])
            case "double" if isinstance(around, list):
                around.append(copy.deepcopy(around[path[-1]]))
            case _:
                around[path[-1]] = copy.deepcopy(random.choice(_VALUES))
        if not isinstance(changed, dict) or not changed:
            break
    return changed


def _changed_text(text: str, random: Random) -> str:
    lines = [line for line in text.splitlines() if line.strip() and not line.strip().startswith("#")]
    index = random.randrange(len(lines))
    key, colon, _ = lines[index].partition(":")
    lines[index] = f"{key}{colon} {random.choice(_SNIPPETS)}" if colon else random.choice(_SNIPPETS)
    return "\n".join(lines) + "\n"


def _paths(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:  # whatever YAML holds
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield (*path, key)
        yield from _paths(inner, (*path, key))
