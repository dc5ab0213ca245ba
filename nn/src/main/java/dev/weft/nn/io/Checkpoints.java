package dev.weft.nn.io;

import dev.weft.nn.Resumable;
import dev.weft.nn.SavedState;
import dev.weft.nn.optim.EarlyStopping;
import dev.weft.nn.optim.Optimizer;
import dev.weft.tensor.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// The saves of a training in a folder: `save-000001`, `save-000002`, … Each holds
/// `model.safetensors`, `optimizer.safetensors`, `best.safetensors` where training may stop early,
/// and `state.json`.
///
/// A save is written aside, forced to the disk and then given its name at once, so that whatever
/// kills the process, every folder with such a name is complete; the oldest are removed only after
/// that.
public final class Checkpoints {
  private static final String MODEL = "model.safetensors";
  private static final String OPTIMIZER = "optimizer.safetensors";
  private static final String BEST = "best.safetensors";
  private static final Pattern SAVE = Pattern.compile("save-(\\d{6,9})");
  private static final String ASIDE = ".unfinished-";

  /// What is saved and resumed together.
  ///
  /// @param optimizer its parameters, buffers included, and its moments
  /// @param stopping its best weights; null when training doesn't stop early
  /// @param parts everything else that goes on: schedules, random counters, data, the loop
  public record Run(Optimizer optimizer, EarlyStopping stopping, List<Resumable> parts) {}

  private final Path folder;
  private final int keep;
  private final Disk disk;

  /// Saves in `folder`, of which the newest `keep` stay.
  public Checkpoints(Path folder, int keep) {
    this(folder, keep, Disk.REAL);
  }

  Checkpoints(Path folder, int keep, Disk disk) {
    if (keep < 1) {
      throw new IllegalArgumentException(
          "checkpoints: at least 1 save must be kept but keep is " + keep);
    }
    this.folder = folder;
    this.keep = keep;
    this.disk = disk;
  }

  /// The newest complete save, if there is one.
  public Optional<Path> latest() throws IOException {
    NavigableMap<Integer, Path> saves = saves();
    return saves.isEmpty() ? Optional.empty() : Optional.of(saves.lastEntry().getValue());
  }

  /// Saves a run. When it returns, the save is on the disk; when it throws, or the process dies,
  /// the last good save is still there.
  ///
  /// @return the folder of the save
  public Path save(Run run) throws IOException {
    disk.createFolder(folder);
    removeUnfinished();
    NavigableMap<Integer, Path> saves = saves();
    int number = saves.isEmpty() ? 1 : saves.lastKey() + 1;
    Path aside = folder.resolve(ASIDE + number);
    Path save = folder.resolve(String.format(Locale.ROOT, "save-%06d", number));
    disk.createFolder(aside);
    Map<String, Checksum> sums = new TreeMap<>();
    for (Map.Entry<String, Map<String, Tensor>> file : tensors(run).entrySet()) {
      sums.put(file.getKey(), write(aside.resolve(file.getKey()), file.getValue()));
    }
    try (Disk.Sink sink = disk.create(aside.resolve(StateFile.NAME))) {
      sink.write(ByteBuffer.wrap(new StateFile(sums, state(run)).bytes()));
      sink.force();
    }
    disk.forceFolder(aside);
    disk.rename(aside, save);
    disk.forceFolder(folder);
    saves.put(number, save);
    while (saves.size() > keep) {
      removeOldest(saves);
    }
    return save;
  }

  private Checksum write(Path file, Map<String, Tensor> tensors) throws IOException {
    try (Checksum.Sink sink = new Checksum.Sink(disk.create(file))) {
      SafetensorsWriter.write(sink, tensors, Map.of("format", "weft"));
      sink.force();
      return sink.sum();
    }
  }

  /// Makes a run what it was when it was saved. The run must be built as the saved one was; where
  /// names, shapes or kinds differ, or a file is damaged, this throws before any weight is changed.
  public void load(Path save, Run run) throws IOException {
    StateFile file = StateFile.read(save.resolve(StateFile.NAME));
    Map<String, Map<String, Tensor>> wanted = tensors(run);
    if (!file.files().keySet().equals(wanted.keySet())) {
      throw new IllegalArgumentException(
          save + ": holds " + file.files().keySet() + " but the run wants " + wanted.keySet());
    }
    String kind = file.state().getText("optimizer.kind");
    if (!kind.equals(kind(run.optimizer()))) {
      throw new IllegalArgumentException(
          save + ": was saved with " + kind + " but the run has " + kind(run.optimizer()));
    }
    List<TensorFiles> open = new ArrayList<>();
    try {
      for (Map.Entry<String, Checksum> entry : file.files().entrySet()) {
        Path path = save.resolve(entry.getKey());
        requireSum(path, entry.getValue());
        TensorFiles files = Safetensors.open(path);
        open.add(files);
        files.requireSame(wanted.get(entry.getKey()));
      }
      for (Resumable part : parts(run)) {
        part.resume(file.state());
      }
      run.optimizer().resume(file.state().getLong("optimizer.steps"));
      int next = 0;
      for (String name : file.files().keySet()) {
        open.get(next++).loadInto(wanted.get(name));
      }
    } finally {
      open.forEach(TensorFiles::close);
    }
    run.optimizer().parameters().changed();
  }

  private static void requireSum(Path path, Checksum wanted) throws IOException {
    if (!Files.exists(path)) {
      throw new MalformedFileException(path.toString(), "is missing");
    }
    Checksum sum = Checksum.of(path);
    if (!sum.equals(wanted)) {
      throw new MalformedFileException(
          path.toString(),
          "is damaged: it should have "
              + wanted.bytes()
              + " bytes with CRC-32C "
              + Long.toHexString(wanted.crc())
              + " but has "
              + sum.bytes()
              + " with "
              + Long.toHexString(sum.crc()));
    }
  }

  /// The tensors of each file of a run.
  private static Map<String, Map<String, Tensor>> tensors(Run run) {
    Optimizer optimizer = run.optimizer();
    Map<String, Map<String, Tensor>> files = new TreeMap<>();
    files.put(MODEL, WeightFiles.tensors(optimizer.parameters()));
    Map<String, Tensor> moments = new LinkedHashMap<>();
    optimizer
        .moments()
        .forEach(
            (name, flat) ->
                moments.putAll(WeightFiles.cut(name + ".", flat, optimizer.parameters(), false)));
    files.put(OPTIMIZER, moments);
    if (run.stopping() != null) {
      files.put(BEST, WeightFiles.cut("", run.stopping().best(), optimizer.parameters(), true));
    }
    return files;
  }

  private static SavedState state(Run run) {
    SavedState state = new SavedState();
    state.put("optimizer.kind", kind(run.optimizer()));
    state.put("optimizer.steps", run.optimizer().steps());
    for (Resumable part : parts(run)) {
      part.save(state);
    }
    return state;
  }

  private static List<Resumable> parts(Run run) {
    List<Resumable> parts = new ArrayList<>(run.parts());
    if (run.stopping() != null) {
      parts.add(run.stopping());
    }
    return parts;
  }

  private static String kind(Optimizer optimizer) {
    return optimizer.getClass().getSimpleName();
  }

  private NavigableMap<Integer, Path> saves() throws IOException {
    NavigableMap<Integer, Path> saves = new TreeMap<>();
    for (Path path : children(folder)) {
      var match = SAVE.matcher(path.getFileName().toString());
      if (match.matches()) {
        saves.put(Integer.valueOf(match.group(1)), path);
      }
    }
    return saves;
  }

  private void removeUnfinished() throws IOException {
    for (Path path : children(folder)) {
      if (path.getFileName().toString().startsWith(ASIDE)) {
        remove(path);
      }
    }
  }

  /// A save that is being removed loses its name first: it must not look complete.
  private void removeOldest(NavigableMap<Integer, Path> saves) throws IOException {
    var oldest = saves.pollFirstEntry();
    Path aside = folder.resolve(ASIDE + oldest.getKey());
    disk.rename(oldest.getValue(), aside);
    remove(aside);
  }

  private void remove(Path folder) throws IOException {
    for (Path file : children(folder)) {
      disk.delete(file);
    }
    disk.delete(folder);
  }

  private static List<Path> children(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> children = Files.list(folder)) {
      return children.toList();
    }
  }
}
