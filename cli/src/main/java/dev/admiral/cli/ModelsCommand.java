package dev.admiral.cli;

import com.google.protobuf.Message;
import dev.admiral.optimizer.client.AdmiralClient;
import dev.admiral.optimizer.v1.ListAliasesResponse;
import dev.admiral.optimizer.v1.ListModelsResponse;
import dev.admiral.optimizer.v1.Model;
import dev.admiral.optimizer.v1.ModelAlias;
import dev.admiral.optimizer.v1.ModelPrice;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
  ModelsCommand(Shell shell) {
    super(shell);
  }

  @Override
  int run(AdmiralClient client) {
    List<Model> models = client.models().toList();
    List<ModelAlias> aliases = client.aliases().toList();
    if (isJson()) {
      Map<String, Message> members = new LinkedHashMap<>();
      members.put("models", ListModelsResponse.newBuilder().addAllModels(models).build());
      members.put("aliases", ListAliasesResponse.newBuilder().addAllAliases(aliases).build());
      out().println(OutputOptions.object(members));
      return Main.DONE;
    }
    Table table = new Table("MODEL", "?>CONTEXT", "?>IN $/MTOK", "?>OUT $/MTOK", "~BREAKER");
    for (Model model : models) {
      Optional<ModelPrice> price = model.getPricesList().stream().findFirst();
      table.add(
          model.getProvider() + "/" + model.getName(),
          model.getContextTokenCount() == 0 ? "" : Show.count(model.getContextTokenCount()),
          price.map(p -> Show.dollars(p.getInputPerMillionTokens())).orElse("unknown"),
          price.map(p -> Show.dollars(p.getOutputPerMillionTokens())).orElse("unknown"),
          Show.breaker(model, shell().ticker().now()));
    }
    print(table, "The server knows no models.");
    if (!aliases.isEmpty()) {
      out().println();
      Table names = new Table("ALIAS", "~CANDIDATES, BEST FIRST");
      aliases.forEach(
          alias -> names.add(alias.getName(), String.join(", ", alias.getModelsList())));
      print(names, "");
    }
    return Main.DONE;
  }
}
