/**
 * The dashboard: a page that shows the fleet to a person, and the JSON that the page reads.
 *
 * <p>Every figure is the contract's own, asked through the contract's own services with the key of
 * whoever looks, so that tenants, rights and errors are those of gRPC. Files are served from a
 * fixed list and nothing else can be reached.
 *
 * <p>Requests arrive on the server's selector threads and are answered on virtual threads; files
 * are answered where they were asked for.
 */
@NullMarked
package dev.admiral.optimizer.http.dashboard;

import org.jspecify.annotations.NullMarked;
