/** Texts that kubectl would read as something else keep their quotes. */
import { expect, test } from 'vitest';
import { printYaml } from './printYaml.ts';
import { createManifestReader } from './reader.ts';

test('prints keys in order and quotes what would change its type', () => {
  const printed = printYaml({ b: [{ on: 'yes' }], a: { octal: '0755', number: 5, none: null, empty: {} } });
  expect(printed).toBe("a:\n  empty: {}\n  none: null\n  number: 5\n  octal: '0755'\nb:\n- 'on': 'yes'\n");
});

test('what is printed reads back as the same object', () => {
  const object = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p', annotations: { a: 'true', b: '1e3', c: '1:30', d: '', e: 'line\nbreak\n', f: '~', g: '0x1F', h: '- x' } },
    spec: { containers: [{ name: 'c', image: 'i', args: ['no', '--flag=1'] }] },
  };
  const [document] = createManifestReader().read([{ name: 'p.yaml', text: printYaml(object) }]).documents;
  expect(document?.value).toEqual(object);
});
