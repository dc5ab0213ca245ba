package dev.weft.decoding;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicReference;

/// The books of a session: which ids its rows hold, who uses it, and whether its last step failed.
/// A model's session keeps one and asks it before it computes anything, so that misuse is found in
/// one place and told in the same words everywhere.
///
/// ```java
/// ledger.beginFeed(tokens);            // throws before anything is computed
/// boolean done = false;
/// try {
///   …                                  // compute
///   done = true;
/// } finally {
///   ledger.endFeed(tokens, done);      // the rows grow only now
/// }
/// ```
public final class SessionLedger {
  private final LanguageModel model;
  private final AtomicReference<Thread> user = new AtomicReference<>();
  private final TokenTree held = new TokenTree();
  private int[] newest; // of each row in the tree
  private int[] lengths;
  private boolean failed;
  private volatile boolean closed;

  /// Books of `rows` empty rows; throws unless there is at least one.
  public SessionLedger(LanguageModel model, int rows) {
    if (rows < 1) {
      throw new IllegalArgumentException("session: rows must be at least 1 but is " + rows);
    }
    this.model = model;
    this.newest = new int[rows];
    this.lengths = new int[rows];
    Arrays.fill(newest, TokenTree.ROOT);
  }

  /// The session's model.
  public LanguageModel model() {
    return model;
  }

  /// Rows held now.
  public int rows() {
    return lengths.length;
  }

  /// Tokens that a row holds.
  public int position(int row) {
    requireRow("position", row);
    return lengths[row];
  }

  /// A copy of the ids that a row holds.
  public int[] tokens(int row) {
    requireRow("tokens", row);
    return held.path(newest[row], lengths[row]);
  }

  /// The calling thread begins to use the session; throws when it is closed or another thread is in
  /// it. Each call that returns is followed by [#end].
  public void begin(String op) {
    Thread thread = Thread.currentThread();
    if (!user.compareAndSet(null, thread)) {
      throw new IllegalStateException(
          op + ": thread " + user.get().getName() + " is using the session; " + this);
    }
    if (closed) {
      user.set(null);
      throw new IllegalStateException(op + ": the session is closed; " + this);
    }
  }

  /// The calling thread is done.
  public void end() {
    user.set(null);
  }

  /// [#begin], and throws when `tokens` cannot be appended: a failed step before, another number of
  /// rows, an empty row, an id outside the vocabulary, more than the context.
  public void beginFeed(int[][] tokens) {
    begin("feed");
    boolean allowed = false;
    try {
      checkFeed(tokens);
      allowed = true;
    } finally {
      if (!allowed) {
        end();
      }
    }
  }

  private void checkFeed(int[][] tokens) {
    if (failed) {
      throw new IllegalStateException(
          "feed: the last step failed; truncate the session to go on from there; " + this);
    }
    if (tokens.length != rows()) {
      throw new IllegalArgumentException(
          "feed: "
              + tokens.length
              + " rows of tokens for a session of "
              + rows()
              + " rows; "
              + this);
    }
    for (int r = 0; r < tokens.length; r++) {
      if (tokens[r].length == 0) {
        throw new IllegalArgumentException(
            "feed: row " + r + " has no tokens; each row needs at least one");
      }
      for (int id : tokens[r]) {
        if (id < 0 || id >= model.vocabularySize()) {
          throw new IllegalArgumentException(
              "feed: id "
                  + id
                  + " in row "
                  + r
                  + " is outside 0 … "
                  + (model.vocabularySize() - 1));
        }
      }
      long wanted = (long) lengths[r] + tokens[r].length;
      if (wanted > model.contextLength()) {
        throw new IllegalArgumentException(
            "feed: row "
                + r
                + " holds "
                + lengths[r]
                + " tokens and gets "
                + tokens[r].length
                + " more, "
                + wanted
                + " in all, but the context is "
                + model.contextLength()
                + "; truncate it or open a new session");
      }
    }
  }

  /// Ends a feed: appends the tokens when the step was done, else marks the session failed.
  public void endFeed(int[][] tokens, boolean done) {
    if (done) {
      for (int r = 0; r < tokens.length; r++) {
        for (int id : tokens[r]) {
          newest[r] = held.add(newest[r], id);
        }
        lengths[r] += tokens[r].length;
      }
    }
    failed = !done;
    end();
  }

  /// Throws unless `parents` can be the new rows; to be called before anything moves.
  public void checkReorder(int[] parents) {
    if (parents.length < 1 || parents.length > rows()) {
      throw new IllegalArgumentException(
          "reorder: " + parents.length + " parents for " + rows() + " rows; 1 … " + rows());
    }
    for (int parent : parents) {
      requireRow("reorder", parent);
    }
  }

  /// Row i becomes what row parents[i] was.
  public void reorder(int[] parents) {
    int[] nodes = new int[parents.length];
    int[] positions = new int[parents.length];
    for (int i = 0; i < parents.length; i++) {
      nodes[i] = newest[parents[i]];
      positions[i] = lengths[parents[i]];
    }
    newest = nodes;
    lengths = positions;
  }

  /// Whether `parents` changes nothing at all.
  public boolean isIdentity(int[] parents) {
    for (int i = 0; i < parents.length; i++) {
      if (parents[i] != i) {
        return false;
      }
    }
    return parents.length == rows();
  }

  /// Shortens every row, and makes a session usable again whose last step failed.
  public void truncate(int position) {
    if (position < 0) {
      throw new IllegalArgumentException("truncate: position must be ≥ 0 but is " + position);
    }
    for (int r = 0; r < lengths.length; r++) {
      for (; lengths[r] > position; lengths[r]--) {
        newest[r] = held.parent(newest[r]);
      }
    }
    failed = false;
  }

  /// Books of `rows` copies of the one row; throws when there are more or the last step failed.
  public SessionLedger fork(int rows) {
    if (rows() != 1 || failed) {
      throw new IllegalStateException(
          "fork: only a session of one row, none of whose steps failed, forks; " + this);
    }
    SessionLedger copy = new SessionLedger(model, rows);
    int node = TokenTree.ROOT;
    for (int id : tokens(0)) {
      node = copy.held.add(node, id);
    }
    Arrays.fill(copy.newest, node);
    Arrays.fill(copy.lengths, lengths[0]);
    return copy;
  }

  /// Marks the session closed; returns whether it was open.
  public boolean close() {
    if (closed) {
      return false;
    }
    begin("close");
    closed = true;
    end();
    return true;
  }

  private void requireRow(String op, int row) {
    if (row < 0 || row >= rows()) {
      throw new IndexOutOfBoundsException(
          op + ": row " + row + " of a session of " + rows() + " rows");
    }
  }

  @Override
  public String toString() {
    return "the session of " + model + " holds " + Arrays.toString(lengths) + " tokens";
  }
}
