"""What can be watched: GitHub repositories, PyPI packages, endpoints. Sources do not see each other."""
