package dev.weft.kernels.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.tensor.DType;
import dev.weft.tensor.Device;
import dev.weft.tensor.Owner;
import dev.weft.tensor.Recording;
import dev.weft.tensor.Scope;
import dev.weft.tensor.Shape;
import dev.weft.tensor.Tensor;
import dev.weft.tensor.Unary;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What a recording keeps, what it cannot do, and that other threads leave it alone.
final class CudaRecordingTest {
  private static final Shape SHAPE = Shape.of(300_000); // more than a slab's share

  private final Owner owner = new Owner("test");
  private Device device;
  private Tensor x;
  private Tensor y;

  @BeforeEach
  void tensors() {
    device = EmulatedCuda.device(EmulatedCuda.FORWARD);
    x = owner.zeros(device, DType.F32, SHAPE);
    y = owner.zeros(device, DType.F32, SHAPE);
    negate(); // loads the kernel
  }

  @AfterEach
  void close() {
    owner.close();
  }

  private void negate() {
    device.kernels().unary(Unary.NEG, y, x);
  }

  private float negated(double value) {
    device.kernels().fill(x, value);
    negate();
    return y.toFloats()[299_999];
  }

  @Test
  void memoryThatARecordingTookIsNotHandedOutBeforeItIsClosed() {
    AtomicReference<Tensor> between = new AtomicReference<>();
    owner.release(owner.empty(device, DType.F32, SHAPE)); // for the recording to take
    try (Recording recording =
        device.record(
            () -> {
              between.set(owner.empty(device, DType.F32, SHAPE));
              device.kernels().unary(Unary.NEG, between.get(), x);
              device.kernels().unary(Unary.NEG, y, between.get());
            })) {
      long address = between.get().address();
      owner.release(between.get());
      Tensor other = owner.zeros(device, DType.F32, SHAPE);
      assertNotEquals(address, other.address());
      device.kernels().fill(x, 3);
      recording.replay();
      assertEquals(3, y.toFloats()[7]);
      assertEquals(0, other.toFloats()[7]);
    }
    long reserved = device.stats().reservedBytes();
    owner.empty(device, DType.F32, SHAPE);
    assertEquals(reserved, device.stats().reservedBytes(), "it is free again");
  }

  @Test
  void anotherThreadThatWaitsDoesNotEndARecording() throws InterruptedException {
    AtomicReference<Throwable> failed = new AtomicReference<>();
    Thread waiter = new Thread(device::synchronize);
    waiter.setUncaughtExceptionHandler((_, e) -> failed.set(e));
    try (Recording recording =
        device.record(
            () -> {
              waiter.start();
              while (waiter.getState() != Thread.State.BLOCKED && waiter.isAlive()) {
                Thread.onSpinWait();
              }
              negate();
            })) {
      waiter.join();
      assertEquals(null, failed.get());
      device.kernels().fill(x, 5);
      recording.replay();
      assertEquals(-5, y.toFloats()[0]);
    }
  }

  @Test
  void aCopyIntoARecordingIsRefused() {
    float[] values = new float[300_000];
    var error = assertThrows(IllegalStateException.class, () -> device.record(() -> x.set(values)));
    assertEquals(
        "cuda: copying 1200000 bytes to the device, which a recording cannot do; do it before or"
            + " after",
        error.getMessage());
    assertThrows(IllegalStateException.class, () -> device.record(() -> x.toFloats()));
    assertThrows(IllegalStateException.class, () -> device.record(device::synchronize));
    assertEquals(-2, negated(2));
  }

  @Test
  void workThatFailsLeavesNothingBehind() {
    owner.release(owner.empty(device, DType.F32, SHAPE)); // for the work to take
    long reserved = device.stats().reservedBytes();
    var error =
        assertThrows(
            ArithmeticException.class,
            () ->
                device.record(
                    () -> {
                      try (Scope scope = Scope.noGrad()) {
                        device.kernels().unary(Unary.NEG, scope.empty(device, DType.F32, SHAPE), x);
                        throw new ArithmeticException("of the work");
                      }
                    }));
    assertEquals("of the work", error.getMessage());
    assertEquals(-4, negated(4));
    assertEquals(reserved, device.stats().reservedBytes());
    owner.empty(device, DType.F32, SHAPE);
    assertEquals(reserved, device.stats().reservedBytes(), "what it took is free again");
  }

  @Test
  void aClosedRecordingDoesNotRun() {
    Recording recording = device.record(this::negate);
    recording.close();
    recording.close();
    assertThrows(IllegalStateException.class, recording::replay);
  }

  @Test
  void elementsThatKernelsCannotCountAreRefused() {
    Tensor wide = x.slice(0, 0, 1).expand(1 << 17, 1 << 15);
    var error = assertThrows(IllegalArgumentException.class, () -> new Walk(wide, wide));
    assertTrue(error.getMessage().contains("4294967296 elements"), error.getMessage());
    Tensor half = wide.slice(0, 0, 1 << 16);
    assertEquals("2 axes", new Walk(half, half).toString());
  }
}
