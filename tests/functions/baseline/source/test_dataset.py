"""Early checks of the data: before any job is paid for, with the URI and what to do."""

import pytest

from baseline.errors import BaselineError


def source(uri="s3://data/train.csv", **dataset_format):
    return {"dataset": {"uri": uri, "format": dataset_format or {"csv": {"header": True}}}}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", r"s3://data/train.csv is empty"),
        ("a,b,a\n1,2,3\n", r"the header has 'a' more than once; rename"),
        (",b\n1,2\n", r"column 1 of the header has no name .*index=False"),
        ("a;b\n1;2\n", r"train.csv, line 1: its values are separated by semicolons; expected commas"),
        ("a\tb\n1\t2\n", r"are separated by tabs"),
        ("a,b\r1,2\r", r"train.csv, line 1: all lines end with a carriage return alone; expected line feeds"),
        ("a,b\n", r"holds a header and no rows"),
        ("a,b\n1,2,3\n", r"the header names 2 columns and the first row has 3 values"),
        (b"\x1f\x8b\x08\x00", r"is not UTF-8 text .*not compressed"),
        ("name\nJos\u00e9\n".encode("latin-1"), r"is not UTF-8 text"),
    ],
)
def test_a_csv_that_cannot_work_is_refused(aws, framework, properties, content, words):
    aws.put("s3://data/train.csv", content)
    with pytest.raises(BaselineError, match=words):
        framework.create(properties())
    assert aws.jobs == {}
    assert aws.keys() == []


@pytest.mark.parametrize(
    "content",
    ["\ufeffa,b\n1,2\n", 'a,"b, c"\r\n"1\n2",3\r\n', "a,b\n\n1,2\n"],
    ids=["byte order mark", "quoted comma and line break", "blank line"],
)
def test_a_csv_that_works_is_taken(aws, framework, properties, content):
    aws.put("s3://data/train.csv", content)
    framework.begin("Create", properties())
    assert len(aws.jobs) == 1


def test_a_row_longer_than_what_is_read_is_no_mistake(aws, framework, properties):
    aws.put("s3://data/train.csv", "a,b\n" + "x" * (1024 * 1024 + 100) + ",2\n")
    framework.begin("Create", properties())
    assert len(aws.jobs) == 1


def test_a_character_cut_by_the_range_read_is_no_mistake(aws, framework, properties):
    aws.put("s3://data/train.csv", "a\n1\n" + "\u00e9" * (1024 * 1024))
    framework.begin("Create", properties())
    assert len(aws.jobs) == 1


def test_a_dataset_that_is_not_there_is_named(aws, framework, properties):
    with pytest.raises(
        BaselineError, match=r"there is no object s3://data/train.csv, and none below s3://data/train.csv/"
    ):
        framework.create(properties())


def test_a_bucket_that_is_not_there_is_named(aws, framework, properties):
    with pytest.raises(BaselineError, match="bucket of the dataset s3://nowhere/x does not exist"):
        framework.create(properties(Source=source("s3://nowhere/x")))


def test_a_folder_is_read_without_siblings_whose_names_begin_alike(aws, framework, properties):
    """A job compares with the location as a text; the slash at its end keeps `training.csv` out of `train`."""
    aws.polls_until_done = 100
    aws.put("s3://data/train/part-0.csv", "a\n1\n")

    def begin():
        framework.begin("Create", properties(Source=source("s3://data/train")))
        (job,) = aws.jobs.values()
        fingerprint = aws.get_json("s3://out/baselines/credit/running.json")["fingerprint"]
        framework.delete()
        framework.physical_id = None
        aws.jobs.clear()
        return fingerprint, job["request"]["ProcessingInputs"][0]["S3Input"]["S3Uri"]

    first = begin()
    assert first[1] == "s3://data/train/"
    aws.put("s3://data/train-old.csv", "b\n1\n")
    aws.put("s3://data/training/part-0.csv", "c\n1\n")
    assert begin() == first
    aws.put("s3://data/train/part-1.csv", "a\n2\n")
    assert begin() != first


def test_the_beginning_of_a_name_is_no_location(aws, framework, properties):
    aws.put("s3://data/training.csv", "a\n1\n")
    with pytest.raises(BaselineError, match="there is no object s3://data/train, and none below s3://data/train/"):
        framework.create(properties(Source=source("s3://data/train")))


def test_a_bucket_alone_is_a_folder(aws, framework, properties):
    aws.put("s3://data/part-0.csv", "a\n1\n")
    framework.begin("Create", properties(Source=source("s3://data")))
    (job,) = aws.jobs.values()
    assert job["request"]["ProcessingInputs"][0]["S3Input"]["S3Uri"] == "s3://data/"


@pytest.mark.parametrize("operation", ["ListObjectsV2", "GetObject"])
def test_denied_access_names_the_permission(aws, framework, properties, operation):
    aws.put("s3://data/train.csv", "a\n1\n")
    aws.fail(operation, "AccessDenied", "Access Denied", status=403, when=lambda params: params["Bucket"] == "data")
    framework.age = 121
    with pytest.raises(BaselineError, match=r"grant .*s3:ListBucket"):
        framework.create(properties())


def test_an_object_whose_key_begins_another_key_is_refused(aws, framework, properties):
    aws.put("s3://data/train.csv", "a\n1\n")
    aws.put("s3://data/train.csv.bak", "a\n2\n")
    with pytest.raises(BaselineError, match=r"also the beginning of 'train.csv.bak'"):
        framework.create(properties())


def test_a_prefix_is_read_from_its_first_object_with_content(aws, framework, properties):
    aws.put("s3://data/train/", "")
    aws.put("s3://data/train/_SUCCESS", "")
    aws.put("s3://data/train/part-0.csv", "a,a\n1,2\n")
    with pytest.raises(BaselineError, match=r"s3://data/train/part-0.csv: the header has 'a' more than once"):
        framework.create(properties(Source=source("s3://data/train/")))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("[1, 2]\n", "line 1: got a JSON list, expected an object"),
        ('{"a": 1}\nnonsense\n{"a": 2}\n', "line 2: expected one JSON object a line"),
        ('{"a": \n', "line 1: expected one JSON object a line"),
    ],
)
def test_json_lines_that_cannot_work_are_refused(aws, framework, properties, content, words):
    aws.put("s3://data/train.jsonl", content)
    with pytest.raises(BaselineError, match=words):
        framework.create(properties(Source=source("s3://data/train.jsonl", json={"lines": True})))


def test_a_last_json_line_that_is_cut_is_no_mistake(aws, framework, properties):
    aws.put("s3://data/train.jsonl", '{"a": 1}\n\n{"a": "' + "x" * (1024 * 1024) + '"}\n')
    framework.begin("Create", properties(Source=source("s3://data/train.jsonl", json={"lines": True})))
    assert len(aws.jobs) == 1


def test_parquet_is_not_read(aws, framework, properties):
    aws.put("s3://data/train.parquet", b"PAR1\xff\xfe")
    framework.begin("Create", properties(Source=source("s3://data/train.parquet", parquet={})))
    read = {params["Key"] for operation, params in aws.calls if operation == "GetObject"}
    assert read == {"baselines/credit/running.json", "baselines/credit/successes.json"}, "only our own notes"
