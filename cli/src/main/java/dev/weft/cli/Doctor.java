package dev.weft.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import com.sun.management.OperatingSystemMXBean;
import dev.weft.tensor.Device;
import dev.weft.tensor.DeviceProvider;
import dev.weft.tensor.DeviceProvider.Available;
import dev.weft.tensor.DeviceProvider.Unavailable;
import dev.weft.tensor.Devices;
import java.io.IOException;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `weft doctor`: what Weft runs on here, and what would make it faster.
@Command(
    name = "doctor",
    description = "Say what Weft runs on here, how fast its kernels are, and what is amiss.")
final class Doctor implements Callable<Integer> {
  private static final Runtime.Version SOUND_JDK = Runtime.Version.parse("25.0.3");

  @Spec private CommandSpec spec;
  @Mixin private JsonOption json;

  @Option(names = "--threads", paramLabel = "N", description = "CPU threads (default: all cores).")
  private Integer threads;

  @Option(names = "--cuda", description = "Look for a GPU step by step, too.")
  private boolean cuda;

  private final List<String> warnings = new ArrayList<>();

  @Override
  public Integer call() throws IOException {
    DeviceOptions.setThreads(threads);
    PrintWriter out = spec.commandLine().getOut();
    Jdk jdk = jdk();
    List<Devices.Found> found = Devices.found();
    Device best = Devices.best();
    row(out, "JDK", jdk.version + " (" + jdk.vendor + "), " + jdk.home);
    row(out, "flags", String.join(" ", jdk.flags));
    for (Devices.Found device : found) {
      row(out, "device", describe(device, best));
    }
    List<DeviceProvider.Step> steps = cuda ? Devices.probe("cuda") : List.of();
    for (DeviceProvider.Step step : steps) {
      row(out, "cuda", (step.ok() ? "ok       " : "MISSING  ") + step.name() + ": " + step.text());
    }
    KernelCheck kernels = KernelCheck.of(best);
    row(out, "kernels", describe(kernels, best));
    Memory memory = Memory.now();
    row(
        out,
        "memory",
        "%s, %s free; Java heap up to %s"
            .formatted(gigabytes(memory.total), gigabytes(memory.free), gigabytes(memory.heap)));
    warn(jdk, kernels);
    warnings.forEach(warning -> row(out, "WARNING", warning));
    json.print(out, line -> write(line, jdk, found, steps, best, kernels, memory));
    return Failure.OK;
  }

  private record Jdk(String version, String vendor, String home, List<String> flags) {}

  private record Memory(long total, long free, long heap) {
    static Memory now() {
      var system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
      return new Memory(
          system.getTotalMemorySize(),
          system.getFreeMemorySize(),
          Runtime.getRuntime().maxMemory());
    }
  }

  private static Jdk jdk() {
    return new Jdk(
        Runtime.version().toString(),
        System.getProperty("java.vendor"),
        System.getProperty("java.home"),
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
            .filter(flag -> !flag.matches("-Dweft\\.(stderr|terminal|home)=.*")) // the script's own
            .toList());
  }

  private void warn(Jdk jdk, KernelCheck kernels) {
    if (Runtime.version().compareToIgnoreOptional(SOUND_JDK) < 0) {
      warnings.add(
          "JDK "
              + jdk.version
              + " has faults in its garbage collector and vector code that "
              + SOUND_JDK
              + " mended: update it");
    }
    if (ModuleLayer.boot().findModule("jdk.incubator.vector").isEmpty()) {
      warnings.add("there are no fast CPU kernels without --add-modules jdk.incubator.vector");
    }
    if (kernels.slow()) {
      warnings.add(
          "the kernels are slow: ask again while nothing else keeps the processor busy; a program of"
              + " your own needs the JVM flags that ./weft passes");
    }
  }

  private static String describe(Devices.Found found, Device best) {
    return switch (found.opened()) {
      case Available here ->
          here.device().name()
              + ": "
              + here.device().description()
              + (here.device() == best ? " (the default)" : "");
      case Unavailable none -> found.kind() + ": none, " + none.reason();
    };
  }

  private static String describe(KernelCheck kernels, Device device) {
    String speed =
        String.format(
            Locale.ROOT, "matrix product on %s %.1f GFLOP/s", device.name(), kernels.gflops());
    return kernels.peak() == 0
        ? speed
        : String.format(
            Locale.ROOT,
            "%s, %.0f %% of the %.0f that the hardware can do",
            speed,
            100 * kernels.gflops() / kernels.peak(),
            kernels.peak());
  }

  private void write(
      JsonGenerator line,
      Jdk jdk,
      List<Devices.Found> found,
      List<DeviceProvider.Step> steps,
      Device best,
      KernelCheck kernels,
      Memory memory)
      throws IOException {
    line.writeObjectFieldStart("jdk");
    line.writeStringField("version", jdk.version);
    line.writeStringField("vendor", jdk.vendor);
    line.writeStringField("home", jdk.home);
    line.writeArrayFieldStart("flags");
    for (String flag : jdk.flags) {
      line.writeString(flag);
    }
    line.writeEndArray();
    line.writeEndObject();
    line.writeArrayFieldStart("devices");
    for (Devices.Found device : found) {
      line.writeStartObject();
      line.writeStringField("kind", device.kind());
      switch (device.opened()) {
        case Available here -> {
          line.writeStringField("name", here.device().name());
          line.writeStringField("description", here.device().description());
          line.writeBooleanField("default", here.device() == best);
        }
        case Unavailable none -> line.writeStringField("reason", none.reason());
      }
      line.writeEndObject();
    }
    line.writeEndArray();
    line.writeArrayFieldStart("cuda");
    for (DeviceProvider.Step step : steps) {
      line.writeStartObject();
      line.writeStringField("step", step.name());
      line.writeBooleanField("ok", step.ok());
      line.writeStringField("text", step.text());
      line.writeEndObject();
    }
    line.writeEndArray();
    line.writeObjectFieldStart("kernels");
    line.writeNumberField("gflops", kernels.gflops());
    line.writeNumberField("peak", kernels.peak());
    line.writeBooleanField("slow", kernels.slow());
    line.writeEndObject();
    line.writeObjectFieldStart("memory");
    line.writeNumberField("total", memory.total);
    line.writeNumberField("free", memory.free);
    line.writeNumberField("heap", memory.heap);
    line.writeEndObject();
    line.writeArrayFieldStart("warnings");
    for (String warning : warnings) {
      line.writeString(warning);
    }
    line.writeEndArray();
  }

  private static void row(PrintWriter out, String name, String text) {
    out.printf("%-8s %s%n", name, text);
    out.flush();
  }

  private static String gigabytes(long bytes) {
    return String.format(Locale.ROOT, "%.1f GB", bytes / 1e9);
  }
}
