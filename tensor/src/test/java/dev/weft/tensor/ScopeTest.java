package dev.weft.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/// Who owns memory and when it goes back.
class ScopeTest extends OnReference {
  @Test
  void makingATensorWithNoScopeOpenThrows() {
    var error =
        assertThrows(
            IllegalStateException.class, () -> Tensor.zeros(device, DType.F32, Shape.of(2)));
    assertTrue(error.getMessage().contains("open a Scope or a Tape first"), error.getMessage());
  }

  @Test
  void closingAScopeGivesItsMemoryBack() {
    try (Scope _ = new Scope()) {
      Tensor.zeros(device, DType.F32, Shape.of(1000));
      assertEquals(before + 4000, device.stats().liveBytes());
    }
    assertEquals(before, device.stats().liveBytes());
  }

  @Test
  void whatIsKeptOutlivesItsScope() {
    Owner owner = new Owner("the session");
    Tensor kept;
    try (Scope scope = new Scope()) {
      kept = scope.keep(Tensor.of(device, Shape.of(2), 3f, 4f), owner);
    }
    assertArrayEquals(new float[] {3, 4}, kept.toFloats());
    assertEquals(8, owner.bytes());
    owner.close();
    assertFalse(kept.live());
  }

  @Test
  void useAfterCloseNamesTheOpAndTheCloser() {
    Tensor x;
    Owner owner = new Owner("the session");
    try (Scope scope = new Scope()) {
      x = scope.keep(Tensor.zeros(device, DType.F32, Shape.of(2)), owner);
    }
    owner.close();
    var named = assertThrows(IllegalStateException.class, () -> x.requireLive("softmax"));
    assertTrue(named.getMessage().startsWith("softmax:"), named.getMessage());
    assertTrue(named.getMessage().contains("the session"), named.getMessage());
    try (Scope _ = new Scope()) {
      assertThrows(IllegalStateException.class, () -> Ops.softmax(x));
    }
    assertThrows(IllegalStateException.class, x::toFloats);
  }

  @Test
  void scopesCloseInReverseOrder() {
    Scope outer = new Scope();
    Scope inner = new Scope();
    var error = assertThrows(IllegalStateException.class, outer::close);
    assertTrue(error.getMessage().contains("inner scope"), error.getMessage());
    inner.close();
    outer.close();
  }

  @Test
  void closingTwiceDoesNothing() {
    Scope scope = new Scope();
    scope.close();
    scope.close();
    assertTrue(scope.closed());
  }

  @Test
  void anotherThreadMayNotCloseAScopeNorRunBackward() throws InterruptedException {
    try (Tape tape = new Tape()) {
      Tensor x = tape.watch(Tensor.of(device, Shape.of(1), 2f));
      Tensor loss = Ops.sum(x);
      IllegalStateException onBackward = onAnotherThread(() -> tape.backward(loss));
      assertTrue(onBackward.getMessage().contains("other thread"), onBackward.getMessage());
      IllegalStateException onClose = onAnotherThread(tape::close);
      assertTrue(onClose.getMessage().contains("belongs to thread"), onClose.getMessage());
    }
  }

  private static IllegalStateException onAnotherThread(Runnable action)
      throws InterruptedException {
    AtomicReference<IllegalStateException> thrown = new AtomicReference<>();
    Thread thread =
        new Thread(
            () -> thrown.set(assertThrows(IllegalStateException.class, action::run)),
            "other thread");
    thread.start();
    thread.join();
    return thrown.get();
  }

  @Test
  void aPlainScopeInsideATapeMayNotFreeWhatBackwardNeeds() {
    try (Tape tape = new Tape()) {
      Tensor x = tape.watch(Tensor.of(device, Shape.of(2), 2f, 3f));
      Scope inner = new Scope();
      Tensor loss = Ops.sum(x.mul(x));
      var error = assertThrows(IllegalStateException.class, inner::close);
      assertTrue(error.getMessage().contains("Scope.noGrad()"), error.getMessage());
      tape.backward(loss);
      assertArrayEquals(new float[] {4, 6}, tape.grad(x).toFloats());
    }
  }

  @Test
  void aPlainScopeInsideATapeMayFreeWhatNobodyRecorded() {
    try (Tape tape = new Tape()) {
      Tensor x = tape.watch(Tensor.of(device, Shape.of(2), 2f, 3f));
      Tensor loss = Ops.sum(x);
      try (Scope _ = new Scope()) {
        Tensor.zeros(device, DType.F32, Shape.of(2)).mul(2);
      }
      tape.backward(loss);
    }
  }

  @Test
  void aRecordedTensorCannotBeKept() {
    Owner owner = new Owner("the state");
    try (Tape tape = new Tape()) {
      Tensor y = tape.watch(Tensor.of(device, Shape.of(1), 2f)).mul(2);
      assertThrows(IllegalStateException.class, () -> tape.keep(y, owner));
    }
    owner.close();
  }

  @Test
  void releasingSomeoneElsesTensorThrows() {
    try (Owner owner = new Owner("the cache");
        Scope scope = new Scope()) {
      Tensor x = owner.empty(device, DType.F32, Shape.of(3));
      var error = assertThrows(IllegalArgumentException.class, () -> scope.release(x));
      assertTrue(error.getMessage().contains("the cache"), error.getMessage());
    }
  }

  @Test
  void nothingIsReservedAfterTheFirstStep() {
    Device own = new ReferenceDevice();
    try (var parameters = new ParameterSet("model", own, DType.F32)) {
      Parameter w = parameters.add("w", Shape.of(40, 30), Initializer.ONES);
      Parameter b = parameters.add("b", Shape.of(30), Initializer.ZEROS);
      parameters.allocate(1);
      parameters.zeroGrad();
      step(own, w, b);
      long reserved = own.stats().reservedBytes();
      long live = own.stats().liveBytes();
      for (int i = 0; i < 20; i++) {
        parameters.zeroGrad();
        step(own, w, b);
        assertEquals(reserved, own.stats().reservedBytes());
        assertEquals(live, own.stats().liveBytes());
      }
    }
    assertEquals(0, own.stats().liveBytes());
  }

  private static void step(Device device, Parameter w, Parameter b) {
    try (Tape tape = new Tape()) {
      Tensor.zeros(device, DType.F32, Shape.of(1 << 19)); // 2 MiB: no slab hides a lost block
      Tensor x = Tensor.full(device, DType.F32, Shape.of(5, 40), 0.1);
      Tensor hidden = Ops.gelu(Ops.linear(x, w.tensor(), b.tensor()));
      tape.backward(Ops.crossEntropy(hidden, Tensor.ids(device, Shape.of(5), 1, 2, 3, 4, 5)));
    }
  }
}
