"""How Colter speaks to the network: names, trust, and HTTP for the APIs."""
