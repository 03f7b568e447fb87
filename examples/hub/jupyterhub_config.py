"""
A Hub with the gateway, to be tried on one machine: ``jupyterhub -f jupyterhub_config.py``.

Everybody may log in, and all servers run as one user: for trying it out only. Of a real Hub, the
lines on services, roles and the environment of servers are what to copy.
"""

import os
import sys
from pathlib import Path

HERE = Path(__file__).parent
PORT = int(os.environ.get("GATEWAY_PORT", "10101"))

c = get_config()  # noqa: F821 - JupyterHub puts it here
c.JupyterHub.authenticator_class = "dummy"
c.Authenticator.allow_all = True
c.JupyterHub.spawner_class = "simple"

c.JupyterHub.services = [
    {
        "name": "sophnet",
        "url": f"http://127.0.0.1:{PORT}",
        "command": [sys.executable, str(HERE / "gateway.py")],
        # The key is in a file that the gateway alone can read, and in no environment.
        "environment": {
            name: os.environ[name]
            for name in ("TEAM_KEY_FILE", "UPSTREAM", "PER_MINUTE", "TOKENS_PER_DAY")
            if name in os.environ
        },
    }
]
USE = "access:services!service=sophnet"
c.JupyterHub.load_roles = [
    {"name": "user", "scopes": ["self", USE]},
    # What the token of a server may do: what it may anyhow, and this.
    {"name": "server", "scopes": ["users:activity!user", "access:servers!server", USE]},
]

# Kernels find the gateway, and show it the token of their server, which tells them apart.
HUB = os.environ.get("HUB_ADDRESS", "http://127.0.0.1:8000")
c.Spawner.environment = {
    "SOPHNET_POLICY": str(HERE / "policy.toml"),
    "SOPHNET_BASE_URL": f"{HUB}/services/sophnet/api/open-apis",
    "SOPHNET_API_KEY_COMMAND": "printenv JUPYTERHUB_API_TOKEN",
}
