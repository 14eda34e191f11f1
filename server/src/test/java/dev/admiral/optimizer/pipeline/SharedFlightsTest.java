package dev.admiral.optimizer.pipeline;

import static dev.admiral.optimizer.pipeline.FakeProvider.piece;
import static dev.admiral.optimizer.pipeline.FakeProvider.reply;
import static dev.admiral.optimizer.pipeline.PipelineWorld.OVERLOADED;
import static org.assertj.core.api.Assertions.assertThat;

import dev.admiral.optimizer.call.Failure;
import dev.admiral.optimizer.ledger.LedgerEntry;
import dev.admiral.optimizer.pipeline.PipelineWorld.Client;
import dev.admiral.optimizer.v1.CachePolicy;
import dev.admiral.optimizer.v1.ErrorReason;
import dev.admiral.optimizer.v1.Source;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Equal calls at the same time: who meets whom, who leads, who pays. */
class SharedFlightsTest {
  private final PipelineWorld world =
      new PipelineWorld(new PipelineSettings(1, Duration.ofMinutes(1), Duration.ofSeconds(2)));

  private Client ada(String text) {
    return world.ask(text).agent("ada").start();
  }

  private Client bob(String text) {
    return world.ask(text).agent("bob").start();
  }

  private List<String> payers() {
    return world.ledgerStore.entries.stream().map(LedgerEntry::agent).toList();
  }

  // Who meets.

  @Test
  void equalCalls_shareOneTryAndTheFirstPays() {
    Client first = ada("x");
    Client second = bob("x");
    world.run();

    assertThat(first.source()).isEqualTo(Source.SOURCE_UPSTREAM);
    assertThat(second.source()).isEqualTo(Source.SOURCE_COALESCED);
    assertThat(world.asked).containsExactly("red");
    assertThat(payers()).containsExactly("ada");
    assertThat(first.answered().ledgerEntryId()).isNotEmpty();
    assertThat(second.answered().ledgerEntryId()).isEmpty();
  }

  @Test
  void differentCalls_doNotMeet() {
    ada("x");
    bob("y");
    world.run();

    assertThat(world.asked).hasSize(2);
  }

  @Test
  void tenants_doNotMeet() {
    world.ask("x").start();
    world.ask("x").tenant("rival").start();
    world.run();

    assertThat(world.asked).hasSize(2);
  }

  @Test
  void agentsWhoKeepTheirAnswersToThemselves_doNotMeet() {
    world.ask("x").agent("ada").forMeAlone().start();
    world.ask("x").agent("bob").forMeAlone().start();
    world.run();

    assertThat(world.asked).hasSize(2);
  }

  @Test
  void callsThatBypassTheCache_doNotMeet() {
    world.ask("x").cache(CachePolicy.Mode.MODE_BYPASS).start();
    world.ask("x").cache(CachePolicy.Mode.MODE_BYPASS).start();
    world.run();

    assertThat(world.asked).hasSize(2);
  }

  @Test
  void repeatOfACallInFlight_takesASeatWhateverItsMode() {
    Client first = world.ask("x").cache(CachePolicy.Mode.MODE_BYPASS).repeatable("id").start();
    Client repeat = world.ask("x").cache(CachePolicy.Mode.MODE_BYPASS).repeatable("id").start();
    world.run();

    assertThat(world.asked).containsExactly("red");
    assertThat(first.source()).isEqualTo(Source.SOURCE_UPSTREAM);
    assertThat(repeat.source()).isEqualTo(Source.SOURCE_COALESCED);
  }

  @Test
  void requestIdInFlightWithAnotherBody_isRefused() {
    world.ask("x").repeatable("id").start();
    Client other = world.ask("y").repeatable("id").start();

    assertThat(other.failure().reason()).isEqualTo(ErrorReason.ERROR_REASON_REQUEST_ID_REUSED);
  }

  @Test
  void repeatInFlight_isTakenWhileDraining() {
    world.ask("x").repeatable("id").start();
    world.pipeline.drain();
    Client repeat = world.ask("x").repeatable("id").start();
    world.run();

    assertThat(repeat.text()).isEqualTo("red");
  }

  @Test
  void joiner_makesTheFlightWaitForItsOwnDeadline() {
    world.ask("x").agent("ada").within(Duration.ofSeconds(5)).start();
    world.ask("x").agent("bob").within(Duration.ofSeconds(50)).start();
    long now = world.time.nanos();
    world.run();

    assertThat(world.limiter.demands.getFirst().deadlineNanos())
        .isEqualTo(now + Duration.ofSeconds(50).toNanos());
  }

  // Streams.

  @Test
  void streamAndWhole_shareOneFlight() {
    world.red.then((_, sink) -> {
      sink.accept(piece("Hel"));
      sink.accept(piece("lo"));
      return reply("Hello");
    });
    Client stream = world.ask("x").streamed().start();
    Client whole = bob("x");
    world.run();

    assertThat(stream.pieces()).containsExactly("Hel", "lo");
    assertThat(whole.text()).isEqualTo("Hello");
    assertThat(world.asked).containsExactly("red");
  }

  @Test
  void lateJoiner_seesEveryPiece() {
    Client[] late = new Client[1];
    world.red.then((_, sink) -> {
      sink.accept(piece("Hel"));
      late[0] = world.ask("x").agent("bob").streamed().start();
      sink.accept(piece("lo"));
      return reply("Hello");
    });
    world.ask("x").streamed().start();
    world.run();

    assertThat(late[0].pieces()).containsExactly("Hel", "lo");
    assertThat(late[0].source()).isEqualTo(Source.SOURCE_COALESCED);
  }

  @Test
  void piecesThenAFailure_areSharedByAll() {
    Failure broken = new Failure.StreamBroken("it broke off");
    world.red.then((_, sink) -> {
      sink.accept(piece("Hel"));
      throw FakeProvider.broken(broken);
    });
    Client first = world.ask("x").streamed().start();
    Client second = world.ask("x").agent("bob").streamed().start();
    world.run();

    for (Client client : List.of(first, second)) {
      assertThat(client.pieces()).containsExactly("Hel");
      assertThat(client.failure()).isEqualTo(broken);
    }
    assertThat(world.asked).containsExactly("red");
  }

  @Test
  void brokenStream_isNeitherKeptNorPaidForIfTheVendorBillsNothing() {
    world.red.then((_, sink) -> {
      sink.accept(piece("Hel"));
      throw FakeProvider.broken(new Failure.StreamBroken("it broke off"));
    });
    world.ask("x").streamed().start();
    world.run();

    assertThat(world.ledgerStore.entries).isEmpty();
    assertThat(world.call("x").source()).isEqualTo(Source.SOURCE_UPSTREAM);
  }

  @Test
  void callerIsTold_whoAnswersWithTheFirstPiece() {
    Client[] client = new Client[1];
    world.red.then((_, sink) -> {
      assertThat(client[0].running.begun()).isNull();
      sink.accept(piece("a"));
      assertThat(client[0].running.begun().provider()).isEqualTo("red");
      return reply("a");
    });
    client[0] = world.ask("x").streamed().start();
    world.run();

    assertThat(client[0].text()).isEqualTo("a");
  }

  // Leaders.

  @Test
  void leaderFailsBeforeAnyPiece_theNextOneFliesAndPays() {
    world.red.fails(OVERLOADED).answers("second try");
    Client first = ada("x");
    Client second = bob("x");
    world.run();

    assertThat(first.failure()).isEqualTo(OVERLOADED);
    assertThat(second.text()).isEqualTo("second try");
    assertThat(second.source()).isEqualTo(Source.SOURCE_UPSTREAM);
    assertThat(payers()).containsExactly("bob");
  }

  @Test
  void providersLimitOfTheLeader_isNotTheFollowers() {
    world.limiter.refuseProviderOnce();
    Client first = ada("x");
    Client second = bob("x");
    world.run();

    assertThat(first.failure()).isEqualTo(FakeLimiter.USED_UP);
    assertThat(second.text()).isEqualTo("red");
  }

  @Test
  void afterTwoPromotions_everybodySharesTheFailure() {
    Failure busy = new Failure.RateLimited("busy", null, false);
    world.red.fails(busy).fails(busy).fails(busy);
    List<Client> clients =
        List.of(
            ada("x"),
            bob("x"),
            world.ask("x").agent("cy").start(),
            world.ask("x").agent("di").start());
    world.run();

    assertThat(world.asked).hasSize(3);
    assertThat(clients).allSatisfy(client -> assertThat(client.failure()).isEqualTo(busy));
  }

  @Test
  void failureThatEndsTheMatter_isSharedWithoutAnotherTry() {
    Failure refused =
        new Failure.Rejected(ErrorReason.ERROR_REASON_PROVIDER_REFUSED, "not with me");
    world.red.fails(refused);
    Client first = ada("x");
    Client second = bob("x");
    world.run();

    assertThat(first.failure()).isEqualTo(refused);
    assertThat(second.failure()).isEqualTo(refused);
    assertThat(world.asked).containsExactly("red");
  }

  @Test
  void leaderLeavesWhileTheProviderWorks_theFollowerPays() {
    Client[] first = new Client[1];
    world.red.then((_, _) -> {
      first[0].leave();
      return reply("fine");
    });
    first[0] = ada("x");
    Client second = bob("x");
    world.run();

    assertThat(payers()).containsExactly("bob");
    assertThat(second.source()).isEqualTo(Source.SOURCE_UPSTREAM);
    assertThat(second.answered().ledgerEntryId()).isNotEmpty();
  }

  @Test
  void leaderLeavesWhileItsEntryIsWritten_itHasPaid() {
    Client first = ada("x");
    Client second = bob("x");
    world.ledgerStore.beforeEntry = first::leave;
    world.run();

    assertThat(payers()).containsExactly("ada");
    assertThat(second.source()).isEqualTo(Source.SOURCE_COALESCED);
  }

  @Test
  void answerOfAnEarlierFlight_isNotAskedForAgain() {
    world.call("x");
    Client second = bob("x");

    assertThat(second.source()).isEqualTo(Source.SOURCE_MEMORY);
    assertThat(world.asked).containsExactly("red");
  }
}
