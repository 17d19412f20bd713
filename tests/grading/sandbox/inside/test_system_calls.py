"""A filter's rules refuse what they name, under the conditions that they name, and nothing else."""

import errno

import pytest
from filter_machine import ALLOWED, decided

from course.grading.sandbox.inside.system_calls import AUDIT_ARCHITECTURES, Rule, Where, assembled, body

REFUSED = 0x50000 | errno.EPERM


@pytest.mark.parametrize("machine", sorted(AUDIT_ARCHITECTURES))
def test_do_rules_refuse_under_their_conditions_only(machine):
    rules = [
        Rule(5),
        Rule(7, (Where(0, 3),)),
        Rule(8, (Where(1, 3, unless=True),), error=errno.ENOSYS),
        Rule(9, (Where(0, 4, mask=4), Where(2, 1))),
    ]
    program = assembled(machine, body(rules[:2]), body(rules[2:]))

    def decides(number, *args):
        return decided(program, machine, number, *args)

    assert decides(5) == decides(5, 1, 2) == REFUSED
    assert decides(7, 3) == REFUSED and decides(7, 2) == ALLOWED
    assert decides(7, 3 | 1 << 32) == REFUSED, "the kernel looks at the low half of a descriptor"
    assert decides(8, 0, 3) == ALLOWED and decides(8, 0, 4) == 0x50000 | errno.ENOSYS
    assert decides(9, 6, 0, 1) == REFUSED and decides(9, 6, 0, 2) == decides(9, 2, 0, 1) == ALLOWED
    assert {number for number in range(600) if decides(number) != ALLOWED} == {5, 8}
    assert decides(1 << 30 | 39) == REFUSED


def test_is_another_numbering_refused_altogether():
    program = assembled("x86_64")
    assert decided(program, "x86_64", 39) == ALLOWED
    assert decided(program, "aarch64", 39) == REFUSED
