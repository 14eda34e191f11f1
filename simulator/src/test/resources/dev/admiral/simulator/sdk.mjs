// Talks to a simulator through the vendors' own clients and prints what they made of it as JSON.
import OpenAI from 'openai';
import Anthropic from '@anthropic-ai/sdk';

const base = process.argv[2];
const openai = new OpenAI({ apiKey: 'sk-test', baseURL: base + '/v1' });
const groq = new OpenAI({ apiKey: 'sk-test', baseURL: base + '/groq/v1' });
const anthropic = new Anthropic({ apiKey: 'sk-test', baseURL: base });
const told = {};

const weather = {
  type: 'object',
  properties: { city: { type: 'string' } },
  required: ['city'],
};
const user = (content) => [{ role: 'user', content }];

async function failure(promise) {
  try {
    await promise;
    return { name: 'none' };
  } catch (e) {
    return { name: e.constructor.name, status: e.status ?? null, type: e.type ?? null };
  }
}

// OpenAI
const whole = await openai.chat.completions.create({ model: 'gpt-4o', messages: user('Hello') });
let text = '';
let usage = null;
for await (const chunk of await openai.chat.completions.create({
  model: 'gpt-4o',
  messages: user('Hello'),
  stream: true,
  stream_options: { include_usage: true },
})) {
  text += chunk.choices[0]?.delta?.content ?? '';
  usage = chunk.usage ?? usage;
}
told.openaiStream = {
  sameText: text === whole.choices[0].message.content && text.length > 0,
  sameUsage: JSON.stringify(usage) === JSON.stringify(whole.usage),
};
const called = await openai.chat.completions
  .stream({
    model: 'gpt-4o',
    messages: user('What is the weather and the time?'),
    tools: ['get_weather', 'get_time'].map((name) => ({
      type: 'function',
      function: { name, parameters: weather },
    })),
  })
  .finalChatCompletion();
told.openaiTools = called.choices[0].message.tool_calls.map((call) => [
  call.function.name,
  typeof JSON.parse(call.function.arguments).city,
]);
const vectors = await openai.embeddings.create({
  model: 'text-embedding-3-small',
  input: ['one', 'two'],
});
told.openaiEmbeddings = vectors.data.map((item) => item.embedding.length);
told.openaiModels = (await openai.models.list()).data.some((model) => model.id === 'gpt-4o');
told.openaiNotFound = await failure(
  openai.chat.completions.create({ model: 'gpt-0', messages: user('Hi') }),
);
const retried = await openai.chat.completions
  .create(
    { model: 'gpt-4o', messages: user('Try again') },
    { headers: { 'x-sim-fault': '429=requests/1ms,times=1' } },
  )
  .withResponse();
told.openaiRetried = retried.response.status;
told.openaiErrorInStream = await failure(
  (async () => {
    for await (const chunk of await openai.chat.completions.create(
      { model: 'gpt-4o', messages: user('Hi'), stream: true },
      { headers: { 'x-sim-fault': 'error-after=2' } },
    )) {
      void chunk;
    }
  })(),
);
told.groq = (
  await groq.chat.completions.create({ model: 'llama-3.1-8b-instant', messages: user('Hi') })
).choices[0].finish_reason;

// Anthropic
const message = await anthropic.messages.create({
  model: 'claude-sonnet-5',
  max_tokens: 2000,
  messages: user('Hello'),
});
const streamed = await anthropic.messages
  .stream({ model: 'claude-sonnet-5', max_tokens: 2000, messages: user('Hello') })
  .finalMessage();
told.anthropicStream = {
  sameText: streamed.content[0].text === message.content[0].text && message.content[0].text.length > 0,
  sameOutput: streamed.usage.output_tokens === message.usage.output_tokens,
};
const thought = await anthropic.messages
  .stream({
    model: 'claude-sonnet-5',
    max_tokens: 4000,
    thinking: { type: 'enabled', budget_tokens: 1024 },
    messages: user('What is the weather and the time?'),
    tools: ['get_weather', 'get_time'].map((name) => ({ name, input_schema: weather })),
  })
  .finalMessage();
told.anthropicBlocks = thought.content.map((block) => block.type);
told.anthropicStop = thought.stop_reason;
told.anthropicCount = (
  await anthropic.messages.countTokens({ model: 'claude-sonnet-5', messages: user('Hello') })
).input_tokens === message.usage.input_tokens;
told.anthropicNotFound = await failure(
  anthropic.messages.create({ model: 'claude-0', max_tokens: 9, messages: user('Hi') }),
);
told.anthropicOverloaded = await failure(
  anthropic.messages.create(
    { model: 'claude-sonnet-5', max_tokens: 9, messages: user('Hi') },
    { headers: { 'x-sim-fault': 'overloaded' }, maxRetries: 0 },
  ),
);
told.anthropicErrorInStream = await failure(
  anthropic.messages
    .stream(
      { model: 'claude-sonnet-5', max_tokens: 99, messages: user('Hi') },
      { headers: { 'x-sim-fault': 'error-after=1' } },
    )
    .finalMessage(),
);

console.log(JSON.stringify(told));
