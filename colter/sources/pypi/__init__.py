"""PyPI packages: download statistics, release facts and vulnerabilities, each failing on its own."""
