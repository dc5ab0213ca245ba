package dev.weft.tensor;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.TreeMap;

/// Finds devices by name. Each device is opened once for the life of the process.
public final class Devices {
  // The one registry of the process: opened devices hold threads and memory, so they must be
  // shared.
  private static final Map<String, DeviceProvider.Opened> OPENED = new TreeMap<>();

  private Devices() {}

  /// The best device that can be opened: CUDA before the CPU's vector kernels before the reference.
  public static Device best() {
    for (DeviceProvider provider : providers()) {
      if (lookUp(provider, 0) instanceof DeviceProvider.Available available) {
        return available.device();
      }
    }
    throw new IllegalStateException("devices: not even the reference device could be opened");
  }

  /// The device `kind` or `kind:index`.
  ///
  /// @throws IllegalArgumentException when there is no such kind or it cannot be opened, with the
  ///     reason
  public static Device open(String name) {
    int colon = name.indexOf(':');
    String kind = colon < 0 ? name : name.substring(0, colon);
    int index = colon < 0 ? 0 : index(name, colon);
    List<String> kinds = new ArrayList<>();
    for (DeviceProvider provider : providers()) {
      kinds.add(provider.kind());
      if (provider.kind().equals(kind)) {
        return switch (lookUp(provider, index)) {
          case DeviceProvider.Available available -> available.device();
          case DeviceProvider.Unavailable none ->
              throw new IllegalArgumentException("device " + name + ": " + none.reason());
        };
      }
    }
    throw new IllegalArgumentException(
        "device " + name + ": no such kind here; there are " + kinds);
  }

  /// As [#open], for tests and for callers who mean exactly this device: never a fallback.
  public static Device require(String name) {
    Device device = open(name);
    String kind = name.contains(":") ? name.substring(0, name.indexOf(':')) : name;
    if (!device.name().split(":")[0].equals(kind)) {
      throw new IllegalStateException(
          "device " + name + " was asked for but " + device.name() + " came");
    }
    return device;
  }

  /// The reference device, which is always there.
  public static Device reference() {
    return open("reference");
  }

  /// For each kind its first device, or why there is none, best first.
  public static List<Found> found() {
    List<Found> list = new ArrayList<>();
    for (DeviceProvider provider : providers()) {
      list.add(new Found(provider.kind(), lookUp(provider, 0)));
    }
    return list;
  }

  /// The steps to the first device of a kind, see [DeviceProvider#probe].
  public static List<DeviceProvider.Step> probe(String kind) {
    for (DeviceProvider provider : providers()) {
      if (provider.kind().equals(kind)) {
        return provider.probe(0);
      }
    }
    return List.of();
  }

  /// The devices that are open now.
  static List<Device> opened() {
    List<Device> list = new ArrayList<>();
    synchronized (OPENED) {
      for (DeviceProvider.Opened opened : OPENED.values()) {
        if (opened instanceof DeviceProvider.Available available) {
          list.add(available.device());
        }
      }
    }
    return list;
  }

  /// One line of [#found()].
  public record Found(String kind, DeviceProvider.Opened opened) {}

  private static int index(String name, int colon) {
    try {
      return Integer.parseUnsignedInt(name.substring(colon + 1));
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "device " + name + ": the part after ':' must be a whole number from 0", e);
    }
  }

  private static DeviceProvider.Opened lookUp(DeviceProvider provider, int index) {
    synchronized (OPENED) {
      String name = provider.kind() + ":" + index;
      DeviceProvider.Opened opened = OPENED.get(name);
      if (opened == null) {
        opened = provider.open(index);
        OPENED.put(name, opened);
      }
      return opened;
    }
  }

  private static List<DeviceProvider> providers() {
    List<DeviceProvider> providers = new ArrayList<>();
    ServiceLoader.load(DeviceProvider.class, Devices.class.getClassLoader())
        .forEach(providers::add);
    providers.sort(Comparator.comparingInt(DeviceProvider::rank).reversed());
    return providers;
  }
}
