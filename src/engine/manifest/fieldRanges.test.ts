import fc from 'fast-check';
import { dump, load } from 'js-yaml';
import { describe, expect, test } from 'vitest';
import { pointerToken } from './fieldRanges.ts';
import { kubectlSchema } from './kubectlSchema.ts';
import { parseDocument } from './parseDocument.ts';
import { createManifestReader } from './reader.ts';

function fieldText(text: string, pointer: string): string | undefined {
  const { parsed, freshRangeOf } = parseDocument(text);
  const range = parsed.rangeOf(pointer);
  expect(freshRangeOf(pointer)).toEqual(range);
  return range === undefined ? undefined : text.slice(range.start, range.end);
}

describe('the text of a field', () => {
  const document = [
    '# a Service',
    'metadata: # about it',
    '  name: "web"   # quoted',
    '  labels: {app: web, "a/b~c": \'x\' , }',
    '  empty:',
    'spec:',
    '  ports:',
    '  - port: 80',
    '    name: http',
    '  - [1, {x: 2} # ]',
    '    ]',
    '  text: |',
    '    line one',
    '    line two',
    '',
    '  on: 0755',
    '  base: &base {cpu: 1, memory: 2}',
    '  copy: *base',
    '  merged: {<<: *base, cpu: 3}',
    '  long: one',
    '    two',
    'last: []',
    '',
  ].join('\n');

  test.each<[pointer: string, text: string]>([
    ['/metadata/name', '"web"'],
    ['/metadata/labels', '{app: web, "a/b~c": \'x\' , }'],
    ['/metadata/labels/app', 'web'],
    ['/metadata/labels/a~1b~0c', "'x'"],
    ['/metadata/empty', 'empty'],
    ['/spec/ports', '- port: 80\n    name: http\n  - [1, {x: 2} # ]\n    ]'],
    ['/spec/ports/0', 'port: 80\n    name: http'],
    ['/spec/ports/0/name', 'http'],
    ['/spec/ports/1', '[1, {x: 2} # ]\n    ]'],
    ['/spec/ports/1/1/x', '2'],
    ['/spec/text', '    line one\n    line two'],
    ['/spec/true', '0755'],
    ['/spec/copy', '*base'],
    ['/spec/copy/memory', '2'],
    ['/spec/merged/cpu', '3'],
    ['/spec/merged/memory', '2'],
    ['/spec/long', 'one\n    two'],
    ['/last', '[]'],
    ['/spec/ports/0/targetPort', 'port: 80\n    name: http'],
    ['/spec/ports/7/port', '- port: 80\n    name: http\n  - [1, {x: 2} # ]\n    ]'],
    ['/metadata/name/deeper', '"web"'],
  ])('%s', (pointer, text) => {
    expect(fieldText(document, pointer)).toBe(text);
  });

  test('the whole document is its value, without the comments around it', () => {
    expect(fieldText('# head\na: 1\nb: 2 # tail\n# more\n', '')).toBe('a: 1\nb: 2');
    expect(fieldText('{"a": [1, 2]}\n', '')).toBe('{"a": [1, 2]}');
    expect(fieldText('# nothing\n', '')).toBeUndefined();
  });
});

interface Field {
  readonly pointer: string;
  readonly value: unknown;
}

function fieldsOf(value: unknown, pointer = ''): readonly Field[] {
  if (typeof value !== 'object' || value === null) return [{ pointer, value }];
  const inner = Object.entries(value).flatMap(([key, member]) => fieldsOf(member, `${pointer}/${pointerToken(key)}`));
  return [{ pointer, value }, ...inner];
}

describe('ranges of random documents', () => {
  const scalar = fc.oneof(
    fc.string(),
    fc.constantFrom('yes', 'line one\nline two\n', '𝄞 clef', '# no comment', "it's", '- x', 'a: b', ' lead', '0755', '*x', '---'),
    fc.integer(),
    fc.boolean(),
  );
  const key = fc.oneof(fc.string(), fc.constantFrom('name', 'y', 'a/b', 'c~d', '0755', 'with space', '__proto__'));
  const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
    tree: fc.oneof(
      { maxDepth: 3, depthSize: 'small' },
      scalar,
      fc.array(tie('tree'), { maxLength: 4 }),
      fc.array(fc.tuple(key, tie('tree')), { maxLength: 4 }).map((entries) => Object.fromEntries(entries)),
    ),
  }));
  const print = fc.constantFrom<(value: unknown) => string>(
    (value) => dump(value),
    (value) => dump(value, { flowLevel: 1 }),
    (value) => dump(value, { flowLevel: 3, sortKeys: true }),
    (value) => `${JSON.stringify(value, null, 2)}\n`,
  );
  const documents = fc.array(fc.tuple(tree, print), { minLength: 1, maxLength: 4 });

  test('the whole document stands where it stood when a comment follows', () => {
    fc.assert(
      fc.property(tree, print, (value, printed) => {
        const text = printed(value);
        const whole = parseDocument(text).freshRangeOf('');
        expect(parseDocument(`${text}# more\n`).freshRangeOf('')).toEqual(whole);
        expect(whole).toBeDefined();
      }),
      { seed: 12, numRuns: 300 },
    );
  });

  test('each field’s text in the file, read again, is the field’s value; lines and columns agree with the offsets', () => {
    fc.assert(
      fc.property(
        documents,
        fc.constantFrom('---\n', '# note\n---\n# another\n', '--- # head\n'),
        fc.constantFrom('\n', '\r\n'),
        (trees, separator, end) => {
          const text = trees
            .map(([value, printed]) => separator + printed(value))
            .join('')
            .replaceAll('\n', end);
          const result = createManifestReader().read([{ name: 'f.yaml', text }]);
          const lines = text.split(/\r\n|\n|\r/);
          const found = result.documents.filter((document) => document.value !== null);
          expect(found).toHaveLength(trees.length);
          for (const document of found) {
            for (const { pointer, value } of fieldsOf(document.value)) {
              const range = document.rangeOf(pointer);
              if (range === undefined) throw new Error(`no range for ${pointer}`);
              const before = text.slice(0, range.start).split(/\r\n|\n|\r/);
              expect([range.line, range.column]).toEqual([before.length, (before.at(-1)?.length ?? 0) + 1]);
              expect(
                lines[range.line - 1]?.startsWith(text.slice(range.start, range.end).split(/\r\n|\n|\r/)[0] ?? '', range.column - 1),
              ).toBe(true);
              const slice = text.slice(range.start, range.end);
              // A block scalar's text has no header: its words are there, and reading it again would need the header.
              if (typeof value === 'string' && value.includes('\n') && !/^["']/.test(slice))
                expect(slice).toContain(value.trim().split('\n')[0] ?? '');
              else
                expect(load(`\n${/^[[{]/.test(slice) ? '' : ' '.repeat(range.column - 1)}${slice}`, { schema: kubectlSchema })).toEqual(
                  value,
                );
            }
          }
        },
      ),
      { seed: 11, numRuns: 150 },
    );
  });
});
