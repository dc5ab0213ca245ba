package dev.weft.kernels.cuda;

import static jcuda.driver.JCudaDriver.cuDeviceGet;
import static jcuda.driver.JCudaDriver.cuDeviceGetAttribute;
import static jcuda.driver.JCudaDriver.cuDeviceGetCount;
import static jcuda.driver.JCudaDriver.cuDriverGetVersion;
import static jcuda.driver.JCudaDriver.cuInit;
import static jcuda.driver.JCudaDriver.cuModuleLoadData;
import static jcuda.driver.JCudaDriver.cuStreamGetPriority;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jcuda.driver.CUdevice;
import jcuda.driver.CUdevice_attribute;
import jcuda.driver.CUdeviceptr;
import jcuda.driver.CUmodule;
import jcuda.driver.CUresult;
import jcuda.driver.CUstream;
import jcuda.jcublas.JCublas2;
import jcuda.jcublas.cublasHandle;
import jcuda.jcublas.cublasStatus;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What tests of the CUDA device set on the emulator, and what they read from it.
class CudaEmulatorSettingsTest {
  @BeforeEach
  void emulator() {
    EmulatedCuda.assumeAvailable();
  }

  @AfterEach
  void defaults() {
    EmulatedCuda.resetSettings();
  }

  @Test
  void unknownNamesAreRefused() {
    assertThrows(IllegalArgumentException.class, () -> EmulatedCuda.set("colour", 1));
    assertThrows(IllegalArgumentException.class, () -> EmulatedCuda.set("devices", 4));
    assertThrows(IllegalArgumentException.class, () -> EmulatedCuda.set("fail_alloc_after", 0));
    assertThrows(IllegalArgumentException.class, () -> EmulatedCuda.set("align", 48));
    assertThrows(IllegalArgumentException.class, () -> EmulatedCuda.get("colour"));
  }

  @Test
  void settingsGoBackToWhatTheyWere() {
    EmulatedCuda.set("order1", 2);
    EmulatedCuda.set("lazy", 0);
    EmulatedCuda.resetSettings();
    assertEquals(1, EmulatedCuda.get("order1"));
    assertEquals(1, EmulatedCuda.get("lazy"));
  }

  @Test
  void devicesCanBeTakenAway() {
    int[] count = new int[1];
    EmulatedContext.check(cuInit(0));
    EmulatedCuda.set("devices", 1);
    EmulatedContext.check(cuDeviceGetCount(count));
    assertEquals(1, count[0]);
    assertEquals(CUresult.CUDA_ERROR_INVALID_DEVICE, cuDeviceGet(new CUdevice(), 1));
    EmulatedCuda.set("devices", 0);
    assertEquals(CUresult.CUDA_ERROR_NO_DEVICE, cuInit(0));
  }

  @Test
  void driverAndCapabilityAreAsSet() {
    EmulatedContext.check(cuInit(0));
    EmulatedCuda.set("driver", 11080);
    EmulatedCuda.set("capability", 90);
    int[] version = new int[1];
    EmulatedContext.check(cuDriverGetVersion(version));
    CUdevice device = new CUdevice();
    EmulatedContext.check(cuDeviceGet(device, 0));
    int[] major = new int[1];
    int[] minor = new int[1];
    EmulatedContext.check(
        cuDeviceGetAttribute(
            major, CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR, device));
    EmulatedContext.check(
        cuDeviceGetAttribute(
            minor, CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR, device));
    assertArrayEquals(new int[] {11080, 9, 0}, new int[] {version[0], major[0], minor[0]});
  }

  @Test
  void oldDriverRefusesNewPtx() {
    String ptx = EmulatedContext.ptx("correct");
    try (EmulatedContext context = new EmulatedContext(0)) {
      EmulatedCuda.set("driver", 11000);
      context.load(ptx);
      EmulatedContext.Failure failure =
          assertThrows(
              EmulatedContext.Failure.class,
              () -> context.load(ptx.replace(".version 7.0", ".version 8.5")));
      assertEquals(CUresult.CUDA_ERROR_UNSUPPORTED_PTX_VERSION, failure.code);
      assertTrue(
          failure
              .getMessage()
              .contains("PTX 8.5, but a driver of version 11.0 takes PTX up to 7.0"),
          failure.getMessage());
      EmulatedCuda.set("driver", 12060);
      context.load(ptx.replace(".version 7.0", ".version 8.5"));
    }
  }

  @Test
  void oldDeviceRefusesPtxForANewerOne() {
    String ptx = EmulatedContext.ptx("correct").replace(".target sm_75", ".target sm_86");
    try (EmulatedContext context = new EmulatedContext(0)) {
      EmulatedContext.Failure failure =
          assertThrows(EmulatedContext.Failure.class, () -> context.load(ptx));
      assertEquals(CUresult.CUDA_ERROR_NO_BINARY_FOR_GPU, failure.code);
      EmulatedCuda.set("capability", 90);
      context.load(ptx);
    }
  }

  @Test
  void stalePtxIsRefused() {
    String ptx = EmulatedContext.ptx("correct");
    try (EmulatedContext context = new EmulatedContext(0)) {
      EmulatedContext.Failure sizes =
          assertThrows(
              EmulatedContext.Failure.class,
              () ->
                  context.load(
                      ptx.replace(".param .u32 vec_add_param_3", ".param .u64 vec_add_param_3")));
      assertTrue(sizes.getMessage().contains("vec_add: the PTX is stale"), sizes.getMessage());
      EmulatedContext.Failure name =
          assertThrows(
              EmulatedContext.Failure.class, () -> context.load(ptx.replace("thrice", "often")));
      assertTrue(name.getMessage().contains("kernel often"), name.getMessage());
      assertEquals(CUresult.CUDA_ERROR_INVALID_IMAGE, cuModuleLoadData(new CUmodule(), "text"));
    }
  }

  @Test
  void nthAllocationFails() {
    try (EmulatedContext context = new EmulatedContext(0)) {
      EmulatedCuda.set("fail_alloc_after", 2);
      context.allocate(16);
      EmulatedContext.Failure failure =
          assertThrows(EmulatedContext.Failure.class, () -> context.allocate(16));
      assertEquals(CUresult.CUDA_ERROR_OUT_OF_MEMORY, failure.code);
      context.allocate(16);
    }
  }

  @Test
  void nthLaunchFails() {
    try (EmulatedContext context = new EmulatedContext(0)) {
      CUdeviceptr x = context.upload(1f);
      EmulatedCuda.set("fail_launch_after", 2);
      context.run("correct", "twice", 1, 1, 0, x, 1);
      EmulatedContext.Failure failure =
          assertThrows(
              EmulatedContext.Failure.class, () -> context.run("correct", "twice", 1, 1, 0, x, 1));
      assertEquals(CUresult.CUDA_ERROR_LAUNCH_FAILED, failure.code);
      assertTrue(failure.getMessage().contains("kernel twice"), failure.getMessage());
    }
  }

  @Test
  void launchesAndCopiesAreCounted() {
    try (EmulatedContext context = new EmulatedContext(0)) {
      EmulatedCuda.resetCounters();
      CUdeviceptr x = context.upload(CudaEmulatorTest.sequence(100, 1));
      context.run("correct", "twice", 1, 128, 0, x, 100);
      context.run("correct", "twice", 1, 128, 0, x, 100);
      context.floats(x, 10);
      assertEquals(2, EmulatedCuda.get("launches"));
      assertEquals(400, EmulatedCuda.get("bytes_to_device"));
      assertEquals(40, EmulatedCuda.get("bytes_to_host"));
      assertEquals(1, EmulatedCuda.get("copies_to_host"));
      assertEquals(0, EmulatedCuda.get("bytes_read")); // nobody looks
    }
  }

  /// A sector of 32 bytes counts once for each launch, however often it is touched.
  @Test
  void trafficIsCountedInSectors() {
    try (EmulatedContext context = new EmulatedContext(EmulatedCuda.CHECKED)) {
      CUdeviceptr sum = context.allocate(4096);
      CUdeviceptr a = context.upload(new float[1024]);
      CUdeviceptr b = context.upload(new float[1024]);
      EmulatedCuda.resetCounters();
      context.run("correct", "vec_add", 4, 256, 0, sum, a, b, 1001);
      assertEquals(2 * 126 * 32, EmulatedCuda.get("bytes_read"));
      assertEquals(126 * 32, EmulatedCuda.get("bytes_written"));
      context.run("correct", "vec_add", 4, 256, 0, sum, a, a, 8);
      assertEquals((2 * 126 + 1) * 32, EmulatedCuda.get("bytes_read"));
      assertEquals(127 * 32, EmulatedCuda.get("bytes_written"));
    }
  }

  @Test
  void cublasCanBeMissing() {
    EmulatedCuda.set("cublas", 0);
    try (EmulatedContext context = new EmulatedContext(0)) {
      context.allocate(4);
      assertEquals(
          cublasStatus.CUBLAS_STATUS_NOT_INITIALIZED, JCublas2.cublasCreate(new cublasHandle()));
    }
  }

  /// JCuda binds more than the emulator has: such a call is refused, and does no harm.
  @Test
  void missingCallsAreRefused() {
    try (EmulatedContext context = new EmulatedContext(0)) {
      context.allocate(4);
      assertEquals(
          CUresult.CUDA_ERROR_NOT_SUPPORTED, cuStreamGetPriority(new CUstream(), new int[1]));
    }
  }
}
