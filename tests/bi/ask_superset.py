"""Asks a release as Superset does, through Superset's own API: its tables with their keys, and the data of its charts.

Arguments: an empty folder for what Superset keeps of itself, and a file with what is asked, as JSON: `uri` of the
database, its `schema`, `connect_args`, the `tables` to reflect and per name the `charts`: each a dataset, which is a
table or a `sql`, and a query of the chart API. `drawn` is a chart that gets a dashboard: a dataset, its `form`, and the
`colours` of its labels. Prints, as one line of JSON, per table its columns and keys, per chart its rows, and of the
dashboard where a browser finds it and who reads it there; then it serves until its input ends. What Superset says while
it starts goes to the other output. Nothing is asked of a network.
"""

import contextlib
import json
import os
import secrets
import sys
import threading
from pathlib import Path
from typing import Any

_CONFIG = """
SECRET_KEY = {secret!r}
SQLALCHEMY_DATABASE_URI = 'sqlite:///{home}/superset.db'
WTF_CSRF_ENABLED = False
TALISMAN_ENABLED = False
RATELIMIT_ENABLED = False
"""


def main(home: Path, asked: dict[str, Any]) -> dict[str, Any]:
    """What Superset answers; it serves the dashboard from then on, in a thread."""
    (home / "superset_config.py").write_text(_CONFIG.format(secret=secrets.token_hex(32), home=home))
    os.environ |= {
        "SUPERSET_HOME": str(home),
        "SUPERSET_CONFIG_PATH": str(home / "superset_config.py"),
        "SCARF_ANALYTICS": "false",
        "FLASK_APP": "superset.app:create_app()",
    }
    # It is in an environment of its own, where no types are checked; it reads its settings as it is imported.
    from flask_migrate import upgrade  # type: ignore[import-not-found]
    from superset.app import create_app  # type: ignore[import-not-found]

    app = create_app()
    with app.app_context():
        from superset.extensions import appbuilder, db  # type: ignore[import-not-found]
        from superset.models.core import Database  # type: ignore[import-not-found]

        upgrade(str(Path(sys.modules["superset"].__file__ or "").parent / "migrations"))
        manager = appbuilder.sm
        appbuilder.add_permissions(update_perms=True)
        manager.sync_role_definitions()
        password = secrets.token_hex(16)
        manager.add_user("reader", "A", "Reader", "reader@example.org", manager.find_role("Admin"), password)
    client = app.test_client()
    account = {"username": "reader", "password": password, "provider": "db"}
    token = client.post("/api/v1/security/login", json=account).get_json()["access_token"]

    def ask(path: str, **body: Any) -> Any:
        send = client.post if body else client.get
        answer = send(path, headers={"Authorization": f"Bearer {token}"}, **({"json": body} if body else {}))
        if answer.status_code >= 300:
            raise SystemExit(f"{path}: {answer.status_code} {answer.get_data(as_text=True)}")
        return answer.get_json()

    extra = json.dumps({"engine_params": {"connect_args": asked["connect_args"]}})
    database = ask("/api/v1/database/", database_name="release", sqlalchemy_uri=asked["uri"], extra=extra)["id"]
    schema = asked["schema"]
    tables: dict[str, Any] = {}
    charts: dict[str, Any] = {}
    datasets: dict[str, int] = {}
    for table in asked["tables"]:
        told = ask(f"/api/v1/database/{database}/table_metadata/?name={table}&schema={schema}")
        tables[table] = {name: told[name] for name in ("columns", "foreignKeys", "comment")}
        # Superset 6.1 empties the primary key that it reflected on the way to its answer: asked of what it asks.
        with app.app_context(), db.session.get(Database, database).get_inspector(schema=schema) as inspector:
            tables[table]["primaryKey"] = inspector.get_pk_constraint(table, schema)["constrained_columns"]
    for name, chart in asked["charts"].items():
        dataset = json.dumps(chart["dataset"])
        if dataset not in datasets:
            datasets[dataset] = ask("/api/v1/dataset/", database=database, schema=schema, **chart["dataset"])["id"]
        source = {"id": datasets[dataset], "type": "table"}
        (result,) = ask("/api/v1/chart/data", datasource=source, queries=[chart["query"]], force=True)["result"]
        charts[name] = result["data"]
    answers: dict[str, Any] = {"tables": tables, "charts": charts}
    if drawn := asked.get("drawn"):
        dataset_id = ask("/api/v1/dataset/", database=database, schema=schema, **drawn["dataset"])["id"]
        form = {**drawn["form"], "datasource": f"{dataset_id}__table"}
        metadata = json.dumps({"label_colors": drawn["colours"], "color_scheme": "supersetColors"})
        dashboard = ask("/api/v1/dashboard/", dashboard_title="drawn", published=True, json_metadata=metadata)["id"]
        told = {"slice_name": "drawn", "viz_type": form["viz_type"], "params": json.dumps(form)}
        of_data = {"datasource_id": dataset_id, "datasource_type": "table"}
        chart_id = ask("/api/v1/chart/", dashboards=[dashboard], **told, **of_data)["id"]
        with app.app_context():
            from superset.models.dashboard import Dashboard  # type: ignore[import-not-found]

            db.session.get(Dashboard, dashboard).position_json = json.dumps(_alone(chart_id))
            db.session.commit()
        from werkzeug.serving import make_server

        server = make_server("127.0.0.1", 0, app, threaded=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        account = {"username": "reader", "password": password}
        answers["drawn"] = {"address": f"http://127.0.0.1:{server.port}", "dashboard": dashboard, "account": account}
    return answers


def _alone(chart_id: int) -> dict[str, Any]:
    """A dashboard with one chart, as wide as it is."""
    steps = [
        ("ROOT_ID", "ROOT", {}),
        ("GRID_ID", "GRID", {}),
        ("ROW-1", "ROW", {"background": "BACKGROUND_TRANSPARENT"}),
    ]
    steps.append(("CHART-1", "CHART", {"chartId": chart_id, "width": 12, "height": 60, "sliceName": "drawn"}))
    names = [name for name, *_ in steps]
    return {"DASHBOARD_VERSION_KEY": "v2"} | {
        name: {"id": name, "type": kind, "meta": meta, "parents": names[:at], "children": names[at + 1 : at + 2]}
        for at, (name, kind, meta) in enumerate(steps)
    }


if __name__ == "__main__":
    with contextlib.redirect_stdout(sys.stderr):
        found = main(Path(sys.argv[1]), json.loads(Path(sys.argv[2]).read_text()))
    print(json.dumps(found), flush=True)
    if "drawn" in found:
        sys.stdin.read()
