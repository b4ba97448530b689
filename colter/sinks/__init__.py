"""Where measurements go, and the text formats they go in."""
