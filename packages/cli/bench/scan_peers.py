"""The minGRU scan as PyTorch and Triton users have it, timed beside a copy on the same card.

    python3 packages/cli/bench/scan_peers.py [--json]

Shapes are those of `npm run bench:scan -- --device cuda:0`. "log space" is the published parallel form (Heinsen,
arXiv 2311.06281) in eager torch; "associative_scan" is a Triton kernel with the gates fused in,
the best of its tile sizes. Backward is the gradient alone, by autograd. Needs torch and triton; times are medians of
triton.testing.do_bench.
"""

import argparse
import itertools
import json
import sys

import torch
import torch.nn.functional as F
import triton
import triton.language as tl
from triton.testing import do_bench

SHAPES = [(64, 1024, 1024), (16, 16384, 128), (1, 65536, 64)]
DTYPES = {"f32": torch.float32, "bf16": torch.bfloat16}


def log_g(v):
    return torch.where(v >= 0, (F.relu(v) + 0.5).log(), -F.softplus(-v))


def log_space(hidden, gate):
    """h of minGRU from a zero state, accumulated in float32 as the published packages do."""
    hidden, gate_f = hidden.float(), gate.float()
    log_a = -F.softplus(gate_f)
    log_b = -F.softplus(-gate_f) + log_g(hidden)
    a_star = log_a.cumsum(1)
    return (a_star + (log_b - a_star).logcumsumexp(1)).exp().to(gate.dtype)


def sequential(hidden, gate):
    """The same in float64, step by step."""
    hidden, gate = hidden.double(), gate.double()
    z, g = torch.sigmoid(gate), torch.where(hidden >= 0, hidden + 0.5, torch.sigmoid(hidden))
    h, steps = torch.zeros_like(z[:, 0]), []
    for t in range(z.shape[1]):
        h = (1 - z[:, t]) * h + z[:, t] * g[:, t]
        steps.append(h)
    return torch.stack(steps, 1)


@triton.jit
def combine(a_left, b_left, a_right, b_right):
    return a_left * a_right, a_right * b_left + b_right


@triton.jit
def scan_kernel(hidden, gate, out, time, channels, STEPS: tl.constexpr, CHANNELS: tl.constexpr):
    channel = tl.program_id(0) * CHANNELS + tl.arange(0, CHANNELS)[None, :]
    step = tl.arange(0, STEPS)[:, None]
    row = tl.program_id(1).to(tl.int64) * time * channels
    carry = tl.zeros((1, CHANNELS), tl.float32)
    for first in range(0, time, STEPS):
        at = row + (first + step) * channels + channel
        mask = (first + step < time) & (channel < channels)
        v = tl.load(hidden + at, mask, 0.0).to(tl.float32)
        k = tl.load(gate + at, mask, 0.0).to(tl.float32)
        z = tl.sigmoid(k)
        b = z * tl.where(v >= 0, v + 0.5, tl.sigmoid(v))
        a, h = tl.associative_scan((tl.sigmoid(-k), b), 0, combine)
        h += a * carry
        tl.store(out + at, h.to(out.dtype.element_ty), mask)
        carry = tl.sum(tl.where(step == STEPS - 1, h, 0.0), 0)[None, :]


def associative_scan(hidden, gate, steps, channels, warps):
    batch, time, width = gate.shape
    out = torch.empty_like(gate)
    grid = (triton.cdiv(width, channels), batch)
    scan_kernel[grid](hidden, gate, out, time, width, STEPS=steps, CHANNELS=channels, num_warps=warps)
    return out


def milliseconds(call, rep=100):
    return do_bench(call, warmup=25, rep=rep, return_mode="median")


def best_triton(hidden, gate):
    tiles = [
        (steps, channels, 4)
        for steps, channels in itertools.product((16, 32, 64, 128), (32, 64, 128))
        if 1024 <= steps * channels <= 8192 and channels <= gate.shape[2]
    ]
    times = {tile: milliseconds(lambda tile=tile: associative_scan(hidden, gate, *tile), rep=10) for tile in tiles}
    tile = min(times, key=times.get)
    return milliseconds(lambda: associative_scan(hidden, gate, *tile)), dict(zip(("steps", "channels", "warps"), tile))


def gradient_of(function, hidden, gate):
    inputs = [hidden.detach().requires_grad_(), gate.detach().requires_grad_()]
    h = function(*inputs)
    seed = torch.randn_like(h)
    return lambda: torch.autograd.grad(h, inputs, seed, retain_graph=True)


def part_of(tensor):
    """What is compared with float64, whose loop takes a launch for every operation."""
    return tensor[:1, :2048, :32]


def error_of(h, exact):
    return ((part_of(h).double() - exact).abs().max() / exact.abs().max()).item()


def rows_of(shape, name):
    torch.manual_seed(1)
    hidden, gate = (torch.randn(shape, device="cuda", dtype=DTYPES[name]) for _ in range(2))
    exact = sequential(*(part_of(tensor) for tensor in (hidden, gate)))
    bytes_forward = 3 * gate.numel() * gate.element_size()
    source = torch.randn(bytes_forward // 8, device="cuda")
    to = torch.empty_like(source)
    rows = [("copy", "forward", milliseconds(lambda: to.copy_(source)), {})]
    del source, to
    rows.append(("log space", "forward", milliseconds(lambda: log_space(hidden, gate)), {"error": error_of(log_space(hidden, gate), exact)}))
    rows.append(("log space", "backward", milliseconds(gradient_of(log_space, hidden, gate)), {}))
    torch.cuda.empty_cache()
    time, tile = best_triton(hidden, gate)
    error = error_of(associative_scan(hidden, gate, **tile), exact)
    rows.append(("associative_scan", "forward", time, {"error": error, "tile": tile}))
    return [
        {"shape": shape, "dtype": name, "name": label, "pass": direction, "ms": ms, **about}
        for label, direction, ms, about in rows
    ]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true", help="one JSON document")
    arguments = parser.parse_args()
    if not torch.cuda.is_available():
        sys.exit("scan_peers.py: torch finds no CUDA device here")
    results = []
    for shape, name in itertools.product(SHAPES, DTYPES):
        results += rows_of(shape, name)
        if not arguments.json:
            print(f"\n{'x'.join(map(str, shape))} {name}")
            for row in [row for row in results if (row["shape"], row["dtype"]) == (shape, name)]:
                about = {key: row[key] for key in ("error", "tile", "note") if key in row}
                time = "-" if row["ms"] is None else f"{row['ms']:.3f}"
                print(f"{row['name']:22}{row['pass']:10}{time:>10} ms  {about or ''}", flush=True)
    if arguments.json:
        versions = {"gpu": torch.cuda.get_device_name(), "torch": torch.__version__, "triton": triton.__version__}
        print(json.dumps({"schemaVersion": 1, **versions, "results": results}))


if __name__ == "__main__":
    main()
