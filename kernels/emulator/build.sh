#!/usr/bin/env bash
# build.sh OUT KERNEL.cu... : the stand-ins for libcuda.so.1 and libcublas.so.12, and each file of
# kernels in a fast and in a checked build. Builds what is stale, and says in one line what it did.
# Without g++ for x86-64 Linux it leaves the reason in OUT/unavailable.txt.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$1/objects" "$1/kernels/fast" "$1/kernels/checked"
out=$(cd "$1" && pwd)
shift

unavailable() {
    echo "$*" >"$out/unavailable.txt"
    echo "CUDA emulator: not built: $*"
    exit 0
}
[ "$(uname -s) $(uname -m)" = 'Linux x86_64' ] || unavailable "it is written for x86-64 Linux, this is $(uname -s) $(uname -m)"
command -v g++ >/dev/null || unavailable 'g++ is missing: install it (apt-get install g++)'
rm -f "$out/unavailable.txt"

# One build at a time; a second waits, and finds everything done.
exec 9>"$out/lock"
if command -v flock >/dev/null; then flock 9; fi

# fmaf has to be one instruction where the machine has it, or it is a slow call.
machine=()
if grep -qw fma /proc/cpuinfo && grep -qw avx2 /proc/cpuinfo; then machine=(-mfma -mavx2 -mf16c); fi

common=(-std=c++17 -O2 -g1 -fPIC -ffp-contract=off "${machine[@]}")
engine=("${common[@]}" -fno-semantic-interposition -Wall -Wextra -Wno-return-type-c-linkage -I"$here/include" -I"$here")
kernels=("${common[@]}" -fno-strict-aliasing -fno-gnu-unique -fno-extern-tls-init -mtls-dialect=gnu2 -fno-math-errno
    -Wall -Wno-sign-compare -Wno-parentheses -Wno-unknown-pragmas -Wno-unused-function -Wno-attributes -I"$here/include" -include cuda_on_host.h)
checked=(-fsanitize=thread -fsanitize=alignment,bounds,signed-integer-overflow,integer-divide-by-zero,shift
    --param tsan-instrument-func-entry-exit=0)

# stale TARGET SOURCE... : true when the target is missing or older than a source.
stale() {
    local target=$1 source
    shift
    [ -e "$target" ] || return 0
    for source in "$@"; do [ "$source" -nt "$target" ] && return 0; done
    return 1
}

built=0
jobs_at_once=$(nproc)
# Runs a command beside others; failures are met in finish.
begin() {
    built=$((built + 1))
    while [ "$(jobs -rp | wc -l)" -ge "$jobs_at_once" ]; do wait -n || failed=1; done
    "$@" 9>&- &
}
failed=0
finish() {
    while [ -n "$(jobs -p)" ]; do wait -n || failed=1; [ -n "$(jobs -rp)" ] || break; done
    wait || failed=1
    [ "$failed" -eq 0 ] || { echo 'CUDA emulator: the build failed' >&2; exit 1; }
}

# --- the two stand-ins -------------------------------------------------------------------------

headers=("$here"/*.h "$here"/include/*.h "$here"/include/on_host/*.h "$here/build.sh")
driver=(status settings memory device source_line kernel_library workers fiber pinned race runner access warp faults
    launch module stream driver_context driver_module driver_memory driver_stream gemm)

compile() {
    g++ "${engine[@]}" -c "$here/$1.cpp" -o "$out/objects/$1.tmp"
    mv "$out/objects/$1.tmp" "$out/objects/$1.o"
}
for unit in "${driver[@]}" cublas dynamic_shared; do
    if stale "$out/objects/$unit.o" "$here/$unit.cpp" "${headers[@]}"; then begin compile "$unit"; fi
done
finish

# The names that JCuda binds and these objects lack.
unsupported() { # NAMES STATUS NAME OBJECT...
    local names=$1 status=$2 name=$3
    shift 3
    {
        echo '#include "unsupported.h"'
        comm -23 <(sort -u "$names") <(nm --defined-only "$@" | awk '{ print $NF }' | sort -u) |
            sed "s/.*/UNSUPPORTED(&, $status)/"
    } >"$out/objects/$name.cpp"
    g++ "${engine[@]}" -O0 -c "$out/objects/$name.cpp" -o "$out/objects/$name.o"
}
objects=("${driver[@]/#/$out/objects/}")
objects=("${objects[@]/%/.o}")
if stale "$out/libcuda.so.1" "${objects[@]}" "$here/names-cuda.txt"; then
    built=$((built + 1))
    unsupported "$here/names-cuda.txt" 801 unsupported_cuda "${objects[@]}"
    g++ -shared -Wl,-Bsymbolic -Wl,-soname,libcuda.so.1 -o "$out/libcuda.tmp" "${objects[@]}" "$out/objects/unsupported_cuda.o" -lpthread -ldl
    mv "$out/libcuda.tmp" "$out/libcuda.so.1"
fi
if stale "$out/libcublas.so.12" "$out/objects/cublas.o" "$out/libcuda.so.1" "$here/names-cublas.txt"; then
    built=$((built + 1))
    unsupported "$here/names-cublas.txt" 15 unsupported_cublas "$out/objects/cublas.o"
    # JCublas asks for its names by this version.
    echo 'libcublas.so.12 { global: cublas*; local: *; };' >"$out/objects/cublas.map"
    g++ -shared -Wl,-soname,libcublas.so.12 -Wl,--version-script="$out/objects/cublas.map" -o "$out/libcublas.tmp" \
        "$out/objects/cublas.o" "$out/objects/unsupported_cublas.o" -L"$out" -l:libcuda.so.1
    mv "$out/libcublas.tmp" "$out/libcublas.so.12"
fi

# --- the kernels -------------------------------------------------------------------------------

# kernel_libraries FILE.cu NAME : both builds of the file, with one line for each of its kernels, which
# are found in the preprocessed text by what __global__ stands for.
kernel_libraries() {
    local file=$1 name=$2 build flags
    {
        echo "#include \"$file\""
        g++ "${kernels[@]}" -E -P -x c++ "$file" | tr '\n' ' ' |
            { grep -oE '__attribute__ *\(\(visibility\("default"\), used\)\) *void +[A-Za-z_][A-Za-z_0-9]* *\(' || true; } |
            sed -E 's/.*void +([A-Za-z_0-9]+) *\($/EMULATED_KERNEL(\1)/'
    } >"$out/objects/$name-kernels.cpp"
    for build in fast checked; do
        flags=()
        if [ "$build" = checked ]; then flags=("${checked[@]}"); fi
        g++ "${kernels[@]}" "${flags[@]}" -c "$out/objects/$name-kernels.cpp" -o "$out/objects/$name-$build.o"
        g++ -shared -Wl,-Bsymbolic -Wl,-z,defs -o "$out/kernels/$build/$name.tmp" "$out/objects/$name-$build.o" \
            "$out/objects/dynamic_shared.o" -L"$out" -l:libcuda.so.1
        mv "$out/kernels/$build/$name.tmp" "$out/kernels/$build/$name.so"
    done
}
shims=("$here"/include/*.h "$here"/include/on_host/*.h "$here/build.sh" "$here/dynamic_shared.cpp" "$here/kernel_library.h")
wanted=' '
for file in "$@"; do
    [ -e "$file" ] || continue # a pattern that matched nothing
    file=$(cd "$(dirname "$file")" && pwd)/$(basename "$file")
    name=$(basename "$file" .cu)
    wanted+="$name.so "
    shopt -s nullglob
    included=("$(dirname "$file")"/*.cuh)
    shopt -u nullglob
    # The checked build comes last.
    if stale "$out/kernels/checked/$name.so" "$file" "${included[@]}" "${shims[@]}"; then
        begin kernel_libraries "$file" "$name"
    fi
done
finish
# A file that is gone takes its kernels along.
for library in "$out"/kernels/*/*.so; do
    [[ $wanted == *" $(basename "$library") "* ]] || rm -f "$library"
done

if [ "$built" -eq 0 ]; then
    echo 'CUDA emulator: up to date'
else
    echo "CUDA emulator: built $built parts in $SECONDS s"
fi
