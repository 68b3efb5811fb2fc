"""``mail`` of workflow-basic-steps and ``emailext`` of email-ext."""

import re
import smtplib
from email.message import EmailMessage

from jenkins_light.engine.calls import StepCall
from jenkins_light.model.mailer import Mailer
from jenkins_light.steps import globs
from jenkins_light.steps.registry import Abort, StepError, step, symbols

# Recipients that email-ext finds by itself; there are no people's addresses here, so that they find nobody.
symbols(
    "developers",
    "requestor",
    "culprits",
    "brokenBuildSuspects",
    "brokenTestsSuspects",
    "recipients",
    "upstreamDevelopers",
)

_FROM = "address not configured yet <nobody@nowhere>"
_RETRY_SECONDS = 10
_SUBJECT = "$PROJECT_NAME - Build # $BUILD_NUMBER - $BUILD_STATUS!"
_CONTENT = f"{_SUBJECT}:\n\nCheck console output at $BUILD_URL to view the results."
_TOKEN = re.compile(r"\$(?:\{(\w+)\}|(\w+))")


@step("mail")
def mail(call: StepCall) -> None:
    """Send a mail (subject, body, to, cc, bcc, from, replyTo, charset, mimeType).

    The server stands in ``hudson.tasks.Mailer.xml``; without it this machine's port 25 is tried, as in a new Jenkins.
    """
    if not call.args.get("subject") or not call.args.get("body"):
        raise Abort("Email not sent. All mandatory properties must be supplied ('subject', 'body').")
    mailer = Mailer.of(call.controller.settings.home)
    receivers = {name: mailer.addresses(str(call.args.get(name) or "")) for name in ("to", "cc", "bcc")}
    recipients = [address for found in receivers.values() for address in found]
    if not recipients:
        raise Abort("Email not sent. No recipients of any kind specified ('to', 'cc', 'bcc').")
    message = _message(call, mailer, call.text("subject"), call.text("body"))
    for header in ("to", "cc"):
        if receivers[header]:
            message[header.capitalize()] = ", ".join(receivers[header])
    try:
        mailer.send(message, recipients)
    except smtplib.SMTPException as error:
        raise StepError("org.eclipse.angus.mail.smtp.SMTPSendFailedException", str(error)) from error
    except OSError as error:
        raise StepError(
            "org.eclipse.angus.mail.util.MailConnectException",
            f"Couldn't connect to host, port: {mailer.host}, {mailer.port}; timeout 60000;\n  nested exception is:\n"
            "\tjava.net.ConnectException: Connection refused",
        ) from error


@step("emailextrecipients", "recipientProviders")
def emailextrecipients(call: StepCall) -> str:
    """The addresses that recipient providers find, here none.

    Source: email-ext's EmailExtRecipientStep, which refuses to be asked for no provider.
    """
    if not call.args.get("recipientProviders"):
        raise StepError("java.lang.IllegalArgumentException", "You must provide at least one recipient provider")
    return ""


@step("emailext")
def emailext(call: StepCall) -> None:
    """Send a mail; what goes wrong is told in the log and fails nothing.

    Source: email-ext's EmailExtStep (subject, body, to, from, replyTo, mimeType, attachLog, attachmentsPattern;
    recipientProviders find nobody). Of the tokens there are the variables of the build and DEFAULT_SUBJECT,
    DEFAULT_CONTENT, PROJECT_NAME and BUILD_STATUS.
    """
    mailer = Mailer.of(call.controller.settings.home)
    lists: dict[str, list[str]] = {"to": [], "cc": [], "bcc": []}
    for address in mailer.addresses(_expanded(call, str(call.args.get("to") or ""))):
        kind, colon, rest = address.partition(":")
        lists[kind if colon and kind in lists else "to"].append(rest if colon and kind in lists else address)
    recipients = [address for found in lists.values() for address in found]
    if not recipients:
        call.log("An attempt to send an e-mail to empty list of recipients, ignored.")
        return
    message = _message(call, mailer, *(_expanded(call, str(call.args.get(name) or "")) for name in ("subject", "body")))
    for header in ("to", "cc"):
        if lists[header]:
            message[header.capitalize()] = ", ".join(lists[header])
    _attach(call, message)
    call.log(f"Sending email to: {' '.join(recipients)}")
    for _ in range(2):
        try:
            mailer.send(message, recipients)
            return
        except smtplib.SMTPException as error:
            call.log(f"Could not be sent: {error}")
            return
        except OSError:
            call.log("Connection error sending email, retrying once more in 10 seconds...")
            call.wait(_RETRY_SECONDS)
    call.log("Failed after second try sending email")


def _message(call: StepCall, mailer: Mailer, subject: str, body: str) -> EmailMessage:
    message = EmailMessage()
    message["Subject"] = " ".join(subject.split())
    message["From"] = str(call.args.get("from") or _FROM)
    if reply := str(call.args.get("replyTo") or mailer.reply_to):
        message["Reply-To"] = reply
    kind = str(call.args.get("mimeType") or "text/plain").partition(";")[0].partition("/")[2] or "plain"
    message.set_content(body, subtype=kind, charset=str(call.args.get("charset") or "UTF-8"))
    return message


def _attach(call: StepCall, message: EmailMessage) -> None:
    if call.flag("attachLog"):
        message.add_attachment(call.build.log_path.read_text("utf-8", "replace"), filename="build.log")
    if pattern := str(call.args.get("attachmentsPattern") or ""):
        for path in globs.find(call.folder, pattern):
            message.add_attachment(
                path.read_bytes(), maintype="application", subtype="octet-stream", filename=path.name
            )


def _expanded(call: StepCall, text: str) -> str:
    """The text with its tokens replaced; unknown ones stay as they are."""
    result = call.build.result or "SUCCESS"
    status = {"SUCCESS": "Successful", "UNSTABLE": "Unstable", "FAILURE": "Failure", "ABORTED": "Aborted"}
    tokens = {**call.env, "PROJECT_NAME": call.build.job.full_name, "BUILD_STATUS": status.get(result, "Not Built")}
    for name, default in (("DEFAULT_SUBJECT", _SUBJECT), ("DEFAULT_CONTENT", _CONTENT)):
        text = text.replace(f"${{{name}}}", default).replace(f"${name}", default)
    return _TOKEN.sub(lambda match: tokens.get(match[1] or match[2], match[0]), text)
