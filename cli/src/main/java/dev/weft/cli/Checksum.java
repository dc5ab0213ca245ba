package dev.weft.cli;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;

/// What the bytes of a file must hash to.
///
/// @param kind how the hash is made
/// @param hex the hash in lower case
record Checksum(Kind kind, String hex) {

  /// How a hash is made.
  enum Kind {
    /// SHA-256 of the content, 64 hex digits: what a model hub names for its large files.
    SHA256("SHA-256"),
    /// The id of a blob in git, SHA-1 of `blob SIZE\0` and the content, 40 hex digits: what a model
    /// hub names for its small files.
    GIT_BLOB("SHA-1");

    private final String algorithm;

    Kind(String algorithm) {
      this.algorithm = algorithm;
    }
  }

  /// The hash that an entity tag is, or null: many servers' tags are not hashes.
  static Checksum ofTag(String tag) {
    String value = tag.startsWith("W/") ? tag.substring(2) : tag;
    value = value.replace("\"", "").strip();
    return value.length() == 40 && isHex(value)
        ? new Checksum(Kind.GIT_BLOB, value.toLowerCase(Locale.ROOT))
        : ofSha256(value);
  }

  /// The first word of a `.sha256` file, or null when that is no SHA-256.
  static Checksum ofSha256(String text) {
    String word = text.strip().split("\\s", 2)[0];
    return word.length() == 64 && isHex(word)
        ? new Checksum(Kind.SHA256, word.toLowerCase(Locale.ROOT))
        : null;
  }

  /// A digest that is to be fed with a content of `size` bytes.
  MessageDigest start(long size) {
    try {
      MessageDigest digest = MessageDigest.getInstance(kind.algorithm);
      if (kind == Kind.GIT_BLOB) {
        digest.update(("blob " + size + "\0").getBytes(StandardCharsets.US_ASCII));
      }
      return digest;
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has " + kind.algorithm, e);
    }
  }

  /// Whether the digest, which this ends, is the hash.
  boolean matches(MessageDigest digest) {
    return HexFormat.of().formatHex(digest.digest()).equals(hex);
  }

  /// What a person reads: `SHA-256` or `SHA-1 (git)`.
  String label() {
    return kind == Kind.SHA256 ? kind.algorithm : kind.algorithm + " (git)";
  }

  private static boolean isHex(String text) {
    return text.chars().allMatch(c -> Character.digit(c, 16) >= 0 && c < 128);
  }
}
