"""Makes texts general, so that those of two runs, or of two accounts, can be compared."""

from __future__ import annotations

import re
from dataclasses import dataclass

from botocore.exceptions import ClientError

from account_check.facts import ErrorFact

RUN_NAME = re.compile(r"verify-account-[0-9a-f]{10}")
"""Every name that a run gives begins like this."""
_GENERAL = (
    (RUN_NAME, "<run>"),
    (re.compile(r"\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b"), "<uuid>"),
    (re.compile(r"\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|\+00:00)?"), "<time>"),
    (re.compile(r"\b\d{4}/\d\d/\d\d/\d\d\b"), "<yyyy/mm/dd/hh>"),
    (re.compile(r"(?<=-)\d{12}(?=-)"), "<yyyyMMddHHmm>"),
    (re.compile(r"\b[0-9a-f]{24}\b"), "<24 hex>"),
)


@dataclass(frozen=True)
class Wording:
    """What texts of one account are freed of."""

    account: str
    region: str
    partition: str

    def general(self, text: str) -> str:
        """Return a text without what belongs to this account, this region and this run."""
        text = text.replace(f"arn:{self.partition}:", "arn:<partition>:").replace(self.region, "<region>")
        text = re.sub(rf"(?<!\d){self.account}(?!\d)", "<account>", text)
        for pattern, replacement in _GENERAL:
            text = pattern.sub(replacement, text)
        return text

    def error(self, error: ClientError) -> ErrorFact:
        """Return what AWS answered, its text made general."""
        answer = error.response.get("Error", {})
        return ErrorFact(code=answer.get("Code", ""), message=self.general(answer.get("Message", "")))


def masked(account: str) -> str:
    """Return an account's number of which only the last four digits can be read.

    Example:
        >>> masked("111122223333")
        '********3333'
    """
    return "*" * (len(account) - 4) + account[-4:]
