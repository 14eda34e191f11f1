/**
 * The latest finished calls of each tenant, to be looked at: how each was served, what it cost, and
 * where its time went.
 *
 * <p>What is kept is bounded and in memory alone; prompts and answers are kept only if the operator
 * asks for it. A tenant's calls are never shown to another.
 *
 * <p>Calls are noted on event loops, without a lock unless content is kept; reading may be done
 * from any thread at any time and never holds up a call.
 */
@NullMarked
package dev.admiral.optimizer.journal;

import org.jspecify.annotations.NullMarked;
