"""The command line. Every subcommand loads what it needs when it runs, so that `simk8s --help` is instant."""
