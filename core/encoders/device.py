"""Which processor a model runs on, and in which precision it is fast."""

import platform
from contextlib import AbstractContextManager, nullcontext
from functools import cache
from pathlib import Path

import torch


@cache
def best() -> torch.device:
    """A GPU where there is one."""
    if torch.cuda.is_available():
        return torch.device("cuda")
    if torch.backends.mps.is_available():
        return torch.device("mps")
    return torch.device("cpu")


def half(device: torch.device) -> torch.dtype | None:
    """The half precision that the processor is made for: float16 on CUDA, bfloat16 on a CPU that has it.

    None for others: a CPU without such instructions emulates them, many times slower than float32.
    """
    if device.type == "cuda":
        return torch.float16
    return torch.bfloat16 if device.type == "cpu" and cpu_has_bfloat16() else None


def autocast(device: torch.device, precision: torch.dtype | None) -> AbstractContextManager:
    """What a model runs in; None: float32."""
    return nullcontext() if precision is None else torch.autocast(device.type, precision)


@cache
def cpu_has_bfloat16() -> bool:
    """Whether the CPU multiplies matrices in bfloat16 (AMX or AVX-512 BF16)."""
    if platform.machine() not in ("x86_64", "AMD64"):
        return False
    try:
        flags = Path("/proc/cpuinfo").read_text()
    except OSError:
        return False
    return "amx_bf16" in flags or "avx512_bf16" in flags
