package dev.weft.kernels.cuda;

import static jcuda.driver.JCudaDriver.cuLaunchKernel;
import static jcuda.driver.JCudaDriver.cuMemcpyHtoD;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import jcuda.Pointer;
import jcuda.driver.CUdeviceptr;
import jcuda.jcublas.JCublas2;
import jcuda.jcublas.cublasHandle;

/// A planted fault: how it is brought about, whether the fast build reports it as well, and what
/// the report of the checked build says among other things.
record EmulatedBug(String name, boolean fast, Trigger trigger, List<String> report) {
  /// Commits the fault in a fresh context; a report comes as a failure.
  interface Trigger {
    void commit(EmulatedContext context);
  }

  private static final int N = 64;
  private static final boolean FAST = true, CHECKED_ONLY = false;

  static List<EmulatedBug> all() {
    return List.of(
        // Memory.
        kernel(
            "one_past_the_end",
            FAST,
            c -> {
              CUdeviceptr x = c.allocate(4 * 1001);
              c.run("bugs", "one_past_the_end", 4, 256, 0, x, 1001);
              c.free(x); // what the fast build looks at
            },
            "invalid write of 4 bytes",
            "0 bytes past the end of allocation",
            "(4004 bytes)",
            "block (3,0,0) thread (233,0,0)",
            "bugs.cu:"),
        oneBuffer("far_past_the_end", FAST, N, "invalid write", "thread (0,0,0)"),
        kernel(
            "before_the_start",
            FAST,
            c -> {
              CUdeviceptr x = c.allocate(4 * N);
              c.run("bugs", "before_the_start", 1, N, 0, x);
              c.free(x);
            },
            "4 bytes before allocation",
            "thread (0,0,0)"),
        oneBuffer("null_pointer", FAST, N, "null pointer", "thread (3,0,0)"),
        kernel(
            "touch",
            FAST,
            c -> {
              CUdeviceptr x = c.allocate(4 * N);
              c.free(x);
              c.run("bugs", "touch", 1, N, 0, x);
            },
            "inside freed allocation"),
        kernel(
            "touch",
            CHECKED_ONLY,
            c -> {
              try (Arena arena = Arena.ofConfined()) {
                long host = arena.allocate(4 * N, 64).address();
                c.run("bugs", "touch", 1, N, 0, host);
              }
            },
            "memory of the host"),
        kernel(
            "touch",
            CHECKED_ONLY,
            c -> {
              try (EmulatedContext other = new EmulatedContext(EmulatedCuda.REVERSE)) {
                CUdeviceptr x = other.allocate(4 * N);
                c.makeCurrent();
                c.run("bugs", "touch", 1, N, 0, x);
              }
            },
            "memory of device 1"),
        kernel(
            "never_written",
            CHECKED_ONLY,
            c -> c.run("bugs", "never_written", 1, N, 0, c.allocate(4 * N), c.allocate(4 * N)),
            "read of device memory that nothing has written",
            "offset 0"),
        oneBuffer("shared_never_written", CHECKED_ONLY, N, "shared memory", "thread (32,0,0)"),
        kernel(
            "past_dynamic_shared",
            FAST,
            c -> c.run("bugs", "past_dynamic_shared", 1, N, 128, c.allocate(4 * N)),
            "dynamic shared memory at offset 128, launched with 128 bytes",
            "thread (32,0,0)"),
        kernel(
            "past_static_shared",
            CHECKED_ONLY,
            c -> c.run("bugs", "past_static_shared", 1, 32, 0, c.allocate(128), 32),
            "index 32 is outside of",
            "float"),
        kernel(
            "misaligned",
            FAST,
            c -> c.run("bugs", "misaligned", 1, 1, 0, c.allocate(16), c.upload(ramp(8))),
            "misaligned address",
            "float4",
            "bugs.cu:"),
        kernel(
            "vector_past_the_end",
            CHECKED_ONLY,
            c ->
                c.run(
                    "bugs", "vector_past_the_end", 1, 32, 0, c.allocate(32), c.upload(ramp(5)), 5),
            "invalid read",
            "thread (1,0,0)"),

        // Races.
        kernel(
            "tile_reused_too_soon",
            CHECKED_ONLY,
            c ->
                c.run(
                    "bugs",
                    "tile_reused_too_soon",
                    1,
                    256,
                    0,
                    c.allocate(1024),
                    c.upload(ramp(512)),
                    c.upload(ramp(512)),
                    32),
            "read after write race on shared memory",
            "of the same block"),
        kernel(
            "read_without_barrier",
            CHECKED_ONLY,
            c -> c.run("bugs", "read_without_barrier", 1, 256, 0, c.upload(ramp(256))),
            "race on shared memory",
            "of the same block"),
        kernel(
            "warp_without_syncwarp",
            CHECKED_ONLY,
            c -> c.run("bugs", "warp_without_syncwarp", 1, 32, 0, c.upload(ramp(32))),
            "shared memory"),
        oneBuffer("all_write_one", CHECKED_ONLY, N, "write after write race on global memory"),
        kernel(
            "blocks_add_without_atomic",
            CHECKED_ONLY,
            c -> c.run("bugs", "blocks_add_without_atomic", 9, 32, 0, c.upload(0f)),
            "race on global memory with thread 0 of block 0",
            "block (1,0,0)"),
        kernel(
            "neighbour_in_place",
            CHECKED_ONLY,
            c -> c.run("bugs", "neighbour_in_place", 4, 32, 0, c.upload(ramp(128)), 128),
            "race on global memory"),
        kernel(
            "atomic_beside_write",
            CHECKED_ONLY,
            c -> c.run("bugs", "atomic_beside_write", 1, 32, 0, c.upload(0)),
            "race on global memory"),
        kernel(
            "last_block_without_fence",
            CHECKED_ONLY,
            c ->
                c.run(
                    "bugs",
                    "last_block_without_fence",
                    5,
                    32,
                    0,
                    c.allocate(4),
                    c.allocate(20),
                    c.upload(0),
                    c.upload(ramp(5))),
            "read after write race on global memory",
            "block (4,0,0)"),

        // Barriers and warp operations.
        oneBuffer("barrier_in_a_branch", FAST, 128, "not all threads", "threads 40-127 exited"),
        kernel(
            "return_before_barrier",
            FAST,
            c -> c.run("bugs", "return_before_barrier", 1, 128, 0, c.allocate(512), 50),
            "not all threads",
            "threads 50-127 exited"),
        oneBuffer("two_barriers", FAST, N, "different barriers"),
        oneBuffer("shuffle_in_a_branch", FAST, 32, "wait for each other", "mask 0xffffffff"),
        oneBuffer("shuffle_with_exited_lane", FAST, 32, "thread 31 exited"),
        oneBuffer("lane_not_in_mask", FAST, 32, "not in its mask 0xffff"),
        oneBuffer("two_warp_operations", FAST, 32, "different warp operations"),

        // The rest of what a kernel may do.
        kernel(
            "endless",
            FAST,
            c -> {
              EmulatedCuda.set("timeout_ms", 150);
              try {
                c.run("bugs", "endless", 1, 1, 0, c.upload(0, 0));
              } finally {
                EmulatedCuda.set("timeout_ms", 20_000);
              }
            },
            "still running after 150 ms"),
        kernel(
            "index_overflow",
            CHECKED_ONLY,
            c -> c.run("bugs", "index_overflow", 1, 1, 0, c.allocate(4), 1 << 16, 1 << 16),
            "overflow of a signed product"),
        kernel(
            "divide_by_zero",
            FAST,
            c -> c.run("bugs", "divide_by_zero", 1, 1, 0, c.allocate(4), 0),
            "division by zero"),
        kernel("trap", FAST, c -> c.run("bugs", "trap", 1, 1, 0, c.upload(1f)), "__trap()"),

        // Calls.
        oneBuffer("small_blocks", FAST, 256, "block of 256 threads", "__launch_bounds__ allow 128"),
        kernel(
            "touch",
            FAST,
            c ->
                EmulatedContext.check(
                    cuLaunchKernel(
                        c.function(c.load(EmulatedContext.ptx("bugs")), "touch"),
                        1,
                        1,
                        1,
                        32,
                        1,
                        1,
                        0,
                        null,
                        null,
                        null)),
            "argument 1 of 1 is missing"),
        kernel(
            "past_dynamic_shared",
            FAST,
            c -> c.run("bugs", "past_dynamic_shared", 1, N, 60_000, c.allocate(4 * N)),
            "60000 bytes of dynamic",
            "too many"),
        call(
            "double free",
            c -> {
              CUdeviceptr x = c.allocate(256);
              c.free(x);
              c.free(x);
            },
            "cuMemFree: double free of allocation"),
        call(
            "free of the middle",
            c -> c.free(c.allocate(256).withByteOffset(16)),
            "was never allocated"),
        call(
            "copy past the end",
            c ->
                EmulatedContext.check(
                    cuMemcpyHtoD(c.allocate(256), Pointer.to(new float[65]), 260)),
            "cuMemcpyHtoD: destination",
            "0 bytes past the end of allocation"),
        call(
            "device for host",
            c -> {
              CUdeviceptr x = c.allocate(256);
              EmulatedContext.check(cuMemcpyHtoD(c.allocate(256), x, 256));
            },
            "a device pointer where memory of the host is wanted"),
        call(
            "product out of bounds",
            c -> gemm(c, c.upload(ramp(99)), c.upload(ramp(100)), c.allocate(400), 0),
            "cublasSgemm: A (10 x 10, leading dimension 10)",
            "past the end of allocation"),
        call(
            "misaligned product",
            c ->
                gemm(
                    c,
                    c.upload(ramp(101)).withByteOffset(2),
                    c.upload(ramp(100)),
                    c.allocate(400),
                    0),
            "no multiple of 4"),
        new EmulatedBug(
            "product of what nothing has written",
            CHECKED_ONLY,
            c -> gemm(c, c.upload(ramp(100)), c.upload(ramp(100)), c.allocate(400), 1),
            List.of("cublasSgemm: C", "never written")));
  }

  private static EmulatedBug kernel(
      String kernel, boolean fast, Trigger trigger, String... report) {
    List<String> all = new ArrayList<>(List.of(report));
    all.add("kernel " + kernel);
    return new EmulatedBug(kernel + ": " + report[0], fast, trigger, all);
  }

  /// A kernel whose argument is one buffer, with a value for each thread.
  private static EmulatedBug oneBuffer(String kernel, boolean fast, int threads, String... report) {
    return kernel(
        kernel, fast, c -> c.run("bugs", kernel, 1, threads, 0, c.upload(ramp(threads))), report);
  }

  private static EmulatedBug call(String name, Trigger trigger, String... report) {
    return new EmulatedBug(name, FAST, trigger, List.of(report));
  }

  private static float[] ramp(int n) {
    float[] values = new float[n];
    for (int i = 0; i < n; i++) {
      values[i] = i + 1;
    }
    return values;
  }

  private static void gemm(
      EmulatedContext context, CUdeviceptr a, CUdeviceptr b, CUdeviceptr c, float beta) {
    cublasHandle handle = new cublasHandle();
    JCublas2.cublasCreate(handle);
    Pointer one = Pointer.to(new float[] {1});
    JCublas2.cublasSgemm(
        handle, 0, 0, 10, 10, 10, one, a, 10, b, 10, Pointer.to(new float[] {beta}), c, 10);
    JCublas2.cublasDestroy(handle);
    context.synchronize();
  }

  @Override
  public String toString() {
    return name;
  }
}
