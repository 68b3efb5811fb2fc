"""A mail server that keeps what it is given."""

from __future__ import annotations

import threading
from socketserver import StreamRequestHandler, ThreadingTCPServer


class _Server(ThreadingTCPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Session)
        self.received: list[str] = []


class _Session(StreamRequestHandler):
    """As much of SMTP as smtplib speaks."""

    def handle(self) -> None:
        self._say("220 here")
        while line := self.rfile.readline():
            command = line[:4].upper()
            if command == b"DATA":
                self._say("354 go on")
                self._keep()
            self._say("221 bye" if command == b"QUIT" else "250 ok")
            if command == b"QUIT":
                return

    def _keep(self) -> None:
        lines = iter(self.rfile.readline, b".\r\n")
        assert isinstance(self.server, _Server)
        self.server.received.append(b"".join(lines).decode())

    def _say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())


class MailHost:
    """Listens on a free port until it is closed."""

    def __init__(self) -> None:
        self._server = _Server()
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def received(self) -> list[str]:
        """The mails so far, headers and all."""
        return self._server.received

    @property
    def configuration(self) -> str:
        """The file of the mailer plugin that leads here."""
        tag = "hudson.tasks.Mailer_-DescriptorImpl"
        port = self._server.server_address[1]
        return f"<{tag}><smtpHost>127.0.0.1</smtpHost><smtpPort>{port}</smtpPort></{tag}>"

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()
