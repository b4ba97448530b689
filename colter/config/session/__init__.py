"""The half hour after the password was entered: one half in a keyring, the other in the runtime directory."""
