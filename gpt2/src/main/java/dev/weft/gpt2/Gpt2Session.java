package dev.weft.gpt2;

import dev.weft.decoding.LanguageModel;
import dev.weft.decoding.Readout;
import dev.weft.decoding.SessionLedger;
import dev.weft.tensor.DType;
import dev.weft.tensor.Device;
import dev.weft.tensor.Grad;
import dev.weft.tensor.KeyValueCache;
import dev.weft.tensor.Owner;
import dev.weft.tensor.Scope;
import dev.weft.tensor.Shape;
import dev.weft.tensor.Tensor;
import dev.weft.tensor.Weight;
import java.util.Arrays;

/// Sequences of one model with the keys and values of all their tokens. The cache grows by doubling
/// up to the context.
final class Gpt2Session implements LanguageModel.Session {
  /// Tokens of one pass through the blocks: bounds what a long prompt needs in activations.
  private static final int CHUNK = 512;

  private static final int FIRST_CAPACITY = 4 * Weight.PANEL;

  private final Gpt2Inference model;
  private final Gpt2Config config;
  private final Device device;
  private final SessionLedger ledger;
  private final int cacheRows;
  private final Owner owner = new Owner("gpt2 session");
  private final KeyValueCache[] caches; // by layer; null before the first feed
  private Tensor logits; // of the last feed, unless a step made them
  private DecodeStep step; // for the present rows and caches; null before the first

  Gpt2Session(Gpt2Inference model, int rows) {
    this(model, new SessionLedger(model, rows));
  }

  private Gpt2Session(Gpt2Inference model, SessionLedger ledger) {
    this.model = model;
    this.config = model.config();
    this.device = model.device();
    this.ledger = ledger;
    this.cacheRows = ledger.rows();
    this.caches = new KeyValueCache[config.layers()];
  }

  @Override
  public LanguageModel model() {
    return model;
  }

  @Override
  public int rows() {
    return ledger.rows();
  }

  @Override
  public int[] tokens(int row) {
    return ledger.tokens(row);
  }

  @Override
  public int position(int row) {
    return ledger.position(row);
  }

  // ---- feeding --------------------------------------------------------------------------------

  @Override
  public Tensor feed(int[][] tokens) {
    return feed(tokens, Readout.NONE);
  }

  /// A readout is recorded together with the step of one token for each row.
  @Override
  public Tensor feed(int[][] tokens, Readout readout) {
    ledger.beginFeed(tokens);
    boolean done = false;
    try {
      dropLogits();
      Tensor fed = run(tokens, readout);
      done = true;
      return fed;
    } finally {
      ledger.endFeed(tokens, done);
    }
  }

  /// Each pass takes the next tokens of every row, as many as fit a chunk; rows that have none left
  /// take no part in it.
  private Tensor run(int[][] tokens, Readout readout) {
    int longest = 0;
    int needed = 0;
    for (int r = 0; r < tokens.length; r++) {
      longest = Math.max(longest, tokens[r].length);
      needed = Math.max(needed, ledger.position(r) + tokens[r].length);
    }
    grow(needed);
    if (longest == 1) {
      return step(tokens, readout);
    }
    try (Scope scope = Scope.noGrad()) {
      Tensor last = Tensor.empty(device, DType.F32, Shape.of(tokens.length, config.width()));
      int step = Math.max(1, CHUNK / tokens.length);
      for (int from = 0; from < longest; from += step) {
        try (Scope _ = new Scope()) {
          pass(tokens, from, from + step, last);
        }
      }
      logits = scope.keep(model.head(last), owner);
    }
    readout.run(logits);
    return logits;
  }

  /// One token for each row.
  private Tensor step(int[][] tokens, Readout readout) {
    int rows = tokens.length;
    int[] ids = new int[rows];
    int[] positions = new int[rows];
    int end = 0;
    for (int r = 0; r < rows; r++) {
      ids[r] = tokens[r][0];
      positions[r] = ledger.position(r);
      end = Math.max(end, positions[r] + 1);
    }
    if (step == null) {
      step =
          new DecodeStep(
              model,
              rows,
              (starts, past) -> (layer, q, k, v) -> attend(layer, q, k, v, starts, past));
    }
    for (int layer = 0; layer < caches.length; layer++) {
      requireRoom(layer, rows, end);
    }
    return step.run(ids, positions, readout);
  }

  private void dropStep() {
    if (step != null) {
      step.close();
      step = null;
    }
  }

  /// Tokens from … to − 1 of each row; stores the hidden state of each row that ends in them.
  private void pass(int[][] tokens, int from, int to, Tensor last) {
    int rows = tokens.length;
    int[] starts = new int[rows + 1];
    int[] past = new int[rows];
    for (int r = 0; r < rows; r++) {
      int count = Math.max(0, Math.min(tokens[r].length, to) - from);
      starts[r + 1] = starts[r] + count;
      past[r] = ledger.position(r) + Math.min(tokens[r].length, from);
    }
    int[] ids = new int[starts[rows]];
    int[] positions = new int[starts[rows]];
    int end = 0;
    for (int r = 0; r < rows; r++) {
      int count = starts[r + 1] - starts[r];
      end = Math.max(end, past[r] + count);
      for (int i = 0; i < count; i++) {
        ids[starts[r] + i] = tokens[r][from + i];
        positions[starts[r] + i] = past[r] + i;
      }
    }
    Tensor startsThere = Tensor.ids(device, Shape.of(rows + 1), starts);
    Tensor pastThere = Tensor.ids(device, Shape.of(rows), past);
    int length = end;
    Tensor hidden =
        model.hidden(
            ids,
            positions,
            (layer, q, k, v) -> {
              requireRoom(layer, rows, length);
              return attend(layer, q, k, v, startsThere, pastThere);
            });
    for (int r = 0; r < rows; r++) {
      if (tokens[r].length > from && tokens[r].length <= to) {
        Tensor state = hidden.slice(0, starts[r + 1] - 1, starts[r + 1]);
        device.kernels().copy(Grad.into(last.slice(0, r, r + 1)), state);
      }
    }
  }

  void requireRoom(int layer, int rows, int length) {
    KeyValueCache cache = caches[layer];
    if (length > cache.capacity() || rows > cache.rows()) {
      throw new IllegalStateException(
          "gpt2 h."
              + layer
              + ".attn: "
              + rows
              + " rows of up to "
              + length
              + " tokens for a cache of "
              + cache.rows()
              + " rows and "
              + cache.capacity()
              + " positions");
    }
  }

  private Tensor attend(int layer, Tensor q, Tensor k, Tensor v, Tensor starts, Tensor past) {
    KeyValueCache cache = caches[layer];
    device.kernels().cacheAppend(cache, k, v, starts, past);
    Tensor y = Tensor.like(q);
    device.kernels().cacheAttention(y, q, cache, starts, past, model.attentionScale());
    return y;
  }

  // ---- the cache ------------------------------------------------------------------------------

  /// Makes room for `needed` positions in every layer; what is cached stays.
  private void grow(int needed) {
    for (int layer = 0; layer < caches.length; layer++) {
      KeyValueCache old = caches[layer];
      if (old == null || old.capacity() < needed) {
        dropStep();
        int doubled = old == null ? FIRST_CAPACITY : 2 * old.capacity();
        KeyValueCache cache = allocate(Math.min(config.context(), Math.max(needed, doubled)));
        if (old != null) {
          for (int r = 0; r < rows(); r++) {
            device.kernels().cacheCopy(cache, r, old, r, ledger.position(r));
          }
          release(old);
        }
        caches[layer] = cache;
      }
    }
  }

  private KeyValueCache allocate(int capacity) {
    return KeyValueCache.allocate(
        device, owner, cacheRows, config.heads(), config.headDim(), capacity);
  }

  private void release(KeyValueCache cache) {
    owner.release(cache.keys());
    owner.release(cache.values());
  }

  private void dropLogits() {
    if (logits != null) {
      owner.release(logits);
      logits = null;
    }
    if (step != null) {
      step.drop();
    }
  }

  // ---- ways back ------------------------------------------------------------------------------

  @Override
  public void reorder(int[] parents) {
    ledger.begin("reorder");
    try {
      ledger.checkReorder(parents);
      if (!ledger.isIdentity(parents)) {
        dropLogits();
        if (parents.length != rows()) {
          dropStep();
        }
        int[] lengths = Arrays.stream(parents).map(ledger::position).toArray();
        for (KeyValueCache cache : caches) {
          if (cache != null) {
            device.kernels().cacheReorder(cache, parents, lengths);
          }
        }
        ledger.reorder(parents);
      }
    } finally {
      ledger.end();
    }
  }

  @Override
  public LanguageModel.Session fork(int rows) {
    ledger.begin("fork");
    try {
      Gpt2Session fork = new Gpt2Session(model, ledger.fork(rows));
      boolean done = false;
      try {
        fork.copyFrom(caches, ledger.position(0));
        done = true;
        return fork;
      } finally {
        if (!done) {
          fork.close();
        }
      }
    } finally {
      ledger.end();
    }
  }

  /// Every row becomes the first `length` positions of row 0 of `sources`.
  private void copyFrom(KeyValueCache[] sources, int length) {
    for (int layer = 0; layer < caches.length; layer++) {
      KeyValueCache source = sources[layer];
      if (source != null) {
        caches[layer] = allocate(source.capacity());
        for (int r = 0; r < cacheRows; r++) {
          device.kernels().cacheCopy(caches[layer], r, source, 0, length);
        }
      }
    }
  }

  @Override
  public void truncate(int position) {
    ledger.begin("truncate");
    try {
      ledger.truncate(position);
      dropLogits();
    } finally {
      ledger.end();
    }
  }

  @Override
  public void close() {
    if (ledger.close()) {
      dropStep();
      owner.close();
    }
  }
}
