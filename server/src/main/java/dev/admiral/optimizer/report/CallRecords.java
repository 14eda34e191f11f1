package dev.admiral.optimizer.report;

import dev.admiral.optimizer.call.Attempt;
import dev.admiral.optimizer.call.Cost;
import dev.admiral.optimizer.call.Outcome.Timing;
import dev.admiral.optimizer.call.Step;
import dev.admiral.optimizer.call.Usage;
import dev.admiral.optimizer.journal.KeptCall;
import dev.admiral.optimizer.v1.CallRecord;
import dev.admiral.optimizer.v1.CallStep;
import dev.admiral.optimizer.v1.Served;
import dev.admiral.optimizer.v1.Source;
import java.time.Duration;

/** Finished calls as messages of the contract. */
final class CallRecords {
  private CallRecords() {}

  /** Returns a call with its steps. */
  static CallRecord withSteps(KeptCall call) {
    CallRecord.Builder record = builder(call);
    for (Step step : call.steps()) {
      record.addSteps(step(call, step));
    }
    return record.build();
  }

  /** Returns a call as lists have it. */
  static CallRecord of(KeptCall call) {
    return builder(call).build();
  }

  private static CallRecord.Builder builder(KeptCall call) {
    CallRecord.Builder record =
        CallRecord.newBuilder()
            .setCallId(call.id())
            .setAgentId(call.agent())
            .setTaskType(call.taskType())
            .setRequestedModel(call.requestedModel())
            .setProvider(call.provider())
            .setModel(call.model())
            .setStreamed(call.streamed())
            .setCreateTime(Protos.timestamp(call.arrival()))
            .setDuration(Protos.duration(call.totalNanos()))
            .setFailure(call.failure())
            .setServed(served(call))
            .setLedgerEntryId(call.ledgerEntryId());
    Usage usage = call.usage();
    if (usage != null) {
      record.setUsage(Protos.usage(usage));
    }
    Cost cost = call.cost();
    if (cost != null) {
      record.setCost(Protos.cost(cost, call.source() == Source.SOURCE_UPSTREAM));
    }
    return record;
  }

  private static Served served(KeptCall call) {
    Timing timing = call.timing();
    if (timing != null) {
      return Protos.served(
          call.source(), call.key(), timing, Duration.ofNanos(call.totalNanos()), call.attempts());
    }
    Served.Builder served = Served.newBuilder();
    for (Attempt attempt : call.attempts()) {
      served.addAttempts(Protos.attempt(attempt));
    }
    return served.build();
  }

  private static CallStep.Kind kind(Step step) {
    return switch (step.kind()) {
      case QUEUE -> CallStep.Kind.KIND_QUEUE;
      case JOIN -> CallStep.Kind.KIND_COALESCE;
      case DISK -> CallStep.Kind.KIND_DISK;
      case ROUTE -> CallStep.Kind.KIND_ROUTE;
      case ATTEMPT -> CallStep.Kind.KIND_ATTEMPT;
      case SETTLE -> CallStep.Kind.KIND_SETTLE;
    };
  }

  private static dev.admiral.optimizer.v1.CallStep step(KeptCall call, Step step) {
    return dev.admiral.optimizer.v1.CallStep.newBuilder()
        .setKind(kind(step))
        .setStartOffset(Protos.duration(step.startNanos() - call.arrivalNanos()))
        .setDuration(Protos.duration(step.nanos()))
        .setDetail(step.detail())
        .setFailure(step.failure())
        .build();
  }
}
