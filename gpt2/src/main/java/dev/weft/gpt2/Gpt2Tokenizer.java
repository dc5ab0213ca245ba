package dev.weft.gpt2;

import com.knuddels.jtokkit.Encodings;
import com.knuddels.jtokkit.api.Encoding;
import com.knuddels.jtokkit.api.GptBytePairEncodingParams;
import dev.weft.decoding.Tokenizer;
import dev.weft.nn.io.ModelFolder;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Pattern;

/// GPT-2's byte-level tokenizer: any text becomes ids, and the ids the same text again.
///
/// The published vocabulary has 50,257 ids, of which the last is `<|endoftext|>`. A smaller one of
/// N ids has the first N − 1 of them, which are the earliest merges, and `<|endoftext|>` last.
public final class Gpt2Tokenizer implements Tokenizer {
  /// The token that ends a text.
  public static final String END_OF_TEXT = "<|endoftext|>";

  /// Ids of the published vocabulary.
  public static final int PUBLISHED_SIZE = 50257;

  /// How a text falls into words before pairs are merged: contractions; letters, digits or other
  /// signs, each with a space before; white space.
  static final Pattern WORDS =
      Pattern.compile(
          "'(?:[sdmt]|ll|ve|re)| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+",
          Pattern.UNICODE_CHARACTER_CLASS);

  private static final List<String> FILES = List.of("vocab.json", "merges.txt");
  private static final String OTHER = "tokenizer.json"; // all of a tokenizer, in another form

  private static final String RANKS = "/com/knuddels/jtokkit/r50k_base.tiktoken";

  private final byte[][] bytes; // of each id
  private final int endOfText;
  private final Function<String, int[]> encoder;

  private Gpt2Tokenizer(byte[][] bytes, int endOfText, Function<String, int[]> encoder) {
    this.bytes = bytes;
    this.endOfText = endOfText;
    this.encoder = encoder;
  }

  /// The published tokenizer.
  public static Gpt2Tokenizer published() {
    return first(PUBLISHED_SIZE);
  }

  /// The first `vocabularySize` − 1 ids of the published tokenizer, and `<|endoftext|>`; at least
  /// 257, so that every byte has an id.
  public static Gpt2Tokenizer first(int vocabularySize) {
    if (vocabularySize < 257 || vocabularySize > PUBLISHED_SIZE) {
      throw new IllegalArgumentException(
          "tokenizer: the vocabulary must have 257 … 50257 ids but has " + vocabularySize);
    }
    int end = vocabularySize - 1;
    byte[][] bytes = new byte[vocabularySize][];
    IdentityHashMap<byte[], Integer> ranks = new IdentityHashMap<>();
    readRanks(bytes, end);
    for (int id = 0; id < end; id++) {
      ranks.put(bytes[id], id);
    }
    bytes[end] = END_OF_TEXT.getBytes(StandardCharsets.UTF_8);
    String name = "gpt2-" + vocabularySize;
    Encoding encoding =
        Encodings.newLazyEncodingRegistry()
            .registerGptBytePairEncoding(
                new GptBytePairEncodingParams(name, WORDS, ranks, Map.of(END_OF_TEXT, end)))
            .getEncoding(name)
            .orElseThrow();
    return new Gpt2Tokenizer(bytes, end, text -> encoding.encodeOrdinary(text).toArray());
  }

  private static void readRanks(byte[][] bytes, int count) {
    try (InputStream in = Encodings.class.getResourceAsStream(RANKS);
        BufferedReader lines =
            new BufferedReader(new InputStreamReader(in, StandardCharsets.US_ASCII))) {
      for (int read = 0; read < count; read++) {
        String line = lines.readLine();
        int space = line.indexOf(' ');
        int rank = Integer.parseInt(line.substring(space + 1));
        bytes[rank] = Base64.getDecoder().decode(line.substring(0, space));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// The tokenizer of a model's folder: its own `vocab.json` and `merges.txt` where it has them,
  /// else the first `vocabularySize` ids of the published one. A model may have more ids than its
  /// files: a vocabulary is often padded, and no text has the ids that are left over.
  ///
  /// @throws IllegalArgumentException when there is only one of the two files, when they have more
  ///     ids than the model, and when there is a `tokenizer.json` instead, which is not read, and
  ///     the vocabulary is not of the published size
  public static Gpt2Tokenizer of(Path folder, int vocabularySize) throws IOException {
    if (!hasFiles(folder)) {
      requireNone(folder, vocabularySize);
      return first(vocabularySize);
    }
    Gpt2Tokenizer own = merging(BytePairs.read(folder));
    if (own.vocabularySize() > vocabularySize) {
      throw new IllegalArgumentException(
          folder
              + ": vocab.json has "
              + own.vocabularySize()
              + " pieces but the model's vocabulary has "
              + vocabularySize);
    }
    return own;
  }

  /// Throws when what the folder has shows that the published tokenizer isn't its own.
  private static void requireNone(Path folder, int vocabularySize) {
    for (String name : FILES) {
      if (Files.exists(folder.resolve(name))) {
        throw new IllegalArgumentException(
            folder + ": there is " + name + " but a tokenizer is " + String.join(" and ", FILES));
      }
    }
    if (vocabularySize != PUBLISHED_SIZE && Files.exists(folder.resolve(OTHER))) {
      throw new IllegalArgumentException(
          folder
              + ": the model has "
              + vocabularySize
              + " ids, not the published "
              + PUBLISHED_SIZE
              + ", and "
              + OTHER
              + " is not read: it needs its "
              + String.join(" and ", FILES));
    }
  }

  /// Whether the folder has a tokenizer of its own.
  public static boolean hasFiles(Path folder) {
    return FILES.stream().allMatch(name -> Files.exists(folder.resolve(name)));
  }

  /// Whether a folder has a tokenizer, or half of one, that is not the one of `from`.
  ///
  /// @param from a folder, or null
  public static boolean hasOtherFiles(Path folder, Path from) throws IOException {
    for (String name : FILES) {
      if (Files.exists(folder.resolve(name)) && !(from != null && same(name, folder, from))) {
        return true;
      }
    }
    return false;
  }

  private static boolean same(String name, Path a, Path b) throws IOException {
    return Files.exists(a.resolve(name))
        && Files.exists(b.resolve(name))
        && Files.mismatch(a.resolve(name), b.resolve(name)) < 0;
  }

  /// Gives a folder the tokenizer of another, where that has one of its own: a model's ids mean
  /// nothing without it, so that it goes before the weights. Each file is replaced at once.
  public static void copyFiles(Path from, Path to) throws IOException {
    if (hasFiles(from)) {
      for (String name : FILES) {
        if (!same(name, from, to)) {
          ModelFolder.write(to.resolve(name), Files.readAllBytes(from.resolve(name)));
        }
      }
    }
  }

  static Gpt2Tokenizer merging(BytePairs pairs) {
    int end = pairs.id(END_OF_TEXT);
    if (end < 0) {
      throw new IllegalArgumentException("vocab.json: there is no " + END_OF_TEXT);
    }
    return new Gpt2Tokenizer(pairs.bytes(), end, pairs::encode);
  }

  @Override
  public int vocabularySize() {
    return bytes.length;
  }

  @Override
  public int endOfText() {
    return endOfText;
  }

  /// The ids of a text, in which `<|endoftext|>` counts as ordinary text.
  @Override
  public int[] encode(String text) {
    return encoder.apply(text);
  }

  /// The ids of a text; with `special`, each `<|endoftext|>` in it is the end token.
  public int[] encode(String text, boolean special) {
    if (!special || !text.contains(END_OF_TEXT)) {
      return encode(text);
    }
    List<int[]> parts = new ArrayList<>();
    int from = 0;
    for (int at = text.indexOf(END_OF_TEXT); at >= 0; at = text.indexOf(END_OF_TEXT, from)) {
      parts.add(encode(text.substring(from, at)));
      parts.add(new int[] {endOfText});
      from = at + END_OF_TEXT.length();
    }
    parts.add(encode(text.substring(from)));
    return parts.stream().flatMapToInt(Arrays::stream).toArray();
  }

  @Override
  public String decode(int[] ids, boolean skipSpecialTokens) {
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    for (int id : ids) {
      text.writeBytes(bytesOf(id, skipSpecialTokens));
    }
    return text.toString(StandardCharsets.UTF_8);
  }

  byte[] bytes(int id) {
    return bytes[id].clone();
  }

  private byte[] bytesOf(int id, boolean skipSpecialTokens) {
    if (id < 0 || id >= bytes.length) {
      throw new IllegalArgumentException(
          "decode: id " + id + " is outside 0 … " + (bytes.length - 1));
    }
    return skipSpecialTokens && id == endOfText ? new byte[0] : bytes[id];
  }

  @Override
  public Decoder decoder(boolean skipSpecialTokens) {
    return new StreamingDecoder(skipSpecialTokens);
  }

  /// Bytes that are no whole character yet wait at the front of `waiting`.
  private final class StreamingDecoder implements Decoder {
    private final boolean skipSpecialTokens;
    private final CharsetDecoder utf8 =
        StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPLACE)
            .onUnmappableCharacter(CodingErrorAction.REPLACE);
    private byte[] waiting = new byte[0];

    StreamingDecoder(boolean skipSpecialTokens) {
      this.skipSpecialTokens = skipSpecialTokens;
    }

    @Override
    public String next(int id) {
      byte[] more = bytesOf(id, skipSpecialTokens);
      byte[] all = Arrays.copyOf(waiting, waiting.length + more.length);
      System.arraycopy(more, 0, all, waiting.length, more.length);
      return decode(all, false);
    }

    @Override
    public String end() {
      return decode(waiting, true);
    }

    private String decode(byte[] all, boolean end) {
      ByteBuffer in = ByteBuffer.wrap(all);
      CharBuffer out = CharBuffer.allocate(all.length + 1);
      utf8.reset();
      utf8.decode(in, out, end);
      if (end) {
        utf8.flush(out);
      }
      waiting = Arrays.copyOfRange(all, in.position(), all.length);
      return out.flip().toString();
    }
  }
}
