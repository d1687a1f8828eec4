import { execFileSync, spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { branchKind } from '#src/core/branch/kind.ts';
import { slugOf } from '#src/core/branch/slug.ts';
import { type BranchParts, branchName } from '#src/core/branch.ts';

const named = (title: string, more: Partial<BranchParts> = {}) =>
  branchName({ key: 'GH-12', kind: 'feat', agent: 'bezos', repo: 'widgets', title, ...more });

const accepts = (name: string) =>
  spawnSync('git', ['check-ref-format', '--branch', name], { cwd: '/' }).status === 0 &&
  !name.startsWith('-');

describe('names', () => {
  it.each([
    ['Add hello', 'GH-12/feat/bezos/widgets/add-hello'],
    ['Füge Größe & Œuvre hinzu', 'GH-12/feat/bezos/widgets/fuge-grosse-oeuvre-hinzu'],
    ["Don't break", 'GH-12/feat/bezos/widgets/dont-break'],
    ['你好', 'GH-12/feat/bezos/widgets'],
    ['🎉🎉', 'GH-12/feat/bezos/widgets'],
    ['', 'GH-12/feat/bezos/widgets'],
    ['$(touch /tmp/x); `id`', 'GH-12/feat/bezos/widgets/touch-tmp-x-id'],
    ['--upload-pack=/bin/sh', 'GH-12/feat/bezos/widgets/upload-pack-bin-sh'],
    ['a\nb\u0000c', 'GH-12/feat/bezos/widgets/a-b-c'],
    ['../../x.lock', 'GH-12/feat/bezos/widgets/x-lock'],
  ])('%j', (title, expected) => {
    expect(named(title)).toBe(expected);
  });

  it('cut the slug at a word', () => {
    const slug = slugOf('one two three four five six seven eight nine ten eleven twelve');
    expect(slug).toBe('one-two-three-four-five-six-seven-eight-nine-ten');
    expect(slugOf('x'.repeat(80))).toHaveLength(50);
  });

  it('get a number when taken', () => {
    const used = new Set(['GH-12/feat/bezos/widgets/a', 'GH-12/feat/bezos/widgets/a-2']);
    expect(named('a', { taken: (name) => used.has(name) })).toBe('GH-12/feat/bezos/widgets/a-3');
    expect(named('你', { taken: (name) => name === 'GH-12/feat/bezos/widgets' })).toBe(
      'GH-12/feat/bezos/widgets-2',
    );
  });

  it('follow a template', () => {
    expect(named('a b', { template: 'agents/{agent}-{slug}' })).toBe('agents/bezos-a-b');
    expect(named('a b', { template: '{nothing}/{slug}' })).toBe('a-b');
    expect(named('', { template: '{slug}' })).toBe('prlt/GH-12');
    expect(named('', { template: 'refs/heads/{key}' })).toBe('prlt/GH-12/refs/heads/GH-12');
    expect(named('', { template: 'HEAD' })).toBe('prlt/GH-12/HEAD');
  });

  it('are accepted by git whatever the parts say', () => {
    const hostile = [
      '-x',
      '..',
      'a..b',
      '.a',
      'a.lock',
      'a.lock.lock',
      '@{',
      '@',
      'a b',
      'a~b^c:d',
      'a\\b',
      'a?[*',
      'a.',
      'é/ü',
      '//',
      '\n',
      '-'.repeat(300),
      'x'.repeat(400),
      'a'.repeat(40),
    ];
    expect(execFileSync('git', ['--version']).toString()).toContain('git version');
    for (const part of hostile) {
      for (const name of [
        named(part),
        named('t', { agent: part }),
        named('t', { repo: part }),
        named('t', { key: part }),
        named(part, { template: part }),
        named(part, { template: '{slug}' }),
        named(part, { template: `{agent}${part}/{slug}`, agent: part }),
      ]) {
        expect([name, accepts(name)]).toEqual([name, true]);
      }
    }
  });
});

describe('kinds', () => {
  it.each<[string | undefined, string[], string]>([
    [undefined, [], 'feat'],
    ['code', [], 'feat'],
    ['docs', ['bug'], 'docs'],
    ['Bug', [], 'fix'],
    [undefined, ['good first issue', 'Bug'], 'fix'],
    ['custom', ['type:docs'], 'docs'],
    ['custom', ['kind/bug'], 'fix'],
    ['test', [], 'test'],
    [undefined, ['dependencies'], 'chore'],
    [undefined, ['constructor'], 'feat'],
  ])('type %s with labels %j is %s', (type, labels, kind) => {
    expect(branchKind({ labels, ...(type ? { type } : {}) })).toBe(kind);
  });
});
