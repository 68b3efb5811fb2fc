"""The credentials store and what pipelines do with it."""

from __future__ import annotations

import json

import pytest
from jenkins_client import Client, username_password

STORE = "/credentials/store/system/domain/_"
XML = {"Content-Type": "application/xml"}
TEXT = "org.jenkinsci.plugins.plaincredentials.impl.StringCredentialsImpl"
FILE = "org.jenkinsci.plugins.plaincredentials.impl.FileCredentialsImpl"


@pytest.fixture(autouse=True, scope="module")
def _stored(client: Client) -> None:
    for ident in ("pair", "text", "file"):
        client.post(f"{STORE}/credential/{ident}/doDelete")
    client.create_credentials(username_password("pair", "joe", "p'ss w$rd-77"))
    client.create_credentials(f"<{TEXT}><scope>GLOBAL</scope><id>text</id><secret>s3cr3t-text</secret></{TEXT}>")
    client.create_credentials(
        f"<{FILE}><scope>GLOBAL</scope><id>file</id><fileName>key.pem</fileName>"
        f"<secretBytes>cHJpdmF0ZSBrZXkK</secretBytes></{FILE}>"
    )


def test_a_secret_never_comes_back(client: Client) -> None:
    for path in (f"{STORE}/credential/pair/config.xml", f"{STORE}/api/json?depth=3", f"{STORE}/"):
        answer = client.get(path)
        assert answer.status_code == 200
        assert "w$rd-77" not in answer.text
    assert "<secret-redacted" in client.get(f"{STORE}/credential/pair/config.xml").text
    assert client.json(f"{STORE}/credential/pair/api/json")["displayName"] == "joe/****** (of a test)"


def test_an_id_is_taken_once(client: Client) -> None:
    answer = client.post(f"{STORE}/createCredentials", data=username_password("pair", "x", "y"), headers=XML)
    assert answer.status_code == 409


def test_update_keeps_a_redacted_secret_and_delete_removes(client: Client) -> None:
    client.create_credentials(username_password("changing", "old", "kept-secret"))
    config = client.get(f"{STORE}/credential/changing/config.xml").text.replace("old", "new")
    assert client.post(f"{STORE}/credential/changing/config.xml", data=config, headers=XML).status_code == 200
    script = """node { withCredentials([
      usernamePassword(credentialsId: "changing", usernameVariable: "U", passwordVariable: "P")
    ]) { sh 'test "$U:$P" = new:kept-secret' } }"""
    assert client.run("uses-changed", script).result == "SUCCESS"
    assert client.request("DELETE", f"{STORE}/credential/changing/config.xml").status_code == 200
    assert client.get(f"{STORE}/credential/changing/config.xml").status_code == 404


def test_every_binding_reaches_the_shell_and_is_masked(client: Client) -> None:
    script = """
    node {
      withCredentials([
        usernamePassword(credentialsId: 'pair', usernameVariable: 'U', passwordVariable: 'P'),
        usernameColonPassword(credentialsId: 'pair', variable: 'BOTH'),
        string(credentialsId: 'text', variable: 'T'),
        file(credentialsId: 'file', variable: 'F'),
      ]) {
        sh 'echo "user $U password $P both $BOTH text $T"; cat "$F"; test "$P" = "p\\'ss w\\\\$rd-77" || true'
        sh 'test "$BOTH" = "$U:$P" && test "$T" = s3cr3t-text'
        echo "in groovy: ${env.T}"
      }
      sh 'test -z "$T"'
    }
    """
    finished = client.run("bindings", script)
    assert finished.result == "SUCCESS", finished.console
    assert "user joe password **** both **** text ****" in finished.console
    assert "in groovy: ****" in finished.console
    for secret in ("s3cr3t-text", "w$rd-77", "private key"):
        assert secret not in finished.console


def test_a_secret_printed_in_pieces_of_output_is_masked(client: Client) -> None:
    script = """
    node { withCredentials([string(credentialsId: 'text', variable: 'T')]) {
      sh '''#!/bin/sh
      printf s3cr3; sleep 0.7; printf 't-text\\n'
      '''
    } }
    """
    assert "s3cr3t-text" not in client.run("pieces", script).console


def test_declarative_credentials(client: Client) -> None:
    script = """
    pipeline { agent any
      environment { PAIR = credentials('pair'); TEXT = credentials('text') }
      stages { stage('use') { steps {
        sh 'test "$PAIR" = "$PAIR_USR:$PAIR_PSW" && test "$TEXT" = s3cr3t-text && echo "as $PAIR_USR with $TEXT"'
      } } } }
    """
    finished = client.run("declarative-credentials", script)
    assert finished.result == "SUCCESS", finished.console
    assert "with ****" in finished.console


def test_unknown_credentials_fail_with_jenkins_words(client: Client) -> None:
    script = "node { withCredentials([string(credentialsId: 'nope', variable: 'T')]) { sh 'true' } }"
    finished = client.run("no-credentials", script)
    assert finished.result == "FAILURE"
    assert "Could not find credentials entry with ID 'nope'" in finished.console


def test_domains_are_made_filled_and_removed(client: Client) -> None:
    tag, store = "com.cloudbees.plugins.credentials.domains.Domain", "/credentials/store/system"
    document = f"<{tag}><name>apart</name><description>{{}}</description></{tag}>"
    client.post(f"{store}/domain/apart/doDelete")
    assert client.post(f"{store}/createDomain", data=document.format("one"), headers=XML).status_code == 200
    assert client.post(f"{store}/createDomain", data=document.format("two"), headers=XML).status_code == 409
    assert set(client.json(f"{store}/api/json?tree=domains[urlName]")["domains"]) >= {"_", "apart"}
    there = f"{store}/domain/apart"
    pair = username_password("in-domain", "ann", "domain-secret")
    assert client.post(f"{there}/createCredentials", data=pair, headers=XML).status_code == 200
    client.post(f"{there}/config.xml", data=document.format("new"), headers=XML)
    told = client.json(f"{there}/api/json?depth=1")
    assert (told["description"], [found["id"] for found in told["credentials"]]) == ("new", ["in-domain"])
    script = """node { withCredentials([usernamePassword(credentialsId: 'in-domain', usernameVariable: 'U',
      passwordVariable: 'P')]) { sh 'test "$U:$P" = ann:domain-secret' } }"""
    assert client.run("uses-domain", script).result == "SUCCESS"
    moved = client.post(f"{there}/credential/in-domain/doMove", data={"destination": "system/_"})
    assert moved.headers["Location"].endswith("/domain/_/credential/in-domain/")
    assert client.request("DELETE", f"{there}/config.xml").status_code == 200
    assert client.get(f"{there}/api/json").status_code == 404
    assert client.post(f"{STORE}/credential/in-domain/doDelete").status_code == 302


def test_a_form_makes_credentials_of_nested_fields(client: Client) -> None:
    source = "com.cloudbees.jenkins.plugins.sshcredentials.impl.BasicSSHUserPrivateKey$DirectEntryPrivateKeySource"
    fields = {
        "scope": "GLOBAL",
        "id": "key-by-form",
        "username": "git",
        "privateKeySource": {"stapler-class": source, "privateKey": "-----BEGIN KEY-----"},
        "$class": "com.cloudbees.jenkins.plugins.sshcredentials.impl.BasicSSHUserPrivateKey",
    }
    form = {"json": json.dumps({"": "0", "credentials": fields})}
    client.post(f"{STORE}/credential/key-by-form/doDelete")
    assert client.post(f"{STORE}/createCredentials", data=form).status_code == 302
    told = client.post(f"{STORE}/createCredentials", data=form, headers={"Accept": "application/json"}).json()
    assert told["data"]["notificationType"] == "ERROR"
    script = "node { withCredentials([sshUserPrivateKey(credentialsId: 'key-by-form', keyFileVariable: 'K')])"
    assert client.run("keyed", script + " { sh 'grep -q BEGIN $K' } }").result == "SUCCESS"
