package dev.weft.gpt2;

import dev.weft.tensor.Philox;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;

/// Text files as token ids, dealt into a training and a validation part.
///
/// Each file is cut into pieces at white space, of about [#PIECE] characters or, in a short text,
/// of the validation share; a share of the pieces, drawn by the seed, is for validation. Pieces
/// keep their order, and a file's last training piece is followed by the end token.
///
/// @param training ids to train on, one after another
/// @param validation ids never trained on
public record Corpus(int[] training, int[] validation) {
  static final int PIECE = 20_000;

  private static final int SHORTEST_PIECE = 200;

  /// Reads UTF-8 files, and the `.txt` files of folders in the order of their names.
  ///
  /// @param encode turns text into ids
  /// @param endToken put after each file
  /// @param validationShare of the pieces, in [0, 1)
  /// @throws IllegalArgumentException naming the file that is not UTF-8, or folders without text
  public static Corpus read(
      List<Path> paths,
      Function<String, int[]> encode,
      int endToken,
      double validationShare,
      long seed)
      throws IOException {
    if (!(validationShare >= 0 && validationShare < 1)) {
      throw new IllegalArgumentException(
          "corpus: the validation share must lie in [0, 1) but is " + validationShare);
    }
    List<String> texts = new ArrayList<>();
    long characters = 0;
    for (Path path : files(paths)) {
      texts.add(text(path));
      characters += texts.getLast().length();
    }
    int piece = (int) Math.clamp(validationShare * characters, SHORTEST_PIECE, PIECE);
    List<List<String>> files = new ArrayList<>();
    int pieces = 0;
    for (String text : texts) {
      List<String> cut = pieces(text, piece);
      files.add(cut);
      pieces += cut.size();
    }
    boolean[] held = deal(pieces, validationShare, seed);
    Ids training = new Ids();
    Ids validation = new Ids();
    int next = 0;
    for (List<String> file : files) {
      for (String text : file) {
        (held[next++] ? validation : training).add(encode.apply(text));
      }
      training.add(endToken);
    }
    return new Corpus(training.toArray(), validation.toArray());
  }

  /// Row r of the batch of a step: `length` + 1 consecutive ids from a place drawn by (seed, step,
  /// r). The same step gives the same batch, so that the step is all that resuming has to know.
  public static int[][] batch(int[] ids, int rows, int length, long seed, int step) {
    if (ids.length < length + 1) {
      throw new IllegalArgumentException(
          "corpus: " + ids.length + " tokens are too few for rows of " + length + " and a target");
    }
    int[][] batch = new int[rows][];
    for (int row = 0; row < rows; row++) {
      var random = new Philox(seed, Philox.Purpose.SHUFFLE, step, row);
      int start = random.nextInt(ids.length - length);
      batch[row] = Arrays.copyOfRange(ids, start, start + length + 1);
    }
    return batch;
  }

  /// Consecutive windows of `length` + 1 ids, each beginning with the last id of the one before; at
  /// most `limit`.
  public static int[][] windows(int[] ids, int length, int limit) {
    int count = Math.min(limit, Math.max(0, (ids.length - 1) / length));
    int[][] windows = new int[count][];
    for (int i = 0; i < count; i++) {
      windows[i] = Arrays.copyOfRange(ids, i * length, (i + 1) * length + 1);
    }
    return windows;
  }

  /// A file as text; throws, naming it, when it is not UTF-8.
  public static String text(Path path) throws IOException {
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(Files.readAllBytes(path)))
          .toString();
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException("corpus: " + path + " is not UTF-8 text", e);
    }
  }

  private static List<Path> files(List<Path> paths) throws IOException {
    List<Path> files = new ArrayList<>();
    for (Path path : paths) {
      if (!Files.isDirectory(path)) {
        files.add(path);
        continue;
      }
      try (Stream<Path> list = Files.list(path)) {
        list.filter(file -> file.toString().endsWith(".txt")).sorted().forEach(files::add);
      }
    }
    if (files.isEmpty()) {
      throw new IllegalArgumentException("corpus: no .txt file in " + paths);
    }
    return files;
  }

  static List<String> pieces(String text, int length) {
    List<String> pieces = new ArrayList<>();
    int from = 0;
    while (from < text.length()) {
      int to = Math.min(text.length(), from + length);
      while (to < text.length() && !Character.isWhitespace(text.charAt(to))) {
        to++;
      }
      pieces.add(text.substring(from, to));
      from = to;
    }
    return pieces;
  }

  private static boolean[] deal(int pieces, double share, long seed) {
    boolean[] held = new boolean[pieces];
    int[] order = new Philox(seed, Philox.Purpose.SHUFFLE, -1, 0).permutation(pieces);
    int count = Math.min((int) Math.ceil(share * pieces), Math.max(0, pieces - 1));
    for (int i = 0; i < count; i++) {
      held[order[i]] = true;
    }
    return held;
  }

  /// A growing array.
  private static final class Ids {
    private int[] ids = new int[1 << 16];
    private int size;

    void add(int... more) {
      if (size + more.length > ids.length) {
        ids = Arrays.copyOf(ids, Math.max(size + more.length, ids.length * 2));
      }
      System.arraycopy(more, 0, ids, size, more.length);
      size += more.length;
    }

    int[] toArray() {
      return Arrays.copyOf(ids, size);
    }
  }
}
