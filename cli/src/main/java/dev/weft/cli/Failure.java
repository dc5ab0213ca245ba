package dev.weft.cli;

/// The end of a command for a reason that is said in one sentence, without a stack trace.
final class Failure extends RuntimeException {
  private static final long serialVersionUID = 1;

  /// Done.
  static final int OK = 0;

  /// Weft, the machine or the network failed.
  static final int FAILED = 1;

  /// The command as it was given cannot work.
  static final int USAGE = 2;

  private final int exitCode;

  private Failure(int exitCode, String sentence, Throwable cause) {
    super(sentence, cause);
    this.exitCode = exitCode;
  }

  /// The user can mend it: the sentence says how.
  static Failure user(String sentence) {
    return new Failure(USAGE, sentence, null);
  }

  /// The user can mend it: the sentence says how.
  static Failure user(String sentence, Throwable cause) {
    return new Failure(USAGE, sentence, cause);
  }

  /// Something outside the command failed.
  static Failure outside(String sentence, Throwable cause) {
    return new Failure(FAILED, sentence, cause);
  }

  int exitCode() {
    return exitCode;
  }
}
