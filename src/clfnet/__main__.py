"""`python -m clfnet` is `clfnet`."""

from clfnet.cli import main

if __name__ == "__main__":
    main()
