"""What is done with the history: it is opened, filled, read, tidied up and guarded. The database is `colter.store`."""
