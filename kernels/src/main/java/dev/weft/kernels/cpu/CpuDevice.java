package dev.weft.kernels.cpu;

import dev.weft.tensor.DType;
import dev.weft.tensor.DeviceProvider;
import dev.weft.tensor.HostDevice;
import dev.weft.tensor.Kernels;
import dev.weft.tensor.MachineLimits;
import dev.weft.tensor.ReferenceKernels;

/// The CPU with its vector units and all its cores: pure Java, no native library.
///
/// `-Dweft.threads` sets the number of threads, `-Dweft.vectorBits` the vector width: 128, 256,
/// 512, or 0 for the scalar definitions. No setting changes a bit of any result.
public final class CpuDevice extends HostDevice {
  private static final String KIND = "cpu";

  /// What the JVM has to be told.
  private static final String FLAGS =
      "--add-modules jdk.incubator.vector --enable-native-access=ALL-UNNAMED";

  private final Kernels kernels;
  private final String description;
  private final boolean vectors;

  private CpuDevice(Kernels kernels, String description, boolean vectors) {
    super(KIND, HugePages.source());
    this.kernels = kernels;
    this.description = description;
    this.vectors = vectors;
  }

  /// A device with `threads` threads of its own and vectors of the JVM's width.
  static CpuDevice withThreads(int threads) {
    return new CpuDevice(
        new CpuKernels(new Team(threads)),
        "Vector API, "
            + Vectors.BITS
            + " bits, "
            + threads
            + (threads == 1 ? " thread" : " threads"),
        true);
  }

  private static CpuDevice scalar() {
    return new CpuDevice(new ReferenceKernels(), "scalar definitions, 0 bits, 1 thread", false);
  }

  @Override
  public String name() {
    return KIND;
  }

  @Override
  public String description() {
    return description;
  }

  @Override
  public Kernels kernels() {
    return kernels;
  }

  @Override
  public boolean supports(DType dtype) {
    return true;
  }

  @Override
  public MachineLimits limits() {
    return vectors ? new CpuLimits(this) : null;
  }

  /// Opens the device, or says which flag, or which processor, it needs.
  public static final class Provider implements DeviceProvider {
    /// For `ServiceLoader`.
    public Provider() {}

    @Override
    public String kind() {
      return KIND;
    }

    @Override
    public int rank() {
      return 10;
    }

    @Override
    public Opened open(int index) {
      if (index != 0) {
        return new Unavailable("there is one CPU device, cpu:0; -Dweft.threads sets its threads");
      }
      if (Integer.getInteger("weft.vectorBits", -1) == 0) {
        return new Available(scalar());
      }
      if (ModuleLayer.boot().findModule("jdk.incubator.vector").isEmpty()) {
        return new Unavailable("the Vector API is not loaded; start java with " + FLAGS);
      }
      if (!CpuDevice.class.getModule().isNativeAccessEnabled()) {
        return new Unavailable("native memory access is not enabled; start java with " + FLAGS);
      }
      return openVectors();
    }

    private static Opened openVectors() {
      try {
        if (!Vectors.available(Vectors.BITS)) {
          return new Unavailable(
              "-Dweft.vectorBits="
                  + Vectors.BITS
                  + " is not possible here: the widths are 0, 128, 256 and 512, and this machine has "
                  + Vectors.WIDEST
                  + " bits");
        }
        if (!fusedMultiplyAdd()) {
          return new Unavailable(
              "this processor has no fused multiply-add; the reference device gives the same"
                  + " results, slowly");
        }
        return new Available(withThreads(Team.defaultSize()));
      } catch (LinkageError e) {
        return new Unavailable(
            "the Vector API cannot be used (" + e + "); start java with " + FLAGS);
      }
    }

    /// Whether the processor has the instruction: without it Java computes one in about a
    /// microsecond, many times what a square root takes.
    private static boolean fusedMultiplyAdd() {
      long fma = Long.MAX_VALUE;
      long root = Long.MAX_VALUE;
      float x = 1.1f;
      for (int trial = 0; trial < 20; trial++) {
        long start = System.nanoTime();
        for (int i = 0; i < 20; i++) {
          x = Math.fma(x, 0.9f, 0.3f);
        }
        long between = System.nanoTime();
        for (int i = 0; i < 20; i++) {
          x = (float) Math.sqrt(x) + 0.1f;
        }
        root = Math.min(root, System.nanoTime() - between);
        fma = Math.min(fma, between - start);
      }
      return fma < 10 * root + 1000 && x > 0;
    }
  }
}
