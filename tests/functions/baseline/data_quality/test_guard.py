"""The script that guards the records of runs, without any column handed over as a category."""

import json

import pytest

from baseline.data_quality.categories import Categories
from baseline.errors import BaselineError


def script(aws, data):
    return Categories.of_script(aws.get(data["PreprocessorUri"]).decode())


def test_the_script_knows_the_baseline_s_columns_and_costs_no_job(csv_baseline, framework, properties):
    plain = framework.create(properties())
    assert plain["PreprocessorUri"] == ""
    guarded = framework.update(properties(GuardRecords="true"))

    assert len(csv_baseline.jobs) == 1
    (job,) = csv_baseline.jobs.values()
    assert "record_preprocessor_script" not in job["request"]["Environment"]
    assert guarded == {**plain, "PreprocessorUri": guarded["PreprocessorUri"]}
    assert script(csv_baseline, guarded) == Categories(("age", "married", "city"), ())
    assert "'strict': False" in csv_baseline.get(guarded["PreprocessorUri"]).decode()


def test_a_baseline_that_exists_already_is_enough(aws, framework, properties, suggest):
    for name, content in suggest({"a": [1, 2], "b": ["x", "y"]}).items():
        aws.put(f"s3://data/{name}", content.decode())
    places = {name: f"s3://data/{name}.json" for name in ("statistics", "constraints")}
    data = framework.create(properties(Source={"files": places}, GuardRecords="true"))
    assert script(aws, data).columns == ("a", "b")


def test_another_text_of_the_script_has_another_place(csv_baseline, framework, properties, monkeypatch):
    first = framework.create(properties(GuardRecords="true", ScriptRevision="1"))["PreprocessorUri"]
    made = Categories.script
    with monkeypatch.context() as patch:
        patch.setattr(Categories, "script", lambda self, **options: made(self, **options) + "# another one\n")
        second = framework.update(properties(GuardRecords="true", ScriptRevision="2"))["PreprocessorUri"]
    assert second != first
    assert framework.update(properties(GuardRecords="true", ScriptRevision="1"))["PreprocessorUri"] == first
    assert csv_baseline.get(first) != csv_baseline.get(second)


@pytest.mark.parametrize("option", [{"GuardRecords": "true"}, {"Categorical": ["age"], "GuardRecords": "true"}])
def test_a_script_of_the_user_leaves_no_room_for_it(framework, properties, option):
    with pytest.raises(BaselineError, match=r"got both (Categorical|GuardRecords) and PreprocessorUri, expected one"):
        framework.create(properties(PreprocessorUri="s3://data/pre.py", **option))


def test_something_else_than_a_boolean_is_told(framework, properties):
    with pytest.raises(BaselineError, match="GuardRecords: got '1', expected a JSON boolean"):
        framework.create(properties(GuardRecords=json.dumps(1)))
