package dev.weft.kernels.cuda;

import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import dev.weft.tensor.Device;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/// The stand-ins for `libcuda.so.1` and `libcublas.so.12` (`kernels/emulator`), which let the CUDA
/// device run without a GPU. In one process they offer three devices: `cuda:0` runs the fast build
/// of the kernels and starts the threads of a block forwards, `cuda:1` starts them backwards, and
/// `cuda:2` runs the checked build, which reports each access that is wrong.
///
/// Settings and counters are those of the whole process; `kernels/emulator/README.md` lists them.
///
/// With `-Dweft.cuda.gpu=0` all three are GPU 0 of this machine, and tests of the emulator, or with
/// one of its counters or settings, are skipped.
public final class EmulatedCuda {
  /// Ordinals of the devices.
  public static final int FORWARD = 0, REVERSE = 1, CHECKED = 2;

  /// The ordinal of the GPU that stands in for the emulated ones, or null.
  private static final Integer GPU = Integer.getInteger("weft.cuda.gpu");

  private static final CudaDevice[] OPENED = new CudaDevice[3];
  private static CudaDevice withoutGraphs;

  private EmulatedCuda() {}

  /// One of the devices, opened at the first call; skips the calling test where there is no
  /// emulator.
  /// `REVERSE` makes products with our own kernels, the others with cuBLAS; `CHECKED` has no pool,
  /// so that every tensor is an allocation of its own.
  public static synchronized Device device(int ordinal) {
    if (OPENED[ordinal] == null) {
      var options = new CudaDevice.Options(ordinal != CHECKED, ordinal != REVERSE, true);
      OPENED[ordinal] = open(ordinal, options);
    }
    return OPENED[ordinal];
  }

  /// As `FORWARD`, opened a second time, without CUDA graphs.
  public static synchronized Device deviceWithoutGraphs() {
    if (withoutGraphs == null) {
      withoutGraphs = open(FORWARD, new CudaDevice.Options(true, true, false));
    }
    return withoutGraphs;
  }

  private static CudaDevice open(int ordinal, CudaDevice.Options options) {
    if (GPU == null) {
      assumeAvailable();
    }
    return CudaDevice.open(GPU == null ? ordinal : GPU, options);
  }

  /// The device with a name: `cuda:0`, `cuda:1` or `cuda:2`.
  public static Device device(String name) {
    return device(Integer.parseInt(name.substring("cuda:".length())));
  }

  /// Closes a device, which the next [#device] opens anew: after a failure, which stays with a
  /// context.
  public static synchronized void close(int ordinal) {
    if (OPENED[ordinal] != null) {
      OPENED[ordinal].close();
      OPENED[ordinal] = null;
    }
  }

  /// Skips the calling test, with the reason, where the emulator could not be built; fails it
  /// instead when the system property `weft.cuda.required` is true. Loads the libraries at the
  /// first call, which has to come before any call of JCuda.
  public static void assumeAvailable() {
    if (GPU != null) {
      abort("needs the emulator, and these tests run on GPU " + GPU);
    }
    String reason = Loaded.LIBRARIES.missing();
    if (reason == null) {
      return;
    }
    if (Boolean.getBoolean("weft.cuda.required")) {
      fail(reason);
    }
    abort(reason);
  }

  /// Closes every device that is open, so that a test finds the emulator's memory empty.
  public static synchronized void closeAll() {
    for (int ordinal = 0; ordinal < OPENED.length; ordinal++) {
      close(ordinal);
    }
    if (withoutGraphs != null) {
      withoutGraphs.close();
      withoutGraphs = null;
    }
  }

  /// Changes a setting, at once and for all devices.
  ///
  /// @throws IllegalArgumentException when there is no such setting, or it takes no such value
  public static void set(String key, long value) {
    assumeAvailable();
    try (Arena arena = Arena.ofConfined()) {
      if ((int) Loaded.LIBRARIES.set().invokeExact(arena.allocateFrom(key), value) != 0) {
        throw new IllegalArgumentException("the emulator takes no " + key + " = " + value);
      }
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }

  /// The value of a setting or a counter.
  ///
  /// @throws IllegalArgumentException when there is neither of that name
  public static long get(String key) {
    assumeAvailable();
    try (Arena arena = Arena.ofConfined()) {
      long value = (long) Loaded.LIBRARIES.get().invokeExact(arena.allocateFrom(key));
      if (value == Long.MIN_VALUE) {
        throw new IllegalArgumentException("the emulator has no " + key);
      }
      return value;
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }

  /// Sets all counters to 0.
  public static void resetCounters() {
    assumeAvailable();
    call(Loaded.LIBRARIES.resetCounters());
  }

  /// Sets all settings back to what they were at first. Does nothing where there is no emulator, so
  /// that it may stand in a method that follows a skipped test.
  public static void resetSettings() {
    if (GPU == null && Loaded.LIBRARIES.missing() == null) {
      call(Loaded.LIBRARIES.resetSettings());
    }
  }

  private static void call(MethodHandle procedure) {
    try {
      procedure.invokeExact();
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }

  /// `missing` says why there is none, and is null when all is well.
  @SuppressWarnings("restricted") // loading libraries is what this is for
  private record Libraries(
      String missing,
      MethodHandle set,
      MethodHandle get,
      MethodHandle resetCounters,
      MethodHandle resetSettings) {
    static Libraries load() {
      Path folder =
          Stream.of("target/emulator", "../kernels/target/emulator", "kernels/target/emulator")
              .map(Path::of)
              .filter(Files::isDirectory)
              .findFirst()
              .orElse(null);
      if (folder == null) {
        return missing("it was not built: mvn test-compile -pl kernels -am builds it");
      }
      Path reason = folder.resolve("unavailable.txt");
      if (Files.exists(reason)) {
        try {
          return missing(Files.readString(reason).strip());
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      }
      Path cuda = folder.resolve("libcuda.so.1").toAbsolutePath();
      System.load(cuda.toString());
      System.load(folder.resolve("libcublas.so.12").toAbsolutePath().toString());
      SymbolLookup symbols = SymbolLookup.libraryLookup(cuda, Arena.global());
      return new Libraries(
          null,
          handle(
              symbols,
              "emulator_set",
              FunctionDescriptor.of(
                  ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_LONG)),
          handle(
              symbols,
              "emulator_get",
              FunctionDescriptor.of(ValueLayout.JAVA_LONG, ValueLayout.ADDRESS)),
          handle(symbols, "emulator_reset_counters", FunctionDescriptor.ofVoid()),
          handle(symbols, "emulator_reset_settings", FunctionDescriptor.ofVoid()));
    }

    private static Libraries missing(String reason) {
      return new Libraries("no CUDA emulator: " + reason, null, null, null, null);
    }

    private static MethodHandle handle(
        SymbolLookup symbols, String name, FunctionDescriptor descriptor) {
      MemorySegment function = symbols.find(name).orElseThrow();
      return Linker.nativeLinker().downcallHandle(function, descriptor);
    }
  }

  private static final class Loaded {
    static final Libraries LIBRARIES = Libraries.load();
  }
}
