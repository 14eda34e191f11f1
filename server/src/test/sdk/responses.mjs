// The responses API by OpenAI's own client, of whichever major version the third argument names.
import assert from 'node:assert/strict';
import * as h from './harness.mjs';

const { default: OpenAI } = await import(h.packageName);

const model = 'gpt-4o';
const faulty = 'gpt-4o-mini';
const { responses } = new OpenAI({ apiKey: h.key, baseURL: h.base + '/v1' });

const tools = ['get_weather', 'get_clock'].map((name) => ({
  type: 'function',
  name,
  description: 'Tells it.',
  strict: true,
  parameters: h.city,
}));
const both = 'Tell me the weather and the clock.';
const once = { maxRetries: 0 };

await h.run({
  async unary_isAResponse() {
    const answer = await responses.create({
      model,
      instructions: 'Be brief.',
      input: h.ask('Hello'),
      max_output_tokens: 900,
    });
    assert.equal(answer.object, 'response');
    assert.equal(answer.status, 'completed');
    assert.match(answer.output_text, /\S/);
    assert.equal(answer.output[0].type, 'message');
    assert.equal(answer.output[0].content[0].type, 'output_text');
    const { usage } = answer;
    assert.equal(usage.total_tokens, usage.input_tokens + usage.output_tokens);
  },

  async stream_hasItsEventsInOrder() {
    const input = h.ask('Stream it', 'tokens=30');
    const events = await h.all(await responses.create({ model, input, stream: true }));
    const kinds = events.map((e) => e.type).filter((t, i, all) => t !== all[i - 1]);
    assert.deepEqual(kinds, [
      'response.created',
      'response.in_progress',
      'response.output_item.added',
      'response.content_part.added',
      'response.output_text.delta',
      'response.output_text.done',
      'response.content_part.done',
      'response.output_item.done',
      'response.completed',
    ]);
    assert.deepEqual(events.map((e) => e.sequence_number), events.map((_, i) => i));
    const text = events.map((e) => (e.type === 'response.output_text.delta' ? e.delta : '')).join('');
    const whole = await responses.create({ model, input });
    assert.equal(text, whole.output_text);
    assert.deepEqual(events.at(-1).response.usage, whole.usage);
  },

  async helper_buildsTheResponse() {
    const built = await responses
      .stream({ model, input: h.ask('Build it', 'tokens=20') })
      .finalResponse();
    assert.match(built.output_text, /\S/);
  },

  async tools_areAnsweredInTheNextTurn() {
    const input = h.user(h.ask(both));
    const asked = await responses.create({ model, input, tools });
    const calls = asked.output.filter((item) => item.type === 'function_call');
    assert.deepEqual(calls.map((c) => c.name), ['get_weather', 'get_clock']);
    calls.forEach((c) => assert.equal(typeof JSON.parse(c.arguments).city, 'string'));
    const told = await responses.create({
      model,
      tools,
      input: [
        ...input,
        ...asked.output,
        ...calls.map((c) => ({ type: 'function_call_output', call_id: c.call_id, output: 'Fine' })),
      ],
    });
    assert.match(told.output_text, /\S/);
    const streamed = await responses.stream({ model, input, tools }).finalResponse();
    assert.deepEqual(
      streamed.output.map((c) => [c.type, c.name, c.arguments]),
      asked.output.map((c) => [c.type, c.name, c.arguments]),
    );
  },

  async structured_isParsed() {
    const answer = await responses.parse({
      model,
      input: h.ask('Somebody'),
      text: { format: { type: 'json_schema', name: 'person', strict: true, schema: h.person } },
    });
    assert.ok(Number.isInteger(JSON.parse(answer.output_text).age));
  },

  async images_areSeen() {
    const answer = await responses.create({
      model,
      input: h.user([
        { type: 'input_text', text: h.ask('What is this?') },
        { type: 'input_image', image_url: 'data:image/png;base64,' + h.pixel, detail: 'low' },
      ]),
    });
    assert.match(answer.output_text, /\S/);
  },

  async tooFewTokens_areIncomplete() {
    const answer = await responses.create({
      model,
      input: h.ask('Long', 'tokens=90'),
      max_output_tokens: 16,
    });
    assert.equal(answer.status, 'incomplete');
    assert.equal(answer.incomplete_details.reason, 'max_output_tokens');
  },

  async cutStream_throws() {
    const input = h.ask('Cut it', 'tokens=30;fault=cut-after=3');
    const e = await h.failure(
      responses.create({ model: faulty, input, stream: true }, once).then(h.all),
    );
    assert.ok(e instanceof OpenAI.APIError, String(e));
  },

  async errors_haveTheirClass() {
    const unknown = await h.failure(responses.create({ model: 'gpt-0', input: 'x' }));
    assert.ok(unknown instanceof OpenAI.APIError && [400, 404].includes(unknown.status), unknown);
    assert.equal(unknown.code, 'model_not_found');
    const bad = await h.failure(responses.create({ model, input: [{ role: 'alien', content: 'x' }] }));
    assert.ok(bad instanceof OpenAI.BadRequestError, String(bad));
  },

  async abort_endsTheVendorsCall() {
    await h.expectLeft(async () => {
      const input = h.ask('Leave me', 'tokens=30;fault=stall-after=5');
      const running = await responses.create({ model: faulty, input, stream: true }, once);
      for await (const event of running) {
        if (event.type === 'response.output_text.delta') {
          break;
        }
      }
    });
  },

  async secondEqualCall_comesFromMemory() {
    const input = h.ask('Remember this response');
    const first = await responses.create({ model, input }).withResponse();
    const second = await responses.create({ model, input }).withResponse();
    h.assertServed(first.response.headers, 'upstream');
    h.assertServed(second.response.headers, 'memory');
    h.assertCost(second.response.headers, true);
    assert.equal(second.data.output_text, first.data.output_text);
  },
});
