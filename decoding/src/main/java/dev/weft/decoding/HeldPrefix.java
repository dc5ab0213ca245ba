package dev.weft.decoding;

import java.util.Arrays;

/// The rule for callers that pass a whole history together with a session: what the session holds
/// must be a proper prefix of it.
final class HeldPrefix {
  private HeldPrefix() {}

  /// The ids of `history` that the session hasn't seen: at least one. Throws, with both lists and
  /// the first difference, when the ids held are no proper prefix.
  static int[] missing(LanguageModel.Session session, int[] history) {
    if (session.rows() != 1) {
      throw new IllegalArgumentException("session: one row is wanted but it has " + session.rows());
    }
    int[] held = session.tokens(0);
    int difference = Arrays.mismatch(held, history);
    if (difference != held.length) {
      throw new IllegalArgumentException(
          "session: the ids it holds must be a proper prefix of the whole history; "
              + (difference < 0 ? "they are equal" : "the first difference is at " + difference)
              + "; held "
              + Arrays.toString(held)
              + ", history "
              + Arrays.toString(history)
              + "; pass the whole history each time, or open a new session");
    }
    return Arrays.copyOfRange(history, held.length, history.length);
  }

  /// Throws when the session belongs to another model.
  static void requireSameModel(LanguageModel model, LanguageModel.Session session) {
    if (session.model() != model) {
      throw new IllegalArgumentException(
          "session: it belongs to " + session.model() + " but was passed with " + model);
    }
  }
}
