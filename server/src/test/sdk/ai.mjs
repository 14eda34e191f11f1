// The package ai with its provider for whatever speaks like OpenAI.
import assert from 'node:assert/strict';
import {
  APICallError,
  Output,
  RetryError,
  embed,
  embedMany,
  generateText,
  isStepCount,
  jsonSchema,
  streamText,
  tool,
} from 'ai';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import * as h from './harness.mjs';

const settings = {
  name: 'admiral',
  baseURL: h.base + '/v1',
  apiKey: h.key,
  includeUsage: true,
  supportsStructuredOutputs: true,
};
const provider = createOpenAICompatible(settings);
const model = provider('gpt-4o');
const faulty = provider('gpt-4o-mini');
const embedder = provider.embeddingModel('text-embedding-3-small');

const tools = (heard) =>
  Object.fromEntries(
    ['get_weather', 'get_clock'].map((name) => [
      name,
      tool({
        description: 'Tells it.',
        inputSchema: jsonSchema(h.city),
        execute: async (input) => {
          heard.push([name, typeof input.city]);
          return 'Fine';
        },
      }),
    ]),
  );
const both = 'Tell me the weather and the clock.';
const quiet = { onError() {} };

/** The error a stream ended with, and the text before it. */
async function broken(running) {
  let text = '';
  let error;
  try {
    for await (const part of running.fullStream ?? running.stream) {
      text += part.type === 'text-delta' ? part.text : '';
      error = part.type === 'error' ? part.error : error;
    }
  } catch (e) {
    error = e;
  }
  return { text, error };
}

await h.run({
  async text_generated_hasUsage() {
    const answer = await generateText({ model, prompt: h.ask('Hello') });
    assert.match(answer.text, /\S/);
    assert.equal(answer.finishReason, 'stop');
    assert.ok(answer.usage.inputTokens > 0 && answer.usage.outputTokens > 0);
  },

  async text_streamed_isTheSame() {
    const prompt = h.ask('Stream it', 'tokens=40');
    const running = streamText({ model, prompt });
    const pieces = await h.all(running.textStream);
    const whole = await generateText({ model, prompt });
    assert.ok(pieces.length > 10, 'in pieces');
    assert.equal(pieces.join(''), whole.text);
    assert.equal(await running.finishReason, 'stop');
    assert.equal((await running.usage).outputTokens, whole.usage.outputTokens);
  },

  async tools_parallel_areRunAndAnswered() {
    const heard = [];
    const answer = await generateText({
      model,
      prompt: h.ask(both),
      tools: tools(heard),
      stopWhen: isStepCount(3),
    });
    assert.deepEqual(heard, [
      ['get_weather', 'string'],
      ['get_clock', 'string'],
    ]);
    assert.equal(answer.steps.length, 2);
    assert.equal(answer.steps[0].finishReason, 'tool-calls');
    assert.match(answer.text, /\S/);
  },

  async tools_streamed_areRunAndAnswered() {
    const heard = [];
    const running = streamText({
      model,
      prompt: h.ask(both, 'tokens=9'),
      tools: tools(heard),
      stopWhen: isStepCount(3),
    });
    assert.match((await h.all(running.textStream)).join(''), /\S/);
    assert.equal(heard.length, 2);
  },

  async structured_object_satisfiesItsSchema() {
    const answer = await generateText({
      model,
      prompt: h.ask('Somebody'),
      output: Output.object({ schema: jsonSchema(h.person) }),
    });
    assert.equal(typeof answer.output.name, 'string');
    assert.ok(Number.isInteger(answer.output.age));
  },

  async structured_streamedObject_growsToTheWhole() {
    const running = streamText({
      model,
      prompt: h.ask('Somebody else'),
      output: Output.object({ schema: jsonSchema(h.person) }),
    });
    const partial = await h.all(running.partialOutputStream);
    assert.deepEqual(Object.keys(partial.at(-1)).sort(), ['age', 'name']);
  },

  async images_areSeen() {
    const answer = await generateText({
      model,
      messages: h.user([
        { type: 'text', text: h.ask('What is this?') },
        { type: 'file', mediaType: 'image/png', data: Buffer.from(h.pixel, 'base64') },
      ]),
    });
    assert.match(answer.text, /\S/);
  },

  async embeddings_oneAndMany_areVectors() {
    const one = await embed({ model: embedder, value: h.ask('one') });
    const many = await embedMany({ model: embedder, values: [h.ask('two'), h.ask('three')] });
    assert.deepEqual([one.embedding, ...many.embeddings].map((v) => v.length), [1536, 1536, 1536]);
    assert.ok(one.usage.tokens > 0);
  },

  async errors_haveTheirStatus() {
    const call = (more) => h.failure(generateText({ model, prompt: 'x', maxRetries: 0, ...more }));
    const wrongKey = createOpenAICompatible({ ...settings, apiKey: 'wrong-key' });
    const found = [
      await call({ temperature: 9 }),
      await call({ model: wrongKey('gpt-4o') }),
      await call({ model: provider('gpt-0') }),
      await call({ model: faulty, prompt: h.ask('Too often', 'fault=429=requests/30ms') }),
      await call({ model: faulty, prompt: h.ask('Break', 'fault=status=500') }),
    ];
    assert.ok(found.every(APICallError.isInstance), found.join());
    assert.deepEqual(found.slice(0, 4).map((e) => e.statusCode), [400, 401, 404, 429]);
    assert.deepEqual(found.map((e) => e.isRetryable), [false, false, false, true, true]);
    assert.ok(found[4].statusCode >= 500);
    // The message is the error's own: the body was read as OpenAI's shape.
    found.forEach((e) => assert.equal(e.message, JSON.parse(e.responseBody).error.message));
  },

  async retries_areMadeAndMend() {
    const { requests, fetch } = h.watchedFetch();
    const watching = createOpenAICompatible({ ...settings, fetch })('gpt-4o-mini');
    const prompt = h.ask('Once too often', 'fault=429=requests/100ms,times=1');
    assert.match((await generateText({ model: watching, prompt })).text, /\S/);
    assert.deepEqual(requests.map((r) => r.status), [429, 200]);
  },

  async retries_endInAnError() {
    const prompt = h.ask('Always', 'fault=429=requests/20ms');
    const e = await h.failure(generateText({ model: faulty, prompt, maxRetries: 1 }));
    assert.ok(RetryError.isInstance(e), String(e));
    assert.equal(e.lastError.statusCode, 429);
  },

  async cutStream_isAnError() {
    for (const fault of ['cut-after=3', 'error-after=3']) {
      const prompt = h.ask('Cut it', 'tokens=30;fault=' + fault);
      const running = streamText({ model: faulty, prompt, maxRetries: 0, ...quiet });
      const { text, error } = await broken(running);
      assert.ok(error, fault);
      assert.match(text, /\S/);
    }
  },

  async abort_inMidStream_endsTheVendorsCall() {
    await h.expectLeft(async () => {
      const leave = new AbortController();
      const running = streamText({
        model: faulty,
        prompt: h.ask('Leave me', 'tokens=30;fault=stall-after=5'),
        abortSignal: leave.signal,
        ...quiet,
      });
      for await (const piece of running.textStream) {
        if (piece) {
          leave.abort();
        }
      }
    });
  },

  async unicode_comesBackUnharmed() {
    const prompt = h.unicode.repeat(20) + h.ask('', 'echo');
    assert.equal((await h.all(streamText({ model, prompt }).textStream)).join(''), prompt);
    assert.equal((await generateText({ model, prompt })).text, prompt);
  },

  async cache_secondEqualCall_comesFromMemory() {
    const prompt = h.ask('Remember this');
    await generateText({ model, prompt });
    const { headers } = (await generateText({ model, prompt })).response;
    h.assertServed(new Headers(headers), 'memory');
    h.assertCost(new Headers(headers), true);
  },

  async otherVendorsModel_isSpokenToAlike() {
    const answer = await generateText({
      model: provider('claude-sonnet-4-6'),
      prompt: h.ask('Hello, stranger'),
    });
    assert.match(answer.text, /\S/);
    assert.equal(answer.finishReason, 'stop');
  },
});
