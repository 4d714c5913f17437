"""The options of buf.validate that our messages carry.

A process may know one file called buf/validate/validate.proto. Where another
package brings it at its usual place (`buf.validate`), that copy is the one;
else it is the copy here, generated from protos/buf.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dibs.bufvalidate import validate_pb2
else:
    try:
        from buf.validate import validate_pb2
    except ImportError:
        from dibs.bufvalidate import validate_pb2

__all__ = ["validate_pb2"]
