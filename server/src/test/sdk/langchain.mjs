// LangChain's client of whatever speaks like OpenAI.
import assert from 'node:assert/strict';
import { AIMessage, HumanMessage, SystemMessage, ToolMessage } from '@langchain/core/messages';
import { tool } from '@langchain/core/tools';
import { ChatOpenAI, OpenAIEmbeddings } from '@langchain/openai';
import { z } from 'zod';
import * as h from './harness.mjs';

const configuration = { baseURL: h.base + '/v1' };
const chat = (more) => new ChatOpenAI({ model: 'gpt-4o', apiKey: h.key, configuration, ...more });
const model = chat();
const faulty = chat({ model: 'gpt-4o-mini', maxRetries: 0 });

const tools = ['get_weather', 'get_clock'].map((name) =>
  tool(async () => 'Fine', {
    name,
    description: 'Tells it.',
    schema: z.object({ city: z.string() }),
  }),
);
const both = 'Tell me the weather and the clock.';
const joined = (chunks) => chunks.map((c) => c.text).join('');

await h.run({
  async chat_invoked_hasUsage() {
    const answer = await model.invoke([new SystemMessage('Be brief.'), h.ask('Hello')]);
    assert.ok(AIMessage.isInstance(answer));
    assert.match(answer.text, /\S/);
    assert.equal(answer.response_metadata.finish_reason, 'stop');
    const { usage_metadata: usage } = answer;
    assert.equal(usage.total_tokens, usage.input_tokens + usage.output_tokens);
  },

  async chat_streamed_isTheSame() {
    const prompt = h.ask('Stream it', 'tokens=40');
    const chunks = await h.all(await model.stream(prompt));
    const whole = await model.invoke(prompt);
    assert.ok(chunks.length > 10, 'in pieces');
    assert.equal(joined(chunks), whole.text);
    const sum = chunks.reduce((a, b) => a.concat(b));
    assert.deepEqual(sum.usage_metadata, whole.usage_metadata);
  },

  async chat_batch_keepsItsOrder() {
    const prompts = ['one', 'two', 'three'].map((word) => h.ask(word, 'echo'));
    const answers = await model.batch(prompts);
    assert.deepEqual(answers.map((a) => a.text), prompts);
  },

  async tools_parallel_areAnsweredInTheNextTurn() {
    const bound = model.bindTools(tools);
    const question = new HumanMessage(h.ask(both));
    const asked = await bound.invoke([question]);
    assert.deepEqual(asked.tool_calls.map((c) => [c.name, typeof c.args.city]), [
      ['get_weather', 'string'],
      ['get_clock', 'string'],
    ]);
    const results = asked.tool_calls.map(
      (c) => new ToolMessage({ tool_call_id: c.id, content: 'Fine' }),
    );
    assert.match((await bound.invoke([question, asked, ...results])).text, /\S/);
  },

  async tools_streamed_addUp() {
    const chunks = await h.all(await model.bindTools(tools).stream(h.ask(both)));
    const sum = chunks.reduce((a, b) => a.concat(b));
    assert.deepEqual(sum.tool_calls.map((c) => c.name), ['get_weather', 'get_clock']);
  },

  async structured_everyMethod_givesTheObject() {
    const schema = z.object({ name: z.string(), age: z.number().int() });
    for (const method of ['jsonSchema', 'functionCalling']) {
      const who = await model
        .withStructuredOutput(schema, { method, name: 'person' })
        .invoke(h.ask('Somebody'));
      assert.equal(typeof who.name, 'string', method);
    }
  },

  async images_areSeen() {
    const answer = await model.invoke([
      new HumanMessage({
        content: [
          { type: 'text', text: h.ask('What is this?') },
          { type: 'image_url', image_url: { url: 'data:image/png;base64,' + h.pixel } },
        ],
      }),
    ]);
    assert.match(answer.text, /\S/);
  },

  async embeddings_areVectors() {
    const embedder = new OpenAIEmbeddings({
      model: 'text-embedding-3-small',
      apiKey: h.key,
      configuration,
    });
    const vectors = await embedder.embedDocuments([h.ask('one'), h.ask('two')]);
    assert.deepEqual(vectors.map((v) => v.length), [1536, 1536]);
    assert.equal((await embedder.embedQuery(h.ask('three'))).length, 1536);
  },

  async errors_haveTheirStatus() {
    const statuses = [];
    for (const [broken, prompt] of [
      [chat({ maxRetries: 0, temperature: 9 }), 'x'],
      [chat({ maxRetries: 0, apiKey: 'wrong-key' }), 'x'],
      [chat({ maxRetries: 0, model: 'gpt-0' }), 'x'],
      [faulty, h.ask('Too often', 'fault=429=requests/30ms')],
    ]) {
      statuses.push((await h.failure(broken.invoke(prompt))).status);
    }
    assert.deepEqual(statuses, [400, 401, 404, 429]);
    const e = await h.failure(faulty.invoke(h.ask('Break', 'fault=status=500')));
    assert.ok(e.status >= 500, String(e));
  },

  async retries_areMadeAndMend() {
    const prompt = h.ask('Once too often', 'fault=429=requests/50ms,times=1');
    const answer = await chat({ model: 'gpt-4o-mini', maxRetries: 2 }).invoke(prompt);
    assert.match(answer.text, /\S/);
  },

  async cutStream_throws() {
    for (const fault of ['cut-after=3', 'error-after=3']) {
      const prompt = h.ask('Cut it', 'tokens=30;fault=' + fault);
      await h.failure(faulty.stream(prompt).then(h.all));
    }
  },

  async abort_inMidStream_endsTheVendorsCall() {
    await h.expectLeft(async () => {
      const leave = new AbortController();
      const prompt = h.ask('Leave me', 'tokens=30;fault=stall-after=5');
      const running = await faulty.stream(prompt, { signal: leave.signal });
      await h.failure(
        (async () => {
          for await (const chunk of running) {
            if (chunk.text) {
              leave.abort();
            }
          }
        })(),
      );
    });
  },

  async responses_unaryAndStreamed_areTheSame() {
    const speaker = chat({ useResponsesApi: true });
    const prompt = h.ask('By the other way', 'tokens=30');
    const whole = await speaker.invoke(prompt);
    assert.match(whole.text, /\S/);
    assert.equal(joined(await h.all(await speaker.stream(prompt))), whole.text);
  },

  async responses_tools_areCalled() {
    const speaker = chat({ useResponsesApi: true }).bindTools(tools);
    const asked = await speaker.invoke(h.ask(both));
    assert.deepEqual(asked.tool_calls.map((c) => c.name), ['get_weather', 'get_clock']);
    const results = asked.tool_calls.map(
      (c) => new ToolMessage({ tool_call_id: c.id, content: 'Fine' }),
    );
    const told = await speaker.invoke([new HumanMessage(h.ask(both)), asked, ...results]);
    assert.match(told.text, /\S/);
  },

  async unicode_comesBackUnharmed() {
    const prompt = h.unicode.repeat(20) + h.ask('', 'echo');
    assert.equal(joined(await h.all(await model.stream(prompt))), prompt);
    assert.equal((await model.invoke(prompt)).text, prompt);
  },

  async cache_secondEqualCall_asksNoVendor() {
    const prompt = h.ask('Remember this');
    const calls = await h.vendorCalls(async () => {
      const first = await model.invoke(prompt);
      assert.equal((await model.invoke(prompt)).text, first.text);
    });
    assert.equal(calls, 1);
  },
});
