"""Hundreds of users of the synchronous client, made by locust; then the audit.

locust patches sockets and threads as soon as it is imported, which grpc.aio
does not survive. So it runs as a process of its own (`users.py`), and this
package knows of it what comes out: figures by RPC.
"""
