"""The sandbox's clock in the shape of the ``time`` module, for modules of MiniStack that shall run on it."""

import types

from sandbox.process import clock


def clock_module(real: types.ModuleType) -> types.ModuleType:
    """The ``time`` module with `time` of the sandbox; sleeping and everything else stay real."""
    module = types.ModuleType("sandbox_time")
    module.__dict__.update({name: value for name, value in vars(real).items() if not name.startswith("__")})
    module.__dict__["time"] = clock.time
    return module
