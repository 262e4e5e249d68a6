from pathlib import Path

from tools.where import places


def test_where_follows_the_naming_rule_and_says_what_is_absent(tmp_path: Path) -> None:
    module = tmp_path / "src" / "workforce"
    for path, text in {
        "web/views/task.py": "\n\ndef task_list(request): ...\n\ndef task_move(request): ...\n",
        "web/forms/task.py": "class MoveTaskForm(Form): ...\n",
        "services/tasks.py": "def move_task(*, task): ...\n",
        "templates/workforce/task/move.html": "",
    }.items():
        (module / path).parent.mkdir(parents=True, exist_ok=True)
        (module / path).write_text(text)

    found = places("workforce:task_move", package=tmp_path / "src", tests=tmp_path / "tests")

    assert [(place.role, place.where.removeprefix(f"{tmp_path}/"), place.exists) for place in found] == [
        ("view", "src/workforce/web/views/task.py:5 task_move", True),
        ("template", "src/workforce/templates/workforce/task/move.html", True),
        ("form", "src/workforce/web/forms/task.py:1 MoveTaskForm", True),
        ("service", "src/workforce/services/tasks.py:1 move_task", True),
        ("test", "tests/workforce/web/test_task.py", False),
    ]
