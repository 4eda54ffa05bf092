"""Programs about processes, users, time and the machine itself."""
