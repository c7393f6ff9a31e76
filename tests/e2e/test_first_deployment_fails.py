"""A baseline that fails at the very first deployment."""

from __future__ import annotations

import loan_app
import pytest

from sandbox.process.cdk import CdkError

pytestmark = [pytest.mark.e2e, pytest.mark.slow]


def test_first_deployment_with_an_empty_dataset_fails_with_the_reason_and_can_be_repeated(account):
    empty = account.folder / "empty.csv"
    empty.write_text("")
    variant = loan_app.Variant(baseline=empty, stack="LoansFirst", endpoint="loans-first")

    with pytest.raises(CdkError) as failure:
        account.deploy(variant)

    assert "empty" in failure.value.output
    sagemaker = account.box.client("sagemaker")
    assert sagemaker.list_endpoints(NameContains="loans-first")["Endpoints"] == []
    good = loan_app.Variant(
        baseline=loan_app.baseline_csv(account.folder / "good.csv", seed=5, count=300),
        stack="LoansFirst",
        endpoint="loans-first",
    )
    assert account.deploy(good)["Schedule"]
    account.destroy()
