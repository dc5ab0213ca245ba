package dev.weft.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.tensor.Philox;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DownloadTest {
  private static final String WEIGHTS = "/m/model.safetensors";

  @TempDir Path folder;
  private FileHost host;
  private final byte[] weights = new byte[200_000];

  @BeforeEach
  void startTheHub() throws IOException {
    host = new FileHost();
    Philox random = new Philox(1, Philox.Purpose.SHUFFLE, 0, 0);
    for (int i = 0; i < weights.length; i++) {
      weights[i] = (byte) random.nextInt(256);
    }
    for (String name : List.of("config.json", "vocab.json", "merges.txt")) {
      byte[] content = ("content of " + name).getBytes(UTF_8);
      host.files.put("/m/" + name, content);
      host.headers.put("/m/" + name, Map.of("ETag", "\"" + FileHost.gitBlob(content) + "\""));
    }
    // As the hub does: the answer that redirects knows the hash, the storage knows nothing.
    host.files.put("/storage/weights", weights);
    host.signedForGet.add("/storage/weights");
    host.headers.put("/storage/weights", Map.of("ETag", "\"abc-2\""));
    host.redirects.put(WEIGHTS, "/storage/weights");
    linkWeights(FileHost.sha256(weights), weights.length);
  }

  @AfterEach
  void stopTheHub() {
    host.close();
  }

  @Test
  void freshDownloadBringsFourFilesAndSaysWhatWasChecked() throws IOException {
    Run run = download();
    assertEquals(0, run.exitCode(), run.err());
    assertArrivedWhole();
    assertEquals("content of merges.txt", Files.readString(folder.resolve("merges.txt")));
    assertTrue(run.out().contains("downloaded, size and SHA-256 checked"), run.out());
    assertTrue(run.out().contains("downloaded, size and SHA-1 (git) checked"), run.out());
    assertEquals("", run.err());
  }

  @Test
  void whatIsAlreadyThereIsNotFetchedAgain() {
    download();
    host.requests.clear();
    Run run = download();
    assertEquals(0, run.exitCode(), run.err());
    assertTrue(run.out().contains("already there, size and SHA-256 checked"), run.out());
    assertFalse(host.requests.toString().contains("GET"), host.requests.toString());
  }

  @Test
  void damagedFileThatIsThereIsReplaced() throws IOException {
    download();
    byte[] damaged = weights.clone();
    damaged[100]++;
    Files.write(folder.resolve("model.safetensors"), damaged);
    assertEquals(0, download().exitCode());
    assertArrivedWhole();
  }

  @Test
  void continuesWhereAnEarlierDownloadStopped() throws IOException {
    Files.write(part(), Arrays.copyOf(weights, 150_000));
    Run run = download();
    assertEquals(0, run.exitCode(), run.err());
    assertArrivedWhole();
    assertTrue(host.requests.contains("GET /storage/weights bytes=150000-"));
    assertFalse(host.requests.contains("GET /storage/weights"), "nothing is sent twice");
    assertTrue(run.out().contains("continued, size and SHA-256 checked"), run.out());
  }

  @Test
  void partOfAnotherVersionIsThrownAway() throws IOException {
    Files.write(part(), new byte[150_000]);
    assertEquals(0, download().exitCode());
    assertArrivedWhole();
  }

  @Test
  void partThatIsTooLongIsThrownAway() throws IOException {
    Files.write(part(), new byte[weights.length + 1]);
    assertEquals(0, download().exitCode());
    assertArrivedWhole();
  }

  @Test
  void completePartOnlyGetsItsName() throws IOException {
    Files.write(part(), weights);
    assertEquals(0, download().exitCode());
    assertArrivedWhole();
    assertFalse(host.requests.contains("GET /storage/weights"));
  }

  @Test
  void serverWithoutRangesSendsEverythingAgain() throws IOException {
    host.ranges = false;
    Files.write(part(), Arrays.copyOf(weights, 150_000));
    assertEquals(0, download().exitCode());
    assertArrivedWhole();
    long sent = host.requests.stream().filter(r -> r.startsWith("GET /storage/weights")).count();
    assertEquals(1, sent, "what came was taken for what it was");
  }

  @Test
  void brokenConnectionIsTakenUpAgain() throws IOException {
    onlyTheWeightsAreMissing();
    host.truncateAfter = 30_000;
    host.truncations.set(5);
    Run run = download();
    assertEquals(0, run.exitCode(), run.err());
    assertArrivedWhole();
    assertTrue(host.requests.toString().contains("bytes="), host.requests.toString());
  }

  @Test
  void bodyThatEndsEarlyForEverFailsAndKeepsThePart() throws IOException {
    onlyTheWeightsAreMissing();
    Files.write(part(), Arrays.copyOf(weights, 1000));
    host.truncateAfter = 0;
    host.truncations.set(Integer.MAX_VALUE);
    Run run = download();
    assertEquals(1, run.exitCode());
    assertTrue(run.err().startsWith("weft download: the download of gpt2 failed: "), run.err());
    assertTrue(run.err().contains("the same command continues it"), run.err());
    assertEquals(1, run.err().lines().count(), run.err());
    assertEquals(1000, Files.size(part()));
    assertFalse(Files.exists(folder.resolve("model.safetensors")));
  }

  @Test
  void wrongHashIsDetectedAndNothingKept() {
    linkWeights(FileHost.sha256(new byte[1]), weights.length);
    Run run = download();
    assertEquals(1, run.exitCode());
    assertTrue(run.err().contains("(its SHA-256 differs) and was not kept"), run.err());
    assertFalse(Files.exists(part()));
    assertFalse(Files.exists(folder.resolve("model.safetensors")));
  }

  @Test
  void wrongHashOfSmallFileIsDetected() {
    host.files.put("/m/merges.txt", "others".getBytes(UTF_8));
    Run run = download();
    assertEquals(1, run.exitCode());
    assertTrue(run.err().contains("merges.txt is not what its server says"), run.err());
    assertFalse(Files.exists(folder.resolve("merges.txt")));
  }

  @Test
  void wrongSizeIsDetected() {
    linkWeights(FileHost.sha256(weights), weights.length - 1);
    Run run = download();
    assertEquals(1, run.exitCode());
    assertTrue(run.err().contains("(200000 bytes instead of 199999)"), run.err());
    assertFalse(Files.exists(folder.resolve("model.safetensors")));
  }

  @Test
  void mirrorNamesHashesInFilesBeside() {
    asPlainMirror();
    host.files.put(WEIGHTS + ".sha256", (FileHost.sha256(weights) + "  x\n").getBytes(UTF_8));
    Run run = download();
    assertEquals(0, run.exitCode(), run.err());
    assertTrue(run.out().contains("downloaded, size and SHA-256 checked"), run.out());
    host.files.put(WEIGHTS + ".sha256", FileHost.sha256(new byte[1]).getBytes(UTF_8));
    assertEquals(1, download().exitCode());
  }

  @Test
  void fileWithoutAnyHashIsRefusedUnlessUnchecked() throws IOException {
    asPlainMirror();
    Run run = download();
    assertEquals(2, run.exitCode());
    assertTrue(run.err().contains("put a model.safetensors.sha256 beside it"), run.err());
    run = download("--unchecked");
    assertEquals(0, run.exitCode(), run.err());
    assertTrue(run.out().contains("downloaded, size checked"), run.out());
    assertArrivedWhole();
  }

  @Test
  void missingFileIsNamed() {
    host.files.remove("/m/vocab.json");
    Run run = download();
    assertEquals(2, run.exitCode());
    assertTrue(
        run.err().contains("there is no " + host.url("/m/vocab.json") + " (404)"), run.err());
  }

  @Test
  void redirectsThatNeverEndAreGivenUp() {
    host.redirects.put("/m/config.json", "/m/config.json");
    Run run = download();
    assertEquals(1, run.exitCode());
    assertTrue(run.err().contains("redirects more than 5 times"), run.err());
  }

  @Test
  void serverThatIsNotThereIsNamed() {
    String address = host.url("/m");
    host.close();
    Run run = Run.weft("download", "gpt2", "--to", folder.toString(), "--mirror", address);
    assertEquals(1, run.exitCode());
    assertTrue(run.err().contains("localhost:"), run.err());
    assertTrue(run.err().contains("cannot be reached"), run.err());
  }

  @Test
  void unknownModelBadMirrorAndFileAsFolderAreRefused() throws IOException {
    Run run = Run.weft("download", "gpt5", "--to", folder.toString());
    assertEquals(2, run.exitCode());
    assertTrue(run.err().contains("[gpt2, gpt2-medium, gpt2-large, gpt2-xl]"), run.err());
    run = Run.weft("download", "gpt2", "--to", folder.toString(), "--mirror", "ftp://x/y");
    assertEquals(2, run.exitCode());
    assertTrue(run.err().contains("--mirror ftp://x/y"), run.err());
    String file = Files.writeString(folder.resolve("file"), "").toString();
    run = Run.weft("download", "gpt2", "--to", file, "--mirror", host.url("/m"));
    assertEquals(2, run.exitCode());
    assertTrue(run.err().contains("file is no folder"), run.err());
    run = Run.weft("download", "gpt2");
    assertEquals(2, run.exitCode());
    assertTrue(run.err().contains("--to"), run.err());
  }

  @Test
  void gitBlobIsWhatGitSays() {
    // `printf 'hello\n' | git hash-object --stdin`
    byte[] hello = "hello\n".getBytes(UTF_8);
    Checksum checksum = Checksum.ofTag("W/\"ce013625030ba8dba906f756967f9e9ca394464a\"");
    var digest = checksum.start(hello.length);
    digest.update(hello);
    assertTrue(checksum.matches(digest));
  }

  @Test
  void progressLineSaysHowMuchIsLeft() {
    assertEquals(
        "[==========>             ]  45 %  45.0 of 100.0 MB  5.0 MB/s  0:11 left",
        Progress.line(45_000_000, 100_000_000, 5e6));
    assertEquals("45.0 MB  5.0 MB/s", Progress.line(45_000_000, -1, 5e6));
  }

  private Run download(String... more) {
    String[] arguments = {
      "download", "gpt2", "--to", folder.toString(), "--mirror", host.url("/m")
    };
    String[] all = Arrays.copyOf(arguments, arguments.length + more.length);
    System.arraycopy(more, 0, all, arguments.length, more.length);
    return Run.weft(all);
  }

  private void linkWeights(String hash, int size) {
    host.headers.put(
        WEIGHTS, Map.of("X-Linked-ETag", "\"" + hash + "\"", "X-Linked-Size", "" + size));
  }

  private void asPlainMirror() {
    host.redirects.clear();
    host.headers.remove(WEIGHTS);
    host.files.put(WEIGHTS, weights);
  }

  private void onlyTheWeightsAreMissing() throws IOException {
    download();
    Files.delete(folder.resolve("model.safetensors"));
    host.requests.clear();
  }

  private Path part() {
    return folder.resolve("model.safetensors.part");
  }

  private void assertArrivedWhole() throws IOException {
    assertArrayEquals(weights, Files.readAllBytes(folder.resolve("model.safetensors")));
    assertFalse(Files.exists(part()));
  }
}
