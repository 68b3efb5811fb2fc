"""The shared library of the corpus, at two versions, and its configuration in Jenkins' own form."""

from __future__ import annotations

_GREET = """
def call(String name = 'nobody') {
    echo "{version} greets ${name}"
}

def twice(String name) {
    call(name)
    call(name)
    return 'said twice'
}
"""

_FILES = {
    "vars/greet.groovy": _GREET.replace("{version}", "v1"),
    "vars/greet.txt": "Greets somebody.",
    "vars/inNode.groovy": "def call(Map options = [:], Closure body) {\n  node(options.label ?: '') { body() }\n}\n",
    "vars/counter.groovy": """
import groovy.transform.Field
@Field int count = 0
def next() { count = count + 1; return count }
""",
    "vars/standardPipeline.groovy": """
def call(Map config) {
    pipeline {
        agent any
        environment { APP = "${config.app}" }
        stages {
            stage('Build') { steps { sh 'echo "building $APP"' } }
            stage('Maybe') {
                when { expression { config.deploy } }
                steps { echo 'deployed' }
            }
        }
        post { success { echo "done with ${config.app}" } }
    }
}
""",
    "src/com/acme/Version.groovy": """
package com.acme

class Version implements Serializable {
    public static final String SCHEME = 'semantic'
    final int major
    final int minor

    Version(String text) {
        def parts = text.tokenize('.')
        major = parts[0] as int
        minor = parts[1] as int
    }

    static Version parse(String text) { new Version(text) }

    Version next() { new Version("${major}.${minor + 1}") }

    @NonCPS
    String toString() { "${major}.${minor}" }
}
""",
    "src/com/acme/Builder.groovy": """
package com.acme

class Builder implements Serializable {
    def steps

    Builder(steps) { this.steps = steps }

    def build(String what) {
        steps.echo "Builder builds ${what}"
        return steps.sh(script: "echo built-${what}", returnStdout: true).trim()
    }
}
""",
    "resources/com/acme/settings.json": '{"colour": "blue"}',
}

#: The library's files by tag; the last one is what its branch holds.
LIBRARY_FILES = {"v1": _FILES, "v2": {"vars/greet.groovy": _GREET.replace("{version}", "v2")}}

_LIBRARY = """
<org.jenkinsci.plugins.workflow.libs.LibraryConfiguration>
  <name>{name}</name>
  <retriever class="org.jenkinsci.plugins.workflow.libs.SCMSourceRetriever">
    <clone>false</clone>
    <scm class="jenkins.plugins.git.GitSCMSource" plugin="git">
      <id>0</id><remote>{url}</remote><credentialsId></credentialsId>
      <traits><jenkins.plugins.git.traits.BranchDiscoveryTrait/></traits>
    </scm>
  </retriever>
  {version}
  <implicit>{implicit}</implicit>
  <allowVersionOverride>{override}</allowVersionOverride>
  <includeInChangesets>true</includeInChangesets>
</org.jenkinsci.plugins.workflow.libs.LibraryConfiguration>
"""


def library_configuration(name: str, url: str, version: str = "", implicit: bool = False, override: bool = True) -> str:
    """One library's XML."""
    default = f"<defaultVersion>{version}</defaultVersion>" if version else ""
    flags = {"implicit": str(implicit).lower(), "override": str(override).lower()}
    return _LIBRARY.format(name=name, url=url, version=default, **flags)


def global_libraries(git: str) -> str:
    """The home's GlobalLibraries.xml."""
    tag = "org.jenkinsci.plugins.workflow.libs.GlobalLibraries"
    url = f"{git}/corpus/library.git"
    libraries = [
        library_configuration("shared", url, "master"),
        library_configuration("unversioned", url),
        library_configuration("pinned", url, "v1", override=False),
        library_configuration("bare", f"{git}/corpus/bare.git", "master"),
    ]
    return f"<?xml version='1.1' encoding='UTF-8'?>\n<{tag}><libraries>{''.join(libraries)}</libraries></{tag}>\n"
