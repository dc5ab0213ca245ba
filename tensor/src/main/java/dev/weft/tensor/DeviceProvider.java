package dev.weft.tensor;

/// Makes devices of one kind; found through `ServiceLoader` by [Devices].
public interface DeviceProvider {
  /// The kind in a device's name: `cpu`, `cuda`, `reference`.
  String kind();

  /// Higher is preferred by [Devices#best()]: reference 0, cpu 10, cuda 20.
  int rank();

  /// The device with this index, or the reason why there is none. Called once for each index.
  Opened open(int index);

  /// A device, or the reason why not, in words that a user can act on.
  sealed interface Opened {}

  /// The device.
  record Available(Device device) implements Opened {}

  /// Why there is none.
  record Unavailable(String reason) implements Opened {}
}
