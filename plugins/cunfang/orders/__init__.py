"""Orders (调整指令): what an approved run tells the banks to move."""

from cunfang.orders.issue import issue

__all__ = ["issue"]
