"""``python -m tmat``: the same as ``tmat``."""

from tmat.cli.app import main

if __name__ == "__main__":
    main()
