package dev.weft.nn.train;

import java.io.Console;
import java.time.Duration;
import java.util.Locale;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/// A progress bar with the present loss; silent where there is no terminal. It stands in the line
/// of the cursor: who prints a line meanwhile goes back to its start first.
public final class ProgressLine implements StepListener {
  private ProgressBar bar; // or null

  @Override
  @SuppressWarnings("SystemConsoleNull") // it is null again in JDK 25, without a terminal
  public void begin(long from, long total) {
    Console console = System.console();
    if (console != null && console.isTerminal()) {
      bar =
          new ProgressBarBuilder()
              .setTaskName("train")
              .setStyle(ProgressBarStyle.ASCII)
              .setConsumer(new ConsoleProgressBarConsumer(System.err))
              .setInitialMax(total)
              .startsFrom(from, Duration.ZERO)
              .build();
    }
  }

  @Override
  public void step(StepReport report) {
    if (bar != null) {
      bar.stepTo(report.step());
      bar.setExtraMessage(
          String.format(
              Locale.ROOT, " loss %.4f, %.0f tokens/s", report.loss(), report.tokensPerSecond()));
    }
  }

  @Override
  public void end() {
    if (bar != null) {
      bar.close();
      bar = null;
    }
  }
}
