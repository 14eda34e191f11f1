package dev.admiral.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;

/**
 * One case.
 *
 * @param name unique, in words joined by dashes
 * @param group the heading it stands under
 * @param shows what it shows, in one sentence
 * @param server which server it goes to
 * @param clients settings of the clients it begins with, by name; {@code a} if it names none
 * @param script what a scripted server does, call by call; its last entry is for all further calls
 * @param steps what is done, in order
 * @param without clients that the case is not for, and why
 * @param reasons the failure reasons that it expects somewhere
 */
record Case(
    String name,
    String group,
    String shows,
    ServerKind server,
    Map<String, ObjectNode> clients,
    List<JsonNode> script,
    List<Step> steps,
    Map<String, String> without,
    List<String> reasons) {}
