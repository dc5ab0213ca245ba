package dev.weft.kernels.cuda;

import jcuda.driver.CUdevice;
import jcuda.driver.CUdevice_attribute;
import jcuda.driver.CUresult;
import jcuda.driver.JCudaDriver;

/// Looks for a GPU step by step: JCuda's native library, the driver, its version, the device, its
/// compute capability. The first step that fails is the reason why there is none.
final class Probe {
  /// What the shipped PTX is compiled for, as major · 10 + minor.
  static final int CAPABILITY = 75;

  /// The first driver that takes PTX 7.0, as the driver counts: 1000 · major + 10 · minor.
  static final int DRIVER = 11000;

  private static final String NATIVE = "/lib/libJCudaDriver-12.6.0-";

  private Probe() {}

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
  /// @param name as the driver says it
  /// @param capability major · 10 + minor
  /// @param processors streaming multiprocessors
  /// @param driver version of CUDA that the driver is for, 1000 · major + 10 · minor
  record Found(
      int index, CUdevice device, String name, int capability, int processors, int driver) {
    /// `NVIDIA H100, compute capability 9.0, 132 multiprocessors, driver for CUDA 12.6`.
    String description() {
      return name
          + ", compute capability "
          + capability / 10
          + "."
          + capability % 10
          + ", "
          + processors
          + " multiprocessors, driver for CUDA "
          + version(driver);
    }
  }

  /// @throws Missing with the reason
  static Found find(int index) {
    int driver = driver();
    int[] count = new int[1];
    Driver.check(JCudaDriver.cuDeviceGetCount(count), "counting the devices");
    if (index >= count[0]) {
      throw new Missing(
          count[0] == 0
              ? "the NVIDIA driver is there but reports no GPU (nvidia-smi lists what it sees)"
              : "there are "
                  + count[0]
                  + " GPUs, numbered from 0, but "
                  + index
                  + " was asked for");
    }
    CUdevice device = new CUdevice();
    Driver.check(JCudaDriver.cuDeviceGet(device, index), "getting device " + index);
    byte[] name = new byte[256];
    Driver.check(JCudaDriver.cuDeviceGetName(name, name.length, device), "reading its name");
    int capability =
        10 * attribute(device, CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR)
            + attribute(device, CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR);
    String text = new String(name, java.nio.charset.StandardCharsets.UTF_8);
    text = text.substring(0, Math.max(0, text.indexOf('\0')));
    if (capability < CAPABILITY) {
      throw new Missing(
          text
              + " has compute capability "
              + capability / 10
              + "."
              + capability % 10
              + " but the kernels need "
              + CAPABILITY / 10
              + "."
              + CAPABILITY % 10
              + " (Turing, 2018) or newer");
    }
    int processors = attribute(device, CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT);
    return new Found(index, device, text, capability, processors, driver);
  }

  private static int driver() {
    if (!nativeLibrary()) {
      throw new Missing(
          "JCuda's native library is not on the class path; ./weft fetches it when it is started"
              + " with --device cuda:0, others add org.jcuda:jcuda-natives and"
              + " org.jcuda:jcublas-natives, version 12.6.0, classifier linux-x86_64");
    }
    try {
      JCudaDriver.setExceptionsEnabled(false);
      int result = JCudaDriver.cuInit(0);
      if (result == CUresult.CUDA_ERROR_NO_DEVICE) {
        throw new Missing(
            "the NVIDIA driver is there but reports no GPU (nvidia-smi lists what it sees)");
      }
      Driver.check(result, "starting the driver");
    } catch (LinkageError e) {
      throw new Missing(
          "the NVIDIA driver cannot be loaded ("
              + firstLine(e)
              + "); install it, or nvidia-container-toolkit inside a container");
    }
    int[] version = new int[1];
    Driver.check(JCudaDriver.cuDriverGetVersion(version), "asking the driver for its version");
    if (version[0] < DRIVER) {
      throw new Missing(
          "the NVIDIA driver is for CUDA "
              + version(version[0])
              + " but the kernels need "
              + version(DRIVER)
              + " or newer; install a newer driver");
    }
    return version[0];
  }

  private static boolean nativeLibrary() {
    for (String machine : new String[] {"linux-x86_64.so", "windows-x86_64.dll"}) {
      if (JCudaDriver.class.getResource(NATIVE + machine) != null) {
        return true;
      }
    }
    return false;
  }

  private static int attribute(CUdevice device, int attribute) {
    int[] value = new int[1];
    Driver.check(
        JCudaDriver.cuDeviceGetAttribute(value, attribute, device), "reading an attribute");
    return value[0];
  }

  private static String version(int number) {
    return number / 1000 + "." + number % 1000 / 10;
  }

  private static String firstLine(Throwable e) {
    return String.valueOf(e.getMessage()).lines().findFirst().orElse(e.toString());
  }
}
