"""Pipelines that stand in each kind of step there is, for tests of what a restart of the server makes of them."""

from __future__ import annotations

#: Holds a shell up until the test lets all of them go.
WAIT = "{ set +x; until [ -e $JENKINS_HOME/go ]; do sleep 0.2; done; }"

#: The files of the library that one of them uses.
LIBRARY = {
    "vars/holding.groovy": "def call(x) { def kept = [x]; sh 'echo ready; WAIT'; kept + more(x) }\n"
    "def more(x) { new acme.Tool(this).twice(x) }\n",
    "src/acme/Tool.groovy": "package acme\nclass Tool implements Serializable { def script; Tool(s) { script = s }\n"
    "def twice(x) { script.echo 'asked the class'; x * 2 } }\n",
}

#: One build for each thing a pipeline can stand in, those that can't wait long last, and what its log says by then.
STANDING: dict[str, tuple[str, str]] = {
    "shell": (
        "ready",
        """node { def kept = [1, 'two', [three: 3]]
        withEnv(['HERE=there']) { dir('sub') {
          sh '''echo ready
          for i in 1 2 3 4 5; do echo tick $i; echo tick $i >> ticks; test $i != 2 || WAIT; sleep 0.1; done'''
          echo "$kept ${env.HERE} ${pwd()}"
          echo readFile('ticks').readLines().size() + ' ticks'
        } } }""",
    ),
    "shell-ended-meanwhile": (
        "ready",
        """node { try { sh '''echo ready; set +x; until [ -e $JENKINS_HOME/away ]; do sleep 0.2; done
        echo last words; exit 3''' } catch (e) { echo "caught $e.message" }
        echo 'status ' + sh(script: 'exit 4', returnStatus: true) }""",
    ),
    "shell-output": (
        "+ echo ready",
        "node { def out = sh(script: 'echo ready >&2; WAIT; echo to be returned', returnStdout: true)\n"
        'echo "<${out.trim()}>" }',
    ),
    "input": (
        "Input requested",
        "def v = input(message: 'Which?', id: 'Which', parameters: [string(name: 'V')]); echo \"v=$v\"",
    ),
    "upstream": ("Starting building: downstream", "def b = build 'downstream'; echo \"it was $b.number $b.result\""),
    "downstream": ("ready", "node { sh 'echo ready; WAIT' }"),
    "lock": ("ready", "lock('printer') { node { sh 'echo ready; WAIT; echo printed' } }"),
    "timeout-to-come": (
        "ready",
        "node { timeout(time: 1, unit: 'HOURS') { sh 'echo ready; WAIT'; echo 'in time' } }",
    ),
    "parallel": (
        "right is ready",
        """node { def done = parallel(
          left: { sh 'echo left is ready; WAIT; sleep 0.2; echo left >> sides'; 'L' },
          right: { sh 'echo right is ready; WAIT; echo right >> sides'; sleep 1; 'R' },
          failFast: true)
        echo "$done" + readFile('sides').readLines().sort() }""",
    ),
    "retry": (
        "ready",
        """node { int tries = 0
        retry(3) { tries++; sh 'echo ready; WAIT'; if (tries < 2) { error 'once more' }; echo "tries: $tries" } }""",
    ),
    "secret": (
        "ready",
        """node { withCredentials([
          usernamePassword(credentialsId: 'joe', usernameVariable: 'U', passwordVariable: 'P')]) {
          sh 'echo ready; WAIT; echo password $P'
          sh 'echo again $U $P'
        }
        echo 'masked still: plain-' + 'secret' }""",
    ),
    "declarative": (
        "ready",
        """pipeline {
          agent any
          environment { CRED = credentials('joe'); PLACE = 'here' }
          options { timeout(time: 1, unit: 'HOURS'); timestamps() }
          stages {
            stage('first') { steps {
              writeFile file: 'a/b.txt', text: 'stashed'
              stash name: 'x', includes: 'a/**'
              deleteDir() } }
            stage('long') {
              environment { PLACE = 'there' }
              steps { sh 'echo ready; WAIT; echo user $CRED_USR at $PLACE' }
              post { success { echo 'stage is done' } }
            }
            stage('last') { when { expression { env.PLACE == 'here' } }
              steps { unstash 'x'; echo readFile('a/b.txt'); sh 'echo at $PLACE' } }
          }
          post { always { echo "always ${currentBuild.currentResult}" } }
        }""",
    ),
    "waits": (
        "ready",
        """node { sh 'echo ready'
        waitUntil(quiet: true) { fileExists '../../go' }
        echo 'went' }""",
    ),
    "language": (
        "ready",
        """import groovy.transform.Field
        @Field List seen = ['before']
        class Counter implements Serializable { int n = 0; int next() { ++n } }
        def counter = new Counter(); counter.next()
        def add = { a, b = 2 -> a + b }
        int sum(list) { int s = 0; for (x in list) { s += x }; s }
        node {
          writeFile file: 'part.groovy', text: 'def hello(x) { sh "WAIT"; "hello $x" }; return this'
          def part = load 'part.groovy'
          [1, 2].eachWithIndex { v, i -> if (i == 0) { echo 'ready'; echo part.hello(v) } else { seen << "v$v" } }
          echo "$seen ${counter.next()} ${add(1, 3)} ${sum([1, 2, 3])}"
        }""",
    ),
    "workspace": (
        "ready",
        """node { ws("${pwd()}-else") { sh 'echo ready; WAIT; echo "stood in $(basename $PWD)"'
        echo "and ${env.WORKSPACE.tokenize('/').last()} ${fileExists('no-such-file')}" } }""",
    ),
    "library": (
        "ready",
        "@Library('kept') _\nnode { def held = holding(2); echo \"library $held ${holding.more(3)}\" }",
    ),
    "container": (
        "ready",
        """node {
          writeFile file: 'bin/docker', text: '''#!/bin/sh
          echo "$1" >> "$WORKSPACE/asked"
          case $1 in run) echo abc;; top) echo cat;;
          exec) until [ "$1" = abc ]; do shift; done; shift; exec "$@";; esac'''
          sh 'chmod +x bin/docker'
          withEnv(["PATH=${pwd()}/bin:${env.PATH}"]) {
            docker.image('any').inside { sh 'echo ready; WAIT; echo "held inside"' }
          }
          echo "asked ${readFile('asked').readLines().unique().join(' ')}"
        }""",
    ),
    "unresumable": ("The recommended git tool is", "node { git 'http://127.0.0.1:SILENT/repo.git' }"),
    "not-to-resume": (
        "ready",
        "pipeline { agent any\n options { disableResume(); durabilityHint('PERFORMANCE_OPTIMIZED') }\n"
        "stages { stage('s') { steps { sh 'echo ready; sleep 600' } } }\n post { always { echo 'is over' } } }",
    ),
    "stopped-later": ("ready", "node { try { sh 'echo ready; sleep 600' } finally { echo 'cleaned up' } }"),
    "sleep": ("Sleeping for", 'def n = 41; sleep 6; echo "n is ${n + 1}"'),
    "timeout": (
        "ready",
        "node { try { timeout(time: 2000, unit: 'MILLISECONDS') { sh 'echo ready; sleep 60' } }\n"
        'catch (e) { echo "ended by $e" } }',
    ),
}
