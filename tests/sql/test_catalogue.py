"""What a deploy made is compared with what is there every minute of a service's life: it costs few statements."""

from typing import Any

from sqlalchemy import event, text

from gisgrid.database import Database
from gisgrid.migrations.catalogue import PLAIN, find_differences


def test_a_comparison_takes_five_statements_and_leaves_the_session_as_it_was(owner: Database) -> None:
    said: list[str] = []

    def hear(_connection: Any, _cursor: Any, statement: str, *__: Any) -> None:
        said.append(statement)

    with owner.transaction() as connection:

        def settings() -> list[str]:
            return [connection.execute(text(f"SELECT current_setting('{name}')")).scalar_one() for name in PLAIN]

        before = settings()
        event.listen(connection, "before_cursor_execute", hear)  # its own ear: others may ask beside it
        assert find_differences(connection) == []
        event.remove(connection, "before_cursor_execute", hear)
        assert settings() == before
    assert len(said) == 5
