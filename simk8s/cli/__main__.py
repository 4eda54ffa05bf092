"""`python -m simk8s.cli`: the command without its installed script."""

from simk8s.cli.main import main

if __name__ == "__main__":
    main()
