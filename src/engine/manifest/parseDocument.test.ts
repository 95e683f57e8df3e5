import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type FreshDocument, parseDocument, parseDocuments } from './parseDocument.ts';

const pointers = ['', '/a', '/a/b', '/list/1', '/text', '/copy/b', '/missing'];

const described = ({ parsed, freshRangeOf }: FreshDocument) => ({
  value: parsed.value,
  failure: parsed.failure,
  whole: parsed.whole,
  ranges: pointers.map(parsed.rangeOf),
  freshRanges: pointers.map(freshRangeOf),
});

describe('parseDocuments', () => {
  const document = fc.constantFrom(
    'a: 1\n',
    '---\na: {b: 2}\n',
    '--- # c\nlist: [1, 2]\n',
    '# only\n',
    '---\n',
    '',
    '...\n',
    'a: 1\n...\n',
    'a: [1,\n',
    'a: "x\n',
    'a: 1\na: 2\n',
    'a: &x {b: 1}\ncopy: *x\n',
    'copy: *x\n',
    'text: |+\n  t\n\n',
    'text: |+\n  t',
    'text: >-\n  𝄞\n',
    '{"a": 1}',
    '{"a": 1}\n',
    '%TAG !e! tag:e,2000:\n---\na: !e!x 1\n',
    '%YAML 1.2\n',
    'a: 1\n%YAML 1.2\n',
    '----\n',
    '---x: 1\n',
    'a: !e!x 1\n',
    '--- !!str\n',
    '  a: 1\n',
    '  ---\n',
    '\uFEFF---\na: 1\n',
    'a: .inf\n',
    'a:\r\n  b: 1\r\n',
    'plain\n',
    '--- |\n  x\n',
    'a: &a\n  b: *a\n',
  );

  const sound = document.filter((text) => parseDocument(text).parsed.failure === undefined);

  test('reading many together gives what reading each alone gives, values and places', () => {
    fc.assert(
      fc.property(fc.oneof(fc.array(document, { maxLength: 90 }), fc.array(sound, { maxLength: 90 })), (texts) => {
        expect(parseDocuments(texts, described)).toEqual(texts.map((text) => described(parseDocument(text))));
      }),
      { seed: 3, numRuns: 150 },
    );
  });
});
