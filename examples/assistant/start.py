"""Start the assistant: `python examples/assistant/start.py [PORT]`; Ctrl-C stops it."""

import logging
import sys

import uvicorn
from assistant.app import create_app
from surroundings import surroundings


def main() -> None:
    """Serve on 127.0.0.1."""
    logging.basicConfig(format="%(levelname)s %(name)s: %(message)s")
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 3000
    with surroundings():
        print(f"The assistant listens on http://127.0.0.1:{port}; try /docs.", flush=True)
        uvicorn.run(create_app(), port=port, log_level="warning")


if __name__ == "__main__":
    main()
