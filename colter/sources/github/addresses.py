"""Where GitHub's APIs are: github.com, data residency (ghe.com) and Enterprise Servers have three shapes."""

from urllib.parse import urlsplit, urlunsplit

_SERVER_PATH = "/api/v3"


def rest_url(api_url: str) -> str:
    """The REST API without a slash at its end; the addresses of the web pages are understood too."""
    scheme, place, path, _, _ = urlsplit(api_url)
    path = path.rstrip("/")
    if place == "github.com" or (place.endswith(".ghe.com") and not place.startswith("api.")):
        place, path = f"api.{place}", ""
    return urlunsplit((scheme, place, path, "", ""))


def graphql_url(api_url: str) -> str:
    """The GraphQL API: beside `/api/v3` on an Enterprise Server, below the REST API everywhere else."""
    rest = rest_url(api_url)
    if rest.endswith(_SERVER_PATH):
        return rest.removesuffix(_SERVER_PATH) + "/api/graphql"
    return rest + "/graphql"
