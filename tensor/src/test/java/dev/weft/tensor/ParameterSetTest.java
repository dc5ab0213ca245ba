package dev.weft.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ParameterSetTest {
  private final Device device = Devices.reference();
  private long before;
  private ParameterSet parameters;
  private Parameter matrix;
  private Parameter table;

  @BeforeEach
  void open() {
    before = device.stats().liveBytes();
    parameters = new ParameterSet("model", device, DType.F32);
  }

  @AfterEach
  void close() {
    parameters.close();
    assertEquals(before, device.stats().liveBytes());
  }

  @Test
  void matricesComeFirstThenVectorsThenBuffers() {
    Parameter bias = parameters.add("bias", Shape.of(5), Initializer.ZEROS);
    Parameter mean = parameters.add("mean", Shape.of(5), Parameter.Kind.BUFFER, Initializer.ZEROS);
    Parameter weight = parameters.add("weight", Shape.of(3, 7), Initializer.ONES);
    parameters.allocate(1);
    assertEquals(0, parameters.offset(weight));
    assertEquals(32, parameters.offset(bias)); // 21 elements, rounded up to a multiple of 16
    assertEquals(48, parameters.offset(mean));
    assertEquals(32, parameters.decayedSize());
    assertEquals(48, parameters.flatSize());
    assertEquals(26, parameters.count());
    assertEquals(48, parameters.values().size());
  }

  @Test
  void theFlatBufferAndTheParametersAreOneMemory() {
    Parameter weight = parameters.add("weight", Shape.of(2, 2), Initializer.ONES);
    parameters.allocate(1);
    parameters.values().slice(0, 1, 2).set(5f);
    assertArrayEquals(new float[] {1, 5, 1, 1}, weight.tensor().toFloats());
  }

  @Test
  void aPackIsStaleAfterAnyViewOfTheValuesWasWritten() {
    allocateMatrixAndTable();
    Tensor all = parameters.valuesAndBuffers();
    float[] values = all.toFloats();
    assertStale(true, false, () -> matrix.tensor().set(1f, 2, 3, 4));
    assertStale(true, false, () -> matrix.tensor().detach().set(1f, 2, 3, 4));
    assertStale(true, false, () -> parameters.values().slice(0, 1, 2).set(5f));
    assertStale(true, false, () -> all.slice(0, 0, 1).set(5f));
    assertStale(false, true, () -> table.tensor().set(1f, 2, 3, 4));
    assertStale(true, true, () -> all.set(values));
  }

  /// A matrix that is trained, and one that is not.
  private void allocateMatrixAndTable() {
    matrix = parameters.add("matrix", Shape.of(2, 2), Initializer.ONES);
    table = parameters.add("table", Shape.of(2, 2), Parameter.Kind.BUFFER, Initializer.ONES);
    parameters.allocate(1);
  }

  private void assertStale(boolean trained, boolean frozen, Runnable write) {
    try (Scope scope = Scope.noGrad()) {
      Weight ofMatrix = Weight.pack(matrix.tensor(), DType.F32, scope);
      Weight ofTable = Weight.pack(table.tensor().transpose(), DType.F32, scope);
      ofMatrix.requireFresh("test");
      ofTable.requireFresh("test");
      write.run();
      assertEquals(trained, stale(ofMatrix));
      assertEquals(frozen, stale(ofTable));
    }
  }

  private static boolean stale(Weight pack) {
    try {
      pack.requireFresh("test");
      return false;
    } catch (IllegalStateException e) {
      assertTrue(e.getMessage().endsWith("pack again"), e.getMessage());
      return true;
    }
  }

  @Test
  void aBufferMayBeSetBeforeBackwardAndItsPackUsedUnderATape() {
    allocateMatrixAndTable();
    try (Tape tape = new Tape()) {
      Weight frozen = Weight.pack(table.tensor(), DType.F32, tape);
      Weight detached = Weight.pack(matrix.tensor().detach(), DType.F32, tape);
      Tensor x = Tensor.of(device, Shape.of(1, 2), 1, 2);
      Tensor h = Ops.linear(x, frozen, null, Activation.NONE, null);
      Tensor g = Ops.linear(h, detached, null, Activation.NONE, null);
      Tensor loss = Ops.linear(g, matrix.tensor(), null).sum();
      table.tensor().set(5f, 6, 7, 8);
      tape.backward(loss);
      assertArrayEquals(new float[] {6, 6, 6, 6}, matrix.gradient().toFloats());
    }
  }

  @Test
  void gapsBetweenParametersStayZero() {
    parameters.add("a", Shape.of(1, 3), Initializer.ONES);
    parameters.add("b", Shape.of(1, 3), Initializer.ONES);
    parameters.allocate(1);
    float[] flat = parameters.values().toFloats();
    for (int i = 0; i < flat.length; i++) {
      assertEquals(i % 16 < 3 ? 1f : 0f, flat[i]);
    }
  }

  @Test
  void eachParameterDrawsFromItsOwnStream() {
    Initializer normal =
        (values, shape, random) -> {
          for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextNormal();
          }
        };
    Parameter first = parameters.add("first", Shape.of(2, 2), normal);
    Parameter second = parameters.add("second", Shape.of(2, 2), normal);
    parameters.allocate(9);
    var stream = new Philox(9, Philox.Purpose.INITIALISATION, 0, 1);
    assertEquals((float) stream.nextNormal(), second.tensor().toFloats()[0]);
    assertTrue(first.tensor().toFloats()[0] != second.tensor().toFloats()[0]);
  }

  @Test
  void misuseThrowsWithTheName() {
    parameters.add("weight", Shape.of(2, 2), Initializer.ONES);
    var taken =
        assertThrows(
            IllegalArgumentException.class,
            () -> parameters.add("weight", Shape.of(3), Initializer.ONES));
    assertTrue(taken.getMessage().contains("weight"), taken.getMessage());
    var early = assertThrows(IllegalStateException.class, () -> parameters.get("weight").tensor());
    assertTrue(early.getMessage().contains("allocate()"), early.getMessage());
    parameters.allocate(1);
    assertThrows(
        IllegalStateException.class, () -> parameters.add("late", Shape.of(3), Initializer.ONES));
    assertThrows(IllegalStateException.class, () -> parameters.allocate(1));
    var unknown = assertThrows(IllegalArgumentException.class, () -> parameters.get("wieght"));
    assertTrue(unknown.getMessage().contains("[weight]"), unknown.getMessage());
  }

  @Test
  void aBufferHasNoGradient() {
    parameters.add("weight", Shape.of(2, 2), Initializer.ONES);
    Parameter mean = parameters.add("mean", Shape.of(5), Parameter.Kind.BUFFER, Initializer.ZEROS);
    parameters.allocate(1);
    assertThrows(IllegalStateException.class, mean::gradient);
  }

  @Test
  void moreNumbersThanOneSetHoldsAreRefused() {
    parameters.add("a", Shape.of(1 << 15, 1 << 15), Initializer.ONES);
    parameters.add("b", Shape.of(1 << 15, 1 << 15), Initializer.ONES);
    var error = assertThrows(IllegalArgumentException.class, parameters::allocate);
    assertTrue(error.getMessage().contains("2147483648 numbers"), error.getMessage());
  }

  @Test
  void weightTypesCannotBeTrained() {
    var error =
        assertThrows(
            IllegalArgumentException.class, () -> new ParameterSet("half", device, DType.BF16));
    assertTrue(error.getMessage().contains("BF16"), error.getMessage());
  }
}
