"""The configuration file: strict YAML, a schema with places, a vault for the secrets, a session for the password."""
