package dev.weft.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/// Who may take, keep, free and use memory, and when.
class LifetimeTest extends OnReference {
  private Tensor vector(float... values) {
    return Tensor.of(device, Shape.of(values.length), values);
  }

  @Test
  void aUseAfterCloseNamesTheOp() {
    Tensor dead;
    try (Scope _ = new Scope()) {
      dead = vector(1, 2);
    }
    try (Scope _ = new Scope()) {
      Tensor x = vector(1, 2);
      for (Executable use : List.<Executable>of(() -> x.add(dead), () -> dead.add(x))) {
        String message = assertThrows(IllegalStateException.class, use).getMessage();
        assertTrue(message.startsWith("ADD: "), message);
      }
    }
  }

  @Test
  void aScopeKeepsOnlyWhatIsItsOwn() {
    ParameterSet set = new ParameterSet("model", device, DType.F32);
    set.add("w", Shape.of(2), Initializer.ONES);
    try (set) {
      set.allocate(1);
      try (Owner thief = new Owner("thief");
          Scope scope = Scope.noGrad()) {
        Tensor view = Ops.reshape(set.get("w").tensor(), 1, 2);
        assertThrows(IllegalArgumentException.class, () -> scope.keep(view, thief));
      }
      assertArrayEquals(new float[] {1, 1}, set.get("w").tensor().toFloats());
    }
  }

  @Test
  void aRecordedTensorIsKeptAfterBackwardAsAConstant() {
    try (Owner owner = new Owner("keeper")) {
      Tensor y;
      try (Tape tape = new Tape()) {
        y = tape.watch(vector(1, 2)).mul(3);
        Tensor loss = y.sum();
        assertThrows(IllegalStateException.class, () -> tape.keep(y, owner));
        tape.backward(loss);
        tape.keep(y, owner);
      }
      assertArrayEquals(new float[] {3, 6}, y.toFloats());
      try (Tape tape = new Tape()) {
        y.mul(2);
        assertEquals(0, tape.size());
      }
    }
  }

  @Test
  void aPlainScopeClosesQuietlyAfterBackward() {
    try (Tape tape = new Tape()) {
      Tensor x = tape.watch(vector(1, 2));
      try (Scope _ = new Scope()) {
        tape.backward(x.mul(x).sum());
      }
      assertArrayEquals(new float[] {2, 4}, tape.grad(x).toFloats());
    }
  }

  @Test
  void aScopeAllocatesForItsOwnThreadOnly() throws InterruptedException {
    try (Scope scope = new Scope()) {
      Throwable[] thrown = new Throwable[1];
      Thread other =
          new Thread(
              () ->
                  thrown[0] =
                      assertThrows(
                          IllegalStateException.class,
                          () -> scope.empty(device, DType.F32, Shape.of(1))));
      other.start();
      other.join();
      assertTrue(thrown[0].getMessage().contains("belongs to thread"), thrown[0].getMessage());
    }
  }

  @Test
  void releasingTwiceIsRefused() {
    try (Scope scope = new Scope()) {
      Tensor x = vector(1);
      scope.release(x);
      assertThrows(IllegalStateException.class, () -> scope.release(x));
      assertEquals(before, device.stats().liveBytes());
    }
  }

  @Test
  void aPackRefusesToServeChangedParameters() {
    ParameterSet set = new ParameterSet("model", device, DType.F32);
    Parameter w = set.add("w", Shape.of(2, 3), Initializer.ONES);
    try (set;
        Owner owner = new Owner("packs");
        Scope _ = Scope.noGrad()) {
      set.allocate(1);
      Weight pack = Weight.pack(w.tensor(), DType.F32, owner);
      Tensor x = vector(1, 2).reshape(1, 2);
      assertArrayEquals(
          new float[] {3, 3, 3}, Ops.linear(x, pack, null, Activation.NONE, null).toFloats());
      w.tensor().set(1f, 2f, 3f, 4f, 5f, 6f);
      assertThrows(
          IllegalStateException.class, () -> Ops.linear(x, pack, null, Activation.NONE, null));
    }
  }
}
