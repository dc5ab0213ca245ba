package dev.weft.bench;

import dev.weft.bench.engine.Models;
import dev.weft.bench.engine.RecurrentWork;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Measures Weft and its peers in turns, variant by variant, because the machine may be faster now
/// than later; each benchmark in fresh JVMs, because the JIT compiles differently from start to
/// start. A peer that fails takes no further part, and the rest goes on.
final class Rounds {
  private final List<Party> parties;
  private final List<Benchmark> benchmarks;
  private final Path models;
  private final Starter starter;
  private final Map<Party, List<List<Row>>> rounds = new LinkedHashMap<>();
  private final List<Party> failed = new ArrayList<>();
  private final List<String> absences = new ArrayList<>();

  /// Starts what measures a benchmark for a party.
  interface Starter {
    Participant start(Benchmark benchmark, Party party) throws IOException;
  }

  Rounds(List<Party> parties, List<Benchmark> benchmarks, Path models, Starter starter) {
    this.parties = parties;
    this.benchmarks = benchmarks;
    this.models = models;
    this.starter = starter;
    parties.forEach(party -> rounds.put(party, new ArrayList<>()));
  }

  /// Makes the models, and what the peers read instead of them.
  void prepare(Path home) throws IOException {
    Models all = new Models(models);
    all.ensureGpt2();
    for (RecurrentWork work : RecurrentTraining.works()) {
      all.ensureRecurrent(work);
    }
    prepareParties(home);
  }

  void prepareParties(Path home) {
    for (Party party : parties) {
      try {
        party.prepare(home, models);
      } catch (IOException e) {
        fail(party, e);
      }
    }
  }

  /// Each benchmark in one JVM of each party that does it, variant by variant in turns. Every other
  /// turn begins with the last party; so does every other round.
  void run(int round) throws IOException {
    rounds.values().forEach(measured -> measured.add(new ArrayList<>()));
    for (Benchmark benchmark : benchmarks) {
      Map<Party, Participant> table = new LinkedHashMap<>();
      try {
        for (Party party : parties) {
          if (!failed.contains(party) && (party == Party.WEFT || benchmark.forPeers())) {
            attempt(party, () -> table.put(party, starter.start(benchmark, party)));
          }
        }
        for (int turn = round; table.values().stream().anyMatch(Participant::waits); turn++) {
          for (Party party : turn % 2 == 1 ? parties : parties.reversed()) {
            Participant participant = table.get(party);
            if (participant != null && participant.waits()) {
              attempt(party, participant::turn);
            }
          }
        }
        for (Map.Entry<Party, Participant> measured : table.entrySet()) {
          keep(measured.getKey(), measured.getValue());
        }
      } finally {
        for (Participant participant : table.values()) {
          participant.close();
        }
      }
    }
  }

  /// Something that only Weft must be able to do.
  private interface Attempt {
    void run() throws IOException;
  }

  private void attempt(Party party, Attempt attempt) throws IOException {
    try {
      attempt.run();
    } catch (IOException e) {
      if (party == Party.WEFT) {
        throw e;
      }
      fail(party, e);
    }
  }

  private void keep(Party party, Participant participant) throws IOException {
    if (!failed.contains(party)) {
      Measured measured = participant.measured();
      rounds.get(party).getLast().addAll(measured.rows());
      String when = party.title() + " was not timed in round " + rounds.get(party).size() + ": ";
      measured.refused().forEach(why -> absences.add(when + why));
    }
  }

  private void fail(Party party, IOException e) {
    System.err.println("bench: goes on without " + party.name() + ": " + e.getMessage());
    failed.add(party);
    int round = Math.max(1, rounds.get(party).size());
    absences.add(party.title() + " took no part from round " + round + " on: " + e.getMessage());
  }

  /// What was not measured of the peers: a sentence for each that failed, and for each result that
  /// was not Weft's.
  List<String> absences() {
    return List.copyOf(absences);
  }

  /// What has been measured so far.
  List<Figure> figures() {
    Map<String, List<List<Row>>> peers = new LinkedHashMap<>();
    rounds.forEach(
        (party, measured) -> {
          if (party != Party.WEFT) {
            peers.put(party.name(), measured);
          }
        });
    return Figures.join(rounds.get(Party.WEFT), peers);
  }
}
