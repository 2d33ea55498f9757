#!/usr/bin/env bash
# Everything that needs a GPU, in one go: bash bench/gpu/run.sh [folder for the logs]
#   kernels and phases against the CPU's, products against float64, training on bytes and on numbers, with and without
#   phases and graphs of many steps, beside PyTorch and JAX, bandwidth, products beside cuBLAS, the whole suite on the GPU,
#   also with phases.
# BUILD names the folder of the cmake build (default build-cmake), NODE the node binary, PARTS the parts to run (default
# all), SUITE the test files. What no GPU has run yet comes first with
#   PARTS="cuda_phases_test mlp mlp_phases mlp_numbers mlp_numbers_phases profile_phases suite_phases"
# Each part has a time limit, so that one that hangs does not take the others with it, and all of them have nine minutes
# (TOTAL, in seconds): parts that do not begin in time are named as left out. What the logs say is in results.json and
# results.md in the same folder.
set -uo pipefail
cd "$(dirname "$0")/../.."
out=${1:-build-gpu-logs}
build=${BUILD:-build-cmake}
node=${NODE:-node}
mkdir -p "$out"
rm -f "$out/parts.log"

part() {
  local name=$1 limit=$2 started=$SECONDS
  shift 2
  [[ -z ${PARTS:-} || " $PARTS " == *" $name "* ]] || return
  local left=$((${TOTAL:-540} - SECONDS))
  if ((left < 10)); then
    echo "== $name: left out, the time is up"
    return
  fi
  timeout -k 5 $((limit < left ? limit : left)) "$@" >"$out/$name.log" 2>&1
  local status=$?
  printf '%s\t%d\t%d\n' "$name" "$status" $((SECONDS - started)) >>"$out/parts.log"
  echo "== $name: exit $status, $((SECONDS - started)) s: $(tail -n 1 "$out/$name.log" | cut -c1-200)"
}

nvidia-smi -L
cublas=$(python3 - <<'PYTHON' 2>/dev/null
import glob, site
found = [f for root in site.getsitepackages() for f in glob.glob(root + "/nvidia/**/libcublas.so*", recursive=True)]
print(found[0] if found else "")
PYTHON
)
part cuda_test 60 "$build/cuda_test"
part cuda_rows_test 60 "$build/cuda_rows_test"
part cuda_phases_test 60 "$build/cuda_phases_test"
part cuda_gemm_test 100 "$build/cuda_gemm_test"
part mlp 90 "$node" bench/gpu/mlp.mjs cuda
part mlp_single_steps 60 env HEBB_CUDA_GRAPH_STEPS=1 "$node" bench/gpu/mlp.mjs cuda 32 128 512
part mlp_phases 90 env HEBB_CUDA_PHASES=1 "$node" bench/gpu/mlp.mjs cuda
part mlp_numbers 60 "$node" bench/gpu/mlp.mjs cuda numbers 32 128 512
part mlp_numbers_phases 60 env HEBB_CUDA_PHASES=1 "$node" bench/gpu/mlp.mjs cuda numbers 32 128 512
part profile 40 "$node" bench/gpu/profile.mjs cuda 32
part profile_phases 40 env HEBB_CUDA_PHASES=1 "$node" bench/gpu/profile.mjs cuda 32
part mlp_peers 150 python3 bench/gpu/mlp_peers.py
part elementwise 60 "$build/bench_cuda_elementwise"
part gemm 90 "$build/bench_cuda_gemm" ${cublas:+--cublas "$cublas"}
part suite 200 env HEBB_DEVICE=cuda "$node" node_modules/ava/entrypoints/cli.mjs --concurrency 12 --tap ${SUITE:-}
part suite_phases 200 env HEBB_DEVICE=cuda HEBB_CUDA_PHASES=1 "$node" node_modules/ava/entrypoints/cli.mjs --concurrency 12 --tap ${SUITE:-}
for tool in memcheck racecheck initcheck synccheck; do
  for name in cuda_test cuda_rows_test cuda_phases_test; do
    part "${tool}_$name" 60 compute-sanitizer --tool "$tool" --error-exitcode 9 "$build/$name"
  done
done
"$node" bench/gpu/table.mjs "$out" | tee "$out/results.md"
