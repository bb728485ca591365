from .refund_common import RefundCase  # noqa: F401
