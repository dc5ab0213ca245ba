package dev.weft.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.weft.examples.GradientFlow;
import dev.weft.examples.GradientFlow.Flow;
import dev.weft.nn.optim.NotFiniteException;
import dev.weft.rnn.GradientMicroscope.Gate;
import dev.weft.tensor.Device;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `weft show gradients`: how far back through time the gradients of several networks reach.
@Command(
    name = "gradients",
    sortOptions = false,
    description = {
      "Show how gradients vanish and explode on their way back through time.",
      "",
      "For each network, untrained, the norm of the gradient of a loss of the last step by the"
          + " state of earlier steps, the share of saturated gates (a sigmoid below 0.05 or above"
          + " 0.95, a tanh beyond 0.9, a ReLU at 0), and the norm of all weight gradients before and"
          + " after clipping to 1. Every norm is 1 at the last step."
    })
final class ShowGradients implements Callable<Integer> {
  private static final int COLUMNS = 5;

  @Spec private CommandSpec spec;

  @Option(
      names = "--steps",
      paramLabel = "N",
      defaultValue = "50",
      description = "Steps of the sequence, at least 2 (${DEFAULT-VALUE}).")
  private int steps;

  @Option(
      names = "--hidden",
      paramLabel = "N",
      defaultValue = "64",
      description = "Units of each network (${DEFAULT-VALUE}).")
  private int hidden;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "1",
      description = "Of weights and inputs (${DEFAULT-VALUE}).")
  private long seed;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "Also draw gradients.png and gradients.svg there.")
  private Path out;

  @Mixin private DeviceOptions devices;
  @Mixin private JsonOption json;

  @Override
  public Integer call() throws IOException {
    Require.that(steps >= 2, "--steps must be at least 2 but is " + steps);
    Require.atLeastOne("--hidden", hidden);
    GradientFlow flow = new GradientFlow(steps, hidden, seed);
    List<Flow> flows = flows(flow, devices.open());
    PrintWriter text = spec.commandLine().getOut();
    table(text, flows);
    if (out != null) {
      try {
        GradientFlow.chart(flows).write(out, "gradients");
      } catch (IOException e) {
        throw Failure.user("--out " + out + " cannot be used: " + Reasons.of(e), e);
      }
      text.println("the picture is " + out.resolve("gradients.png"));
    }
    text.flush();
    json.print(text, line -> write(line, flows));
    return Failure.OK;
  }

  private List<Flow> flows(GradientFlow flow, Device device) {
    try {
      return flow.of(device);
    } catch (NotFiniteException e) {
      throw Failure.user(
          "--steps " + steps + ": a gradient explodes beyond what F32 holds; take fewer steps", e);
    } catch (IllegalArgumentException | ArithmeticException e) {
      throw Failure.user(
          "--steps " + steps + " and --hidden " + hidden + " are too many: " + e.getMessage(), e);
    }
  }

  private void table(PrintWriter text, List<Flow> flows) {
    int name = flows.stream().mapToInt(flow -> flow.name().length()).max().orElseThrow();
    int columns = Math.min(COLUMNS, steps);
    text.print(" ".repeat(name));
    for (int i = 0; i < columns; i++) {
      text.print(String.format(Locale.ROOT, "  %8s", "t=" + step(i, columns)));
    }
    text.println("  weights  clipped  saturated");
    for (Flow flow : flows) {
      text.print(flow.name() + " ".repeat(name - flow.name().length()));
      for (int i = 0; i < columns; i++) {
        text.print(String.format(Locale.ROOT, "  %8.1e", flow.norms()[step(i, columns)]));
      }
      text.print(String.format(Locale.ROOT, "  %7.1e  %7.3g ", flow.norm(), flow.clipped()));
      for (Gate gate : flow.gates()) {
        text.print(String.format(Locale.ROOT, " %s %.0f%%", gate.name(), 100 * gate.saturated()));
      }
      text.println();
    }
  }

  private int step(int column, int columns) {
    return (int) Math.round((double) column * (steps - 1) / (columns - 1));
  }

  private static void write(JsonGenerator line, List<Flow> flows) throws IOException {
    line.writeArrayFieldStart("networks");
    for (Flow flow : flows) {
      line.writeStartObject();
      line.writeStringField("name", flow.name());
      line.writeFieldName("norms");
      line.writeArray(flow.norms(), 0, flow.norms().length);
      line.writeNumberField("weight_gradient_norm", flow.norm());
      line.writeNumberField("clipped_norm", flow.clipped());
      line.writeObjectFieldStart("saturated");
      for (Gate gate : flow.gates()) {
        line.writeNumberField(gate.name(), gate.saturated());
      }
      line.writeEndObject();
      line.writeEndObject();
    }
    line.writeEndArray();
  }
}
