package dev.weft.tensor;

/// The device that defines all others: scalar kernels that read like their definitions, every
/// element type, no JVM flag, no native library. Slow; for tests, gradient checks in F64, and
/// machines that no faster device supports.
public final class ReferenceDevice extends HostDevice {
  private static final String KIND = "reference";

  private final Kernels kernels = new ReferenceKernels();

  /// A device with a memory pool of its own; [Devices#reference()] is the shared one.
  public ReferenceDevice() {
    super(KIND);
  }

  @Override
  public String name() {
    return KIND;
  }

  @Override
  public String description() {
    return "scalar definitions, 1 thread";
  }

  @Override
  public Kernels kernels() {
    return kernels;
  }

  @Override
  public boolean supports(DType dtype) {
    return true;
  }

  /// Always available; ranks below every other device.
  public static final class Provider implements DeviceProvider {
    /// For `ServiceLoader`.
    public Provider() {}

    @Override
    public String kind() {
      return KIND;
    }

    @Override
    public int rank() {
      return 0;
    }

    @Override
    public Opened open(int index) {
      return index == 0
          ? new Available(new ReferenceDevice())
          : new Unavailable("there is one reference device, reference:0");
    }
  }
}
