from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.constructs.conftest import Kit


def test_a_misspelt_option_is_refused_as_python_refuses_it(kit: Kit) -> None:
    with pytest.raises(TypeError, match=r"unexpected keyword argument 'schedul'.*schedule, compute"):
        kit.monitor(schedul=None)
    with pytest.raises(TypeError, match="unexpected keyword argument 'bucket'"):
        kit.monitoring(bucket=None)


def test_what_the_monitoring_decides_is_no_option_of_a_monitor(kit: Kit) -> None:
    with pytest.raises(TypeError, match="unexpected keyword argument 'tags'"):
        kit.monitoring().add_data_quality(baseline=kit.baseline(), tags={"team": "fraud"})
