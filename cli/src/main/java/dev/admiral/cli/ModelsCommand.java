package dev.admiral.cli;

import dev.admiral.optimizer.client.AdmiralClient;
import dev.admiral.optimizer.v1.Alias;
import dev.admiral.optimizer.v1.ListModelsRequest;
import dev.admiral.optimizer.v1.ListModelsResponse;
import dev.admiral.optimizer.v1.Model;
import picocli.CommandLine.Command;

@Command(
    name = "models",
    mixinStandardHelpOptions = true,
    description = {"Lists the models and aliases that can be asked for.", ""},
    exitCodeListHeading = Main.EXIT_CODES,
    exitCodeList = {
      "0:done",
      "1:the call failed",
      "2:the server does not serve, or cannot be reached",
      "64:the command line is wrong"
    })
final class ModelsCommand extends FleetCommand {
  private static final int PAGE_SIZE = 1_000;

  ModelsCommand(Shell shell) {
    super(shell);
  }

  @Override
  int run(AdmiralClient client) {
    ListModelsResponse all = all(client);
    if (isJson()) {
      return printJson(all);
    }
    Table models = new Table("MODEL", "?>CONTEXT", "?>IN $/MTOK", "?>OUT $/MTOK", "~BREAKER");
    for (Model model : all.getModelsList()) {
      models.add(
          model.getProvider() + "/" + model.getName(),
          model.getContextTokenCount() == 0 ? "" : Show.count(model.getContextTokenCount()),
          model.getPriced() ? Show.dollars(model.getInputPicoUsdPerMtok()) : "unknown",
          model.getPriced() ? Show.dollars(model.getOutputPicoUsdPerMtok()) : "unknown",
          Show.breaker(model, shell().ticker().now()));
    }
    print(models, "The server knows no models.");
    if (all.getAliasesCount() > 0) {
      out().println();
      Table aliases = new Table("ALIAS", "~CANDIDATES, BEST FIRST");
      for (Alias alias : all.getAliasesList()) {
        aliases.add(alias.getName(), String.join(", ", alias.getModelsList()));
      }
      print(aliases, "");
    }
    return Main.DONE;
  }

  /** Returns all pages in one. */
  static ListModelsResponse all(AdmiralClient client) {
    ListModelsResponse.Builder all = ListModelsResponse.newBuilder();
    String token = "";
    do {
      ListModelsResponse page =
          client.listModels(
              ListModelsRequest.newBuilder().setPageSize(PAGE_SIZE).setPageToken(token).build());
      all.addAllModels(page.getModelsList()).addAllAliases(page.getAliasesList());
      token = page.getNextPageToken();
    } while (!token.isEmpty());
    return all.build();
  }
}
