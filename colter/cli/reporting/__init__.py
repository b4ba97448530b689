"""What `colter report` is made of beside the report itself."""
