package dev.weft.nn.io;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.nn.Embedding;
import dev.weft.nn.Linear;
import dev.weft.nn.OnDevices;
import dev.weft.nn.Place;
import dev.weft.tensor.DType;
import dev.weft.tensor.Initializer;
import dev.weft.tensor.Ops;
import dev.weft.tensor.ParameterSet;
import dev.weft.tensor.Philox;
import dev.weft.tensor.Scope;
import dev.weft.tensor.Shape;
import dev.weft.tensor.Tensor;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SafetensorsTest extends OnDevices {
  @TempDir Path folder;

  @Test
  void aWriteThatFailsLeavesTheOldFile() throws Exception {
    Path file = folder.resolve("a.safetensors");
    try (Scope _ = new Scope()) {
      float[] values = random(3_000_000); // more than one chunk
      Tensor good = Tensor.of(device, Shape.of(values.length), values);
      Safetensors.write(file, Map.of("x", good), Map.of());
      byte[] old = Files.readAllBytes(file);
      Tensor closed;
      try (Scope _ = new Scope()) {
        closed = Tensor.of(device, Shape.of(1), 1f);
      }
      Map<String, Tensor> tensors = new LinkedHashMap<>(Map.of("x", good));
      tensors.put("closed", closed);
      assertThrows(IllegalStateException.class, () -> Safetensors.write(file, tensors, Map.of()));
      assertArrayEquals(old, Files.readAllBytes(file));
      try (Stream<Path> files = Files.list(folder)) {
        assertEquals(List.of(file), files.toList(), "nothing else stays");
      }
    }
  }

  @Test
  void anOpenFileMayBeReplaced() throws Exception {
    Path file = folder.resolve("a.safetensors");
    try (Scope _ = new Scope()) {
      float[] values = random(1_000_000);
      Tensor x = Tensor.of(device, Shape.of(values.length), values);
      Safetensors.write(file, Map.of("x", x), Map.of());
      try (TensorFiles open = TensorFiles.open(file)) {
        Tensor smaller = Tensor.of(device, Shape.of(1), 5f);
        Safetensors.write(file, Map.of("x", smaller), Map.of());
        assertArrayEquals(values, open.floats("x"), "what was mapped is still there");
      }
      try (TensorFiles open = TensorFiles.open(file)) {
        assertArrayEquals(new float[] {5}, open.floats("x"));
      }
    }
  }

  @Test
  void whatIsWrittenIsReadBack() throws Exception {
    Path file = folder.resolve("a.safetensors");
    try (Scope _ = new Scope()) {
      Map<String, Tensor> tensors = new LinkedHashMap<>();
      float[] values = random(20_001);
      tensors.put("z", Tensor.of(device, Shape.of(20_001), values));
      tensors.put("é \"quoted\"", Tensor.ids(device, Shape.of(2, 2), 1, -2, 3, Integer.MIN_VALUE));
      tensors.put("half", Tensor.empty(device, DType.F16, Shape.of(3)).set(1f, -2.5f, 65504f));
      tensors.put("brain", Tensor.empty(device, DType.BF16, Shape.of(1)).set(1.5f));
      tensors.put("mask", Tensor.empty(device, DType.BOOL, Shape.of(3)).set(1, 0, 1));
      tensors.put("scalar", Tensor.of(device, Shape.SCALAR, 7f));
      tensors.put("none", Tensor.of(device, Shape.of(0, 4), new float[0]));
      tensors.put(
          "view", Ops.transpose(Tensor.of(device, Shape.of(2, 3), 1f, 2f, 3f, 4f, 5f, 6f), 0, 1));
      Safetensors.write(file, tensors, Map.of("format", "weft", "about", "tests"));
      byte[] bytes = Files.readAllBytes(file);
      assertEquals(0, ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong() % 8);
      Safetensors.write(file, tensors, Map.of("about", "tests", "format", "weft"));
      assertArrayEquals(bytes, Files.readAllBytes(file), "the same tensors give the same bytes");

      try (TensorFiles read = TensorFiles.open(file)) {
        assertEquals(List.copyOf(tensors.keySet()), List.copyOf(read.entries().keySet()));
        assertEquals(Map.of("format", "weft", "about", "tests"), read.metadata());
        assertArrayEquals(values, read.floats("z"));
        assertArrayEquals(new float[] {1, 4, 2, 5, 3, 6}, read.floats("view"));
        assertArrayEquals(new float[] {7}, read.floats("scalar"));
        for (Map.Entry<String, Tensor> entry : tensors.entrySet()) {
          Tensor x = entry.getValue();
          Tensor copy = Tensor.empty(device, x.dtype(), x.shape());
          read.load(entry.getKey(), copy);
          if (x.dtype() == DType.I32 || x.dtype() == DType.BOOL) {
            assertArrayEquals(x.toInts(), copy.toInts());
          } else {
            assertArrayEquals(x.toFloats(), copy.toFloats());
          }
        }
      }
    }
  }

  @Test
  void elementTypesAreConvertedOnTheWay() throws Exception {
    Path file = folder.resolve("a.safetensors");
    int count = 10_007; // more than a chunk, and no multiple of one
    float[] values = random(count);
    try (Scope _ = new Scope()) {
      Tensor x = Tensor.of(device, Shape.of(count), values);
      Tensor half = Tensor.empty(device, DType.F16, Shape.of(count)).set(values);
      Tensor brain = Tensor.empty(device, DType.BF16, Shape.of(count)).set(values);
      Safetensors.write(file, Map.of("x", x), Map.of());
      assertLoads(file, brain.toFloats(), DType.BF16);
      assertLoads(file, half.toFloats(), DType.F16);
      Safetensors.write(file, Map.of("x", half), Map.of());
      assertLoads(file, half.toFloats(), DType.F32);
      Safetensors.write(file, Map.of("x", brain), Map.of());
      assertLoads(file, brain.toFloats(), DType.F32);
      if (device.supports(DType.F64)) {
        assertLoads(file, brain.toFloats(), DType.F64);
        double[] wide = x.toDoubles();
        Safetensors.write(file, Map.of("x", Tensor.of(device, Shape.of(count), wide)), Map.of());
        assertLoads(file, values, DType.F64);
        assertLoads(file, values, DType.F32);
      }
    }
  }

  private void assertLoads(Path file, float[] expected, DType dtype) throws Exception {
    try (TensorFiles files = TensorFiles.open(file)) {
      Tensor target = Tensor.zeros(device, dtype, Shape.of(expected.length));
      files.load("x", target);
      assertArrayEquals(expected, target.toFloats());
      if (files.entry("x").type().name().equals(dtype.name()) || dtype == DType.F32) {
        assertArrayEquals(expected, files.floats("x"));
      }
    }
  }

  @Test
  void wholeNumbersBecomeIds() throws Exception {
    String entry = "{\"x\":{\"dtype\":\"%s\",\"shape\":[%d],\"data_offsets\":[0,%d]}}";
    Path file = folder.resolve("a.safetensors");
    try (Scope _ = new Scope()) {
      Tensor ids = Tensor.zeros(device, DType.I32, Shape.of(2));
      Files.write(file, SafetensorsBytes.of(entry.formatted("U8", 2, 2), 2));
      try (TensorFiles files = TensorFiles.open(file)) {
        files.load("x", ids);
        assertArrayEquals(new int[] {0, 1}, ids.toInts());
        assertThrows(IllegalArgumentException.class, () -> files.floats("x"));
        Tensor floats = Tensor.zeros(device, DType.F32, Shape.of(2));
        assertThrows(IllegalArgumentException.class, () -> files.load("x", floats));
      }
      Files.write(file, SafetensorsBytes.of(entry.formatted("I64", 2, 16), 16));
      try (TensorFiles files = TensorFiles.open(file)) {
        var error = assertThrows(IllegalArgumentException.class, () -> files.load("x", ids));
        assertTrue(error.getMessage().contains("too large for I32"), error.getMessage());
      }
    }
  }

  @Test
  void bytesAreReadOnlyAndEndWithTheTensor() throws Exception {
    Path file = folder.resolve("a.safetensors");
    try (Scope _ = new Scope()) {
      Map<String, Tensor> tensors = new LinkedHashMap<>();
      tensors.put("a", Tensor.of(device, Shape.of(2), 1f, 2f));
      tensors.put("b", Tensor.of(device, Shape.of(2), 3f, 4f));
      Safetensors.write(file, tensors, Map.of());
    }
    TensorFiles files = TensorFiles.open(file);
    try (files) {
      var bytes = files.bytes("a");
      assertEquals(8, bytes.byteSize());
      assertTrue(bytes.isReadOnly());
      assertThrows(
          IndexOutOfBoundsException.class, () -> bytes.get(ValueLayout.JAVA_INT_UNALIGNED, 8));
      var error = assertThrows(IllegalArgumentException.class, () -> files.bytes("c"));
      assertTrue(error.getMessage().endsWith("there is no tensor c among the 2"));
    }
    assertThrows(IllegalStateException.class, () -> files.bytes("a").get(ValueLayout.JAVA_BYTE, 0));
  }

  @Test
  void aModelIsLoadedOnlyWhereNamesAndShapesAgree() throws Exception {
    Path file = folder.resolve("model.safetensors");
    try (ParameterSet set = parameters();
        ParameterSet other = parameters();
        ParameterSet wide = parameters();
        Scope _ = new Scope()) {
      new Linear(Place.in(set).at("a"), 3, 2);
      new Linear(Place.in(other).at("b"), 3, 2);
      Place place = Place.in(wide).at("a");
      place.add("weight", Shape.of(2, 4), Initializer.ZEROS);
      place.add("bias", Shape.of(2), Initializer.ZEROS);
      set.allocate(1);
      other.allocate(2);
      wide.allocate(2);
      Safetensors.write(file, WeightFiles.tensors(set), Map.of());
      float[] written = set.get("a.weight").tensor().toFloats();
      set.get("a.weight").tensor().set(0f, 0f, 0f, 0f, 0f, 0f);
      long version = set.version();
      try (TensorFiles files = TensorFiles.open(folder)) {
        files.loadInto(set);
        assertArrayEquals(written, set.get("a.weight").tensor().toFloats());
        assertTrue(set.version() > version, "packs made before are stale");
        var names = assertThrows(IllegalArgumentException.class, () -> files.loadInto(other));
        assertTrue(
            names.getMessage().endsWith("missing [b.bias, b.weight], unknown [a.bias, a.weight]"),
            names.getMessage());
        var shape = assertThrows(IllegalArgumentException.class, () -> files.loadInto(wide));
        assertTrue(
            shape.getMessage().endsWith("a.weight is (2, 3) but the target is (2, 4)"),
            shape.getMessage());
      }
    }
  }

  @Test
  @DisplayName("S0-32: a tied matrix is saved once")
  void aTiedMatrixIsSavedOnce() {
    try (ParameterSet set = parameters()) {
      Embedding embedding = new Embedding(Place.in(set).at("wte"), 7, 4);
      Linear.tied(Place.in(set).at("head"), embedding, 4, 7, false);
      set.allocate(1);
      assertEquals(List.of("wte.weight"), List.copyOf(WeightFiles.tensors(set).keySet()));
    }
  }

  @Test
  void shardsReadAsOne() throws Exception {
    Path index = folder.resolve("model.safetensors.index.json");
    try (Scope _ = new Scope()) {
      Tensor a = Tensor.of(device, Shape.of(2), 1f, 2f);
      Tensor b = Tensor.of(device, Shape.of(1), 3f);
      Safetensors.write(folder.resolve("one.safetensors"), Map.of("a", a), Map.of("m", "1"));
      Safetensors.write(folder.resolve("two.safetensors"), Map.of("b", b), Map.of());
    }
    Files.writeString(
        index,
        "{\"metadata\":{},\"weight_map\":{\"b\":\"two.safetensors\",\"a\":\"one.safetensors\"}}");
    try (TensorFiles files = TensorFiles.open(folder)) {
      assertArrayEquals(new float[] {1, 2}, files.floats("a"));
      assertArrayEquals(new float[] {3}, files.floats("b"));
      assertEquals(Map.of("m", "1"), files.metadata());
      assertEquals(2, files.entries().size());
    }
    assertIndexRefused(index, "{\"weight_map\":{\"c\":\"one.safetensors\"}}", "is not there");
    assertIndexRefused(
        index, "{\"weight_map\":{\"a\":\"../one.safetensors\"}}", "beside the index");
    assertIndexRefused(index, "{\"weight_map\":{\"a\":\"/etc/passwd\"}}", "beside the index");
    assertIndexRefused(index, "{\"weight_map\":{\"a\":3}}", "beside the index");
    assertIndexRefused(index, "{}", "has no weight_map");
    assertIndexRefused(index, "{\"weight_map\":", "no valid JSON");
    assertIndexRefused(
        index,
        "{\"weight_map\":{\"a\":\"one.safetensors\",\"a\":\"two.safetensors\"}}",
        "no valid JSON: Duplicate");
  }

  private static void assertIndexRefused(Path index, String json, String reason) throws Exception {
    Files.writeString(index, json);
    var error = assertThrows(MalformedFileException.class, () -> TensorFiles.open(index));
    assertTrue(error.getMessage().contains(reason), error.getMessage());
    assertTrue(error.getMessage().startsWith(index.toString()), error.getMessage());
  }

  private static float[] random(int count) {
    Philox random = new Philox(17, Philox.Purpose.SHUFFLE, 0, 0);
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) random.nextNormal();
    }
    return values;
  }
}
