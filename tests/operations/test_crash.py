"""A killed program comes again by itself, and no acknowledged report is missing (崩溃恢复)."""

import os
import signal

import psutil
import pytest

from tests.operations.conftest import Demo, until

pytestmark = [pytest.mark.crash, pytest.mark.timeout(240)]


def test_of_the_server_loses_no_acknowledged_report(demo: Demo) -> None:
    with demo.under_reports() as codes:
        demo.kill_program("server")

    assert demo.follow(codes) == {200}


def test_of_one_process_of_the_server_loses_no_acknowledged_report(demo: Demo) -> None:
    with demo.under_reports() as codes:
        one = psutil.Process(demo.pid("server")).children()[-1]
        one.kill()
        until(lambda: not one.is_running() and demo.is_ready(), "an answer")

    assert demo.follow(codes) == {200}


def test_of_the_worker_loses_no_acknowledged_report(demo: Demo) -> None:
    with demo.under_reports() as codes:
        demo.kill_program("worker")

    assert demo.follow(codes) == {200}


def test_of_the_database_loses_no_acknowledged_report(demo: Demo) -> None:
    with demo.under_reports() as codes:
        demo.kill_program("postgres")

    assert demo.follow(codes) == {200}


def test_of_the_demo_itself_loses_no_acknowledged_report(demo: Demo) -> None:
    with demo.under_reports() as codes:
        demo.kill()
        demo.start()

    assert demo.follow(codes) == {200}


def test_of_demo_and_database_at_once_loses_no_acknowledged_report(demo: Demo) -> None:
    with demo.under_reports() as codes:
        os.kill(demo.pid("postgres"), signal.SIGKILL)
        demo.kill()
        demo.start()

    assert demo.follow(codes) == {200}


def test_of_the_demo_leaves_one_of_each_program_after_the_next_start(demo: Demo) -> None:
    old = {process.pid for process in demo.processes()}
    demo.kill()

    demo.start()

    assert old.isdisjoint(process.pid for process in demo.processes())


@pytest.mark.parametrize("by", [signal.SIGINT, signal.SIGTERM], ids=lambda by: by.name)
def test_is_not_needed_to_stop_everything(demo: Demo, by: signal.Signals) -> None:
    code = demo.ask_to_stop(by)

    assert (code, demo.processes()) == (0, [])


def test_of_nothing_refuses_a_second_demo_in_the_same_home(demo: Demo) -> None:
    second = Demo(demo.home.path)
    second.log = demo.home.path.with_suffix(".second.log")

    with pytest.raises(AssertionError, match="is in use by another process"):
        second.start()
