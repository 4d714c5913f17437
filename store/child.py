"""Becomes a private server: `python child.py PARENT USER COMMAND…`.

Takes on USER (empty: nobody else), asks the kernel for SIGKILL when the
process PARENT ends, and executes COMMAND under the same pid. A file to run,
not to import: it needs nothing but the standard library.
"""

import ctypes
import os
import pwd
import sys

PR_SET_PDEATHSIG = 1
SIGKILL = 9


def main(parent: int, user: str, command: list[str]) -> None:
    """Does not return: this process is then the server."""
    if user:
        account = pwd.getpwnam(user)
        os.setgroups([])
        os.setgid(account.pw_gid)
        os.setuid(account.pw_uid)
    # After the change of user, which would undo it.
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        sys.exit("the process that started this server is gone")
    os.execv(command[0], command)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], sys.argv[3:])
