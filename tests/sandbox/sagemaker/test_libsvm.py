"""libsvm in the XGBoost container: as XGBoost reads a text file for scripts, the pairs alone in algorithm mode."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from sandbox.sagemaker.hosting.container.model_container import dmatrix

rows_of_three = st.lists(st.lists(st.floats(-1e6, 1e6, width=32), min_size=3, max_size=3), min_size=1, max_size=5)


def sparse(rows: list[list[float]], label: str = "") -> str:
    pairs = (" ".join(f"{index}:{value!r}" for index, value in enumerate(row)) for row in rows)
    return "".join(f"{label}{line}\n" for line in pairs)


def dense(matrix: Any) -> list[list[float]]:
    cells: list[list[float]] = matrix.get_data().toarray().tolist()
    return cells


@given(rows_of_three)
@settings(max_examples=25)
def test_csv_and_libsvm_are_the_same_rows(rows: list[list[float]]) -> None:
    from_csv = dmatrix.from_csv("\n".join(",".join(map(repr, row)) for row in rows))
    from_pairs = dmatrix.from_libsvm_pairs(sparse(rows))
    from_file = dmatrix.from_libsvm(sparse(rows, "1 ").encode())
    assert dense(from_csv) == dense(from_pairs)
    assert np.allclose(dense(from_csv), dense(from_file), rtol=1e-6)


def test_a_script_gets_a_row_for_every_line_with_a_label() -> None:
    matrix = dmatrix.decode(b"1 0:0.5 2:0.25\n0\n\n0\n", "text/libsvm")
    assert dense(matrix) == [[0.5, 0.0, 0.25], [0.0, 0.0, 0.0], [0.0, 0.0, 0.0]]


def test_a_script_gets_labels_weights_and_groups_of_queries() -> None:
    matrix = dmatrix.decode(b"3:0.5 qid:1 0:0.5\n2:0.25 qid:1 0:0.75\n", "text/x-libsvm; charset=utf-8")
    assert dense(matrix) == [[0.5], [0.75]]
    assert (matrix.get_label().tolist(), matrix.get_weight().tolist()) == ([3, 2], [0.5, 0.25])
    assert matrix.get_group().tolist() == [2]


def test_a_line_without_a_label_loses_its_first_pair_in_a_script_as_on_aws() -> None:
    assert dense(dmatrix.decode(b"0:0.5 1:0.25\n", "text/libsvm")) == [[0.0, 0.25]]


def test_reading_libsvm_warns_nobody(recwarn: pytest.WarningsRecorder) -> None:
    dmatrix.decode(b"1 0:0.5\n", "text/libsvm")
    assert [str(warning.message) for warning in recwarn] == []


def test_algorithm_mode_leaves_rows_without_pairs_at_the_end_out() -> None:
    assert dense(dmatrix.from_libsvm_pairs("1 0:0.5\n0\n1 0:0.25\n0\n")) == [[0.5], [0.0], [0.25]]
