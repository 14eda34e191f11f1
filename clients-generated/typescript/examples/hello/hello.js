// Asks, streams, and says what it cost and where it came from:
//   npm install --install-links && node hello.js [HOST:PORT]
import { AdmiralError, connect, dollars, prompt, textOf } from "@admiral/optimizer";
import { Source } from "@admiral/optimizer/v1";

const admiral = connect({ address: process.argv[2], key: process.env.ADMIRAL_KEY, agent: "hello-1" });
try {
  for (let time = 0; time < 2; time++) {
    const answer = await admiral.optimizer.complete({ prompt: prompt("fast", "Name three harbors.") });
    const { cost, served } = answer;
    console.log(textOf(answer));
    console.log(`${answer.provider}/${answer.model} from ${Source[served?.source ?? 0]}:`);
    console.log(`charged ${dollars(cost?.chargedAmount)} USD, saved ${dollars(cost?.savedAmount)} USD\n`);
  }
  for await (const piece of admiral.askStream("smart", "Tell a short story of the sea.")) {
    process.stdout.write(piece);
  }
  console.log();
} catch (error) {
  if (!(error instanceof AdmiralError)) {
    throw error;
  }
  console.error(`${error.reason || error.code}: ${error.message}`);
  process.exitCode = 1;
} finally {
  admiral.close();
}
