"""What Colter is about: words, rules and promises. Standard library only, no input or output."""
