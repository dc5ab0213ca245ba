package dev.weft.nn;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.weft.tensor.DType;
import dev.weft.tensor.Device;
import dev.weft.tensor.Shape;
import dev.weft.tensor.Tensor;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Arrays;

/// Reads the golden numbers, and compares with a tolerance that NaN does not pass.
public final class Golden {
  private Golden() {}

  /// A value of `golden.json`.
  public static JsonNode get(String key) {
    JsonNode value = read("/golden.json").get(key);
    if (value == null) {
      throw new IllegalArgumentException("golden.json has no " + key);
    }
    return value;
  }

  /// A JSON resource of the tests.
  public static JsonNode read(String resource) {
    try (InputStream in = Golden.class.getResourceAsStream(resource)) {
      return new ObjectMapper().readTree(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// The numbers of a nested JSON array, row-major.
  public static double[] numbers(JsonNode node) {
    if (!node.isArray()) {
      return new double[] {node.isTextual() ? Double.parseDouble(node.asText()) : node.asDouble()};
    }
    double[] all = new double[0];
    for (JsonNode child : node) {
      double[] part = numbers(child);
      int length = all.length;
      all = Arrays.copyOf(all, length + part.length);
      System.arraycopy(part, 0, all, length, part.length);
    }
    return all;
  }

  /// A tensor that a script in `tools/goldens` wrote, in the thread's scope: ids where its numbers
  /// are whole.
  public static Tensor tensor(Device device, JsonNode node) {
    double[] values = numbers(node.get("values"));
    int[] dims = new int[node.get("shape").size()];
    for (int i = 0; i < dims.length; i++) {
      dims[i] = node.get("shape").get(i).asInt();
    }
    Shape shape = Shape.of(dims);
    boolean ids = values.length > 0 && node.get("values").get(0).isIntegralNumber();
    int[] whole = new int[values.length];
    float[] floats = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      whole[i] = (int) values[i];
      floats[i] = (float) values[i];
    }
    return ids
        ? Tensor.empty(device, DType.I32, shape).set(whole)
        : Tensor.empty(device, DType.F32, shape).set(floats);
  }

  /// Throws unless each value is within `relative` of its own size plus `ofLargest` of the largest.
  public static void assertClose(
      String what, double[] expected, double[] actual, double relative, double ofLargest) {
    if (expected.length != actual.length) {
      throw new AssertionError(
          what + ": " + expected.length + " values wanted, got " + actual.length);
    }
    double largest = 0;
    for (double value : expected) {
      largest = Math.max(largest, Math.abs(value));
    }
    for (int i = 0; i < expected.length; i++) {
      double tolerance = relative * Math.abs(expected[i]) + ofLargest * largest;
      if (!(Math.abs(expected[i] - actual[i]) <= tolerance)) {
        throw new AssertionError(
            what + "[" + i + "]: wanted " + expected[i] + " but got " + actual[i]);
      }
    }
  }
}
