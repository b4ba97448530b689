"""What Colter does, apart from how it is called and shown: measuring, alerts, delivering, the history, the daemon."""
