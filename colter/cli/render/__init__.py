"""How results are shown: tables for people, text formats for programs."""
