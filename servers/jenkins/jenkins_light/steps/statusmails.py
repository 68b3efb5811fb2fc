"""``step([$class: 'Mailer', …])``: the mail that tells of a build that broke, or is well again."""

import smtplib
from email.message import EmailMessage

from jenkins_light.engine.calls import StepCall
from jenkins_light.model.mailer import Mailer
from jenkins_light.steps.registry import step

_FROM = "address not configured yet <nobody@nowhere>"
_LOG_LINES = 250


@step("mailer")
def mailer(call: StepCall) -> None:
    """Send a mail if the build's result so far asks for one; what goes wrong is told in the log and fails nothing.

    Source: the mailer plugin's MailSender (recipients, notifyEveryUnstableBuild; sendToIndividuals finds nobody, as it
    finds nobody for any pipeline).
    """
    subject = _subject(call)
    if subject is None:
        return
    server = Mailer.of(call.controller.settings.home)
    recipients = server.addresses(str(call.args.get("recipients") or ""))
    if not recipients:
        call.log("An attempt to send an e-mail to empty list of recipients, ignored.")
        return
    call.log(f"Sending e-mails to: {' '.join(recipients)}")
    try:
        server.send(
            _message(call, f"{subject} {call.build.job.full_name} {call.build.display_name}", recipients), recipients
        )
    except (OSError, smtplib.SMTPException) as error:
        call.log(f"ERROR: {error}")


def _subject(call: StepCall) -> str | None:
    """What the mail says of the build, or None for no mail."""
    result, before = call.build.result, _before(call)
    if result is None:
        name = f"{call.build.job.full_name} {call.build.display_name}"
        call.log(
            f"No mail will be sent out, as '{name}' does not have a result yet. "
            "Please make sure you set a proper result in case of pipeline/build scripts."
        )
    if result == "FAILURE":
        return "Build failed in Jenkins:"
    if result == "UNSTABLE" and (call.flag("notifyEveryUnstableBuild") or before in {None, "SUCCESS"}):
        how = {"SUCCESS": "became unstable", "UNSTABLE": "is still unstable"}.get(str(before), "is unstable")
        return f"Jenkins build {how}:"
    well = {"FAILURE": "normal", "UNSTABLE": "stable"}.get(str(before)) if result == "SUCCESS" else None
    return f"Jenkins build is back to {well} :" if well else None


def _before(call: StepCall) -> str | None:
    """How the last build went that came to anything; None if that still runs, or there was none."""
    for build in call.build.job.builds.before(call.build.number):
        if build.building or build.result not in {"ABORTED", "NOT_BUILT"}:
            return None if build.building else build.result
    return None


def _message(call: StepCall, subject: str, recipients: list[str]) -> EmailMessage:
    message = EmailMessage()
    message["Subject"] = subject
    message["From"] = _FROM
    message["To"] = ", ".join(recipients)
    message["X-Jenkins-Job"] = call.build.job.full_name
    message["X-Jenkins-Result"] = str(call.build.result)
    body = f"See <{call.controller.settings.url}{call.build.url_path}display/redirect>\n\n"
    if call.build.result == "FAILURE":
        lines = call.build.log_path.read_text("utf-8", "replace").splitlines()[-_LOG_LINES:]
        body += "Changes:\n\n\n------------------------------------------\n" + "\n".join(lines) + "\n"
    message.set_content(body)
    return message
