"""What a daemon pushes when its configuration was changed: what is watched now."""

import asyncio
import json
from datetime import timedelta
from pathlib import Path

from colter.app.runtime import open_runtime
from colter.app.watching.plan import read_watch_plan
from colter.config.settings import Settings
from colter.core.clock import SystemClock
from tests.config.opening import load
from tests.fakes.endpoints import EndpointServer, reply
from tests.prometheus.pushing import shown
from tests.servers.pushgateway import Pushgateway

RHYTHM = timedelta(minutes=15)


def test_what_was_taken_out_is_not_pushed_though_others_were_not_looked_at_since(
    tmp_path: Path, pushgateway: Pushgateway
) -> None:
    with EndpointServer(reply()) as web:

        def settings(*names: str) -> Settings:
            listed = [{"name": name, "url": web.url(f"/{name}")} for name in names]
            push = {"gateway": pushgateway.url, "instance": "machine"}
            return load(tmp_path, json.dumps({"endpoints": listed, "prometheus": push}))

        def pushed() -> set[str]:
            return {
                dict(labels)["endpoint"] for name, labels in shown(pushgateway, "probe") if name == "colter_probe_up"
            }

        async def run() -> None:
            before, after = settings("fine", "gone", "rare"), settings("fine", "rare")
            checks = read_watch_plan(before).checks
            state, clock = tmp_path / "state", SystemClock()
            async with open_runtime(before, clock, state_dir=state, sinks=["prometheus"], rhythm=RHYTHM) as runtime:
                await runtime.probe([*checks.values()])
                await runtime.deliver(patience=timedelta())
                assert pushed() == {"fine", "gone", "rare"}
                await runtime.adopt(after, (), RHYTHM)
                await runtime.probe([checks["fine"]])
                await runtime.deliver(patience=timedelta())
                assert pushed() == {"fine", "rare"}
                assert runtime.problems == []

        asyncio.run(run())
