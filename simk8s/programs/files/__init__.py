"""Programs about files and directories."""
