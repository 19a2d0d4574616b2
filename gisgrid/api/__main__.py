"""`python -m gisgrid.api`: print the OpenAPI document of this checkout. Asks no database and no running service."""

import json

from gisgrid.api.app import create_app
from gisgrid.settings import read_settings


def main() -> None:
    """Print the document as JSON."""
    app = create_app(read_settings({}), "postgresql+psycopg2://nobody@/nowhere")
    app.state.database.close()
    print(json.dumps(app.openapi(), ensure_ascii=False))


if __name__ == "__main__":
    main()
