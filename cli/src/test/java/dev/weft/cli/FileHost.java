package dev.weft.cli;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/// A server on this machine that behaves like a model hub, or worse.
final class FileHost implements AutoCloseable {
  /// Contents by path.
  final Map<String, byte[]> files = new ConcurrentHashMap<>();

  /// Headers of every answer about a path.
  final Map<String, Map<String, String>> headers = new ConcurrentHashMap<>();

  /// Where a path redirects to.
  final Map<String, String> redirects = new ConcurrentHashMap<>();

  /// What was asked for: `GET /file bytes=3-`.
  final List<String> requests = new CopyOnWriteArrayList<>();

  /// Whether it can start in the middle of a file.
  volatile boolean ranges = true;

  /// Bodies that end after so many bytes, until [#truncations] have.
  volatile int truncateAfter;

  /// How many bodies still to truncate.
  final AtomicInteger truncations = new AtomicInteger();

  /// Paths that answer to GET alone, as addresses that are signed for it do.
  final Set<String> signedForGet = ConcurrentHashMap.newKeySet();

  private final HttpServer server;

  FileHost() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::answer);
    server.start();
  }

  String url(String path) {
    return "http://localhost:" + server.getAddress().getPort() + path;
  }

  @Override
  public void close() {
    server.stop(0);
  }

  private void answer(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getPath();
    String range = exchange.getRequestHeaders().getFirst("Range");
    requests.add(exchange.getRequestMethod() + " " + path + (range == null ? "" : " " + range));
    headers
        .getOrDefault(path, Map.of())
        .forEach((name, value) -> exchange.getResponseHeaders().set(name, value));
    byte[] content = files.get(path);
    if (redirects.containsKey(path)) {
      exchange.getResponseHeaders().set("Location", redirects.get(path));
      exchange.sendResponseHeaders(302, -1);
    } else if (signedForGet.contains(path) && !exchange.getRequestMethod().equals("GET")) {
      exchange.sendResponseHeaders(403, -1);
    } else if (content == null) {
      exchange.sendResponseHeaders(404, -1);
    } else if (exchange.getRequestMethod().equals("HEAD")) {
      exchange.getResponseHeaders().set("Content-Length", "" + content.length);
      exchange.sendResponseHeaders(200, -1);
    } else {
      send(exchange, content, range == null || !ranges ? 0 : start(range));
    }
    exchange.close();
  }

  private void send(HttpExchange exchange, byte[] content, int from) throws IOException {
    if (from >= content.length) {
      exchange.sendResponseHeaders(416, -1);
      return;
    }
    if (from > 0) {
      exchange
          .getResponseHeaders()
          .set(
              "Content-Range", "bytes " + from + "-" + (content.length - 1) + "/" + content.length);
    }
    int length = content.length - from;
    exchange.sendResponseHeaders(from > 0 ? 206 : 200, length);
    int sent = length;
    if (truncations.getAndDecrement() > 0) {
      sent = Math.min(length, truncateAfter);
    }
    exchange.getResponseBody().write(content, from, sent);
    exchange.getResponseBody().flush();
  }

  private static int start(String range) {
    return Integer.parseInt(range.replaceAll("bytes=(\\d+)-", "$1"));
  }

  static String sha256(byte[] content) {
    return hex("SHA-256", content);
  }

  /// What `git hash-object` prints.
  static String gitBlob(byte[] content) {
    byte[] head = ("blob " + content.length + "\0").getBytes(StandardCharsets.US_ASCII);
    byte[] all = Arrays.copyOf(head, head.length + content.length);
    System.arraycopy(content, 0, all, head.length, content.length);
    return hex("SHA-1", all);
  }

  private static String hex(String algorithm, byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance(algorithm).digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
