"""What `colter report` does beside showing the report: `--fail-on`."""
