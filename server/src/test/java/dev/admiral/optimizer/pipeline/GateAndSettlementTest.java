package dev.admiral.optimizer.pipeline;

import static dev.admiral.optimizer.pipeline.FakeProvider.reply;
import static dev.admiral.optimizer.pipeline.PipelineWorld.OVERLOADED;
import static org.assertj.core.api.Assertions.assertThat;

import dev.admiral.optimizer.call.Cost;
import dev.admiral.optimizer.call.Failure;
import dev.admiral.optimizer.call.Money;
import dev.admiral.optimizer.call.Terms;
import dev.admiral.optimizer.call.Usage;
import dev.admiral.optimizer.ledger.LedgerEntry;
import dev.admiral.optimizer.pipeline.PipelineWorld.Client;
import dev.admiral.optimizer.provider.ProviderException;
import dev.admiral.optimizer.provider.Reply;
import dev.admiral.optimizer.v1.CachePolicy;
import dev.admiral.optimizer.v1.ErrorReason;
import dev.admiral.optimizer.v1.Source;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What is refused at the gate, and what is held, settled and entered for a call. */
class GateAndSettlementTest {
  private final PipelineWorld world = new PipelineWorld();

  private void ledgerIsFull() {
    world.ledgerStore.failing = true;
    world.call("fills the backlog");
    world.asked.clear();
  }

  // Draining.

  @Test
  void whileDraining_newCallsAreRefused() {
    world.call("x");
    world.pipeline.drain();
    Client client = world.ask("x").start();

    assertThat(client.failure().reason()).isEqualTo(ErrorReason.ERROR_REASON_SERVER_DRAINING);
    assertThat(world.limiter.ofAgents).hasSize(1);
  }

  @Test
  void whileDraining_callsInFlightGoOn() throws Exception {
    Client client = world.ask("x").start();
    world.pipeline.drain();
    assertThat(world.pipeline.awaitFlights(Duration.ofSeconds(1))).isFalse();
    world.run();

    assertThat(client.text()).isEqualTo("red");
    assertThat(world.pipeline.awaitFlights(Duration.ofSeconds(1))).isTrue();
  }

  @Test
  void refusedCall_isCountedAsOneThatFailed() {
    world.pipeline.drain();
    world.ask("x").start();

    assertThat(world.statistics.counts("acme").calls()).isEqualTo(1);
    assertThat(world.statistics.counts("acme").failures()).isEqualTo(1);
    assertThat(world.statistics.counts("acme").inFlight()).isZero();
  }

  // The ledger.

  @Test
  void ledgerThatTakesNoMore_meansNoPaidCall() {
    ledgerIsFull();
    Client client = world.call("x");

    assertThat(client.failure().reason()).isEqualTo(ErrorReason.ERROR_REASON_STORE_UNAVAILABLE);
    assertThat(world.asked).isEmpty();
  }

  @Test
  void ledgerThatTakesNoMore_doesNotKeepHitsBack() {
    world.call("x");
    ledgerIsFull();

    assertThat(world.call("x").source()).isEqualTo(Source.SOURCE_MEMORY);
  }

  @Test
  void callUpstreamWhenTheLedgerFails_isAnsweredAllTheSame() {
    world.ledgerStore.failing = true;

    assertThat(world.call("x").text()).isEqualTo("red");
    assertThat(world.ledger.health().backlog()).isEqualTo(1);
  }

  @Test
  void paidAnswer_isInTheLedgerBeforeItsCallerIsWoken() {
    Client client = world.ask("x").start();
    int[] entered = {-1};
    client.onWake = () -> entered[0] = world.ledgerStore.entries.size();
    world.run();

    assertThat(entered[0]).isEqualTo(1);
  }

  @Test
  void entry_namesCallTryUsageAndPrice() {
    Client client = world.call("x");

    assertThat(world.ledgerStore.entries)
        .singleElement()
        .satisfies(entry -> {
          assertThat(entry.id()).isEqualTo(client.running.call().id() + "-0");
          assertThat(entry.callId()).isEqualTo(client.running.call().id());
          assertThat(entry.usage()).isEqualTo(FakeProvider.USAGE);
          assertThat(entry.providerRequestId()).isEqualTo("vendor-id");
          // 10 tokens at a dollar a million, 20 at two.
          assertThat(entry.cost().amountOrZero().picoUsd()).isEqualTo(50_000_000);
        });
    assertThat(client.answered().ledgerEntryId())
        .isEqualTo(world.ledgerStore.entries.getFirst().id());
  }

  @Test
  void unknownPrice_isEnteredAsUnknown() {
    world.ask("x").model("green/m").start();
    world.run();

    assertThat(world.ledgerStore.entries.getFirst().cost()).isEqualTo(new Cost.Unknown());
  }

  @Test
  void vendorsOwnCharge_isWhatIsEntered() {
    Terms told = Terms.USUAL.withCharge(new Money(7));
    Reply usual = FakeProvider.reply("yes");
    Reply charged =
        new Reply(usual.completion(), usual.usage(), told, usual.requestId(), usual.httpStatus());
    world.green.then((_, _) -> charged);
    world.red.then((_, _) -> charged);
    world.ask("x").model("green/m").start();
    world.run();
    world.call("y");

    assertThat(world.ledgerStore.entries)
        .extracting(LedgerEntry::cost)
        .first()
        .isEqualTo(new Cost.Known(new Money(7), "green/m@vendor", false));
    assertThat(world.ledgerStore.entries.getLast().cost().amountOrZero().picoUsd()).isEqualTo(7);
  }

  @Test
  void serviceThatIsPricedApart_isEnteredAsUnknown() {
    Reply usual = FakeProvider.reply("yes");
    world.red.then((_, _) ->
        new Reply(
            usual.completion(),
            usual.usage(),
            Terms.USUAL.withTier("priority"),
            usual.requestId(),
            usual.httpStatus()));
    world.call("x");

    assertThat(world.ledgerStore.entries.getFirst().cost()).isEqualTo(new Cost.Unknown());
  }

  @Test
  void brokenTryThatMayBeBilled_hasAnEntryOfItsOwn() {
    world.red.then((_, _) -> {
      throw new ProviderException(OVERLOADED, Usage.estimated(10, 1), "broken-id", 200);
    });
    world.call("x");

    assertThat(world.ledgerStore.entries)
        .extracting(LedgerEntry::attempt, LedgerEntry::providerRequestId)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple(0, "broken-id"),
            org.assertj.core.groups.Tuple.tuple(1, "vendor-id"));
  }

  @Test
  void refusedTry_hasNoEntry() {
    world.red.fails(OVERLOADED);
    world.call("x");

    assertThat(world.ledgerStore.entries).extracting(LedgerEntry::attempt).containsExactly(1);
  }

  @Test
  void savings_areEnteredForWhatNobodyPaid() {
    world.call("x");
    world.ledger.flush();
    assertThat(world.ledgerStore.savings).isEmpty();
    world.call("x").answered();
    world.ledger.flush();

    assertThat(world.ledgerStore.savings)
        .singleElement()
        .satisfies(saving -> {
          assertThat(saving.source()).isEqualTo(Source.SOURCE_MEMORY);
          assertThat(saving.amount().picoUsd()).isEqualTo(50_000_000);
        });
  }

  // Limits of agents.

  @Test
  void agentBeyondItsLimit_getsNoFlight() {
    world.limiter.refuseAgentOnce();
    Client client = world.ask("x").start();

    assertThat(client.failure()).isEqualTo(FakeLimiter.USED_UP);
    assertThat(world.tasks).isEmpty();
  }

  @Test
  void answeredCall_usesItsAgentsPlace() {
    world.call("x").answered();

    assertThat(world.limiter.ofAgents).hasToString("[settled 10+20]");
    assertThat(world.limiter.ofProviders).hasToString("[settled 10+20]");
  }

  @Test
  void callAnsweredFromDisk_givesItsPlaceBack() {
    world.call("x").answered();
    world.restart();
    world.call("x").answered();

    assertThat(world.limiter.ofAgents).hasToString("[settled 10+20, cancelled]");
  }

  @Test
  void answerThatLandedBetweenTheLooks_isFreeToo() {
    Client first = world.ask("x").start();
    // It joins no flight, and its own looks again once the first has landed.
    Client third = world.ask("x").cache(CachePolicy.Mode.MODE_ONLY).start();
    world.run();

    assertThat(first.source()).isEqualTo(Source.SOURCE_UPSTREAM);
    assertThat(third.source()).isEqualTo(Source.SOURCE_MEMORY);
    assertThat(world.limiter.ofAgents).hasToString("[settled 10+20, cancelled]");
  }

  @Test
  void callThatJoins_usesItsAgentsPlace() {
    world.ask("x").start();
    Client second = world.ask("x").agent("bob").start();
    world.run();

    assertThat(second.source()).isEqualTo(Source.SOURCE_COALESCED);
    assertThat(world.limiter.ofAgents.get(1)).hasToString("settled 10+20");
  }

  @Test
  void callThatAskedNobody_givesItsPlaceBack() {
    world.limiter.refuseProviderOnce();
    world.call("x").failed();

    assertThat(world.limiter.ofAgents).hasToString("[cancelled]");
  }

  @Test
  void callThatFailedUpstream_hasUsedItsPlace() {
    world.red.fails(new Failure.StreamBroken("it broke off"));
    world.call("x").failed();

    assertThat(world.limiter.ofAgents).hasToString("[settled 0+0]");
    assertThat(world.limiter.ofProviders).hasToString("[settled 0+0]");
  }

  @Test
  void everyTry_settlesItsOwnPermit() {
    world.red.fails(OVERLOADED);
    world.call("x").answered();

    assertThat(world.limiter.ofProviders).hasToString("[settled 0+0, settled 10+20]");
  }

  // What is wrong with the call itself.

  @Test
  void malformedPrompt_isRefusedOnTheSpot() {
    Client client = world.ask("x").model(" ").start();

    assertThat(client.failure().reason()).isEqualTo(ErrorReason.ERROR_REASON_CALL_INVALID);
    assertThat(world.limiter.ofAgents).isEmpty();
    assertThat(world.tasks).isEmpty();
  }

  @Test
  void malformedSchema_isRefusedBeforeAnybodyIsAsked() {
    Client client = world.ask("x").schema("{\"type\": 7}").start();
    world.run();

    assertThat(client.failure().reason()).isEqualTo(ErrorReason.ERROR_REASON_CALL_INVALID);
    assertThat(world.asked).isEmpty();
    assertThat(world.limiter.ofAgents).hasToString("[cancelled]");
  }

  // What is wrong with this server.

  @Test
  void faultOnTheWayIn_endsTheCall() {
    world.limiter.breaks();
    Client client = world.ask("x").start();

    assertThat(client.failure()).isEqualTo(new Failure.Internal(client.running.call().id()));
    assertThat(world.statistics.counts("acme").inFlight()).isZero();
    assertThat(world.finished).hasSize(1);
  }

  @Test
  void faultAfterALookOnDisk_endsTheCallAndWakesItsCaller() {
    Client first = world.ask("x").repeatable("id").start();
    world.run();
    first.answered();
    world.restart();
    world.time.advance(Duration.ofDays(31));
    world.limiter.breaks();
    Client client = world.ask("x").repeatable("id").start();
    assertThat(client.ended()).isFalse();
    world.run();

    assertThat(client.failure()).isEqualTo(new Failure.Internal(client.running.call().id()));
    assertThat(client.wakes).isPositive();
  }

  @Test
  void callEndsOnce_howeverOftenItIsAsked() {
    Client client = world.call("x");
    client.answered();
    client.answered();

    assertThat(world.finished).hasSize(1);
    assertThat(world.statistics.counts("acme").calls()).isEqualTo(1);
    assertThat(world.journal.find("acme", client.running.call().id())).isPresent();
  }

  @Test
  void tookIsTheTryThatAnswered() {
    world.red.then((_, _) -> {
      world.time.sleep(Duration.ofSeconds(3));
      return reply("slow");
    });

    assertThat(world.call("x").answered().answer().took()).isEqualTo(Duration.ofSeconds(3));
  }
}
