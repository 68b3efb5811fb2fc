"""The mail server, from the file that Jenkins' mailer plugin keeps in the home."""

import smtplib
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path

from jenkins_light import xmltree

FILE = "hudson.tasks.Mailer.xml"


@dataclass(frozen=True)
class Mailer:
    """Where mails go.

    Attributes:
        host, port: the SMTP server; as in a new Jenkins, this machine's.
        suffix: what addresses without a host get behind them.
    """

    host: str = "localhost"
    port: int = 25
    suffix: str = ""
    reply_to: str = ""

    @classmethod
    def of(cls, home: Path) -> "Mailer":
        """What the file says."""
        path = home / FILE
        if not path.exists():
            return cls()
        root = xmltree.parse(path.read_bytes())
        return cls(
            xmltree.text(root, "smtpHost") or "localhost",
            int(xmltree.text(root, "smtpPort") or 25),
            xmltree.text(root, "defaultSuffix"),
            xmltree.text(root, "replyToAddress"),
        )

    def addresses(self, text: str) -> list[str]:
        """The addresses in a list with commas or blanks between them."""
        names = text.replace(",", " ").split()
        return [name if "@" in name or not self.suffix else name + self.suffix for name in names]

    def send(self, message: EmailMessage, recipients: list[str]) -> None:
        """Hand a mail to the server.

        Raises:
            OSError: the server can't be reached, or refuses (smtplib.SMTPException).
        """
        with smtplib.SMTP(self.host, self.port, timeout=60) as server:
            server.send_message(message, to_addrs=recipients)
