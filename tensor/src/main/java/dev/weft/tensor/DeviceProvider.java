package dev.weft.tensor;

import java.util.List;

/// Makes devices of one kind; found through `ServiceLoader` by [Devices].
public interface DeviceProvider {
  /// The kind in a device's name: `cpu`, `cuda`, `reference`.
  String kind();

  /// Higher is preferred by [Devices#best()]: reference 0, cpu 10, cuda 20.
  int rank();

  /// The device with this index, or the reason why there is none. Called once for each index.
  Opened open(int index);

  /// What is there on the way to the device with this index, step by step; where something is
  /// missing the last step says what. Empty for a kind that needs nothing.
  default List<Step> probe(int index) {
    return List.of();
  }

  /// One step on the way to a device.
  ///
  /// @param name what was looked for: `driver`, `device` …
  /// @param ok whether it is there
  /// @param text what was found, or what is missing and what to do about it
  record Step(String name, boolean ok, String text) {}

  /// A device, or the reason why not, in words that a user can act on.
  sealed interface Opened {}

  /// The device.
  record Available(Device device) implements Opened {}

  /// Why there is none.
  record Unavailable(String reason) implements Opened {}
}
