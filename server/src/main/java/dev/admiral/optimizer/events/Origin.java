package dev.admiral.optimizer.events;

/**
 * Where events come from: one run of one replica, and one of its tenants.
 *
 * @param replica name of the replica
 * @param entropy random bits of their own, so that ids of two runs, replicas or tenants differ
 */
record Origin(String replica, long entropy) {}
