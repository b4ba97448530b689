"""What the completion scripts are made from: the tree of commands, and a template for each shell."""
