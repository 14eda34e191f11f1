// OpenAI's own client, of whichever major version the third argument names.
import assert from 'node:assert/strict';
import * as h from './harness.mjs';

const { default: OpenAI } = await import(h.packageName);
const { zodResponseFormat } = await import(h.packageName + '/helpers/zod');
const { z } = await import('zod');

const model = 'gpt-4o';
const faulty = 'gpt-4o-mini';
const embedder = 'text-embedding-3-small';
const client = new OpenAI({ apiKey: h.key, baseURL: h.base + '/v1' });
const { chat } = client;

const tool = (name) => ({
  type: 'function',
  function: { name, description: 'Tells it.', parameters: h.city },
});
const tools = [tool('get_weather'), tool('get_clock')];
const both = 'Tell me the weather and the clock.';

const make = (content, more, options) =>
  chat.completions.create({ model, messages: h.user(content), ...more }, options);
const stream = (content, more, options) => make(content, { stream: true, ...more }, options);
const contents = (chunks) => chunks.map((c) => c.choices[0]?.delta?.content ?? '').join('');
const once = (options) => ({ maxRetries: 0, ...options });

/** A client that tells how often it asked. */
function watched(options) {
  const { requests, fetch } = h.watchedFetch();
  const watching = new OpenAI({ apiKey: h.key, baseURL: h.base + '/v1', fetch, ...options });
  return { requests, watching };
}

await h.run({
  async chat_unary_isACompletion() {
    const answer = await make(h.ask('Hello'));
    assert.equal(answer.object, 'chat.completion');
    assert.match(answer.id, /\S/);
    assert.ok(Math.abs(answer.created - Date.now() / 1000) < 600, 'created is now, in seconds');
    assert.equal(answer.choices.length, 1);
    const [choice] = answer.choices;
    assert.equal(choice.index, 0);
    assert.equal(choice.finish_reason, 'stop');
    assert.equal(choice.message.role, 'assistant');
    assert.match(choice.message.content, /\S/);
    assert.equal(choice.message.refusal, null);
    assert.equal(choice.message.tool_calls, undefined);
    const { usage } = answer;
    assert.ok(usage.prompt_tokens > 0 && usage.completion_tokens > 0);
    assert.equal(usage.total_tokens, usage.prompt_tokens + usage.completion_tokens);
    assert.match(answer._request_id, /\S/);
  },

  async chat_everyHarmlessSetting_isAccepted() {
    const answer = await chat.completions.create({
      model,
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'developer', content: [{ type: 'text', text: 'Be kind.' }], name: 'house' },
        { role: 'user', content: h.ask('Hi'), name: 'ann' },
        { role: 'assistant', content: 'Yes?' },
        { role: 'user', content: [{ type: 'text', text: 'Go on.' }] },
      ],
      temperature: 0,
      top_p: 0.9,
      seed: 7,
      stop: ['@@@'],
      max_completion_tokens: 500,
      presence_penalty: 0,
      frequency_penalty: 0,
      user: 'u-1',
      metadata: { team: 'red' },
      store: false,
      service_tier: 'auto',
      prompt_cache_key: 'k',
      safety_identifier: 's',
    });
    assert.match(answer.choices[0].message.content, /\S/);
  },

  async chat_tooFewTokens_finishesByLength() {
    for (const limit of ['max_tokens', 'max_completion_tokens']) {
      const answer = await make(h.ask('Long, ' + limit, 'tokens=50'), { [limit]: 5 });
      assert.equal(answer.choices[0].finish_reason, 'length');
      assert.equal(answer.usage.completion_tokens, 5);
    }
  },

  async chat_refusal_isARefusal() {
    const answer = await make(h.ask('No', 'refuse'));
    const chunks = await h.all(await stream(h.ask('No', 'refuse')));
    const streamed = chunks.map((c) => c.choices[0]?.delta?.refusal ?? '').join('');
    assert.match(answer.choices[0].message.refusal, /\S/);
    assert.equal(answer.choices[0].message.content, null);
    assert.equal(streamed, answer.choices[0].message.refusal);
  },

  async chat_filtered_finishesByContentFilter() {
    const answer = await make(h.ask('Filtered', 'filter;tokens=10'));
    assert.equal(answer.choices[0].finish_reason, 'content_filter');
  },

  async chat_reasoning_isCounted() {
    const answer = await make(h.ask('Think', 'reasoning=64;tokens=10'), {
      model: 'gpt-5-mini',
      reasoning_effort: 'low',
    });
    assert.equal(answer.usage.completion_tokens_details.reasoning_tokens, 64);
    assert.equal(answer.usage.completion_tokens, 74);
  },

  async chat_twoChoices_comeApart() {
    const prompt = h.ask('Say it twice', 'tokens=20');
    const whole = await make(prompt, { n: 2 });
    const built = await chat.completions
      .stream({ model, messages: h.user(prompt), n: 2 })
      .finalChatCompletion();
    const told = ({ choices }) => choices.map((c) => [c.index, c.finish_reason, c.message.content]);
    assert.equal(new Set(told(whole).map(([, , text]) => text)).size, 2);
    assert.deepEqual(told(built).map(([i, why]) => [i, why]), [
      [0, 'stop'],
      [1, 'stop'],
    ]);
    assert.ok(told(built).every(([, , text]) => /\S/.test(text)));
  },

  async chat_functionsOfOldClients_areCalled() {
    const answer = await make(h.ask('What is the weather?'), {
      functions: [tools[0].function],
      function_call: 'auto',
    });
    assert.equal(answer.choices[0].finish_reason, 'function_call');
    assert.equal(answer.choices[0].message.function_call.name, 'get_weather');
  },

  async stream_pieces_makeTheWholeAnswer() {
    const prompt = h.ask('Stream it', 'tokens=40');
    const chunks = await h.all(await stream(prompt));
    const whole = await make(prompt);
    assert.ok(chunks.length > 10, 'in pieces');
    assert.equal(contents(chunks), whole.choices[0].message.content);
    assert.equal(chunks[0].choices[0].delta.role, 'assistant');
    assert.equal(chunks.at(-1).choices[0].finish_reason, 'stop');
    assert.equal(new Set(chunks.map((c) => c.id)).size, 1);
    assert.ok(chunks.every((c) => c.object === 'chat.completion.chunk'));
    assert.ok(chunks.every((c) => c.usage == null), 'no usage unless asked for');
  },

  async stream_includeUsage_endsWithTheUsage() {
    const prompt = h.ask('Count it');
    const chunks = await h.all(await stream(prompt, { stream_options: { include_usage: true } }));
    const whole = await make(prompt);
    const last = chunks.at(-1);
    assert.deepEqual(last.choices, []);
    assert.deepEqual(last.usage, whole.usage);
    assert.ok(chunks.slice(0, -1).every((c) => c.usage === null));
  },

  async stream_helper_buildsTheCompletion() {
    const prompt = h.ask('Build it');
    const runner = chat.completions.stream({ model, messages: h.user(prompt) });
    let heard = '';
    runner.on('content', (delta) => (heard += delta));
    const built = await runner.finalChatCompletion();
    assert.equal(heard, built.choices[0].message.content);
    assert.equal((await make(prompt)).choices[0].message.content, heard);
  },

  async tools_call_isAnsweredInTheNextTurn() {
    const first = h.ask('What is the weather in Bern?');
    const asked = await make(first, { tools });
    assert.equal(asked.choices[0].finish_reason, 'tool_calls');
    const message = asked.choices[0].message;
    assert.equal(message.content, null);
    const [call] = message.tool_calls;
    assert.equal(call.type, 'function');
    assert.equal(call.function.name, 'get_weather');
    assert.equal(typeof JSON.parse(call.function.arguments).city, 'string');
    const told = await chat.completions.create({
      model,
      tools,
      messages: [
        ...h.user(first),
        message,
        { role: 'tool', tool_call_id: call.id, content: '21 degrees' },
      ],
    });
    assert.equal(told.choices[0].finish_reason, 'stop');
    assert.match(told.choices[0].message.content, /\S/);
  },

  async tools_parallel_comeTogether() {
    const prompt = h.ask(both);
    const whole = (await make(prompt, { tools })).choices[0].message;
    const built = await chat.completions
      .stream({ model, messages: h.user(prompt), tools })
      .finalChatCompletion();
    assert.deepEqual(
      whole.tool_calls.map((c) => c.function.name),
      ['get_weather', 'get_clock'],
    );
    assert.equal(new Set(whole.tool_calls.map((c) => c.id)).size, 2);
    const shown = (calls) => calls.map((c) => [c.id, c.function.name, c.function.arguments]);
    assert.deepEqual(shown(built.choices[0].message.tool_calls), shown(whole.tool_calls));
  },

  async tools_streamedPieces_openOnceAndCarryTheirIndex() {
    const chunks = await h.all(await stream(h.ask(both), { tools }));
    const pieces = chunks.flatMap((c) => c.choices[0]?.delta?.tool_calls ?? []);
    const openings = pieces.filter((p) => p.id);
    assert.deepEqual(openings.map((p) => [p.index, p.type, p.function.name]), [
      [0, 'function', 'get_weather'],
      [1, 'function', 'get_clock'],
    ]);
    for (const index of [0, 1]) {
      const own = pieces.filter((p) => p.index === index);
      JSON.parse(own.map((p) => p.function.arguments ?? '').join(''));
    }
    assert.equal(chunks.at(-1).choices[0].finish_reason, 'tool_calls');
  },

  async tools_parallelDeclined_comeOneAtATime() {
    const answer = await make(h.ask(both), { tools, parallel_tool_calls: false });
    assert.equal(answer.choices[0].message.tool_calls.length, 1);
  },

  async tools_choice_isKept() {
    const named = await make(h.ask('Anything'), {
      tools,
      tool_choice: { type: 'function', function: { name: 'get_clock' } },
    });
    assert.equal(named.choices[0].message.tool_calls[0].function.name, 'get_clock');
    const required = await make(h.ask('Anything'), { tools, tool_choice: 'required' });
    assert.ok(required.choices[0].message.tool_calls.length > 0);
    const allowed = await make(h.ask(both), {
      tools,
      tool_choice: {
        type: 'allowed_tools',
        allowed_tools: {
          mode: 'auto',
          tools: [{ type: 'function', function: { name: 'get_clock' } }],
        },
      },
    });
    assert.deepEqual(allowed.choices[0].message.tool_calls.map((c) => c.function.name), ['get_clock']);
    const none = await make(h.ask(both), { tools, tool_choice: 'none' });
    assert.equal(none.choices[0].message.tool_calls, undefined);
  },

  async tools_runner_runsToTheEnd() {
    const heard = [];
    const runner = chat.completions.runTools({
      model,
      messages: h.user(h.ask('What is the weather in Ulm?')),
      tools: [
        {
          type: 'function',
          function: {
            name: 'get_weather',
            parameters: h.city,
            parse: JSON.parse,
            function: (args) => {
              heard.push(args);
              return 'Rain';
            },
          },
        },
      ],
    });
    assert.match(await runner.finalContent(), /\S/);
    assert.equal(heard.length, 1);
    assert.equal(typeof heard[0].city, 'string');
  },

  async structured_schema_isSatisfied() {
    const format = {
      type: 'json_schema',
      json_schema: { name: 'person', strict: true, schema: h.person },
    };
    const answer = await make(h.ask('Somebody'), { response_format: format });
    const who = JSON.parse(answer.choices[0].message.content);
    assert.deepEqual(Object.keys(who).sort(), ['age', 'name']);
    assert.ok(Number.isInteger(who.age));
  },

  async structured_parse_givesTheObject() {
    const schema = z.object({ name: z.string(), age: z.number() });
    const answer = await chat.completions.parse({
      model,
      messages: h.user(h.ask('Somebody else')),
      response_format: zodResponseFormat(schema, 'person'),
    });
    assert.equal(typeof answer.choices[0].message.parsed.name, 'string');
  },

  async structured_jsonObject_isJson() {
    const answer = await make(h.ask('Some JSON'), { response_format: { type: 'json_object' } });
    JSON.parse(answer.choices[0].message.content);
  },

  async images_byDataAddressAndByAddress_areSeen() {
    const image = (url) => ({ type: 'image_url', image_url: { url, detail: 'low' } });
    for (const url of ['data:image/png;base64,' + h.pixel, 'https://images.example/dot.png']) {
      const answer = await chat.completions.create({
        model,
        messages: h.user([{ type: 'text', text: h.ask('What is this?') }, image(url)]),
      });
      assert.match(answer.choices[0].message.content, /\S/);
    }
  },

  async embeddings_byDefault_areDecodedFromBase64() {
    const input = [h.ask('one'), h.ask('two')];
    const { requests, watching } = watched();
    const decoded = await watching.embeddings.create({ model: embedder, input });
    const plain = await client.embeddings.create({
      model: embedder,
      input,
      encoding_format: 'float',
    });
    assert.equal(requests.length, 1);
    assert.deepEqual(decoded.data.map((d) => [d.object, d.index, d.embedding.length]), [
      ['embedding', 0, 1536],
      ['embedding', 1, 1536],
    ]);
    plain.data.forEach(({ embedding }, at) =>
      embedding.forEach((x, i) => assert.equal(Math.fround(x), decoded.data[at].embedding[i])),
    );
    assert.ok(plain.usage.prompt_tokens > 0);
    assert.equal(plain.usage.total_tokens, plain.usage.prompt_tokens);
  },

  async embeddings_fewerDimensions_areGiven() {
    const { data } = await client.embeddings.create({
      model: embedder,
      input: h.ask('three'),
      dimensions: 256,
    });
    assert.equal(data[0].embedding.length, 256);
  },

  async models_list_namesWhatChatAccepts() {
    const ids = (await h.all(client.models.list())).map((m) => m.id);
    const full = 'openai/' + model;
    assert.ok(ids.includes(full) && ids.includes('fast'), ids.slice(0, 5).join());
    const answer = await make(h.ask('By its full name'), { model: full });
    assert.match(answer.choices[0].message.content, /\S/);
    for (const name of [model, full]) {
      const one = await client.models.retrieve(name);
      assert.equal(one.object, 'model');
      assert.equal(one.id, name);
    }
    assert.equal((await h.failure(client.models.retrieve('openai/gpt-0'))).status, 404);
  },

  async error400_isBadRequest() {
    const cases = [
      { messages: [] },
      { messages: [{ role: 'alien', content: 'x' }] },
      { messages: h.user('x'), temperature: 'warm' },
      { messages: h.user('x'), temperature: 7 },
      { messages: [{ role: 'tool', tool_call_id: 'call_0', content: 'x' }] },
    ];
    for (const body of cases) {
      const { requests, watching } = watched();
      const e = await h.failure(watching.chat.completions.create({ model, ...body }));
      assert.ok(e instanceof OpenAI.BadRequestError, JSON.stringify(body) + e);
      assert.equal(e.type, 'invalid_request_error');
      assert.match(e.message, /\S/);
      assert.notEqual(e.param, undefined);
      assert.notEqual(e.code, undefined);
      assert.equal(requests.length, 1);
    }
  },

  async error401_isAuthentication() {
    const { requests, watching } = watched({ apiKey: 'wrong-key' });
    const e = await h.failure(watching.chat.completions.create({ model, messages: h.user('x') }));
    assert.ok(e instanceof OpenAI.AuthenticationError, String(e));
    assert.equal(e.code, 'invalid_api_key');
    assert.ok(!e.message.includes('wrong-key'));
    assert.equal(requests.length, 1);
  },

  async error404_isNotFound() {
    const e = await h.failure(make(h.ask('x'), { model: 'gpt-0' }));
    assert.ok(e instanceof OpenAI.NotFoundError, String(e));
    assert.equal(e.code, 'model_not_found');
    const path = await h.failure(client.get('/no/such/thing'));
    assert.ok(path instanceof OpenAI.NotFoundError, String(path));
    assert.equal(path.type, 'invalid_request_error');
  },

  async error429_isRateLimit() {
    const prompt = h.ask('Too often', 'fault=429=requests/30ms');
    const e = await h.failure(make(prompt, { model: faulty }, once()));
    assert.ok(e instanceof OpenAI.RateLimitError, String(e));
    assert.equal(e.code, 'rate_limit_exceeded');
    assert.ok(Number(e.headers.get('retry-after')) >= 1);
    assert.ok(Number(e.headers.get('retry-after-ms')) >= 1);
  },

  async error429_shortWait_isHonoured() {
    const { requests, watching } = watched();
    await watching.chat.completions.create({
      model: faulty,
      messages: h.user(h.ask('Once too often', 'fault=429=requests/150ms,times=1')),
    });
    assert.deepEqual(requests.map((r) => r.status), [429, 200]);
    assert.equal(requests[1].headers.get('x-stainless-retry-count'), '1');
    const told = Number(requests[0].answer.get('retry-after-ms'));
    assert.ok(told > 0 && told <= 1000, `told to wait ${told} ms`);
    assert.ok(requests[1].time - requests[0].time >= told);
  },

  async error429_noMoreMoney_isNotTriedAgain() {
    const { requests, watching } = watched();
    const e = await h.failure(
      watching.chat.completions.create({
        model: faulty,
        messages: h.user(h.ask('Broke', 'fault=429=quota')),
      }),
    );
    assert.ok(e instanceof OpenAI.APIError && e.status >= 400, String(e));
    assert.equal(requests[0].answer.get('x-should-retry'), 'false');
    assert.equal(requests.length, 1);
  },

  async error429_longWait_isNotTriedAgain() {
    const { requests, watching } = watched();
    const prompt = h.ask('Far too often', 'fault=429=requests/90s');
    const e = await h.failure(
      watching.chat.completions.create({ model: faulty, messages: h.user(prompt) }),
    );
    assert.ok(e instanceof OpenAI.RateLimitError, String(e));
    assert.equal(e.headers.get('x-should-retry'), 'false');
    assert.equal(e.headers.get('retry-after'), '90');
    assert.equal(requests.length, 1);
  },

  async error429_ofAdmiralsOwnLimit_isRateLimit() {
    const headers = { 'x-admiral-agent': 'hurried-' + h.packageName };
    const ask = (words) => make(h.ask(words), {}, once({ headers }));
    const e = await h.failure(ask('Hurry').then(() => ask('Hurry more')));
    assert.ok(e instanceof OpenAI.RateLimitError, String(e));
    assert.ok(Number(e.headers.get('retry-after')) > 1);
  },

  async error500_isServerError() {
    const { requests, watching } = watched();
    const e = await h.failure(
      watching.chat.completions.create({
        model: faulty,
        messages: h.user(h.ask('Break', 'fault=status=500')),
      }),
    );
    assert.ok(e instanceof OpenAI.InternalServerError, String(e));
    assert.match(e.type, /\S/);
    const again = requests[0].answer.get('x-should-retry') !== 'false';
    assert.equal(requests.length, again ? 3 : 1);
  },

  async error500_onlyOnce_isMendedByTryingAgain() {
    const answer = await make(h.ask('Break once', 'fault=status=500,times=1'), { model: faulty });
    assert.match(answer.choices[0].message.content, /\S/);
  },

  async cutStream_throws() {
    for (const fault of ['cut-after=3', 'reset=3', 'malformed-after=3']) {
      const pieces = [];
      const e = await h.failure(
        (async () => {
          const prompt = h.ask('Cut it', `tokens=30;fault=${fault}`);
          for await (const chunk of await stream(prompt, { model: faulty }, once())) {
            pieces.push(chunk);
          }
        })(),
      );
      assert.ok(e instanceof OpenAI.APIError, fault + ': ' + e);
      assert.match(contents(pieces), /\S/);
      assert.ok(pieces.every((p) => !p.choices[0]?.finish_reason), 'never said to be finished');
    }
  },

  async slowStream_isAwaited() {
    const prompt = h.ask('Slow', 'tokens=9;fault=slow-first-token=1200ms');
    assert.match(contents(await h.all(await stream(prompt))), /\S/);
  },

  async streamBrokenBeforeItsFirstPiece_throws() {
    const prompt = h.ask('Slow and broken', 'fault=slow-first-token=1200ms,cut-after=0');
    const e = await h.failure(stream(prompt, { model: faulty }, once()).then(h.all));
    assert.ok(e instanceof OpenAI.APIError, String(e));
    assert.match(e.type, /\S/);
  },

  async manyStreamsAtOnce_areKeptApart() {
    const prompts = Array.from({ length: 100 }, (_, i) => h.ask('Stream ' + i, 'echo'));
    const told = await Promise.all(prompts.map((p) => stream(p).then(h.all).then(contents)));
    assert.deepEqual(told, prompts);
  },

  async longAnswer_comesWhole() {
    const prompt = h.ask('At length', 'tokens=20000');
    const more = { max_completion_tokens: 30000 };
    const streamed = contents(await h.all(await stream(prompt, more)));
    const whole = (await make(prompt, more)).choices[0].message.content;
    assert.ok(whole.length > 80_000);
    assert.equal(streamed, whole);
  },

  async longPrompt_isTaken() {
    const answer = await make('word '.repeat(60_000) + h.ask('', 'tokens=5'));
    assert.ok(answer.usage.prompt_tokens > 60_000);
  },

  async errorInStream_throws() {
    const prompt = h.ask('Fail within', 'tokens=30;fault=error-after=3');
    const e = await h.failure(stream(prompt, { model: faulty }, once()).then(h.all));
    assert.ok(e instanceof OpenAI.APIError, String(e));
    assert.match(e.message, /\S/);
    assert.match(e.type, /\S/);
  },

  async errorBeforeAnyPiece_hasItsStatus() {
    const prompt = h.ask('Fail at once', 'fault=status=503');
    const e = await h.failure(stream(prompt, { model: faulty }, once()));
    assert.ok(e instanceof OpenAI.InternalServerError, String(e));
  },

  async cutAnswer_throws() {
    const prompt = h.ask('Cut it whole', 'tokens=30;fault=cut-after=3');
    const e = await h.failure(make(prompt, { model: faulty }, once()));
    assert.ok(e instanceof OpenAI.InternalServerError, String(e));
  },

  async abort_inMidStream_endsTheVendorsCall() {
    await h.expectLeft(async () => {
      const prompt = h.ask('Leave me', 'tokens=30;fault=stall-after=5');
      const running = await stream(prompt, { model: faulty }, once());
      let seen = 0;
      for await (const chunk of running) {
        seen += chunk.choices[0]?.delta?.content ? 1 : 0;
        if (seen === 5) {
          running.controller.abort();
        }
      }
      assert.equal(seen, 5);
    });
  },

  async abort_byLeavingTheLoop_endsTheVendorsCall() {
    await h.expectLeft(async () => {
      const prompt = h.ask('Leave me too', 'tokens=30;fault=stall-after=5');
      for await (const chunk of await stream(prompt, { model: faulty }, once())) {
        if (chunk.choices[0]?.delta?.content) {
          break;
        }
      }
    });
  },

  async abort_ofAWholeAnswer_endsTheVendorsCall() {
    await h.expectLeft(async () => {
      const leave = new AbortController();
      const prompt = h.ask('Leave me waiting', 'fault=slow-first-token=30s');
      const pending = make(prompt, { model: faulty }, once({ signal: leave.signal }));
      const failed = h.failure(pending);
      await h.vendorBusy();
      leave.abort();
      assert.ok((await failed) instanceof OpenAI.APIUserAbortError);
    });
  },

  async timeout_ofTheClient_endsTheVendorsCall() {
    await h.expectLeft(async () => {
      const prompt = h.ask('Too slow', 'fault=slow-first-token=30s');
      const e = await h.failure(make(prompt, { model: faulty }, once({ timeout: 1000 })));
      assert.ok(e instanceof OpenAI.APIConnectionTimeoutError, String(e));
    });
  },

  async unicode_comesBackUnharmed() {
    const prompt = h.unicode.repeat(20) + h.ask('', 'echo');
    assert.equal((await make(prompt)).choices[0].message.content, prompt);
    const fresh = prompt + ' again';
    assert.equal(contents(await h.all(await stream(fresh))), fresh);
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
      assert.deepEqual(second.data.choices, first.data.choices);
      assert.deepEqual(second.data.usage, first.data.usage);
      const third = await stream(prompt).withResponse();
      h.assertServed(third.response.headers, 'memory');
      assert.equal(contents(await h.all(third.data)), first.data.choices[0].message.content);
    });
    assert.equal(calls, 1);
  },

  async cache_bypassed_asksTheVendorAgain() {
    const prompt = h.ask('Never remember this');
    const headers = { 'x-admiral-cache': 'bypass' };
    const calls = await h.vendorCalls(async () => {
      for (let i = 0; i < 2; i++) {
        const { response } = await make(prompt, {}, { headers }).withResponse();
        h.assertServed(response.headers, 'upstream');
      }
    });
    assert.equal(calls, 2);
  },

  async join_equalCallsAtOnce_areOneCallOfTheVendor() {
    const prompt = h.ask('All at once', 'fault=slow-first-token=1s');
    const calls = await h.vendorCalls(async () => {
      const answers = await Promise.all(Array.from({ length: 8 }, () => make(prompt).withResponse()));
      const sources = answers.map((a) => a.response.headers.get('x-admiral-served')).sort();
      assert.deepEqual(sources, [...Array(7).fill('coalesced'), 'upstream']);
      assert.equal(new Set(answers.map((a) => a.data.choices[0].message.content)).size, 1);
    });
    assert.equal(calls, 1);
  },

  async idempotency_sameKey_isOneCallOfTheVendor() {
    const prompt = h.ask('Only once');
    const headers = { 'idempotency-key': h.ask('k').replace(/\W/g, ''), 'x-admiral-cache': 'bypass' };
    const calls = await h.vendorCalls(async () => {
      const first = await make(prompt, {}, { headers });
      const second = await make(prompt, {}, { headers });
      assert.deepEqual(second.choices, first.choices);
    });
    assert.equal(calls, 1);
  },
});
