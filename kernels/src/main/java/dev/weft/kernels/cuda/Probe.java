package dev.weft.kernels.cuda;

import dev.weft.tensor.DeviceProvider;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import jcuda.driver.CUdevice;
import jcuda.driver.CUdevice_attribute;
import jcuda.driver.CUresult;
import jcuda.driver.JCudaDriver;

/// Looks for a GPU step by step: JCuda's native library, the driver, its version, the device, its
/// compute capability. The first step that fails is the reason why there is none.
final class Probe {
  /// What the shipped PTX is compiled for, as major · 10 + minor.
  private static final int CAPABILITY = 75;

  /// The first driver that takes PTX 7.0, as the driver counts: 1000 · major + 10 · minor.
  private static final int DRIVER = 11000;

  private static final String NATIVE = "/lib/libJCudaDriver-12.6.0-linux-x86_64.so";
  private static final Pattern THROWN =
      Pattern.compile("^java\\.[\\w.]+(?:Error|Exception): (.*)$", Pattern.MULTILINE);
  private static final String NO_GPU =
      "the NVIDIA driver is there but reports no GPU (nvidia-smi lists what it sees)";

  private final List<DeviceProvider.Step> steps = new ArrayList<>();

  /// Why there is no device, in words that a user can act on.
  static final class Missing extends RuntimeException {
    private static final long serialVersionUID = 1;

    Missing(String reason) {
      super(reason);
    }
  }

  /// A device that can be used.
  ///
  /// @param index its number
  /// @param device what the driver calls it
  /// @param processors streaming multiprocessors
  /// @param description name, compute capability, multiprocessors and driver
  record Found(int index, CUdevice device, int processors, String description) {}

  /// @throws Missing with the reason when there is none
  static Found find(int index) {
    return new Probe().look(index);
  }

  /// The steps to the device with an index, the last of which may have failed.
  static List<DeviceProvider.Step> steps(int index) {
    Probe probe = new Probe();
    try {
      Found found = probe.look(index);
      probe.open(found);
    } catch (Missing | CudaError | OutOfMemoryError e) {
      probe.steps.add(new DeviceProvider.Step(probe.next(), false, e.getMessage()));
    }
    return List.copyOf(probe.steps);
  }

  private static final List<String> NAMES =
      List.of("JCuda", "driver", "version", "device", "capability", "kernels", "products");

  private String next() {
    return NAMES.get(steps.size());
  }

  private void passed(String text) {
    steps.add(new DeviceProvider.Step(next(), true, text));
  }

  private Found look(int index) {
    if (JCudaDriver.class.getResource(NATIVE) == null) {
      throw new Missing(
          "JCuda's native library is not on the class path: ./weft fetches it when it is started"
              + " with --device cuda:0; a program of your own needs org.jcuda:jcuda-natives and"
              + " org.jcuda:jcublas-natives 12.6.0, classifier linux-x86_64");
    }
    passed("native library 12.6.0 on the class path");
    start();
    String driver = version();
    CUdevice device = device(index);
    String name = name(device);
    passed(name);
    int capability = capability(device, name);
    int processors = attribute(device, CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT);
    String description =
        name
            + ", compute capability "
            + decimal(capability)
            + ", "
            + processors
            + " multiprocessors, driver for CUDA "
            + driver;
    return new Found(index, device, processors, description);
  }

  private void start() {
    try {
      JCudaDriver.setExceptionsEnabled(false);
      int result = JCudaDriver.cuInit(0);
      if (result == CUresult.CUDA_ERROR_NO_DEVICE) {
        throw new Missing(NO_GPU);
      }
      Driver.check(result, "starting the driver");
    } catch (LinkageError e) {
      throw new Missing(unloaded(e));
    }
    passed("libcuda.so.1 is there and starts");
  }

  /// JCuda's message has the traces of its attempts to load the library; the last one, of the file
  /// that it unpacked, has the cause.
  private static String unloaded(LinkageError e) {
    Matcher thrown = THROWN.matcher(String.valueOf(e.getMessage()));
    String cause = "libcuda.so.1";
    while (thrown.find()) {
      cause = thrown.group(1);
    }
    return cause.contains("libcuda.so.1")
        ? "NVIDIA's driver cannot be loaded: libcuda.so.1 is missing. Install the driver, or in a"
            + " container the NVIDIA container toolkit"
        : "JCuda's native library cannot be loaded: " + cause;
  }

  private String version() {
    int[] version = new int[1];
    Driver.check(JCudaDriver.cuDriverGetVersion(version), "asking the driver for its version");
    String text = version[0] / 1000 + "." + version[0] % 1000 / 10;
    if (version[0] < DRIVER) {
      throw new Missing(
          "the NVIDIA driver is for CUDA "
              + text
              + " but the kernels need 11.0 or newer; install a newer driver");
    }
    passed("for CUDA " + text);
    return text;
  }

  private static CUdevice device(int index) {
    int[] count = new int[1];
    Driver.check(JCudaDriver.cuDeviceGetCount(count), "counting the devices");
    if (count[0] == 0) {
      throw new Missing(NO_GPU);
    }
    if (index >= count[0]) {
      throw new Missing(
          "number "
              + index
              + " was asked for, but there "
              + (count[0] == 1 ? "is 1 GPU" : "are " + count[0] + " GPUs")
              + ", numbered from 0");
    }
    CUdevice device = new CUdevice();
    Driver.check(JCudaDriver.cuDeviceGet(device, index), () -> "getting device " + index);
    return device;
  }

  private static String name(CUdevice device) {
    byte[] name = new byte[256];
    Driver.check(JCudaDriver.cuDeviceGetName(name, name.length, device), "reading its name");
    String text = new String(name, StandardCharsets.UTF_8);
    return text.substring(0, Math.max(0, text.indexOf('\0')));
  }

  private int capability(CUdevice device, String name) {
    int capability =
        10 * attribute(device, CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR)
            + attribute(device, CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR);
    if (capability < CAPABILITY) {
      throw new Missing(
          name
              + " has compute capability "
              + decimal(capability)
              + " but the kernels need "
              + decimal(CAPABILITY)
              + " (Turing, 2018) or newer");
    }
    passed("compute capability " + decimal(capability));
    return capability;
  }

  /// Opens the device for a moment: compiles kernels and looks for cuBLAS.
  private void open(Found found) {
    CudaDevice device = CudaDevice.open(found.index(), CudaDevice.Options.USUAL);
    try {
      device.tryKernels();
      passed("a kernel compiled and ran");
      Blas blas = device.blas();
      steps.add(new DeviceProvider.Step(next(), blas instanceof Cublas, blas.description()));
    } finally {
      device.close();
    }
  }

  private static int attribute(CUdevice device, int attribute) {
    int[] value = new int[1];
    Driver.check(
        JCudaDriver.cuDeviceGetAttribute(value, attribute, device), "reading an attribute");
    return value[0];
  }

  private static String decimal(int capability) {
    return capability / 10 + "." + capability % 10;
  }
}
