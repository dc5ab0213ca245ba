package dev.weft.tensor;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/// Ids are looked at before a kernel uses them as addresses.
class IdsTest {
  private final Device device = Devices.reference();

  private static void assertRefused(int id, Executable use) {
    var error = assertThrows(IllegalArgumentException.class, use);
    assertTrue(error.getMessage().contains("id " + id + " at position 1"), error.getMessage());
  }

  @Test
  void idsOutsideTheirTableAreRefused() {
    try (Scope scope = Scope.noGrad()) {
      Tensor table = Tensor.zeros(device, DType.F32, Shape.of(4, 3));
      Weight pack = Weight.pack(table.transpose(), DType.F32, scope);
      Tensor rows = Tensor.zeros(device, DType.F32, Shape.of(2, 4));
      for (int id : new int[] {-1, -2, -100, Integer.MIN_VALUE, 4, Integer.MAX_VALUE}) {
        Tensor ids = Tensor.ids(device, Shape.of(2), 0, id);
        assertRefused(id, () -> Ops.embedding(table, ids));
        assertRefused(id, () -> Ops.embedding(pack, ids));
        assertRefused(id, () -> Ops.gather(rows.slice(0, 0, 1), Ops.unsqueeze(ids, 0)));
        assertRefused(id, () -> Ops.nll(rows, ids));
        if (id != -100) { // which crossEntropy ignores
          assertRefused(id, () -> Ops.crossEntropy(rows, ids));
        }
      }
    }
  }

  @Test
  void anEmptyTableHasNoId() {
    try (Scope _ = Scope.noGrad()) {
      Tensor empty = Tensor.zeros(device, DType.F32, Shape.of(0, 3));
      Tensor zero = Tensor.ids(device, Shape.of(1), 0);
      assertThrows(IllegalArgumentException.class, () -> Ops.embedding(empty, zero));
    }
  }
}
