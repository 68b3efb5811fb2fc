"""Brings GitLab, Jenkins and SonarQube to what the talk has, over their APIs; a second time nothing changes."""

from kubestage.seed.analysis import seed_analysis
from kubestage.seed.gitlab import seed_gitlab
from kubestage.seed.jenkins import seed_jenkins
from kubestage.seed.release import declared_release, knowledge_files, push_release
from kubestage.seed.report import SeedReport
from kubestage.seed.sonarqube import seed_sonarqube
from kubestage.seed.statuses import seed_gitlab_connection

__all__ = [
    "SeedReport",
    "declared_release",
    "knowledge_files",
    "push_release",
    "seed_analysis",
    "seed_gitlab",
    "seed_gitlab_connection",
    "seed_jenkins",
    "seed_sonarqube",
]
