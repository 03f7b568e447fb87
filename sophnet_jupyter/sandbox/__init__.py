"""
A local server that speaks SophNet's protocol over real HTTP.

It is strict where the documents are, says who it is with an ``X-Sandbox`` header,
and shares no code with the client, so that a mistake cannot cancel itself out.
Start it with ``python -m sophnet_jupyter.sandbox``.
"""
