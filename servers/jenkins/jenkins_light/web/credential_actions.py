"""The credentials store's addresses."""

import base64

from starlette.responses import Response

from jenkins_light import xmltree
from jenkins_light.errors import BadRequestError
from jenkins_light.web import templates
from jenkins_light.web.exchange import done, redirect, submitted_form, xml_answer
from jenkins_light.web.routing import BOTH, GET, POST, CredentialTarget, DomainTarget, Request, action


@action(DomainTarget, "")
def page(request: Request, target: DomainTarget) -> Response:
    """The credentials, without their secrets."""
    rows = [[credential.id, credential.display_name, credential.type_name] for credential in target.store]
    return templates.page(request, "facts.html", title="Global credentials", heads=["ID", "Name", "Kind"], rows=rows)


@action(DomainTarget, "createCredentials", methods=POST)
def create(request: Request, target: DomainTarget) -> Response:
    """Add a credential from its XML, or from the form's ``json`` as Jenkins' docs have it with curl."""
    exchange = request.exchange
    submitted = exchange.parameter("json")
    document = _from_form(submitted, exchange.files) if submitted else exchange.body
    target.store.create(document)
    return redirect(f"/{target.url_path}/") if submitted else done()


@action(CredentialTarget, "config.xml", methods=(*BOTH, "DELETE"))
def config_xml(request: Request, target: CredentialTarget) -> Response:
    """Read (secrets redacted), replace or delete a credential."""
    store, ident = target.domain.store, target.credential.id
    if request.exchange.method in GET:
        return xml_answer(store.config_xml(ident))
    if request.exchange.method == "DELETE":
        store.delete(ident)
    else:
        store.update(ident, request.exchange.body)
    return done()


@action(CredentialTarget, "doDelete", methods=POST)
def delete(_request: Request, target: CredentialTarget) -> Response:
    """Delete a credential by the page's address."""
    target.domain.store.delete(target.credential.id)
    return redirect(f"/{target.domain.url_path}/")


@action(CredentialTarget, "updateSubmit", methods=POST)
def update_submit(request: Request, target: CredentialTarget) -> Response:
    """Replace a credential by the page's form."""
    document = _from_form(request.exchange.parameter("json"), request.exchange.files)
    target.domain.store.update(target.credential.id, document)
    return redirect(f"/{target.domain.url_path}/")


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
