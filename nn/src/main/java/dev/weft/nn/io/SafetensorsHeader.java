package dev.weft.nn.io;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonParser.NumberType;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import dev.weft.tensor.Shape;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Reads the header of a safetensors file: 8 bytes with its length N (little-endian), N bytes of
/// JSON, then the data, which the tensors fill without holes or overlaps. Nothing in the file is
/// trusted: whatever is wrong gets one sentence with the file and the values.
final class SafetensorsHeader {
  /// Most bytes of JSON, as in the reference implementation.
  static final long LIMIT = 100_000_000;

  private static final ValueLayout.OfLong LENGTH =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /// Names come from a stranger: they are neither interned nor hashed into a shared table.
  private static final JsonFactory JSON =
      JsonFactory.builder()
          .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
          .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
          .streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(16).build())
          .build();

  /// What a header says.
  ///
  /// @param entries by name, in the order of their data
  /// @param dataStart byte of the file where the data begins
  record Header(Map<String, String> metadata, Map<String, TensorEntry> entries, long dataStart) {}

  private final String file;
  private final long dataBytes;
  private final Map<String, String> metadata = new LinkedHashMap<>();
  private final Map<String, TensorEntry> entries = new LinkedHashMap<>();

  private SafetensorsHeader(String file, long dataBytes) {
    this.file = file;
    this.dataBytes = dataBytes;
  }

  /// Reads and checks the header of `bytes`, a whole file; `file` names it in errors.
  static Header read(MemorySegment bytes, String file) throws MalformedFileException {
    long size = bytes.byteSize();
    if (size < 8) {
      throw new MalformedFileException(
          file, "a safetensors file has at least 8 bytes but this one has " + size);
    }
    long length = bytes.get(LENGTH, 0);
    if (length < 0 || length > LIMIT) {
      throw new MalformedFileException(
          file,
          "the header is said to take "
              + Long.toUnsignedString(length)
              + " bytes, more than the "
              + LIMIT
              + " allowed; is this a safetensors file?");
    }
    if (length > size - 8) {
      throw new MalformedFileException(
          file,
          "the header is said to take "
              + length
              + " bytes but only "
              + (size - 8)
              + " follow: the file is cut off");
    }
    byte[] json = bytes.asSlice(8, length).toArray(ValueLayout.JAVA_BYTE);
    var header = new SafetensorsHeader(file, size - 8 - length);
    header.parse(json);
    return new Header(header.metadata, header.checked(), 8 + length);
  }

  private MalformedFileException malformed(String reason) {
    return new MalformedFileException(file, reason);
  }

  private void parse(byte[] json) throws MalformedFileException {
    if (json.length == 0 || json[0] != '{') {
      throw malformed("the header must begin with '{'");
    }
    try (JsonParser parser = JSON.createParser(decoded(json))) {
      parser.nextToken();
      boolean described = false;
      while (parser.nextToken() != JsonToken.END_OBJECT) {
        String name = parser.currentName();
        parser.nextToken();
        if (name.equals("__metadata__")) {
          if (described) {
            throw malformed("__metadata__ appears twice");
          }
          described = true;
          metadata(parser);
        } else {
          TensorEntry entry = entry(parser, name);
          if (entries.putIfAbsent(name, entry) != null) {
            throw malformed("tensor " + name + " appears twice");
          }
        }
      }
      if (parser.nextToken() != null) {
        throw malformed("the header goes on after its closing '}'");
      }
    } catch (JsonProcessingException e) {
      throw new MalformedFileException(
          file, "the header is no valid JSON: " + e.getOriginalMessage(), e);
    } catch (MalformedFileException e) {
      throw e;
    } catch (IOException e) {
      throw new MalformedFileException(file, "the header cannot be read: " + e.getMessage(), e);
    }
  }

  private String decoded(byte[] json) throws MalformedFileException {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(json)).toString();
    } catch (CharacterCodingException e) {
      throw new MalformedFileException(file, "the header is not UTF-8", e);
    }
  }

  private void metadata(JsonParser parser) throws IOException {
    require(parser, JsonToken.START_OBJECT, "__metadata__", "an object");
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String key = parser.currentName();
      parser.nextToken();
      require(parser, JsonToken.VALUE_STRING, "__metadata__ " + key, "a text");
      if (metadata.putIfAbsent(key, parser.getText()) != null) {
        throw malformed("__metadata__ holds " + key + " twice");
      }
    }
  }

  private TensorEntry entry(JsonParser parser, String name) throws IOException {
    String what = "tensor " + brief(name);
    require(parser, JsonToken.START_OBJECT, what, "an object");
    String type = null;
    long[] shape = null;
    long[] offsets = null;
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String key = parser.currentName();
      parser.nextToken();
      boolean again =
          switch (key) {
            case "dtype" -> {
              boolean seen = type != null;
              require(parser, JsonToken.VALUE_STRING, what + ": dtype", "a text");
              type = parser.getText();
              yield seen;
            }
            case "shape" -> {
              boolean seen = shape != null;
              shape = numbers(parser, what + ": shape");
              yield seen;
            }
            case "data_offsets" -> {
              boolean seen = offsets != null;
              offsets = numbers(parser, what + ": data_offsets");
              yield seen;
            }
            default -> throw malformed(what + " has an unknown field " + brief(key));
          };
      if (again) {
        throw malformed(what + " has " + key + " twice");
      }
    }
    if (type == null || shape == null || offsets == null) {
      throw malformed(what + " needs dtype, shape and data_offsets but has not all of them");
    }
    return entry(name, type, shape, offsets);
  }

  private TensorEntry entry(String name, String typeName, long[] dims, long[] offsets)
      throws MalformedFileException {
    String what = "tensor " + brief(name);
    StoredType type = type(typeName, what);
    if (offsets.length != 2) {
      throw malformed(what + ": data_offsets must be two numbers but are " + offsets.length);
    }
    long begin = offsets[0];
    long end = offsets[1];
    if (begin > end || end > dataBytes) {
      throw malformed(
          what
              + " lies at bytes "
              + begin
              + " to "
              + end
              + " but the file holds "
              + dataBytes
              + " bytes of data");
    }
    long bytes;
    Shape shape;
    try {
      int[] sizes = new int[dims.length];
      for (int i = 0; i < sizes.length; i++) {
        sizes[i] = Math.toIntExact(dims[i]);
      }
      shape = Shape.of(sizes);
      bytes = Math.multiplyExact(shape.size(), type.bytes());
    } catch (ArithmeticException e) {
      throw new MalformedFileException(
          file, what + ": the shape " + Arrays.toString(dims) + " is too large", e);
    }
    if (bytes != end - begin) {
      throw malformed(
          what
              + ": "
              + type
              + " "
              + shape
              + " takes "
              + bytes
              + " bytes but the file gives it "
              + (end - begin));
    }
    return new TensorEntry(name, type, shape, begin, end);
  }

  private StoredType type(String name, String what) throws MalformedFileException {
    for (StoredType type : StoredType.values()) {
      if (type.name().equals(name)) {
        return type;
      }
    }
    throw malformed(
        what
            + ": unknown dtype "
            + brief(name)
            + "; known are "
            + Arrays.toString(StoredType.values()));
  }

  private long[] numbers(JsonParser parser, String what) throws IOException {
    require(parser, JsonToken.START_ARRAY, what, "a list");
    long[] numbers = new long[4];
    int count = 0;
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      require(parser, JsonToken.VALUE_NUMBER_INT, what, "whole numbers");
      if (parser.getNumberType() == NumberType.BIG_INTEGER || parser.getLongValue() < 0) {
        throw malformed(what + ": " + brief(parser.getText()) + " is outside 0 … 2^63 - 1");
      }
      if (count == numbers.length) {
        numbers = Arrays.copyOf(numbers, 2 * count);
      }
      numbers[count++] = parser.getLongValue();
    }
    return Arrays.copyOf(numbers, count);
  }

  private void require(JsonParser parser, JsonToken token, String what, String wanted)
      throws IOException {
    if (parser.currentToken() != token) {
      throw malformed(what + " must be " + wanted + " but is " + brief(parser.getText()));
    }
  }

  private static String brief(String text) {
    return text.length() <= 80 ? text : text.substring(0, 80) + "…";
  }

  /// The entries in the order of their data, which they must fill exactly.
  private Map<String, TensorEntry> checked() throws MalformedFileException {
    List<TensorEntry> order = new ArrayList<>(entries.values());
    order.sort(Comparator.comparingLong(TensorEntry::begin).thenComparingLong(TensorEntry::end));
    Map<String, TensorEntry> sorted = new LinkedHashMap<>();
    long at = 0;
    String last = "the start";
    for (TensorEntry entry : order) {
      if (entry.begin() < at) {
        throw malformed(
            "tensor " + entry.name() + " begins at byte " + entry.begin() + ", inside " + last);
      }
      if (entry.begin() > at) {
        throw malformed(
            "bytes " + at + " to " + entry.begin() + " of the data belong to no tensor");
      }
      at = entry.end();
      last = "tensor " + entry.name() + ", which ends at " + at;
      sorted.put(entry.name(), entry);
    }
    if (at != dataBytes) {
      throw malformed("bytes " + at + " to " + dataBytes + " of the data belong to no tensor");
    }
    return sorted;
  }
}
