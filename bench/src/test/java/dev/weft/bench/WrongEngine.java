package dev.weft.bench;

import dev.weft.bench.engine.DrawWork;
import dev.weft.bench.engine.Engine;
import dev.weft.bench.engine.ProductWork;

/// Products of zeros, draws of always the same.
record WrongEngine(int id) implements Engine {
  @Override
  public String description() {
    return "wrong";
  }

  @Override
  public Product product(ProductWork work) {
    return new Product() {
      @Override
      public void run() {}

      @Override
      public float[] result() {
        return new float[work.m() * work.n()];
      }
    };
  }

  @Override
  public Drawing draw(DrawWork work) {
    return times -> new int[] {id};
  }
}
