"""Old rounds, many in one row: columns of small differences take a fifth of what rows take, and lose nothing."""
