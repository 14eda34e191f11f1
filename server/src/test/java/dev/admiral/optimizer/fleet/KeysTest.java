package dev.admiral.optimizer.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.admiral.optimizer.call.Live;
import dev.admiral.optimizer.call.LiveValue;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class KeysTest {
  private static final Identity OPS = new Identity("default", true, "ops");

  @Test
  void withoutKeys_anybodyIsTheOperatorOfTheDefaultTenant() {
    Keys keys = new Keys(Live.of(List.of()));

    assertThat(keys.open()).isTrue();
    assertThat(keys.authenticate(null)).contains(new Identity("default", true, "open"));
    assertThat(keys.authenticate("anything")).isPresent();
  }

  @Test
  void withKeys_onlyTheirHoldersAreKnown() {
    Keys keys = new Keys(Live.of(List.of(Key.of("s3cret", OPS))));

    assertThat(keys.open()).isFalse();
    assertThat(keys.authenticate("s3cret")).contains(OPS);
    assertThat(keys.authenticate("s3cre")).isEmpty();
    assertThat(keys.authenticate("")).isEmpty();
    assertThat(keys.authenticate(null)).isEmpty();
    assertThat(keys.authenticate(Key.of("s3cret", OPS).sha256())).isEmpty();
  }

  @Property(tries = 200)
  void ofManyKeys_eachSpeaksForItsOwn(@ForAll @IntRange(min = 1, max = 300) int count) {
    Keys keys = new Keys(Live.of(IntStream.range(0, count).mapToObj(KeysTest::key).toList()));

    for (int i = 0; i < count; i++) {
      assertThat(keys.authenticate("key-" + i)).contains(key(i).identity());
    }
    assertThat(keys.authenticate("key-" + count)).isEmpty();
  }

  @Test
  void keyListedTwice_isRefusedNamingBothLabels() {
    Key first = Key.of("s3cret", new Identity("blue", false, "first"));
    Key second = Key.of("s3cret", new Identity("green", true, "second"));

    assertThatThrownBy(() -> new Keys(Live.of(List.of(first, second))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'first'")
        .hasMessageContaining("'second'");
  }

  @Test
  void replacedKeys_areKnownAtOnceAndOldOnesNoLonger() {
    LiveValue<List<Key>> configured = new LiveValue<>(List.of(key(1)));
    Keys keys = new Keys(configured);
    assertThat(keys.authenticate("key-1")).contains(key(1).identity());

    configured.set(List.of(key(2)));

    assertThat(keys.authenticate("key-1")).isEmpty();
    assertThat(keys.authenticate("key-2")).contains(key(2).identity());
  }

  @Test
  void digestInUpperCase_isTheSame() {
    Key lower = Key.of("s3cret", OPS);

    assertThat(new Key(lower.sha256().toUpperCase(Locale.ROOT), OPS)).isEqualTo(lower);
  }

  @Test
  void keyInPlaceOfItsDigest_isRefusedWithoutShowingIt() {
    assertThatThrownBy(() -> new Key("sk-secret", OPS))
        .isInstanceOf(IllegalArgumentException.class)
        .message()
        .doesNotContain("sk-secret");
  }

  private static Key key(int i) {
    return Key.of("key-" + i, new Identity("tenant-" + i, i % 2 == 0, "label-" + i));
  }
}
