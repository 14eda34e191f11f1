package dev.admiral.optimizer.provider.wire;

import dev.admiral.optimizer.provider.ProviderCall;
import dev.admiral.optimizer.provider.ProviderException;
import dev.admiral.optimizer.provider.VectorCall;
import dev.admiral.optimizer.v1.Embedding;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/**
 * A wire format: how calls are written and answers are read. What it cannot express it refuses
 * before anything is sent, naming the field. How an answer is drawn (temperature and the like) is
 * left out where a model has no place for it, and told with the answer; hints are left out without
 * a word, and each format says which.
 */
public interface WireFormat {

  /** Writes a call for an answer. */
  Request complete(ProviderCall call) throws ProviderException;

  /** Writes a call for vectors. */
  Request embed(VectorCall call) throws ProviderException;

  /** Writes a call for a count of tokens. */
  Request countTokens(ProviderCall call) throws ProviderException;

  /** Returns the headers of every request that do not depend on the call. */
  List<Map.Entry<String, String>> headers();

  /** Returns the header that carries our identifier of the try. */
  String attemptHeader();

  /** Returns the header that carries the vendor's identifier of the call. */
  String requestIdHeader();

  /** Begins to read one answer into the draft. */
  AnswerReader reader(Draft draft);

  /** Reads vectors, in the order of the texts. */
  Vectors readVectors(byte[] body) throws IOException, ErrorInsideException;

  /** Reads a count of tokens. */
  long readCount(byte[] body) throws IOException, ErrorInsideException;

  /** A request: path and query below the host, and a body of JSON, which nobody changes. */
  final class Request {
    private final String path;
    private final byte[] body;
    private final List<String> omitted;
    private final Map<String, String> headers;

    /** A request that says all it was to say. */
    public Request(String path, byte[] body) {
      this(path, body, List.of());
    }

    /**
     * @param omitted fields of the prompt that the model has no place for and is not told
     */
    public Request(String path, byte[] body, List<String> omitted) {
      this(path, body, omitted, Map.of());
    }

    /**
     * @param omitted fields of the prompt that the model has no place for and is not told
     * @param headers headers of this call alone, names in lower case; they go before those of every
     *     request
     */
    public Request(String path, byte[] body, List<String> omitted, Map<String, String> headers) {
      this.path = path;
      this.body = body;
      this.omitted = List.copyOf(omitted);
      this.headers = Map.copyOf(headers);
    }

    public String path() {
      return path;
    }

    public byte[] body() {
      return body;
    }

    public List<String> omitted() {
      return omitted;
    }

    public Map<String, String> headers() {
      return headers;
    }
  }

  /**
   * Vectors as read.
   *
   * @param embeddings one per text
   * @param input tokens reported; negative if none were
   */
  record Vectors(List<Embedding> embeddings, long input) {}

  /** Reads one answer, whole or event by event. Used by one thread. */
  interface AnswerReader {
    /**
     * Reads a whole answer.
     *
     * @throws IOException if it is not what the vendor documents
     */
    void whole(byte[] body) throws IOException, ErrorInsideException;

    /**
     * Reads one event's data.
     *
     * @return true if it was the last one
     * @throws IOException if it is not what the vendor documents
     */
    boolean event(byte[] data, int length) throws IOException, ErrorInsideException;

    /** Returns true if the answer may end here without a last event. */
    boolean mayEnd();

    /**
     * Closes an answer whose events came to their proper end.
     *
     * @throws IOException if they made no answer
     * @throws ErrorInsideException if the vendor gave it up, and said so by how it ended it
     */
    void end() throws IOException, ErrorInsideException;
  }

  /** The vendor reports an error inside an answer that began well. */
  final class ErrorInsideException extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient VendorError error;

    public ErrorInsideException(VendorError error) {
      super(error.code(), null, false, false);
      this.error = error;
    }

    public VendorError error() {
      return error;
    }
  }

  /** The vendor's answer has a shape nobody documents. */
  final class MalformedException extends IOException {
    private static final long serialVersionUID = 1L;

    public MalformedException(String message) {
      super(message);
    }
  }
}
