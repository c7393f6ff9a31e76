"""The order of categories, held against a real file."""

import random

import pytest

from analyzer.text.scala_map import in_map_order, string_hash

# Domains of the columns state and county in assets/constraints.json of https://github.com/ScottReidux/aai-540.
STATES = """New Mexico|Connecticut|California|Nevada|Hawaii|Washington|Florida|South Carolina|Virgin Islands|Montana
Delaware|Arkansas|Alaska|Texas|Tennessee|Puerto Rico|Minnesota|Utah|Georgia|Missouri|South Dakota|Wisconsin|Maine
Oklahoma|North Dakota|Pennsylvania|Nebraska|North Carolina|Virginia|Massachusetts|Alabama|Mississippi|New York|Indiana
New Hampshire|Kentucky|Ohio|Illinois|Wyoming|New Jersey|Vermont|West Virginia|Kansas|Maryland|Unknown|Iowa|Arizona
Louisiana|Rhode Island|Colorado|Michigan|Oregon|Idaho|District of Columbia"""
COUNTIES = """Multnomah|Pima|San Francisco|Richmond|Denton|Parker|Clay|King|Washington|Jefferson|Tulsa|Adams|Platte
Tarrant|Santa Clara|Clark|Delaware|Douglas|Bexar|Virginia Beach|Williamson|Osage|Fairfield|Durham|Alameda|Fort Bend
San Diego|Johnson|Miami-Dade|Wyandotte|Oklahoma|Creek|Queens|Pinal|Maricopa|Sedgwick|Collin|El Paso|Los Angeles
Milwaukee|Travis|Madera|Hamilton|Denver|New York|Cobb|Philadelphia|Franklin|Mecklenburg|Anne Arundel|Shelby|Orleans
Fresno|Hendricks|Dallas|Davidson|Jackson|Hancock|Bernalillo|Hays|Fulton|Bullitt|Nassau|Hennepin|Marion|Kings|Cook|Duval
Anoka|Baltimore|Harris|Bronx|DeKalb|Unknown|Oldham|Sarpy|Canadian|Cleveland|St. Johns|Wake|Sacramento
District of Columbia|Wayne"""


@pytest.mark.parametrize(("text", "count"), [(STATES, 54), (COUNTIES, 83)])
def test_the_order_of_real_domains_is_met_whatever_the_order_of_the_rows(text, count):
    real = text.replace("\n", "|").split("|")
    assert len(real) == count
    for seed in range(5):
        assert in_map_order(random.Random(seed).sample(real, count)) == real


def test_up_to_four_keys_keep_their_order():
    assert in_map_order(["d", "c", "b", "a"]) == ["d", "c", "b", "a"]


def test_hashes_are_those_of_java():
    assert [string_hash(text) for text in ("", "hello", "Aa", "BB", "\N{GRINNING FACE}")] == [
        0,
        99162322,
        2112,
        2112,
        0xD83D * 31 + 0xDE00,
    ]


def test_keys_of_the_same_hash_keep_their_order():
    others = ["1", "2", "3", "4"]
    assert [key for key in in_map_order(["BB", *others, "Aa"]) if key in ("Aa", "BB")] == ["BB", "Aa"]
