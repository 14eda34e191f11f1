// Anthropic's own client, of whichever major version the third argument names.
import assert from 'node:assert/strict';
import * as h from './harness.mjs';

const { default: Anthropic } = await import(h.packageName);
const { jsonSchemaOutputFormat } = await import(h.packageName + '/helpers/json-schema');

const model = 'claude-sonnet-4-6';
const faulty = 'claude-haiku-4-5';
const client = new Anthropic({ apiKey: h.key, baseURL: h.base });
const { messages } = client;

const tool = (name) => ({ name, description: 'Tells it.', input_schema: h.city });
const tools = [tool('get_weather'), tool('get_clock')];
const both = 'Tell me the weather and the clock.';

const body = (content, more) => ({ model, max_tokens: 1000, messages: h.user(content), ...more });
const make = (content, more, options) => messages.create(body(content, more), options);
const stream = (content, more, options) => make(content, { stream: true, ...more }, options);
const text = (message) =>
  message.content.map((block) => (block.type === 'text' ? block.text : '')).join('');
const texts = (events) => events.map((e) => e.delta?.text ?? '').join('');
const uses = (message) => message.content.filter((block) => block.type === 'tool_use');
const once = (options) => ({ maxRetries: 0, ...options });

/** A client that tells how often it asked. */
function watched(options) {
  const { requests, fetch } = h.watchedFetch();
  const watching = new Anthropic({ apiKey: h.key, baseURL: h.base, fetch, ...options });
  return { requests, watching };
}

await h.run({
  async message_unary_isAMessage() {
    const answer = await make(h.ask('Hello'));
    assert.equal(answer.type, 'message');
    assert.equal(answer.role, 'assistant');
    assert.match(answer.id, /\S/);
    assert.match(answer.model, /sonnet/);
    assert.equal(answer.stop_reason, 'end_turn');
    assert.equal(answer.stop_sequence, null);
    assert.equal(answer.content.length, 1);
    assert.match(text(answer), /\S/);
    assert.ok(answer.usage.input_tokens > 0 && answer.usage.output_tokens > 0);
    assert.match(answer._request_id, /\S/);
  },

  async message_everyHarmlessSetting_isAccepted() {
    const answer = await messages.create({
      model,
      max_tokens: 500,
      system: [{ type: 'text', text: 'Be brief.', cache_control: { type: 'ephemeral' } }],
      messages: [
        { role: 'user', content: h.ask('Hi') },
        { role: 'assistant', content: 'Yes?' },
        { role: 'user', content: [{ type: 'text', text: 'Go on.' }] },
      ],
      stop_sequences: ['@@@'],
      metadata: { user_id: 'u-1' },
      service_tier: 'auto',
    });
    assert.match(text(answer), /\S/);
  },

  async message_tooFewTokens_stopsAtThem() {
    const answer = await make(h.ask('Long', 'tokens=50'), { max_tokens: 5 });
    assert.equal(answer.stop_reason, 'max_tokens');
    assert.equal(answer.usage.output_tokens, 5);
  },

  async message_stopSequence_isNamed() {
    const words = h.ask('one two STOP three', 'echo');
    const answer = await make(words, { stop_sequences: ['STOP'] });
    assert.equal(answer.stop_reason, 'stop_sequence');
    assert.equal(answer.stop_sequence, 'STOP');
    assert.equal(text(answer), 'one two ');
  },

  async message_refusal_isNamed() {
    const answer = await make(h.ask('No', 'refuse'));
    assert.equal(answer.stop_reason, 'refusal');
  },

  async message_thinking_comesBeforeTheText() {
    const more = { thinking: { type: 'enabled', budget_tokens: 1024 }, max_tokens: 4000 };
    const prompt = h.ask('Think', 'reasoning=40;tokens=10');
    const built = await messages.stream(body(prompt, more)).finalMessage();
    const whole = await make(prompt, more);
    assert.deepEqual(whole.content.map((b) => b.type), ['thinking', 'text']);
    assert.match(whole.content[0].thinking, /\S/);
    assert.match(whole.content[0].signature, /\S/);
    assert.deepEqual(built.content, whole.content);
    const next = await messages.create({
      ...body('', more),
      messages: [
        ...h.user(prompt),
        { role: 'assistant', content: whole.content },
        ...h.user('Go on.'),
      ],
    });
    assert.match(text(next), /\S/);
  },

  async message_vendorsCache_isCounted() {
    const prompt = h.ask('Cached', 'cached=8;cache-write=4');
    const { usage } = await make(prompt);
    assert.equal(usage.cache_read_input_tokens, 8);
    assert.equal(usage.cache_creation_input_tokens, 4);
  },

  async stream_events_comeInOrder() {
    const prompt = h.ask('Stream it', 'tokens=40');
    const events = await h.all(await stream(prompt));
    const whole = await make(prompt);
    const kinds = events
      .map((e) => e.type)
      .filter((t) => t !== 'ping')
      .filter((t, i, seen) => t !== seen[i - 1]);
    assert.deepEqual(kinds, [
      'message_start',
      'content_block_start',
      'content_block_delta',
      'content_block_stop',
      'message_delta',
      'message_stop',
    ]);
    assert.ok(events.length > 10, 'in pieces');
    assert.equal(texts(events), text(whole));
    const start = events[0].message;
    assert.deepEqual(start.content, []);
    assert.equal(start.stop_reason, null);
    const end = events.find((e) => e.type === 'message_delta');
    assert.equal(end.delta.stop_reason, 'end_turn');
    assert.equal(end.usage.output_tokens, whole.usage.output_tokens);
  },

  async stream_helper_buildsTheMessage() {
    const prompt = h.ask('Build it');
    let heard = '';
    const built = await messages
      .stream(body(prompt))
      .on('text', (delta) => (heard += delta))
      .finalMessage();
    const whole = await make(prompt);
    assert.equal(text(built), text(whole));
    assert.equal(heard, text(whole));
    assert.equal(built.usage.output_tokens, whole.usage.output_tokens);
    assert.equal(built.usage.input_tokens, whole.usage.input_tokens);
    assert.equal(built.stop_reason, whole.stop_reason);
  },

  async tools_use_isAnsweredInTheNextTurn() {
    const first = h.ask('What is the weather in Bern?');
    const asked = await make(first, { tools });
    assert.equal(asked.stop_reason, 'tool_use');
    const [use] = uses(asked);
    assert.equal(use.name, 'get_weather');
    assert.equal(typeof use.input.city, 'string');
    const told = await messages.create({
      model,
      max_tokens: 1000,
      tools,
      messages: [
        ...h.user(first),
        { role: 'assistant', content: asked.content },
        ...h.user([{ type: 'tool_result', tool_use_id: use.id, content: '21 degrees' }]),
      ],
    });
    assert.equal(told.stop_reason, 'end_turn');
    assert.match(text(told), /\S/);
  },

  async tools_parallel_comeTogether() {
    const prompt = h.ask(both);
    const whole = await make(prompt, { tools });
    const built = await messages.stream(body(prompt, { tools })).finalMessage();
    assert.deepEqual(uses(whole).map((u) => u.name), ['get_weather', 'get_clock']);
    assert.equal(new Set(uses(whole).map((u) => u.id)).size, 2);
    assert.deepEqual(built.content, whole.content);
  },

  async tools_streamedInput_comesInPieces() {
    const events = await h.all(await stream(h.ask(both), { tools }));
    const starts = events.filter((e) => e.content_block?.type === 'tool_use');
    assert.deepEqual(starts.map((e) => e.content_block.input), [{}, {}]);
    for (const { index } of starts) {
      const deltas = events.filter((e) => e.type === 'content_block_delta' && e.index === index);
      assert.ok(deltas.every((e) => e.delta.type === 'input_json_delta'));
      assert.equal(typeof JSON.parse(deltas.map((e) => e.delta.partial_json).join('')).city, 'string');
    }
  },

  async tools_parallelDeclined_comeOneAtATime() {
    const choice = { type: 'auto', disable_parallel_tool_use: true };
    assert.equal(uses(await make(h.ask(both), { tools, tool_choice: choice })).length, 1);
  },

  async tools_choice_isKept() {
    const prompt = h.ask('Anything');
    const named = await make(prompt, { tools, tool_choice: { type: 'tool', name: 'get_clock' } });
    assert.equal(uses(named)[0].name, 'get_clock');
    const any = await make(prompt, { tools, tool_choice: { type: 'any' } });
    assert.ok(uses(any).length > 0);
    const none = await make(h.ask(both), { tools, tool_choice: { type: 'none' } });
    assert.equal(uses(none).length, 0);
  },

  async tools_failedResultWithBlocks_isTaken() {
    const prompt = h.ask('What is the weather in Ulm?');
    const asked = await make(prompt, { tools });
    const result = {
      type: 'tool_result',
      tool_use_id: uses(asked)[0].id,
      is_error: true,
      content: [{ type: 'text', text: 'No such city' }],
    };
    const told = await messages.create({
      ...body('', { tools }),
      messages: [
        ...h.user(prompt),
        { role: 'assistant', content: asked.content },
        ...h.user([result, { type: 'text', text: 'What now?' }]),
      ],
    });
    assert.match(told.stop_reason, /\S/);
  },

  async structured_schema_isSatisfied() {
    const format = { type: 'json_schema', schema: h.person };
    const answer = await make(h.ask('Somebody'), { output_config: { format } });
    assert.ok(Number.isInteger(JSON.parse(text(answer)).age));
  },

  async structured_parse_givesTheObject() {
    const format = jsonSchemaOutputFormat(h.person);
    const answer = await messages.parse(body(h.ask('Somebody else'), { output_config: { format } }));
    assert.equal(typeof answer.parsed_output.name, 'string');
  },

  async images_byContentAndByAddress_areSeen() {
    const sources = [
      { type: 'base64', media_type: 'image/png', data: h.pixel },
      { type: 'url', url: 'https://images.example/dot.png' },
    ];
    for (const source of sources) {
      const question = { type: 'text', text: h.ask('What is this?') };
      assert.match(text(await make([{ type: 'image', source }, question])), /\S/);
    }
  },

  async countTokens_isWhatTheMessageTakes() {
    const prompt = h.ask('Count this');
    const counted = await messages.countTokens({ model, messages: h.user(prompt), tools });
    const { usage } = await make(prompt, { tools });
    assert.ok(counted.input_tokens > 0);
    const off = Math.abs(counted.input_tokens - usage.input_tokens);
    assert.ok(off <= 0.25 * usage.input_tokens, `${counted.input_tokens}, ${usage.input_tokens}`);
  },

  async models_list_namesWhatMessagesAccept() {
    const list = await h.all(client.models.list({ limit: 1000 }));
    assert.ok(list.some((m) => m.id.endsWith(model) && m.type === 'model'));
    const one = await client.models.retrieve(model);
    assert.equal(one.type, 'model');
  },

  async error400_isBadRequest() {
    const cases = [
      { messages: [] },
      { messages: [{ role: 'alien', content: 'x' }] },
      { max_tokens: 0 },
      { max_tokens: 'many' },
      { messages: h.user([{ type: 'tool_result', tool_use_id: 'toolu_0', content: 'x' }]) },
    ];
    for (const wrong of cases) {
      const { requests, watching } = watched();
      const e = await h.failure(watching.messages.create(body('x', wrong)));
      assert.ok(e instanceof Anthropic.BadRequestError, JSON.stringify(wrong) + e);
      assert.equal(e.error.type, 'error');
      assert.equal(e.error.error.type, 'invalid_request_error');
      assert.match(e.error.error.message, /\S/);
      assert.equal(requests.length, 1);
    }
  },

  async error401_isAuthentication() {
    const { requests, watching } = watched({ apiKey: 'wrong-key' });
    const e = await h.failure(watching.messages.create(body('x')));
    assert.ok(e instanceof Anthropic.AuthenticationError, String(e));
    assert.equal(e.error.error.type, 'authentication_error');
    assert.ok(!e.message.includes('wrong-key'));
    assert.equal(requests.length, 1);
  },

  async authentication_byEitherHeader_isTaken() {
    for (const headers of [{ 'x-api-key': h.key }, { authorization: 'Bearer ' + h.key }]) {
      for (const version of ['2023-06-01', '2026-10-21']) {
        const response = await fetch(h.base + '/v1/messages', {
          method: 'POST',
          headers: { 'content-type': 'application/json', 'anthropic-version': version, ...headers },
          body: JSON.stringify(body(h.ask('Let me in'))),
        });
        assert.equal(response.status, 200, version + JSON.stringify(Object.keys(headers)));
      }
    }
  },

  async error404_isNotFound() {
    const e = await h.failure(make('x', { model: 'claude-0' }));
    assert.ok(e instanceof Anthropic.NotFoundError, String(e));
    assert.equal(e.error.error.type, 'not_found_error');
    const headers = { 'anthropic-version': '2023-06-01' };
    const path = await h.failure(client.get('/v1/messages/no/such', { headers }));
    assert.ok(path instanceof Anthropic.NotFoundError, String(path));
    assert.equal(path.error.error.type, 'not_found_error');
  },

  async error429_isRateLimit() {
    const prompt = h.ask('Too often', 'fault=429=requests/30ms');
    const e = await h.failure(make(prompt, { model: faulty }, once()));
    assert.ok(e instanceof Anthropic.RateLimitError, String(e));
    assert.equal(e.error.error.type, 'rate_limit_error');
    assert.ok(Number(e.headers.get('retry-after')) >= 1);
  },

  async error429_onlyOnce_isMendedByTryingAgain() {
    const { requests, watching } = watched();
    const prompt = h.ask('Once too often', 'fault=429=requests/1s,times=1');
    await watching.messages.create(body(prompt, { model: faulty }));
    assert.deepEqual(requests.map((r) => r.status), [429, 200]);
    const told = Number(requests[0].answer.get('retry-after-ms'));
    assert.ok(told > 0 && told <= 1000, `told to wait ${told} ms`);
    assert.ok(requests[1].time - requests[0].time >= told);
  },

  async error529_isOverloaded() {
    const { requests, watching } = watched();
    const prompt = h.ask('Busy', 'fault=overloaded');
    const e = await h.failure(watching.messages.create(body(prompt, { model: faulty })));
    assert.ok(e instanceof Anthropic.InternalServerError && e.status === 529, String(e));
    assert.equal(e.error.error.type, 'overloaded_error');
    const again = requests[0].answer.get('x-should-retry') !== 'false';
    assert.equal(requests.length, again ? 3 : 1);
  },

  async error500_isServerError() {
    const e = await h.failure(make(h.ask('Break', 'fault=status=500'), { model: faulty }, once()));
    assert.ok(e instanceof Anthropic.InternalServerError, String(e));
    assert.match(e.error.error.type, /^(api_error|overloaded_error)$/);
  },

  async error500_onlyOnce_isMendedByTryingAgain() {
    const answer = await make(h.ask('Break once', 'fault=status=500,times=1'), { model: faulty });
    assert.match(text(answer), /\S/);
  },

  async cutStream_throws() {
    for (const fault of ['cut-after=3', 'reset=3', 'malformed-after=3']) {
      const events = [];
      const e = await h.failure(
        (async () => {
          const prompt = h.ask('Cut it', `tokens=30;fault=${fault}`);
          for await (const event of await stream(prompt, { model: faulty }, once())) {
            events.push(event);
          }
        })(),
      );
      assert.ok(e instanceof Anthropic.APIError, fault + ': ' + e);
      assert.match(texts(events), /\S/);
      assert.ok(events.every((x) => x.type !== 'message_stop'), 'never said to be finished');
    }
  },

  async cutStream_helper_throws() {
    const prompt = h.ask('Cut the helper', 'tokens=30;fault=cut-after=3');
    const running = messages.stream(body(prompt, { model: faulty }), once());
    assert.ok((await h.failure(running.finalMessage())) instanceof Anthropic.AnthropicError);
  },

  async slowStream_isAwaited() {
    const prompt = h.ask('Slow', 'tokens=9;fault=slow-first-token=1200ms');
    assert.match(texts(await h.all(await stream(prompt))), /\S/);
  },

  async streamBrokenBeforeItsFirstPiece_throws() {
    const prompt = h.ask('Slow and broken', 'fault=slow-first-token=1200ms,cut-after=0');
    const e = await h.failure(stream(prompt, { model: faulty }, once()).then(h.all));
    assert.ok(e instanceof Anthropic.APIError, String(e));
    assert.match(e.error.error.type, /_error$/);
  },

  async longAnswer_comesWhole() {
    const prompt = h.ask('At length', 'tokens=20000');
    const more = { max_tokens: 30000 };
    const streamed = texts(await h.all(await stream(prompt, more)));
    const whole = text(await make(prompt, { ...more, stream: false }, { timeout: 60_000 }));
    assert.ok(whole.length > 80_000);
    assert.equal(streamed, whole);
  },

  async errorInStream_throws() {
    const prompt = h.ask('Fail within', 'tokens=30;fault=error-after=3');
    const e = await h.failure(stream(prompt, { model: faulty }, once()).then(h.all));
    assert.ok(e instanceof Anthropic.APIError, String(e));
    assert.match(e.error.error.type, /_error$/);
  },

  async errorBeforeAnyPiece_hasItsStatus() {
    const prompt = h.ask('Fail at once', 'fault=overloaded');
    const e = await h.failure(stream(prompt, { model: faulty }, once()));
    assert.ok(e instanceof Anthropic.InternalServerError, String(e));
  },

  async abort_inMidStream_endsTheVendorsCall() {
    await h.expectLeft(async () => {
      const prompt = h.ask('Leave me', 'tokens=30;fault=stall-after=5');
      const running = await stream(prompt, { model: faulty }, once());
      let seen = 0;
      for await (const event of running) {
        seen += event.type === 'content_block_delta' ? 1 : 0;
        if (seen === 5) {
          running.controller.abort();
        }
      }
      assert.equal(seen, 5);
    });
  },

  async abort_ofTheHelper_endsTheVendorsCall() {
    await h.expectLeft(async () => {
      const prompt = h.ask('Leave the helper', 'tokens=30;fault=stall-after=5');
      const running = messages.stream(body(prompt, { model: faulty }), once());
      running.on('text', () => running.abort());
      assert.ok((await h.failure(running.done())) instanceof Anthropic.APIUserAbortError);
    });
  },

  async abort_ofAWholeAnswer_endsTheVendorsCall() {
    await h.expectLeft(async () => {
      const leave = new AbortController();
      const prompt = h.ask('Leave me waiting', 'fault=slow-first-token=30s');
      const failed = h.failure(make(prompt, { model: faulty }, once({ signal: leave.signal })));
      await h.vendorBusy();
      leave.abort();
      assert.ok((await failed) instanceof Anthropic.APIUserAbortError);
    });
  },

  async unicode_comesBackUnharmed() {
    const prompt = h.unicode.repeat(20) + h.ask('', 'echo');
    assert.equal(text(await make(prompt)), prompt);
    const fresh = prompt + ' again';
    assert.equal(texts(await h.all(await stream(fresh))), fresh);
  },

  async cache_secondEqualCall_comesFromMemoryAtNoCost() {
    const prompt = h.ask('Remember this');
    const calls = await h.vendorCalls(async () => {
      const first = await make(prompt).withResponse();
      h.assertServed(first.response.headers, 'upstream');
      h.assertCost(first.response.headers, false);
      const second = await make(prompt).withResponse();
      h.assertServed(second.response.headers, 'memory');
      h.assertCost(second.response.headers, true);
      assert.deepEqual(second.data.content, first.data.content);
      const third = await stream(prompt).withResponse();
      h.assertServed(third.response.headers, 'memory');
      assert.equal(texts(await h.all(third.data)), text(first.data));
    });
    assert.equal(calls, 1);
  },

  async join_equalCallsAtOnce_areOneCallOfTheVendor() {
    const prompt = h.ask('All at once', 'fault=slow-first-token=1s');
    const calls = await h.vendorCalls(async () => {
      const answers = await Promise.all(Array.from({ length: 8 }, () => make(prompt)));
      assert.equal(new Set(answers.map(text)).size, 1);
    });
    assert.equal(calls, 1);
  },

  async otherVendorsModel_isSpokenToAlike() {
    const prompt = h.ask('Hello, stranger');
    const answer = await make(prompt, { model: 'gpt-4o' });
    const built = await messages.stream(body(prompt, { model: 'gpt-4o' })).finalMessage();
    assert.equal(answer.stop_reason, 'end_turn');
    assert.equal(text(built), text(answer));
    const used = await make(h.ask(both), { model: 'gpt-4o', tools });
    assert.equal(used.stop_reason, 'tool_use');
    assert.equal(uses(used).length, 2);
  },
});
