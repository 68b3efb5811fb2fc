"""``httpRequest`` of the http_request plugin."""

import base64
import email.message
import ssl
import urllib.error
import urllib.request
import uuid
from dataclasses import dataclass
from typing import Any

from jenkins_light.engine.calls import StepCall
from jenkins_light.errors import NotFoundError
from jenkins_light.model.credentials import USERNAME_PASSWORD
from jenkins_light.steps.registry import Abort, StepError, step

_STATE = "java.lang.IllegalStateException"
_MIME = {
    "TEXT_HTML": "text/html",
    "TEXT_PLAIN": "text/plain",
    "APPLICATION_FORM": "application/x-www-form-urlencoded",
    "APPLICATION_FORM_DATA": "multipart/form-data",
    "APPLICATION_JSON": "application/json",
    "APPLICATION_JSON_UTF8": "application/json; charset=UTF-8",
    "APPLICATION_TAR": "application/x-tar",
    "APPLICATION_ZIP": "application/zip",
    "APPLICATION_OCTETSTREAM": "application/octet-stream",
    "APPLICATION_XML": "application/xml",
    "TEXT_XML": "text/xml",
}


@dataclass(frozen=True)
class _Answer:
    status: int
    reason: str
    headers: dict[str, list[str]]
    charset: str | None
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode(self.charset or "UTF-8", "replace")


@step("httpRequest", "url")
def http_request(call: StepCall) -> dict[str, Any]:
    """Ask a web service and return status, content, headers and charset.

    Source: http_request's HttpRequestStep (url, httpMode, requestBody, contentType, acceptType, customHeaders,
    authentication, validResponseCodes, validResponseContent, consoleLogResponseBody, quiet, timeout, outputFile,
    uploadFile, multipartName, wrapAsMultipart, formData, ignoreSslErrors, httpProxy, responseHandle).
    """
    method, url = str(call.args.get("httpMode") or "GET").upper(), call.text("url")
    _say(call, f"HttpMethod: {method}")
    _say(call, f"URL: {url}")
    body, headers = _body(call, method)
    headers = _headers(call) | headers | _authorization(call)
    _say(call, f"Sending request to url: {url}")
    if not url.lower().startswith(("http://", "https://")):
        raise StepError(_STATE, f"Not a web address: {url}")
    answer = _send(call, urllib.request.Request(url, body, headers, method=method))  # noqa: S310 checked above
    _check(call, url, answer)
    if call.args.get("outputFile"):
        path = call.path(call.text("outputFile"))
        _say(call, f"Saving response body to {path}")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(answer.body)
    fields = {"status": answer.status, "content": answer.text, "headers": answer.headers, "charset": answer.charset}
    return {"@type": "response", "text": f"Status: {answer.status}", "fields": fields}


def _say(call: StepCall, text: str) -> None:
    if not call.flag("quiet"):
        call.log(text)


def _headers(call: StepCall) -> dict[str, str]:
    headers = {}
    for name, argument in (("Content-Type", "contentType"), ("Accept", "acceptType")):
        value = str(call.args.get(argument) or "NOT_SET")
        if value != "NOT_SET":
            headers[name] = _MIME.get(value, value)
            _say(call, f"{name}: {headers[name]}")
    for entry in call.args.get("customHeaders") or ():
        name, value = str(entry.get("name")), str(entry.get("value") or "")
        headers[name] = value
        _say(call, f"{name}: {'*****' if entry.get('maskValue') else value}")
    return headers


def _authorization(call: StepCall) -> dict[str, str]:
    ident = str(call.args.get("authentication") or "")
    if not ident:
        return {}
    try:
        credential = call.controller.credentials.find(call.build.job, ident)
    except NotFoundError:
        credential = None
    if credential is None or credential.kind != USERNAME_PASSWORD:
        raise StepError(_STATE, f"Authentication '{ident}' doesn't exist anymore")
    call.run.log.mask(credential.secret)
    _say(call, f"Using authentication: {ident}")
    pair = base64.b64encode(f"{credential.username}:{credential.secret}".encode()).decode()
    return {"Authorization": f"Basic {pair}"}


def _body(call: StepCall, method: str) -> tuple[bytes | None, dict[str, str]]:
    """The request's body, and the headers that belong to it."""
    if call.args.get("formData") and method == "POST":
        return _multipart([_form_part(call, entry) for entry in call.args["formData"]])
    if call.args.get("uploadFile") and method in {"POST", "PUT"}:
        path = call.path(call.text("uploadFile"))
        if not path.is_file():
            raise StepError(_STATE, f"Could not find uploadFile: {path}")
        if call.flag("wrapAsMultipart", True):
            name = str(call.args.get("multipartName") or "file")
            return _multipart([(name, path.name, "application/octet-stream", path.read_bytes())])
        return path.read_bytes(), {"Content-Type": "application/octet-stream"}
    text = call.args.get("requestBody")
    if text is None or (method == "GET" and not text):
        return None, {}
    plain = {} if call.args.get("contentType") else {"Content-Type": "text/plain; charset=UTF-8"}
    return str(text).encode(), plain


_FormPart = tuple[str, str, str, bytes]


def _form_part(call: StepCall, entry: dict[str, Any]) -> _FormPart:
    name, kind = str(entry.get("name") or ""), str(entry.get("contentType") or "")
    if entry.get("fileName"):
        data = call.path(str(entry.get("uploadFile") or entry["fileName"])).read_bytes()
        return name, str(entry["fileName"]), kind or "application/octet-stream", data
    return name, "", kind or "text/plain", str(entry.get("body") or "").encode()


def _multipart(parts: list[_FormPart]) -> tuple[bytes, dict[str, str]]:
    boundary = uuid.uuid4().hex
    data = b""
    for name, file_name, kind, content in parts:
        file = f'; filename="{file_name}"' if file_name else ""
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"{file}\r\nContent-Type: {kind}\r\n\r\n'
        data += head.encode() + content + b"\r\n"
    return data + f"--{boundary}--\r\n".encode(), {"Content-Type": f"multipart/form-data; boundary={boundary}"}


def _send(call: StepCall, request: urllib.request.Request) -> _Answer:
    proxy = str(call.args.get("httpProxy") or "")
    handlers: list[urllib.request.BaseHandler] = []
    if not call.flag("useSystemProperties"):
        handlers.append(urllib.request.ProxyHandler({"http": proxy, "https": proxy} if proxy else {}))
    if call.flag("ignoreSslErrors"):
        unchecked = ssl.create_default_context()
        unchecked.check_hostname, unchecked.verify_mode = False, ssl.CERT_NONE
        handlers.append(urllib.request.HTTPSHandler(context=unchecked))
    seconds = float(call.args.get("timeout") or 0) or None
    try:
        with urllib.request.build_opener(*handlers).open(request, timeout=seconds) as answer:
            return _read(answer.status, answer.reason, answer.headers, answer.read())
    except urllib.error.HTTPError as refused:
        with refused:
            return _read(refused.code, refused.reason, refused.headers, refused.read())
    except (urllib.error.URLError, OSError) as error:
        return _unreachable(call, error)


def _read(status: int, reason: str, headers: email.message.Message, body: bytes) -> _Answer:
    found: dict[str, list[str]] = {}
    for name, value in headers.items():
        found.setdefault(name, []).append(value)
    return _Answer(status, reason, found, headers.get_content_charset(), body)


def _unreachable(call: StepCall, error: Exception) -> _Answer:
    """An unknown host counts as 404, a refused or slow connection as 408, as the plugin has it."""
    reason = getattr(error, "reason", error)
    if "name" in str(reason).lower() and "known" in str(reason).lower():
        _say(call, f"Treating UnknownHostException({reason}) as 404 Not Found")
        return _Answer(404, "", {}, None, b"UnknownHostException as 404 Not Found")
    kind = "java.net.SocketTimeoutException" if isinstance(reason, TimeoutError) else "java.net.ConnectException"
    text = f"class {kind}({reason}) as 408 Request Timeout"
    _say(call, f"Treating {text}")
    return _Answer(408, "", {}, None, text.encode())


def _check(call: StepCall, url: str, answer: _Answer) -> None:
    _say(call, f"Response Code: HTTP/1.1 {answer.status} {answer.reason}")
    if call.flag("consoleLogResponseBody"):
        _say(call, f"Response: \n{answer.text}")
    accepted = str(call.args.get("validResponseCodes") or "100:399")
    if not any(_within(answer.status, part) for part in accepted.split(",")):
        text = f"Fail: Status code {answer.status} is not in the accepted range: {accepted} while calling {url}"
        raise Abort(text)
    _say(call, f"Success: Status code {answer.status} is in the accepted range: {accepted}")
    wanted = str(call.args.get("validResponseContent") or "")
    if wanted not in answer.text:
        raise Abort(f"Fail: Response doesn't contain expected content '{wanted}' while calling {url}")


def _within(status: int, part: str) -> bool:
    first, _, last = part.strip().partition(":")
    try:
        return int(first) <= status <= int(last or first)
    except ValueError:
        raise StepError("java.lang.IllegalArgumentException", f"Invalid number {part.strip()}") from None
