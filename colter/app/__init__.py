"""The work itself: which parts are needed, one round of collect, commit and report."""
