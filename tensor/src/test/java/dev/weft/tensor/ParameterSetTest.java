package dev.weft.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ParameterSetTest {
  private final Device device = Devices.reference();
  private long before;
  private ParameterSet parameters;

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
    Parameter weight = parameters.add("weight", Shape.of(2, 2), Initializer.ONES);
    Parameter table =
        parameters.add("table", Shape.of(2, 2), Parameter.Kind.BUFFER, Initializer.ONES);
    parameters.allocate(1);
    List<Runnable> writes =
        List.of(
            () -> weight.tensor().set(1f, 2, 3, 4),
            () -> weight.tensor().detach().set(1f, 2, 3, 4),
            () -> parameters.values().slice(0, 1, 2).set(5f),
            () -> parameters.valuesAndBuffers().slice(0, 0, 1).set(5f),
            () -> table.tensor().set(1f, 2, 3, 4));
    for (Runnable write : writes) {
      try (Scope scope = Scope.noGrad()) {
        Weight pack = Weight.pack(weight.tensor(), DType.F32, scope);
        Weight frozen = Weight.pack(table.tensor().transpose(), DType.F32, scope);
        pack.requireFresh("test");
        frozen.requireFresh("test");
        write.run();
        assertThrows(IllegalStateException.class, () -> pack.requireFresh("test"));
        assertThrows(IllegalStateException.class, () -> frozen.requireFresh("test"));
      }
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
