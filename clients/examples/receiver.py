"""A receiver of webhooks in Python with routehub-client: verifies, remembers, answers, then prints.

export ROUTEHUB_WEBHOOK_KEYS='whsec_… whpk_…'      # those that hold now; several while keys are changed
python3 receiver.py 8080 seen.txt                  # behind a proxy that does https
"""

import json
import os
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Lock

from routehub_client import BadSignature, verify

LARGEST = 4 * 1024 * 1024


class Receiver(BaseHTTPRequestHandler):
    keys = os.environ["ROUTEHUB_WEBHOOK_KEYS"].split()
    file = Path(sys.argv[2] if len(sys.argv) > 2 else "seen.txt")
    seen = set(file.read_text().split()) if file.exists() else set()
    lock = Lock()

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length", 0))
        if length > LARGEST:
            self.answer(413)
            return
        body = self.rfile.read(length)
        try:
            event = verify(self.keys, dict(self.headers), body)
        except BadSignature:
            self.answer(401)
            return
        with self.lock:
            # The same message may come twice: a try whose answer was lost, or a replay. Its id stays the same.
            if event["id"] not in self.seen:
                sys.stdout.write(json.dumps(event) + "\n")
                sys.stdout.flush()
                with self.file.open("a") as file:
                    file.write(event["id"] + "\n")
                self.seen.add(event["id"])
        self.answer(204)  # only now: what is not answered with 2xx comes again

    def answer(self, status: int) -> None:
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *words: object) -> None:
        """Nothing: what came is on stdout."""


if __name__ == "__main__":
    ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Receiver).serve_forever()
