package dev.weft.nn;

import dev.weft.tensor.Initializer;
import dev.weft.tensor.Parameter;
import dev.weft.tensor.ParameterSet;
import dev.weft.tensor.Shape;

/// Where a layer declares its parameters: a set and a dotted path in it, as in `h.0.mlp`.
///
/// @param set takes the parameters
/// @param path the layer's name; empty for the root
public record Place(ParameterSet set, String path) {
  /// The root of a set: names have no prefix.
  public static Place in(ParameterSet set) {
    return new Place(set, "");
  }

  /// The place `path.part`.
  public Place at(String part) {
    return new Place(set, name(part));
  }

  /// The place `path.index`.
  public Place at(int index) {
    return at(Integer.toString(index));
  }

  /// Declares a trained parameter named `path.name`; decayed when its rank is 2 or more.
  public Parameter add(String name, Shape shape, Initializer initializer) {
    return set.add(name(name), shape, initializer);
  }

  /// Declares a buffer named `path.name`.
  public Parameter buffer(String name, Shape shape, Initializer initializer) {
    return set.add(name(name), shape, Parameter.Kind.BUFFER, initializer);
  }

  private String name(String part) {
    return path.isEmpty() ? part : path + "." + part;
  }
}
