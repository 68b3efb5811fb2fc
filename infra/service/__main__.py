"""Lets an official CLI run the program: `pulumi preview -C infra/service -s test`."""

import sys
from pathlib import Path

import pulumi

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from infra.service.program import declare

for name, value in declare().items():
    pulumi.export(name, value)
