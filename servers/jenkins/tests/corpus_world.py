"""What the corpus' files expect around them: repositories, libraries, credentials, other jobs, an HTTP service."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from corpus_credentials import CREDENTIALS
from corpus_files import CorpusFile
from corpus_library import LIBRARY_FILES, global_libraries
from git_host import GitHost
from jenkins_client import Client, pipeline, pipeline_from_scm, username_password, wait_for
from mail_host import MailHost

STRING_PARAMETER = (
    "<hudson.model.StringParameterDefinition><name>{}</name><defaultValue></defaultValue>"
    "</hudson.model.StringParameterDefinition>"
)

_INNER = """
echo "inner got ${params.S}"
env.INNER = "${currentBuild.buildVariables.size()} variables before ${params.S}"
if (params.S == 'bad') { error 'refused' }
"""
_DOCKERFILE = "FROM @IMAGE@\nARG WHEN\nENV WHEN=$WHEN\nRUN echo baked > /baked\n"
_PACKAGE = "org.jenkins.plugins.lockableresources"
_RESOURCES = (
    f"<{_PACKAGE}.LockableResourcesManager><resources>"
    + "".join(
        f"<{_PACKAGE}.LockableResource><name>{name}</name><labels>printer office</labels></{_PACKAGE}.LockableResource>"
        for name in ("laser", "ink")
    )
    + f"</resources></{_PACKAGE}.LockableResourcesManager>"
)


def _definitions(*names: str) -> str:
    """The job property that defines string parameters."""
    tag = "hudson.model.ParametersDefinitionProperty"
    definitions = "".join(STRING_PARAMETER.format(name) for name in names)
    return f"<{tag}><parameterDefinitions>{definitions}</parameterDefinitions></{tag}>"


class World:
    """A server, and everything that the corpus' files name."""

    def __init__(self, client: Client, git_host: GitHost, image: str = "", mails: MailHost | None = None) -> None:
        self.client = client
        self._mails = mails
        self._image = image
        self._git_host = git_host
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), _Echo)
        _Echo.mails = mails
        threading.Thread(target=self._http.serve_forever, daemon=True).start()

    @staticmethod
    def furnish_home(home: Path, git_host: GitHost, mails: MailHost) -> None:
        """Configure the libraries and the mail server, before the server starts."""
        for version, files in LIBRARY_FILES.items():
            git_host.add("corpus/library", files, version, tag=version)
        git_host.add("corpus/bare", {"README.md": "neither src nor vars"})
        home.mkdir(parents=True)
        (home / "hudson.tasks.Mailer.xml").write_text(mails.configuration)
        name = "org.jenkinsci.plugins.workflow.libs.GlobalLibraries.xml"
        (home / name).write_text(global_libraries(git_host.url))
        (home / "org.jenkins.plugins.lockableresources.LockableResourcesManager.xml").write_text(_RESOURCES)

    def furnish(self) -> None:
        """Make repositories, credentials and jobs."""
        self._git_host.add("corpus/app", {"data.txt": "from the repository\n", "sub/deep.txt": "deep\n"})
        self._git_host.add("private/corpus", {"secret.txt": "behind a password\n"})
        for document in (username_password("git-account", GitHost.USER, GitHost.PASSWORD), *CREDENTIALS):
            self.client.create_credentials(document)
        self.client.create("corpus-inner", pipeline(_INNER, _definitions("S", "B", "C", "T", "P")))

    def start(self, file: CorpusFile) -> int:
        """Make the file's job, start its build, and return the queue's item."""
        given = dict(line.split("=", 1) for line in file.all("parameter"))
        properties = _definitions(*given) if given else ""
        text = self.filled(file.text)
        if file.all("from") == ["scm"]:
            url = self._git_host.add(
                f"corpus/{file.name}",
                {"Jenkinsfile": text, "data.txt": "beside it\n", "ci/Dockerfile.build": self.filled(_DOCKERFILE)},
            )
            config = pipeline_from_scm(url, "Jenkinsfile", properties=properties)
        else:
            config = pipeline(text, properties)
        self.client.create(file.name, config)
        return self.client.trigger(file.name, given or None)

    def answer(self, item: int, ident: str, parameters: dict[str, Any] | None) -> None:
        """Proceed with an ``input``, or with None abort it."""
        path = self.client.started(item)
        chosen = {"parameter": [{"name": name, "value": value} for name, value in (parameters or {}).items()]}
        verb, data = ("abort", {}) if parameters is None else ("proceed", {"proceed": "Ok", "json": json.dumps(chosen)})

        def answered() -> bool | None:
            return True if self.client.post(f"{path}input/{ident}/{verb}", data=data).status_code < 400 else None

        wait_for(answered, f"the question {ident}")

    def filled(self, text: str) -> str:
        """A file's text with the addresses of this world."""
        places = {"@GIT@": self._git_host.url, "@HTTP@": f"http://127.0.0.1:{self._http.server_port}"}
        for mark, value in (places | {"@IMAGE@": self._image}).items():
            text = text.replace(mark, value)
        return text

    def close(self) -> None:
        """Stop the HTTP service and the mail server."""
        if self._mails is not None:
            self._mails.close()
        self._http.shutdown()
        self._http.server_close()


class _Echo(BaseHTTPRequestHandler):
    """Answers with what it was asked: /status/404 with that status, /mails with the mails, else the request as JSON."""

    mails: MailHost | None = None

    def __getattr__(self, name: str) -> Any:
        if name.startswith("do_"):
            return self._answer
        raise AttributeError(name)

    def _answer(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        asked = {
            "method": self.command,
            "path": self.path,
            "headers": {name.lower(): value for name, value in self.headers.items()},
            "body": self.rfile.read(length).decode("utf-8", "replace"),
        }
        body = b"" if self.command == "HEAD" else json.dumps(asked).encode()
        if self.path == "/mails" and self.mails is not None:
            body = "\n".join(self.mails.received).encode()
        self.send_response(int(self.path.rsplit("/", 1)[1]) if self.path.startswith("/status/") else 200)
        self.send_header("Content-Type", "application/json")
        self.send_header("X-Served-By", "corpus")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments: object) -> None:
        pass
