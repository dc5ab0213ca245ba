package dev.weft.tensor;

import dev.weft.tensor.ops.CrossEntropy;
import java.util.ArrayList;
import java.util.List;

/// Every op of [Ops] that has a gradient.
final class GradientCases {
  private final List<GradientCase> cases = new ArrayList<>();

  private GradientCases() {}

  static List<GradientCase> all() {
    GradientCases all = new GradientCases();
    all.elementwise();
    all.reductions();
    all.products();
    all.shapes();
    all.tables();
    all.losses();
    all.norms();
    all.attention();
    RecurrentGradients.addTo(all.cases);
    return all.cases;
  }

  private void add(String name, GradientCase.Function function, Shape... shapes) {
    cases.add(new GradientCase(name, shapes, false, function));
  }

  private void addPositive(String name, GradientCase.Function function, Shape... shapes) {
    cases.add(new GradientCase(name, shapes, true, function));
  }

  private static Shape of(int... dims) {
    return Shape.of(dims);
  }

  private static Tensor ids(Tensor like, Shape shape, int... ids) {
    return Tensor.ids(like.device(), shape, ids);
  }

  private void elementwise() {
    for (Unary f : Unary.values()) {
      addPositive(f + " right of 0", x -> Ops.unary(f, x[0]), of(3, 17));
      switch (f) {
        case SQRT, LOG -> {}
        default -> add(f.name(), x -> Ops.unary(f, x[0]), of(3, 17));
      }
    }
    add("tanh of a transposed view", x -> x[0].transpose().tanh(), of(3, 5));
    for (Binary f : Binary.values()) {
      if (f.comparison()) {
        continue;
      }
      GradientCase.Function apply = x -> Ops.binary(f, x[0], x[1]);
      add(f.name(), apply, of(3, 5), of(3, 5));
      add(f + " with a row", apply, of(3, 5), of(5));
      add(f + " with a column", apply, of(3, 5), of(3, 1));
      add(f + " of a row and a column", apply, of(1, 5), of(3, 1));
      add(f + " with a scalar", apply, of(), of(2, 3));
      add(f + " across ranks", apply, of(4, 1, 3), of(2, 1));
    }
    add("x times itself", x -> x[0].mul(x[0]), of(7));
    add("x minus itself, weighted", x -> x[0].sub(x[0].mul(0.25)), of(7));
    add("x over itself", x -> x[0].div(x[0].mul(x[0])), of(7));
    add("a row times its own column", x -> x[0].mul(x[0].transpose()), of(1, 5));
    add("affine", x -> Ops.affine(x[0], -1.5, 0.3), of(2, 3));
    add(
        "where",
        x -> Ops.where(Ops.binary(Binary.LESS, x[0].detach(), x[1].detach()), x[0], x[1]),
        of(3, 5),
        of(5));
    add("dropout", x -> Ops.dropout(x[0], 0.4, 9, 1, 2), of(5, 7));
  }

  private void reductions() {
    for (Reduce f : Reduce.values()) {
      add(f + " of all", x -> Ops.reduce(f, x[0], false), of(2, 3, 4));
      add(f + " over the last axis", x -> Ops.reduce(f, x[0], false, -1), of(2, 3, 4));
      add(f + " over the first axis", x -> Ops.reduce(f, x[0], true, 0), of(2, 3, 4));
      add(f + " over two axes", x -> Ops.reduce(f, x[0], false, 0, 2), of(2, 3, 4));
    }
    add("topK", x -> Ops.topK(x[0], 3).values(), of(4, 7));
    add("sort", x -> Ops.sort(x[0], false).values(), of(2, 9));
    add("cumsum", x -> Ops.cumsum(x[0]), of(3, 19));
    add(
        "gather with repeated ids",
        x -> Ops.gather(x[0], ids(x[0], of(2, 4), 0, 2, 2, 1, 4, 4, 4, 3)),
        of(2, 5));
  }

  private void products() {
    GradientCase.Function matmul = x -> Ops.matmul(x[0], x[1]);
    add("matmul", matmul, of(3, 5), of(5, 4));
    add("matmul in batches", matmul, of(2, 3, 5), of(2, 5, 4));
    add("matmul with one right side", matmul, of(2, 3, 5), of(5, 4));
    add("matmul with one left side", matmul, of(3, 5), of(2, 5, 4));
    add("matmul, batches broadcast", matmul, of(2, 1, 3, 2), of(3, 2, 4));
    add("matmul of views", x -> x[0].transpose().matmul(x[1].transpose()), of(5, 3), of(4, 5));
    add("matmul with its own transpose", x -> x[0].matmul(x[0].transpose()), of(4, 3));
    add("matmul with itself", x -> x[0].matmul(x[0]), of(4, 4));
    add("linear", x -> Ops.linear(x[0], x[1], x[2]), of(4, 5), of(5, 3), of(3));
    add("linear of rank 3", x -> Ops.linear(x[0], x[1], x[2]), of(2, 3, 5), of(5, 4), of(4));
    add("linear without a bias", x -> Ops.linear(x[0], x[1], (Tensor) null), of(4, 5), of(5, 3));
    add(
        "linear of a transposed weight",
        x -> Ops.linear(x[0], x[1].transpose(), x[2]),
        of(4, 5),
        of(3, 5),
        of(3));
    add(
        "linear of a strided weight",
        x -> Ops.linear(x[0], x[1].slice(2, 0, 1).reshape(5, 3), x[2]),
        of(4, 5),
        of(5, 3, 2),
        of(3));
    add(
        "linear with activation and residual",
        x -> Ops.linear(x[0], Weight.dense(x[1]), x[2], Activation.GELU_TANH, x[3]),
        of(4, 5),
        of(5, 3),
        of(3),
        of(4, 3));
    add("linear by itself", x -> Ops.linear(x[0], x[0], x[0].slice(0, 1, 2).reshape(4)), of(4, 4));
    add(
        "where of one tensor",
        x -> Ops.where(Ops.binary(Binary.LESS, x[0].detach(), x[0].detach().mul(2)), x[0], x[0]),
        of(3, 5));
    add("outer", x -> Ops.outer(x[0], x[1]), of(2, 3), of(4));
  }

  private void shapes() {
    add("reshape", x -> x[0].reshape(3, 4).tanh(), of(2, 6));
    add("reshape of a transposed view", x -> x[0].transpose().reshape(12).tanh(), of(3, 4));
    add("permute", x -> Ops.permute(x[0], 2, 0, 1).tanh(), of(2, 3, 4));
    add("slice", x -> x[0].slice(1, 1, 3).tanh(), of(3, 5));
    add("overlapping slices", x -> x[0].slice(1, 0, 4).mul(x[0].slice(1, 1, 5)), of(3, 5));
    add("a slice and the whole", x -> x[0].slice(0, 0, 1).mul(x[0]), of(3, 5));
    add("expand", x -> x[0].expand(4, 2, 3).tanh(), of(2, 1));
    add("unsqueeze", x -> Ops.unsqueeze(x[0], 1).mul(x[0]), of(3, 4));
    add("contiguous", x -> Ops.contiguous(x[0].transpose()).tanh(), of(3, 4));
    add("concat", x -> Ops.concat(1, x[0], x[1], x[0]), of(2, 3), of(2, 1));
    add("stack", x -> Ops.stack(1, x[0], x[1]).tanh(), of(2, 3), of(2, 3));
    add(
        "split",
        x -> {
          List<Tensor> parts = Ops.split(x[0], -1, 2, 3, 2);
          return parts.get(0).mul(parts.get(2));
        },
        of(3, 7));
    add("pad", x -> Ops.pad(x[0], 0, 1, 2, 0.5).tanh(), of(2, 3));
  }

  private void tables() {
    add(
        "embedding with repeated ids",
        x -> Ops.embedding(x[0], ids(x[0], of(2, 3), 4, 0, 4, 4, 2, 0)),
        of(6, 5));
    add(
        "tied embedding and head",
        x -> {
          Tensor h = Ops.embedding(x[0], ids(x[0], of(3), 1, 4, 1)).tanh();
          return Ops.linear(h, x[0].transpose(), (Tensor) null);
        },
        of(6, 5));
  }

  private void losses() {
    add("softmax", x -> Ops.softmax(x[0]), of(3, 19));
    add("logSoftmax", x -> Ops.logSoftmax(x[0]), of(3, 19));
    add("softmax of a transposed view", x -> x[0].transpose().softmax(), of(5, 3));
    GradientCase.Function plain = x -> Ops.crossEntropy(x[0], ids(x[0], of(4), 3, 0, 16, 16));
    add("crossEntropy", plain, of(4, 17));
    add(
        "crossEntropy of rank 3",
        x -> Ops.crossEntropy(x[0], ids(x[0], of(2, 2), 3, 0, 1, 1)),
        of(2, 2, 5));
    add(
        "crossEntropy, all options",
        x -> {
          Tensor weights = GradientCase.constant(x[0], of(7), 5);
          var options = new CrossEntropy.Options(-1, weights, 0.2);
          return Ops.crossEntropy(x[0], ids(x[0], of(4), 3, -1, 6, 6), options);
        },
        of(4, 7));
    add(
        "crossEntropy, every other class weight",
        x -> {
          Tensor weights = GradientCase.constant(x[0], of(7, 2), 5).slice(1, 1, 2).reshape(7);
          var options = new CrossEntropy.Options(-1, weights, 0.2);
          return Ops.crossEntropy(x[0], ids(x[0], of(4), 3, -1, 6, 6), options);
        },
        of(4, 7));
    add("nll", x -> Ops.nll(Ops.logSoftmax(x[0]), ids(x[0], of(3), 1, 0, 4)), of(3, 5));
    add(
        "crossEntropy of probabilities",
        x -> Ops.crossEntropyOfProbabilities(Ops.softmax(x[0]), ids(x[0], of(3), 1, 0, 4)),
        of(3, 5));
    add("binaryCrossEntropy", x -> Ops.binaryCrossEntropy(x[0], x[1]), of(3, 5), of(3, 5));
  }

  private void norms() {
    add("layerNorm", x -> Ops.layerNorm(x[0], x[1], x[2], 1e-5), of(2, 3, 17), of(17), of(17));
    add(
        "layerNorm, one tensor as gain and bias",
        x -> Ops.layerNorm(x[0], x[1], x[1], 1e-5),
        of(3, 17),
        of(17));
    add(
        "layerNorm of a row by itself",
        x -> Ops.layerNorm(x[0], x[0].reshape(17), x[1], 1e-5),
        of(1, 17),
        of(17));
    add("rmsNorm of a row by itself", x -> Ops.rmsNorm(x[0], x[0].reshape(17), 1e-5), of(1, 17));
    add(
        "batchNorm, one tensor as gain and bias",
        x -> Ops.batchNorm(x[0], x[1], x[1], null, 0.1, 1e-5),
        of(19, 3),
        of(3));
    add(
        "batchNorm by one of its rows",
        x -> Ops.batchNorm(x[0], x[0].slice(0, 4, 5).reshape(3), x[1], null, 0.1, 1e-5),
        of(19, 3),
        of(3));
    add("rmsNorm", x -> Ops.rmsNorm(x[0], x[1], 1e-5), of(3, 17), of(17));
    add(
        "batchNorm",
        x -> Ops.batchNorm(x[0], x[1], x[2], null, 0.1, 1e-5),
        of(19, 3),
        of(3),
        of(3));
  }

  private void attention() {
    Shape queries = of(2, 4, 2, 3);
    Shape keys = of(2, 6, 2, 3);
    GradientCase.Function apply = x -> Ops.attention(x[0], x[1], x[2], null, 0.7);
    add("attention", apply, queries, queries, queries);
    add("attention over more keys", apply, queries, keys, keys);
    add(
        "attention with lengths",
        x -> Ops.attention(x[0], x[1], x[2], ids(x[0], of(2), 4, 1), 0.7),
        queries,
        keys,
        keys);
    add(
        "attention with every other length, one of them negative",
        x -> {
          Tensor lengths = ids(x[0], of(2, 2), 9, 5, 9, -3).slice(1, 1, 2).reshape(2);
          return Ops.attention(x[0], x[1], x[2], lengths, 0.7);
        },
        queries,
        keys,
        keys);
    add(
        "attention of slices",
        x -> {
          List<Tensor> parts = Ops.split(x[0], -1, 6, 6, 6);
          Tensor[] heads = new Tensor[3];
          for (int i = 0; i < 3; i++) {
            heads[i] = parts.get(i).reshape(2, 4, 2, 3);
          }
          return Ops.attention(heads[0], heads[1], heads[2], null, 0.7);
        },
        of(2, 4, 18));
    add("attention of one tensor", x -> Ops.attention(x[0], x[0], x[0], null, 0.7), queries);
    add(
        "attention with one tensor as keys and values",
        x -> Ops.attention(x[0], x[1], x[1], null, 0.7),
        queries,
        keys);
    add(
        "attention of overlapping slices",
        x ->
            Ops.attention(x[0].slice(1, 0, 4), x[0].slice(1, 1, 5), x[0].slice(1, 2, 6), null, 0.7),
        keys);
  }
}
