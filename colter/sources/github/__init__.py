"""GitHub repositories, read in batches by GraphQL, or one by one by REST without a token."""
