"""``publishHTML`` of htmlpublisher."""

import shutil
from typing import Any

from jenkins_light.engine.calls import StepCall
from jenkins_light.steps import globs
from jenkins_light.steps.registry import Abort, step


@step("publishHTML", "target")
def publish_html(call: StepCall) -> None:
    """Keep a folder of HTML pages with the build, among its artifacts below ``htmlreports/<name>``.

    Source: htmlpublisher's HtmlPublisherTarget (reportName, reportDir, reportFiles, allowMissing, includes; keepAll and
    alwaysLinkToLastBuild mean nothing here: reports are kept as long as their builds).
    """
    target: dict[str, Any] = call.args.get("target") or call.args
    name, folder = str(target.get("reportName") or "HTML Report"), str(target.get("reportDir") or "")
    call.log("[htmlpublisher] Archiving HTML reports...")
    source = call.path(folder)
    call.log(f"[htmlpublisher] Archiving at BUILD level {source} to {name}")
    found = list(globs.find(source, str(target.get("includes") or "**/*"))) if source.is_dir() else []
    if not found and not target.get("allowMissing"):
        raise Abort(f"Specified HTML directory '{source}' does not exist.")
    for path in found:
        kept = call.build.folder / "archive" / "htmlreports" / name.replace("/", "_") / path.relative_to(source)
        kept.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, kept)
