/**
 * What Admiral shows by HTTP: the vendors' APIs, health, metrics and the dashboard.
 *
 * <p>Nothing is decided here: calls go through the same pipeline, and figures come from the same
 * places, as by gRPC. What a browser can be tricked into is refused before anything else is looked
 * at.
 *
 * <p>Requests are handled on the selector threads of the server; what blocks runs on virtual
 * threads.
 */
@NullMarked
package dev.admiral.optimizer.http;

import org.jspecify.annotations.NullMarked;
