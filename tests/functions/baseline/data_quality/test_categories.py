"""Columns that are handed over as categories: chosen by name or by the baseline itself."""

import re

import pytest

from baseline.data_quality.categories import Categories
from baseline.errors import BaselineError

FOLDER = "baselines/credit"
AGES = list(range(20, 60))


def is_profile(request):
    return request["ProcessingJobName"].endswith("-profile")


@pytest.fixture
def analyzer(csv_baseline, suggest):
    """An analyzer that names columns by position when a script runs, as the generated one has it."""

    def run(request):
        married = [age % 2 for age in AGES]
        if "record_preprocessor_script" not in request["Environment"]:
            return suggest({"age": AGES, "married": married, "city": ["Rome"] * 40})
        texts = [f"category {value}" for value in married]
        return suggest({f"{0:020}": AGES, f"{1:020}": texts, f"{2:020}": ["Rome"] * 40})

    csv_baseline.run_job = run
    return csv_baseline


def test_named_columns_need_one_job_with_a_generated_script(analyzer, framework, properties):
    data = framework.create(properties(Categorical=["married"], Features=["married"]))

    (job,) = analyzer.jobs.values()
    inputs = {item["InputName"]: item["S3Input"]["S3Uri"] for item in job["request"]["ProcessingInputs"]}
    folder = f"s3://out/{FOLDER}/{data['Fingerprint']}"
    assert inputs["record_preprocessor_script_input"] == f"{folder}/preprocessor.py"
    assert re.fullmatch(rf"{folder}/preprocessor-[0-9a-f]{{12}}\.py", data["PreprocessorUri"])
    assert Categories.of_script(analyzer.get(data["PreprocessorUri"]).decode()).names == ("married",)
    assert data["BlindFeatures"] == "none"


def test_effective_files_have_the_true_names_and_suggested_ones_stay_as_written(analyzer, framework, properties):
    data = framework.create(properties(Categorical=["married"]))
    for effective in (data["StatisticsUri"], data["ConstraintsUri"]):
        assert [feature["name"] for feature in analyzer.get_json(effective)["features"]] == ["age", "married", "city"]
    suggested = analyzer.get_json(data["SuggestedConstraintsUri"])["features"]
    assert [feature["name"] for feature in suggested] == [f"{position:020}" for position in range(3)]


def test_auto_looks_first_and_converts_what_cannot_be_seen(analyzer, framework, properties):
    data = framework.create(properties(Categorical="auto"))

    profile, final = (job["request"] for job in analyzer.jobs.values())
    assert is_profile(profile)
    assert final["ProcessingJobName"] == profile["ProcessingJobName"].removesuffix("-profile")
    assert "record_preprocessor_script" not in profile["Environment"]
    assert Categories.of_script(analyzer.get(data["PreprocessorUri"]).decode()).names == ("married",)
    assert data["BlindFeatures"] == "none"


def test_auto_without_anything_to_convert_takes_the_first_job_s_files(analyzer, framework, properties, suggest):
    files = suggest({"age": AGES, "married": AGES, "city": ["Rome"] * 40})
    analyzer.run_job = lambda request: files
    data = framework.create(properties(Categorical="auto"))

    assert len(analyzer.jobs) == 1
    assert analyzer.get(data["SuggestedConstraintsUri"]) == files["constraints.json"]
    assert Categories.of_script(analyzer.get(data["PreprocessorUri"]).decode()).names == ()
    assert framework.update(properties(Categorical="auto", MaxRuntimeInSeconds=60)) == data
    assert len(analyzer.jobs) == 1


def test_a_second_job_that_failed_does_not_cost_the_first_again(analyzer, framework, properties):
    good = analyzer.run_job
    analyzer.run_job = lambda request: good(request) if is_profile(request) else "InternalServerError"
    with pytest.raises(BaselineError, match="InternalServerError"):
        framework.create(properties(Categorical="auto"))
    framework.delete()
    analyzer.run_job = good
    framework.physical_id = None
    framework.create(properties(Categorical="auto"))
    assert sum(is_profile(job["request"]) for job in analyzer.jobs.values()) == 1


def test_delete_stops_the_second_job_too(analyzer, framework, properties):
    framework.begin("Create", properties(Categorical="auto"))
    while len(analyzer.jobs) < 2:
        framework.poll()
    framework.delete()
    assert [job["status"] for job in analyzer.jobs.values()] == ["Completed", "Stopped"]


def test_a_column_that_does_not_exist_fails_before_any_job(analyzer, framework, properties):
    with pytest.raises(BaselineError, match=r"Categorical names 'sex', .* columns: age, married, city"):
        framework.create(properties(Categorical=["sex"]))
    assert analyzer.jobs == {}


def test_columns_without_a_header_have_their_positions_as_names(analyzer, framework, properties):
    source = {"dataset": {"uri": "s3://data/train.csv", "format": {"csv": {"header": False}}}}
    data = framework.create(properties(Categorical=["_c1"], Source=source))
    names = [feature["name"] for feature in analyzer.get_json(data["StatisticsUri"])["features"]]
    assert names == ["_c0", "_c1", "_c2"]


def test_columns_of_json_lines_are_the_keys_of_all_lines_that_are_read(analyzer, framework, properties):
    analyzer.put("s3://data/train.jsonl", '{"age": 1, "who": {"married": 1}}\n{"age": 2, "city": "Rome"}\n')
    source = {"dataset": {"uri": "s3://data/train.jsonl", "format": {"json": {"lines": True}}}}
    data = framework.create(properties(Categorical=["who_married"], Source=source))
    categories = Categories.of_script(analyzer.get(data["PreprocessorUri"]).decode())
    assert categories == Categories(("age", "who_married", "city"), (1,))


def test_another_number_of_columns_than_the_script_knows_is_told(analyzer, framework, properties, suggest):
    analyzer.run_job = lambda request: suggest({f"{0:020}": AGES})
    with pytest.raises(BaselineError, match="found 1 columns, expected 3 as in the dataset"):
        framework.create(properties(Categorical=["married"]))


def test_allowed_values_of_a_category_are_given_as_the_data_have_them(analyzer, framework, properties):
    feature = {"name": "married", "string_constraints": {"domains": ["0", "1.0", "category 2"]}}
    data = framework.create(properties(Categorical=["married"], Overrides={"features": [feature]}))
    married = analyzer.get_json(data["ConstraintsUri"])["features"][1]
    assert married["string_constraints"]["domains"] == ["category 0", "category 1", "category 2"]


def test_a_script_that_somebody_emptied_is_told():
    with pytest.raises(BaselineError, match="has no configuration; delete it"):
        Categories.of_script("pass\n")
