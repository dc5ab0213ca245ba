package dev.weft.nn;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/// Named numbers and texts of a running training, as a checkpoint keeps them. Doubles keep every
/// bit; values are held as text, and each getter reads back what the setter of its type wrote.
public final class SavedState {
  private final String source;
  private final Map<String, String> values;

  /// An empty state.
  public SavedState() {
    this("the state", Map.of());
  }

  /// A state read from `source`, which error texts name.
  public SavedState(String source, Map<String, String> values) {
    this.source = source;
    this.values = new TreeMap<>(values);
  }

  /// Notes a whole number.
  public void put(String name, long value) {
    put(name, Long.toString(value));
  }

  /// Notes a number, NaN and infinities included.
  public void put(String name, double value) {
    put(name, Double.toString(value));
  }

  /// Notes a text; throws when the name is taken.
  public void put(String name, String value) {
    if (values.putIfAbsent(name, value) != null) {
      throw new IllegalArgumentException("state: " + name + " is noted twice");
    }
  }

  /// The whole number of this name.
  public long getLong(String name) {
    try {
      return Long.parseLong(getText(name));
    } catch (NumberFormatException e) {
      throw wrong(name, "a whole number", e);
    }
  }

  /// The number of this name.
  public double getDouble(String name) {
    try {
      return Double.parseDouble(getText(name));
    } catch (NumberFormatException e) {
      throw wrong(name, "a number", e);
    }
  }

  /// The text of this name.
  public String getText(String name) {
    String value = values.get(name);
    if (value == null) {
      throw new IllegalStateException(
          source + ": " + name + " is missing; there are " + values.keySet());
    }
    return value;
  }

  /// Everything, sorted by name.
  public Map<String, String> values() {
    return Collections.unmodifiableMap(values);
  }

  private IllegalStateException wrong(String name, String wanted, Exception cause) {
    return new IllegalStateException(
        source + ": " + name + " should be " + wanted + " but is " + values.get(name), cause);
  }
}
