package dev.admiral.optimizer.ledger;

import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Where a page of entries ends, in a form that callers pass back unread. Bound to the query, so
 * that a token of another one is refused.
 */
final class PageToken {
  private static final int BYTES = 2 * Long.BYTES + Integer.BYTES;

  private PageToken() {}

  static String encode(LedgerStore.Numbered last, EntryQuery query) {
    ByteBuffer bytes =
        ByteBuffer.allocate(BYTES)
            .putLong(last.entry().createdNanos())
            .putLong(last.number())
            .putInt(digest(query));
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes.array());
  }

  static LedgerStore.@Nullable Place decode(String token, EntryQuery query) {
    if (token.isEmpty()) {
      return null;
    }
    ByteBuffer bytes = ByteBuffer.wrap(bytes(token));
    if (bytes.capacity() == BYTES) {
      LedgerStore.Place place = new LedgerStore.Place(bytes.getLong(), bytes.getLong());
      if (bytes.getInt() == digest(query)) {
        return place;
      }
    }
    throw new IllegalArgumentException(
        "page_token is not one that this query gave; pass next_page_token with the same filters, or"
            + " leave it empty to start again");
  }

  /** The same in every process, so that tokens outlive a restart. */
  private static int digest(EntryQuery query) {
    return Objects.hash(query.tenant(), query.from(), query.until(), query.agent(), query.callId());
  }

  private static byte[] bytes(String token) {
    try {
      return Base64.getUrlDecoder().decode(token);
    } catch (IllegalArgumentException e) {
      return new byte[0];
    }
  }
}
