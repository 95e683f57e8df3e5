/**
 * Makes, from the type declarations of kubernetes-models, two committed files: `manifests.json`, the JSON schema with the API's own
 * documentation that the editor completes and explains from; and the engine's table of known field names, without the words. Run
 * `npm run schemas` after an update of kubernetes-models. The documents that are not Kubernetes' own stand in clusterDocuments.mjs.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { createFormatter, createParser, createProgram, SchemaGenerator } from 'ts-json-schema-generator';
import { clusterDocuments } from './clusterDocuments.mjs';
import { fieldTable } from './fieldTable.mjs';
import { actingKinds, editorKinds } from './kinds.mjs';

const root = fileURLToPath(new URL('../../../../', import.meta.url));
const schemaFile = fileURLToPath(new URL('manifests.json', import.meta.url));
const tableFile = `${root}src/engine/manifest/fieldTable.json`;

const modulePath = ({ apiVersion, kind }) => `kubernetes-models/${apiVersion}/${kind}`;

/** One schema per kind, its definitions merged into one namespace; of two different types with one name, the later gets its group's. */
function generateDefinitions() {
  const folder = `${root}.cache/schemas`;
  mkdirSync(folder, { recursive: true });
  const path = `${folder}/types.ts`;
  writeFileSync(
    path,
    editorKinds.map((type, index) => `import type { I${type.kind} as K${index} } from '${modulePath(type)}';\nexport type T${index} = K${index};\n`).join(''),
  );
  const config = {
    path,
    tsconfig: `${root}tsconfig.base.json`,
    skipTypeCheck: true,
    jsDoc: 'extended',
    expose: 'export',
    topRef: false,
    additionalProperties: false,
    encodeRefs: false,
  };
  const program = createProgram(config);
  const definitions = {};
  editorKinds.forEach((type, index) => {
    const generator = new SchemaGenerator(program, createParser(program, config), createFormatter(config), config);
    const { $schema, definitions: found = {}, ...top } = generator.createSchema(`T${index}`);
    const isOther = (name) => definitions[name] !== undefined && JSON.stringify(definitions[name]) !== JSON.stringify(found[name]);
    const renamed = new Map(Object.keys(found).map((name) => [name, isOther(name) ? `${name} of ${type.apiVersion}` : name]));
    for (const [name, definition] of Object.entries({ ...found, [keyOf(type)]: top })) {
      definitions[renamed.get(name) ?? name] = withRenamedReferences(definition, renamed);
    }
  });
  rmSync(folder, { recursive: true });
  return definitions;
}

const referenceTo = (name) => `#/definitions/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;

function withRenamedReferences(node, renamed) {
  if (Array.isArray(node)) return node.map((item) => withRenamedReferences(item, renamed));
  if (typeof node !== 'object' || node === null) return node;
  return Object.fromEntries(
    Object.entries(node).map(([key, value]) => {
      if (key !== '$ref' || typeof value !== 'string') return [key, withRenamedReferences(value, renamed)];
      const name = value.slice('#/definitions/'.length);
      return [key, referenceTo(renamed.get(name) ?? name)];
    }),
  );
}

const keyOf = ({ apiVersion, kind }) => `${apiVersion}/${kind}`;

/** TypeScript has one number type. In the API every number is an integer but that of a quantity, which may have a fraction. */
function withIntegers(node, name) {
  if (Array.isArray(node)) return node.map((item) => withIntegers(item));
  if (typeof node !== 'object' || node === null || name === 'IQuantity') return node;
  return Object.fromEntries(
    Object.entries(node).map(([key, value]) => {
      if (key !== 'type') return [key, withIntegers(value, key)];
      const one = (type) => (type === 'number' ? 'integer' : type);
      return [key, Array.isArray(value) ? value.map(one) : typeof value === 'string' ? one(value) : withIntegers(value, key)];
    }),
  );
}

/** Where the declarations say less than the API allows: programs write `creationTimestamp: null`, and FieldsV1 holds any fields. */
const mended = ({ ITime, IFieldsV1, ...others }) => ({
  ...others,
  ITime: { ...ITime, type: ['string', 'null'] },
  IFieldsV1: { ...IFieldsV1, additionalProperties: true },
});

/**
 * The shape monaco-yaml chooses from per document: a condition on apiVersion and kind for each. An empty document is null, and
 * `type: object` in the condition keeps it from matching them all.
 */
function editorSchema(definitions, types) {
  return {
    type: ['object', 'null'],
    required: ['apiVersion', 'kind'],
    properties: {
      apiVersion: { type: 'string', examples: [...new Set(types.map(({ apiVersion }) => apiVersion))] },
      kind: { type: 'string', anyOf: [{ enum: [...new Set(types.map(({ kind }) => kind))] }, {}] },
    },
    allOf: types.map((type) => ({
      if: {
        type: 'object',
        required: ['apiVersion', 'kind'],
        properties: { apiVersion: { const: type.apiVersion }, kind: { const: type.kind } },
      },
      // biome-ignore lint/suspicious/noThenProperty: JSON Schema's own keyword
      then: { $ref: referenceTo(keyOf(type)) },
    })),
    definitions,
  };
}

const kubernetes = withIntegers(mended(generateDefinitions()));
const ours = Object.fromEntries(clusterDocuments.map(({ schema, ...type }) => [keyOf(type), schema]));
const types = [...editorKinds, ...clusterDocuments].map(({ apiVersion, kind }) => ({ apiVersion, kind }));
writeFileSync(schemaFile, `${JSON.stringify(editorSchema({ ...kubernetes, ...ours }, types))}\n`);
writeFileSync(tableFile, `${JSON.stringify(fieldTable(kubernetes, actingKinds.map((type) => [type.kind, keyOf(type)])))}\n`);
execFileSync(process.execPath, [`${root}node_modules/@biomejs/biome/bin/biome`, 'format', '--write', tableFile], { stdio: 'ignore' });
const size = (path) => `${Math.round(readFileSync(path).length / 1000)} kB`;
process.stdout.write(`manifests.json ${size(schemaFile)}, fieldTable.json ${size(tableFile)}\n`);
