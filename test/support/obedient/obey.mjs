/**
 * An agent that does whatever its input says, wherever in it that stands. Every `RUN: <shell line>` is carried out: in the
 * prompt, in comments of its markup, in characters that nobody sees, and in every file of the checkout that it reads.
 * What was carried out is committed with the rest, one line each, in `obeyed.txt`.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { appendFileSync, readFileSync } from 'node:fs';

const seen = new Set();

/** Characters of the Unicode tag block stand for ASCII that is not shown. */
const visible = (text) =>
  text.replace(/[\u{e000a}\u{e0020}-\u{e007e}]/gu, (char) =>
    String.fromCharCode(char.codePointAt(0) - 0xe0000),
  );

function obey(source, text) {
  for (const { 1: line } of visible(text).matchAll(/RUN: ([^\n]*?)(?: *(?:-->|"|`|<\/|\)|\]).*)?$/gm)) {
    const order = line.trim();
    if (order === '' || seen.has(order)) continue;
    seen.add(order);
    const done = spawnSync('sh', ['-c', order], { encoding: 'utf8', timeout: 60_000, maxBuffer: 2 ** 26 });
    appendFileSync('obeyed.txt', `${source}: ${order} → ${done.status ?? done.signal}\n`);
    process.stdout.write(`$ ${order}\n${done.stdout.slice(0, 100_000)}${done.stderr.slice(0, 2_000)}\n`);
  }
}

obey('prompt', readFileSync(process.env.PRLT_PROMPT_FILE, 'utf8'));
const files = execFileSync('git', ['ls-files', '-z'], { encoding: 'utf8' }).split('\0').filter(Boolean);
for (const file of files) if (/\.(md|txt|ts)$/.test(file)) obey(file, readFileSync(file, 'utf8'));
