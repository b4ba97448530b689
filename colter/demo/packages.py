"""A sample package index (Simple API and JSON API) and its download statistics, made from plain sample data."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from colter.demo.serve import Answer, Ask, as_json

_SIMPLE = "application/vnd.pypi.simple.v1+json"
_DAYS_TOLD = 180
_WEEKEND = (2, 3)

Sample = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class SampleIndex:
    """`/simple/NAME/` and `/pypi/NAME/json` as of `start`. `packages` are as in samples.json."""

    start: datetime
    packages: Sequence[Sample]

    def __call__(self, ask: Ask) -> Answer:
        """Answer one request; what it does not know is a 404."""
        for sample in self.packages:
            if ask.path == f"/simple/{sample['name']}/":
                return as_json(self._simple(sample), kind=_SIMPLE)
            if ask.path == f"/pypi/{sample['name']}/json":
                return as_json(self._json(sample))
        return as_json({"message": "Not Found"}, status=404)

    def _simple(self, sample: Sample) -> Mapping[str, Any]:
        return {
            "meta": {"api-version": "1.4"},
            "name": sample["name"],
            "versions": list(sample["releases"]),
            "files": [self._file(sample, version) for version in sample["releases"]],
        }

    def _file(self, sample: Sample, version: str) -> Mapping[str, Any]:
        name = f"{sample['name'].replace('-', '_')}-{version}-py3-none-any.whl"
        return {
            "filename": name,
            "url": f"https://files.example.org/{name}",
            "hashes": {},
            "requires-python": sample["requires_python"],
            "size": 20_000,
            "upload-time": self._uploaded(sample, version),
            "yanked": version in sample["yanked"],
        }

    def _json(self, sample: Sample) -> Mapping[str, Any]:
        newest = list(sample["releases"])[-1]
        info = {"name": sample["name"], "version": newest, "requires_python": sample["requires_python"]}
        return {"info": {**info, "yanked": newest in sample["yanked"]}, "vulnerabilities": sample["vulnerabilities"]}

    def _uploaded(self, sample: Sample, version: str) -> str:
        return (self.start - timedelta(days=sample["releases"][version])).strftime("%Y-%m-%dT%H:%M:%S.000000Z")


@dataclass(frozen=True, slots=True)
class SampleStatistics:
    """`/api/packages/NAME/overall` as pypistats tells it: the 180 days before `now`, with and without mirrors.

    The counts go up and down by the days from `start`, so that the demo shows the same numbers on every day.
    """

    start: datetime
    now: datetime
    packages: Sequence[Sample]

    def __call__(self, ask: Ask) -> Answer:
        """Answer one request; what it does not know is a 404."""
        for sample in self.packages:
            if ask.path == f"/api/packages/{sample['name']}/overall":
                rows = [row for back in range(_DAYS_TOLD, 0, -1) for row in self._rows(sample, back)]
                return as_json({"data": rows, "package": sample["name"], "type": "overall_downloads"})
        return as_json({"message": "Not Found"}, status=404)

    def _rows(self, sample: Sample, back: int) -> Sequence[Mapping[str, Any]]:
        day = self.now.date() - timedelta(days=back)
        place = (day - self.start.date()).days
        quiet = 0.6 if place % 7 in _WEEKEND else 1.0
        count = round(sample["downloads_a_day"] * quiet * (1 + place % 11 / 50))
        return [
            {"category": category, "date": day.isoformat(), "downloads": downloads}
            for category, downloads in (("with_mirrors", round(count * 1.1)), ("without_mirrors", count))
        ]
