import fc from 'fast-check';
import { loadAll } from 'js-yaml';
import { describe, expect, test } from 'vitest';
import { kubectlSchema } from './kubectlSchema.ts';
import { parseDocument } from './parseDocument.ts';
import { splitDocuments } from './splitDocuments.ts';

const split = (text: string): readonly string[] => splitDocuments(text, 100).map((slice) => slice.text);

describe('splitDocuments', () => {
  test.each<[name: string, text: string, documents: readonly string[]]>([
    ['an empty text', '', ['']],
    ['one document', 'a: 1\n', ['a: 1\n']],
    ['two documents', 'a: 1\n---\nb: 2\n', ['a: 1\n', '---\nb: 2\n']],
    ['a leading marker opens the first document', '---\na: 1\n--- \nb: 2\n', ['---\na: 1\n', '--- \nb: 2\n']],
    ['comments before the first marker belong to it', '# head\n\n---\na: 1\n', ['# head\n\n---\na: 1\n']],
    [
      'directives belong to the marker below them',
      '%YAML 1.2\n---\na: 1\n...\n%YAML 1.2\n---\nb: 2\n',
      ['%YAML 1.2\n---\na: 1\n...\n', '%YAML 1.2\n---\nb: 2\n'],
    ],
    ['a document of comments alone is a document', 'a: 1\n---\n# nothing\n---\nb: 2\n', ['a: 1\n', '---\n# nothing\n', '---\nb: 2\n']],
    ['content and comments on the marker line', '--- {a: 1}\n--- # note\nb: 2\n', ['--- {a: 1}\n', '--- # note\nb: 2\n']],
    ['an indented marker in a block scalar is text', 'a: |\n  ---\n  x\n---\nb: 2\n', ['a: |\n  ---\n  x\n', '---\nb: 2\n']],
    ['more than three dashes are no marker', 'a: 1\n----\nb: 2\n', ['a: 1\n----\nb: 2\n']],
    ['CRLF', 'a: 1\r\n---\r\nb: 2\r\n', ['a: 1\r\n', '---\r\nb: 2\r\n']],
    ['a lone CR breaks lines', 'a: 1\r---\rb: 2\r', ['a: 1\r', '---\rb: 2\r']],
    ['U+2028 breaks none', 'a: "x\u2028--- y"\n', ['a: "x\u2028--- y"\n']],
    ['a byte order mark before a marker', '\uFEFF---\na: 1\n\uFEFF---\nb: 2\n', ['\uFEFF---\na: 1\n', '\uFEFF---\nb: 2\n']],
    ['the end marker at the end', 'a: 1\n...\n', ['a: 1\n...\n']],
    ['JSON objects one after the other', '{"a": "}{"}\n{"b": [{}]}', ['{"a": "}{"}\n', '{"b": [{}]}']],
    ['JSON objects on one line', '{"a":1}{"b":2}', ['{"a":1}', '{"b":2}']],
    ['a flow mapping with text after it stays whole', '{a: 1} x {b: 2}', ['{a: 1} x {b: 2}']],
  ])('%s', (_name, text, documents) => {
    expect(split(text)).toEqual(documents);
  });

  test('more documents than the limit: stops one above it', () => {
    expect(splitDocuments('---\na: 1\n'.repeat(5000), 10)).toHaveLength(11);
    expect(splitDocuments('{"a":1}\n'.repeat(5000), 10)).toHaveLength(11);
  });

  const fragment = fc.constantFrom(
    'a: 1',
    'b: "x: y"',
    '- 1',
    '---',
    '--- # c',
    '...',
    '# comment',
    '',
    'c: |',
    '  text',
    '---\ttab',
    '--- {q: 1}',
    "d: 'é𝄞'",
    '%YAML 1.2',
    '{"j": 1}',
  );
  const text = fc.tuple(fc.array(fragment, { maxLength: 12 }), fc.constantFrom('\n', '\r\n')).map(([lines, end]) => lines.join(end) + end);

  test('covers the text without gaps, and never cuts what js-yaml reads as one', () => {
    fc.assert(
      fc.property(text, (input) => {
        const slices = splitDocuments(input, 1000);
        expect(slices.map((slice) => slice.text).join('')).toBe(input);
        for (const slice of slices) expect(input.startsWith(slice.text, slice.start)).toBe(true);
        let whole: unknown[];
        try {
          whole = loadAll(input, { schema: kubectlSchema });
        } catch {
          return;
        }
        const values = slices.map((slice) => parseDocument(slice.text).parsed);
        expect(values.map((parsed) => parsed.failure)).toEqual(values.map(() => undefined));
        const given = (found: readonly unknown[]): readonly unknown[] => found.filter((value) => value !== null);
        expect(given(values.map((parsed) => parsed.value))).toEqual(given(whole));
      }),
      { seed: 7, numRuns: 1500 },
    );
  });
});
