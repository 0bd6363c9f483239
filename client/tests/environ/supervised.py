"""Runs a Supervisor for the tests: each line on standard input is a new environment as JSON.

usage: supervised.py OPTIONS-AS-JSON PROGRAM [ARGUMENT...]
"""

import json
import os
import sys
import threading

from trimtab.environ.supervise import OnChange, Supervisor


def main() -> int:
    variables = dict(os.environ)

    def say(line: str) -> None:
        sys.stderr.write(f"{line}\n")
        sys.stderr.flush()

    supervisor = Supervisor(
        sys.argv[2:], lambda: dict(variables), OnChange(**json.loads(sys.argv[1])), say
    )

    def listen() -> None:
        for line in sys.stdin:
            variables.update(json.loads(line))
            supervisor.changed()

    threading.Thread(target=listen, daemon=True).start()
    return supervisor.run()


sys.exit(main())
