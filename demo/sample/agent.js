/** Stands in for a coding agent: reads its prompt, changes the code, adds a test, runs the tests, commits. */
import { execFileSync } from 'node:child_process';
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** Pauses so that a person can follow; a real agent needs no help to take its time. */
const breath = 700;

const prompt = readFileSync(process.env.PRLT_PROMPT_FILE, 'utf8');
const number = Number(process.env.PRLT_PROMPT_NUMBER);

async function say(line) {
  console.log(line);
  await sleep(breath);
}

function git(...args) {
  execFileSync('git', args, { stdio: 'inherit' });
}

/** The words of the person who poked, from the fence in the prompt. */
function poke() {
  return prompt.split(/^[`~]{3,}.*$/m)[1]?.trim() || 'nothing that I could read';
}

function runTests() {
  const output = execFileSync('node', ['--test', '--test-reporter=tap'], { encoding: 'utf8' });
  return Number(/^# pass (\d+)$/m.exec(output)?.[1] ?? 0);
}

function finish(result) {
  writeFileSync(process.env.PRLT_RESULT_FILE, JSON.stringify(result));
}

async function answerPoke() {
  await say(`Prompt ${number}: I was told "${poke()}".`);
  appendFileSync('NOTES.md', `- ${poke()}\n`);
  git('add', 'NOTES.md');
  git('commit', '--quiet', '--message', 'Note what was asked for meanwhile');
  await say('It is in NOTES.md now.');
}

async function workSlowly() {
  const steps = 15;
  for (let step = 1; step <= steps; step += 1) {
    console.log(`Thinking, step ${step} of ${steps}; poke me or stop me.`);
    await sleep(3_000);
  }
  if (!existsSync('NOTES.md')) writeFileSync('NOTES.md', '# Notes\n\nNobody said anything.\n');
}

async function greetStrangers() {
  await say(`I have ${prompt.split('\n').length} lines of prompt for ${process.env.PRLT_ITEM_KEY}.`);
  await say('Reading src/greet.js: a missing name gives "Hello, undefined!".');
  const source = readFileSync('src/greet.js', 'utf8');
  writeFileSync('src/greet.js', source.replace('greet(name)', "greet(name = 'stranger')"));
  appendFileSync(
    'test/greet.test.js',
    "\ntest('greets people who give no name', () => {\n  assert.equal(greet(), 'Hello, stranger!');\n});\n",
  );
  await say('Changed src/greet.js and added a test. Running the tests.');
  const passed = runTests();
  await say(`${passed} tests pass.`);
  git('add', '--all');
  git('commit', '--quiet', '--message', 'Greet people who give no name');
  finish({
    title: 'Greet people who give no name',
    summary: 'A missing name gave "Hello, undefined!". It is "stranger" now.',
    tested: `\`npm test\`: ${passed} tests pass, one of them new.`,
  });
  await say('Committed.');
}

if (number > 1) await answerPoke();
else if (prompt.includes('Take your time')) await workSlowly();
else await greetStrangers();
