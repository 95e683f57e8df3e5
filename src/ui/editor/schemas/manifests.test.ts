/** The two generated files belong together: the editor's schema and the engine's table of field names come from one run. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
}

interface EditorSchema extends Schema {
  readonly definitions: Readonly<Record<string, Schema>>;
  readonly allOf: readonly { readonly if: Schema; readonly then: Schema }[];
}

const read = (path: string): string => readFileSync(fileURLToPath(new URL(path, import.meta.url)), 'utf8');
const text = read('manifests.json');
const schema: EditorSchema = JSON.parse(text);
const table: { readonly kinds: Readonly<Record<string, number>>; readonly types: readonly Readonly<Record<string, string>>[] } = JSON.parse(
  read('../../../engine/manifest/fieldTable.json'),
);

const follow = (found: Schema | undefined): Schema => {
  if (found?.$ref === undefined) return found ?? {};
  const name = found.$ref.slice('#/definitions/'.length).replaceAll('~1', '/').replaceAll('~0', '~');
  return follow(schema.definitions[name]);
};

describe('the editor’s schema', () => {
  test('every reference leads somewhere', () => {
    for (const [, name = ''] of text.matchAll(/"\$ref":"#\/definitions\/([^"]+)"/g)) {
      expect(Object.keys(schema.definitions)).toContain(name.replaceAll('~1', '/').replaceAll('~0', '~'));
    }
  });

  test('each kind has its condition, and its condition its own definition', () => {
    expect(schema.allOf.length).toBeGreaterThan(25);
    for (const branch of schema.allOf) {
      expect(branch.if.type).toBe('object');
      expect(Object.keys(follow(branch.then).properties ?? {})).toEqual(expect.arrayContaining(['apiVersion', 'kind']));
    }
  });

  test('ports are integers and carry the API’s own words', () => {
    const port = follow(follow(follow(schema.definitions['v1/Service']).properties?.spec).properties?.ports).items;
    expect(follow(port).properties?.port).toMatchObject({ type: 'integer', description: expect.stringContaining('port') });
  });
});

describe('the engine’s table of fields', () => {
  test.each(Object.entries(table.kinds))('%s has the fields of its schema, and so has its spec', (kind, place) => {
    const name = Object.keys(schema.definitions).find((definition) => definition.endsWith(`/${kind}`)) ?? '';
    const properties = follow(schema.definitions[name]).properties ?? {};
    expect(Object.keys(table.types[place] ?? {})).toEqual(Object.keys(properties));
    const spec = table.types[place]?.spec;
    if (spec !== undefined) expect(Object.keys(table.types[Number(spec)] ?? {})).toEqual(Object.keys(follow(properties.spec).properties ?? {}));
  });
});
