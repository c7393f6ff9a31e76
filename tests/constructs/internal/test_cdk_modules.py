from __future__ import annotations

import gc

import pytest

from model_monitor.internal.cdk_modules import paused_garbage_collection


@pytest.mark.parametrize("was_enabled", [True, False])
def test_the_garbage_collector_is_left_as_it_was_found(was_enabled: bool) -> None:
    found = gc.isenabled()
    (gc.enable if was_enabled else gc.disable)()
    try:
        with paused_garbage_collection():
            assert not gc.isenabled()
        assert gc.isenabled() is was_enabled
        with pytest.raises(ImportError), paused_garbage_collection():
            raise ImportError
        assert gc.isenabled() is was_enabled
    finally:
        (gc.enable if found else gc.disable)()
