"""Versions in the names of files."""

import pytest

from colter.sources.pypi.files import version_in

MANYLINUX = "manylinux_2_17_x86_64.manylinux2014_x86_64"


@pytest.mark.parametrize(
    ("name", "package", "version"),
    [
        ("httpx-0.28.1-py3-none-any.whl", "httpx", "0.28.1"),
        ("httpx-0.28.1.tar.gz", "httpx", "0.28.1"),
        ("Flask-0.1.zip", "flask", "0.1"),
        ("zope.interface-5.0.tar.bz2", "zope-interface", "5.0"),
        ("backports.zoneinfo-0.2.1.tgz", "backports-zoneinfo", "0.2.1"),
        ("python-dateutil-2.8.2.tar.gz", "python-dateutil", "2.8.2"),
        ("foo-1-2.0.tar.gz", "foo-1", "2.0"),
        ("foo-1-2.0.tar.gz", "foo", "1-2.0"),
        ("foo-1.0-1.tar.gz", "foo", "1.0-1"),
        (f"numpy-2.0.0-cp312-cp312-{MANYLINUX}.whl", "numpy", "2.0.0"),
        ("foo-1.0-1-py3-none-any.whl", "foo", "1.0"),
        ("foo-1.0+cu118-py3-none-any.whl", "foo", "1.0+cu118"),
        ("foo-1!2.0.tar.gz", "foo", "1!2.0"),
        ("foo_bar-1.0-py3-none-any.whl", "foo-bar", "1.0"),
        ("other-1.0.tar.gz", "foo", None),
        ("foo.tar.gz", "foo", None),
        ("foo-.tar.gz", "foo", None),
        ("foo--py3-none-any.whl", "foo", None),
        ("foo-1.0.exe", "foo", None),
        ("foo-1.0-py2.7.egg", "foo", None),
        ("foo-1.0.tar.gz.asc", "foo", None),
        ("", "foo", None),
        ("-" * 10_000, "foo", None),
        ("foo-" + "9" * 10_000 + ".tar.gz", "foo", None),
    ],
    ids=lambda value: str(value)[:50],
)
def test_a_name_tells_its_version(name: str, package: str, version: str | None) -> None:
    assert version_in(name, package) == version


@pytest.mark.parametrize(
    ("name", "version"),
    [
        ("foo-1.0-py2.7.egg", "1.0"),
        ("foo-1.0.win32-py2.7.exe", "1.0"),
        ("foo-1.0.linux-x86_64.tar.gz", "1.0"),
        ("foo-1.0.1-1.noarch.rpm", "1.0.1"),
        ("foo-1.05.exe", None),
        ("foo-1.0.tar.gz", "1.0"),
        ("foo-3.0.tar.gz", "3.0"),
    ],
)
def test_old_formats_are_told_by_the_versions_that_the_index_lists(name: str, version: str | None) -> None:
    assert version_in(name, "foo", frozenset({"1", "1.0", "1.0.1"})) == version
