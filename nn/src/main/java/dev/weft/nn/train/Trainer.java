package dev.weft.nn.train;

import dev.weft.nn.Layer;
import dev.weft.nn.Noise;
import dev.weft.nn.Resumable;
import dev.weft.nn.SavedState;
import dev.weft.nn.io.Checkpoints;
import dev.weft.nn.optim.Clip;
import dev.weft.nn.optim.EarlyStopping;
import dev.weft.nn.optim.NotFiniteException;
import dev.weft.nn.optim.Optimizer;
import dev.weft.nn.optim.ReduceOnPlateau;
import dev.weft.nn.optim.Schedule;
import dev.weft.tensor.Grad;
import dev.weft.tensor.Ops;
import dev.weft.tensor.ParameterSet;
import dev.weft.tensor.Scope;
import dev.weft.tensor.Tape;
import dev.weft.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The training loop: batches, accumulation, clip, optimizer, schedule, evaluation, early stopping,
/// saves. A resumed run gives the losses of the unbroken one to the last bit, if its objective
/// does.
///
/// ```java
/// new Trainer(model, new AdamW(parameters), Schedule.cosine(3e-4, 3e-5, 100, 2000), objective)
///     .clip(1).noise(noise).evaluate(validation, 20, 100)
///     .checkpoints(new Checkpoints(folder, 3), 500)
///     .listen(StepLog.csv(folder.resolve("train.csv"))).listen(new ProgressLine())
///     .train(2000);
/// ```
public final class Trainer {
  /// How a training ended.
  ///
  /// @param steps steps done, those before a resume included
  /// @param loss loss of the last step; NaN when there was none
  /// @param stopped whether it stopped early; the best weights are then in place
  public record Result(long steps, double loss, boolean stopped) {}

  private final Layer model;
  private final Optimizer optimizer;
  private final ParameterSet parameters;
  private final Schedule schedule;
  private final Objective objective;
  private final List<StepListener> listeners = new ArrayList<>();
  private final List<Resumable> parts = new ArrayList<>();
  private int accumulation = 1;
  private double clip = Double.POSITIVE_INFINITY;
  private double clipValues = Double.POSITIVE_INFINITY;
  private Noise noise = new Noise(0);
  private Objective validation;
  private int validationBatches;
  private long evaluateEvery = Long.MAX_VALUE;
  private EarlyStopping stopping;
  private Checkpoints checkpoints;
  private long saveEvery = Long.MAX_VALUE;
  private long step;

  /// A training of the optimizer's parameters with one batch a step and nothing else.
  public Trainer(Layer model, Optimizer optimizer, Schedule schedule, Objective objective) {
    this.model = model;
    this.optimizer = optimizer;
    this.parameters = optimizer.parameters();
    this.schedule = schedule;
    this.objective = objective;
    parts.add(new Position());
    if (schedule instanceof Resumable resumable) {
      parts.add(resumable);
    }
    if (objective instanceof Resumable resumable) {
      parts.add(resumable);
    }
  }

  /// Adds up the gradients of so many batches before each step, as if they were one: the loss is
  /// the mean of theirs, weighted by tokens.
  public Trainer accumulate(int batches) {
    accumulation = Math.toIntExact(positive("accumulation", batches));
    return this;
  }

  /// Limits the norm of the gradients; see [Clip#globalNorm].
  public Trainer clip(double norm) {
    clip = norm;
    return this;
  }

  /// Moves every gradient into [−limit, limit], before [#clip] where both are set; see
  /// [Clip#value]. The norm that is reported is the one before either.
  public Trainer clipValues(double limit) {
    clipValues = limit;
    return this;
  }

  /// The counters that the model's dropout layers were given, which the trainer sets to each step.
  /// A model that drops out needs this call: without it, its counters stay at step 0 and go on
  /// counting draws, so that a resumed run draws other masks than the unbroken one.
  public Trainer noise(Noise counters) {
    noise = counters;
    return part(counters);
  }

  /// Adds something to the saves: a data cursor, say. Schedule and objective are in them already
  /// where they have a state.
  public Trainer part(Resumable part) {
    parts.add(part);
    return this;
  }

  /// Evaluates the first `batches` batches of an objective every so many steps, in evaluation mode
  /// and without recording; the loss is their mean, weighted by tokens.
  public Trainer evaluate(Objective objective, int batches, long every) {
    validation = objective;
    validationBatches = Math.toIntExact(positive("evaluation batches", batches));
    evaluateEvery = positive("evaluateEvery", every);
    return this;
  }

  /// Stops when the evaluation's loss no longer falls, and restores the best weights.
  public Trainer stopEarly(EarlyStopping stopping) {
    this.stopping = stopping;
    return this;
  }

  /// Saves every so many steps, and at the end.
  public Trainer checkpoints(Checkpoints checkpoints, long every) {
    this.checkpoints = checkpoints;
    this.saveEvery = positive("saveEvery", every);
    return this;
  }

  /// Adds a log, a progress bar or a callback.
  public Trainer listen(StepListener listener) {
    listeners.add(listener);
    return this;
  }

  /// Goes on from the newest save of [#checkpoints], if there is one.
  ///
  /// @return the steps that are done
  public long resume() throws IOException {
    if (checkpoints == null) {
      throw new IllegalStateException("trainer: resume needs checkpoints(…) first");
    }
    Optional<Path> latest = checkpoints.latest();
    if (latest.isPresent()) {
      checkpoints.load(latest.get(), run());
    }
    return step;
  }

  /// Trains until `steps` steps are done, those before a resume included, or early stopping ends
  /// it. The model is left in evaluation mode.
  ///
  /// @throws NotFiniteException when a loss or a gradient is not finite
  /// @throws IllegalStateException when early stopping or a [ReduceOnPlateau] waits for evaluations
  ///     that there are none of
  public Result train(long steps) throws IOException {
    requireEvaluated();
    double loss = Double.NaN;
    try {
      for (StepListener listener : listeners) {
        listener.begin(step, steps);
      }
      model.train();
      while (step < steps && !stopped()) {
        StepReport report = step();
        loss = report.loss();
        for (StepListener listener : listeners) {
          listener.step(report);
        }
        if (checkpoints != null && (step % saveEvery == 0 || step == steps || stopped())) {
          checkpoints.save(run());
        }
      }
    } finally {
      model.eval();
      for (StepListener listener : listeners) {
        listener.end();
      }
    }
    if (stopped()) {
      stopping.restore();
    }
    return new Result(step, loss, stopped());
  }

  /// Puts the weights of the best evaluation in place, where early stopping watches and there was
  /// one: for a training whose steps ran out before its patience. Training on from there is no
  /// longer the unbroken run.
  ///
  /// @return whether it did
  public boolean restoreBest() {
    boolean seen = stopping != null && stopping.bestCheck() >= 0;
    if (seen) {
      stopping.restore();
    }
    return seen;
  }

  private void requireEvaluated() {
    boolean plateau = schedule instanceof ReduceOnPlateau;
    if (validation == null && (plateau || stopping != null)) {
      throw new IllegalStateException(
          "trainer: "
              + (plateau ? "a ReduceOnPlateau" : "stopEarly(…)")
              + " goes by the losses of evaluations, but there are none without evaluate(…)");
    }
  }

  private boolean stopped() {
    return stopping != null && stopping.stopped();
  }

  private StepReport step() {
    long began = System.nanoTime();
    long tokens = 0;
    long first = 0; // tokens of the first batch
    double loss = 0;
    noise.begin(step);
    parameters.zeroGrad();
    for (int i = 0; i < accumulation; i++) {
      try (Tape tape = new Tape()) {
        Objective.Batch batch = objective.loss(step * accumulation + i);
        first = i == 0 ? batch.tokens() : first;
        double weight = (double) batch.tokens() / first;
        loss += weight * finite(batch.loss().item());
        tokens += batch.tokens();
        Tensor share =
            accumulation == 1 ? batch.loss() : Ops.scale(batch.loss(), weight / accumulation);
        tape.backward(share);
      }
    }
    double weights = (double) tokens / first;
    scaleGradients(accumulation / weights);
    double norm = clipped();
    double rate = schedule.at(step);
    optimizer.step(rate);
    step++;
    double seconds = (System.nanoTime() - began) / 1e9;
    double evaluation = validation != null && step % evaluateEvery == 0 ? evaluated() : Double.NaN;
    return new StepReport(step, loss / weights, rate, norm, tokens / seconds, evaluation);
  }

  /// The norm of the gradients before they are clipped, as they then are.
  private double clipped() {
    if (clipValues == Double.POSITIVE_INFINITY) {
      return clip == Double.POSITIVE_INFINITY
          ? Clip.norm(parameters)
          : Clip.globalNorm(parameters, clip);
    }
    double norm = Clip.value(parameters, clipValues);
    if (clip < Double.POSITIVE_INFINITY) {
      Clip.globalNorm(parameters, clip);
    }
    return norm;
  }

  /// Makes the sum over batches of unequal size their mean; for equal ones the factor is 1.
  private void scaleGradients(double factor) {
    if (factor != 1) {
      Tensor gradients = parameters.gradients();
      gradients.kernels().affine(Grad.into(gradients), gradients, factor, 0);
    }
  }

  private double finite(double loss) {
    if (!Double.isFinite(loss)) {
      throw new NotFiniteException(
          "trainer: the loss of step "
              + (step + 1)
              + " is "
              + loss
              + "; lower the learning rate, clip, or look at the batch");
    }
    return loss;
  }

  private double evaluated() {
    double sum = 0;
    long tokens = 0;
    model.eval();
    for (int i = 0; i < validationBatches; i++) {
      try (Scope _ = Scope.noGrad()) {
        Objective.Batch batch = validation.loss(i);
        sum += batch.loss().item() * batch.tokens();
        tokens += batch.tokens();
      }
    }
    model.train();
    double loss = sum / tokens;
    if (schedule instanceof ReduceOnPlateau plateau) {
      plateau.observe(loss);
    }
    if (stopping != null) {
      stopping.observe(loss);
    }
    return loss;
  }

  private Checkpoints.Run run() {
    return new Checkpoints.Run(optimizer, stopping, parts);
  }

  private static long positive(String what, long value) {
    if (value < 1) {
      throw new IllegalArgumentException(
          "trainer: " + what + " must be at least 1 but is " + value);
    }
    return value;
  }

  /// Where the loop stands; the number of the next batch follows from it.
  private final class Position implements Resumable {
    @Override
    public void save(SavedState state) {
      state.put("trainer.step", step);
      state.put("trainer.accumulation", accumulation);
    }

    @Override
    public void resume(SavedState state) {
      long saved = state.getLong("trainer.accumulation");
      if (saved != accumulation) {
        throw new IllegalStateException(
            "trainer: the saved run accumulates "
                + saved
                + " batches a step but this one "
                + accumulation);
      }
      step = state.getLong("trainer.step");
    }
  }
}
