"""The light Jenkins: Jenkins' API, queue and steps in Python, pipelines on Jenkins' own Groovy in a resident JVM."""

#: The Jenkins LTS whose behaviour is the measure; also what the ``X-Jenkins`` header says.
JENKINS_VERSION = "2.516.3"
