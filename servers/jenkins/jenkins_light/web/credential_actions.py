"""The credentials store's addresses."""

import base64

from starlette.responses import Response

from jenkins_light import xmltree
from jenkins_light.errors import BadRequestError
from jenkins_light.model.credentials import Credential
from jenkins_light.web import templates
from jenkins_light.web.exchange import done, redirect, submitted_form, xml_answer
from jenkins_light.web.routing import BOTH, GET, POST, DomainTarget, Request, action


@action(DomainTarget, "")
def page(request: Request, _target: DomainTarget) -> Response:
    """The credentials, without their secrets."""
    rows = [
        [credential.id, credential.display_name, credential.type_name] for credential in request.controller.credentials
    ]
    return templates.page(request, "facts.html", title="Global credentials", heads=["ID", "Name", "Kind"], rows=rows)


@action(DomainTarget, "createCredentials", methods=POST)
def create(request: Request, _target: DomainTarget) -> Response:
    """Add a credential from its XML, or from the form's ``json`` as Jenkins' docs have it with curl."""
    exchange = request.exchange
    submitted = exchange.parameter("json")
    document = _from_form(submitted, exchange.files) if submitted else exchange.body
    request.controller.credentials.create(document)
    return redirect("/credentials/store/system/domain/_/") if submitted else done()


@action(Credential, "config.xml", methods=(*BOTH, "DELETE"))
def config_xml(request: Request, credential: Credential) -> Response:
    """Read (secrets redacted), replace or delete a credential."""
    store = request.controller.credentials
    if request.exchange.method in GET:
        return xml_answer(store.config_xml(credential.id))
    if request.exchange.method == "DELETE":
        store.delete(credential.id)
    else:
        store.update(credential.id, request.exchange.body)
    return done()


@action(Credential, "doDelete", methods=POST)
def delete(request: Request, credential: Credential) -> Response:
    """Delete a credential by the page's address."""
    request.controller.credentials.delete(credential.id)
    return redirect("/credentials/store/system/domain/_/")


@action(Credential, "updateSubmit", methods=POST)
def update_submit(request: Request, credential: Credential) -> Response:
    """Replace a credential by the page's form."""
    document = _from_form(request.exchange.parameter("json"), request.exchange.files)
    request.controller.credentials.update(credential.id, document)
    return redirect("/credentials/store/system/domain/_/")


def _from_form(submitted: str, files: dict[str, bytes]) -> bytes:
    """The XML of a submitted form.

    Raises:
        BadRequestError: the form is malformed.
    """
    form = submitted_form(submitted)
    fields = form.get("credentials", form)
    if not isinstance(fields, dict):
        raise BadRequestError("Malformed form: no credentials in it")
    root = xmltree.Element(str(fields.get("$class") or fields.get("stapler-class")))
    for name, value in fields.items():
        if name not in {"$class", "stapler-class"} and isinstance(value, (str, int, bool)):
            xmltree.add(root, name, value)
    if (content := files.get(str(fields.get("file", "")))) is not None:
        xmltree.add(root, "secretBytes", base64.b64encode(content).decode())
    return xmltree.serialise(root)
