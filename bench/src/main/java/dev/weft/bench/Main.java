package dev.weft.bench;

/// The `weft bench` command.
final class Main {

  public static void main(String[] args) {
    System.out.println("Usage: weft bench [JMH options] [regular expression of benchmarks]");
  }
}
