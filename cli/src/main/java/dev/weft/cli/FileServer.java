package dev.weft.cli;

import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/// Asks an HTTP server for files: what it says of them, and their bytes from any position.
///
/// Redirects are followed here rather than by the client, because a model hub names a large file's
/// size and hash (`X-Linked-Size`, `X-Linked-ETag`) in the answer that redirects to its storage. A
/// HEAD ends there: the storage's address may be signed for GET alone.
final class FileServer implements AutoCloseable {
  private static final int REDIRECTS = 5;
  private static final int LONGEST_SIDECAR = 4096;

  private final HttpClient client =
      HttpClient.newBuilder()
          .connectTimeout(Duration.ofSeconds(20))
          .followRedirects(HttpClient.Redirect.NEVER)
          .build();

  /// A file as its server describes it.
  ///
  /// @param size in bytes, or -1 when the server does not say
  /// @param checksum its hash, or null when the server names none
  record Remote(URI uri, long size, Checksum checksum) {}

  /// The last response after redirects, with what the first ones said of the linked file.
  private record Answer(HttpResponse<InputStream> response, String tag, long size) {}

  /// What the server says of a file; when it names no hash, what a `.sha256` file beside it says.
  Remote describe(URI uri) throws IOException {
    Answer answer = ask("HEAD", uri, 0);
    answer.response.body().close();
    if (answer.response.statusCode() / 100 != 3) {
      requireFound(answer.response, uri);
    }
    Checksum checksum = Checksum.ofTag(answer.tag);
    return new Remote(uri, answer.size, checksum != null ? checksum : sidecar(uri));
  }

  /// The bytes from position `from`: status 206 when the server starts there, 200 when it starts
  /// from the beginning all the same, 416 when there are none.
  HttpResponse<InputStream> open(URI uri, long from) throws IOException {
    HttpResponse<InputStream> response = ask("GET", uri, from).response;
    if (from == 0 || response.statusCode() != 416) {
      requireFound(response, uri);
    }
    return response;
  }

  @Override
  public void close() {
    client.shutdownNow(); // what is still under way is not wanted any more
  }

  private Checksum sidecar(URI uri) throws IOException {
    HttpResponse<InputStream> response = ask("GET", URI.create(uri + ".sha256"), 0).response;
    try (InputStream body = response.body()) {
      return response.statusCode() == 200
          ? Checksum.ofSha256(
              new String(body.readNBytes(LONGEST_SIDECAR), StandardCharsets.US_ASCII))
          : null;
    }
  }

  private Answer ask(String method, URI uri, long from) throws IOException {
    URI at = uri;
    String tag = null;
    long size = -1;
    for (int redirects = 0; redirects <= REDIRECTS; redirects++) {
      HttpResponse<InputStream> response = send(request(method, at, from), at);
      var headers = response.headers();
      if (tag == null) {
        tag = headers.firstValue("X-Linked-ETag").orElse(null);
      }
      if (size < 0) {
        size = headers.firstValueAsLong("X-Linked-Size").orElse(-1);
      }
      boolean known = method.equals("HEAD") && tag != null && size >= 0;
      if (response.statusCode() / 100 != 3 || known) {
        tag = tag != null ? tag : headers.firstValue("ETag").orElse("");
        size = size >= 0 ? size : headers.firstValueAsLong("Content-Length").orElse(-1);
        return new Answer(response, tag, size);
      }
      response.body().close();
      at = target(response, at);
    }
    throw new IOException(uri + " redirects more than " + REDIRECTS + " times");
  }

  private static HttpRequest request(String method, URI at, long from) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(at)
            .method(method, BodyPublishers.noBody())
            .header("User-Agent", "weft")
            .timeout(Duration.ofSeconds(60));
    if (from > 0) {
      request.header("Range", "bytes=" + from + "-");
    }
    return request.build();
  }

  private HttpResponse<InputStream> send(HttpRequest request, URI uri) throws IOException {
    try {
      return client.send(request, BodyHandlers.ofInputStream());
    } catch (ConnectException e) {
      throw new IOException(uri.getAuthority() + " cannot be reached", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while asking for " + uri, e);
    }
  }

  private static URI target(HttpResponse<?> response, URI at) throws IOException {
    String location = response.headers().firstValue("Location").orElse("");
    try {
      URI target = at.resolve(location);
      if (!location.isEmpty() && (isSecure(target) || !isSecure(at))) {
        return target;
      }
    } catch (IllegalArgumentException e) {
      // Said below.
    }
    throw new IOException(
        at + " answers " + response.statusCode() + " and redirects to '" + location + "'");
  }

  private static boolean isSecure(URI uri) {
    return "https".equalsIgnoreCase(uri.getScheme());
  }

  private static void requireFound(HttpResponse<?> response, URI uri) throws IOException {
    int status = response.statusCode();
    if (status == 404) {
      throw Failure.user("there is no " + uri + " (404): check the name and --mirror");
    }
    if (status == 401 || status == 403) {
      throw Failure.user(uri + " may not be read (" + status + "): check --mirror");
    }
    if (status != 200 && status != 206) {
      throw new IOException(uri + " answers " + status);
    }
  }
}
