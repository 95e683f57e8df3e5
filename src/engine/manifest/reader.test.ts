import { describe, expect, test } from 'vitest';
import { hasSharedData, sharedNames, sharedText } from '../testing/sharedData.ts';
import { createManifestReader, maxCharacters, maxDocuments } from './reader.ts';

const read = (text: string) => createManifestReader().read([{ name: 'f.yaml', text }]);

const named = (kind: string, name: string, rest = ''): string => `apiVersion: v1\nkind: ${kind}\nmetadata:\n  name: ${name}\n${rest}`;
const service = (name: string, port: number | string = 80): string => named('Service', name, `spec:\n  ports:\n  - port: ${port}\n`);

const objects = (text: string): readonly string[] =>
  read(text).resources.map(
    ({ kind, reference }) => `${kind} ${reference.namespace === undefined ? '' : `${reference.namespace}/`}${reference.name}`,
  );

/** "SEVERITY LINE CODE" of every diagnostic. */
const problems = (text: string): readonly string[] =>
  read(text).diagnostics.map(({ severity, range, message }) => `${severity} ${range?.line} ${message.code.replace('manifest.', '')}`);

describe('documents and objects', () => {
  test('namespaced kinds live in "default" unless they say otherwise; cluster-scoped kinds ignore a namespace', () => {
    const text = [
      service('a'),
      named('Service', 'b', '  namespace: shop\nspec: {ports: [{port: 1}]}\n'),
      named('Namespace', 'shop', '  namespace: other\n'),
    ].join('---\n');
    expect(objects(text)).toEqual(['Service default/a', 'Service shop/b', 'Namespace shop']);
  });

  test('a List holds objects, each with its own place; a PodList says what its items are', () => {
    const text = [
      'apiVersion: v1',
      'kind: List',
      'items:',
      '- apiVersion: v1',
      '  kind: Namespace',
      '  metadata: {name: one}',
      '- apiVersion: v1',
      '  kind: NodeList',
      '  items:',
      '  - metadata: {name: two}',
      '',
    ].join('\n');
    const { resources, diagnostics } = read(text);
    expect(diagnostics).toEqual([]);
    expect(resources.map(({ reference, range, rangeOf }) => [reference.kind, range?.line, rangeOf('/metadata/name')?.line])).toEqual([
      ['Namespace', 4, 6],
      ['Node', 10, 10],
    ]);
    expect(resources[1]?.object).toEqual({ apiVersion: 'v1', kind: 'Node', metadata: { name: 'two' } });
  });

  test('several files, JSON among them: places are those of the file', () => {
    const reader = createManifestReader();
    const { resources } = reader.read([
      { name: 'a.yaml', text: `# first\n---\n${service('a')}` },
      {
        name: 'b.json',
        text: '{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"x"}}{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"z"}}',
      },
    ]);
    expect(resources.map(({ range }) => [range?.file, range?.line, range?.column])).toEqual([
      ['a.yaml', 3, 1],
      ['b.json', 1, 1],
      ['b.json', 1, 63],
    ]);
    expect(resources[2]?.rangeOf('/metadata/name')).toMatchObject({ start: 119, end: 122, column: 120 });
  });

  test('an empty text and empty documents say nothing', () => {
    expect(problems('')).toEqual([]);
    expect(problems('---\n# nothing\n---\n')).toEqual([]);
    expect(read('---\n').documents.map(({ value }) => value)).toEqual([null]);
  });

  test('generateName: each object has a name of its own, the same at every reading', () => {
    const text = 'apiVersion: v1\nkind: Namespace\nmetadata: {generateName: team-}\n---\n'.repeat(3);
    const names = read(text).resources.map(({ reference }) => reference.name);
    expect(new Set(names).size).toBe(3);
    for (const name of names) expect(name).toMatch(/^team-[b-df-hj-np-tv-xz2-9]{5}$/);
    expect(read(text).resources.map(({ object }) => ('metadata' in object ? object.metadata?.name : ''))).toEqual(names);
  });

  test('the same object twice: the last one counts, and the warning names both places', () => {
    const { resources, diagnostics } = read([service('a', 1), service('b', 2), service('a', 3)].join('---\n'));
    expect(resources.map(({ range }) => range?.line)).toEqual([9, 17]);
    expect(diagnostics).toHaveLength(1);
    expect(diagnostics[0]).toMatchObject({
      severity: 'warning',
      message: { code: 'manifest.object.twice', params: { object: 'Service default/a', first: 'f.yaml:1', last: 'f.yaml:17' } },
      range: { line: 1 },
    });
  });

  test('null means "not set", and the empty text in a map of texts; status is kept as it is', () => {
    const text = named(
      'Pod',
      'p',
      [
        '  creationTimestamp: null',
        '  labels: {app: null}',
        'spec:',
        '  nodeSelector: null',
        '  containers: [{name: c, image: null}]',
        'status: {podIP: 10.1.1.1, phase: Running}',
        '',
      ].join('\n'),
    );
    const { resources, diagnostics } = read(text);
    expect(diagnostics).toEqual([]);
    expect(resources[0]?.object).toEqual({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'p', labels: { app: '' } },
      spec: { containers: [{ name: 'c' }] },
      status: { podIP: '10.1.1.1', phase: 'Running' },
    });
  });
});

describe('what is wrong', () => {
  test.each<[name: string, document: string, found: readonly string[]]>([
    ['a list at the top', '- 1\n', ['error 1 object.notMapping']],
    ['text at the top', 'hello\n', ['error 1 object.notMapping']],
    ['no kind', 'apiVersion: v1\n', ['error 1 object.typeMissing']],
    ['neither', 'metadata: {}\n', ['warning 1 object.fragment']],
    ['kind is no text', 'apiVersion: v1\nkind: 3\n', ['error 2 object.typeNotText']],
    ['no name', 'apiVersion: v1\nkind: Namespace\n', ['error 1 name.missing']],
    ['a name that cannot be', named('Service', 'Web', 'spec: {ports: [{port: 1}]}\n'), ['error 4 name.notLabel']],
    ['an unclosed bracket', 'a: [1,\nb: 2\n', ['error 2 syntax.unclosed']],
    ['a tab', 'a:\n\tb: 1\n', ['error 2 syntax.tab']],
    ['a key twice', 'a: 1\nb: 2\na: 3\n', ['error 3 syntax.duplicateKey']],
    ['a version that is gone', 'apiVersion: extensions/v1beta1\nkind: Ingress\n', ['error 1 object.wrongVersion']],
    ['a version of another kind', 'apiVersion: v1\nkind: Deployment\n', ['error 1 object.wrongVersion']],
    ['a kind that no one has', 'apiVersion: apps/v1\nkind: Deploymnet\n', ['error 2 object.noSuchKind']],
    ['items that are no list', 'apiVersion: v1\nkind: List\nitems: {}\n', ['error 3 object.itemsNotList']],
    ['a type', service('a', '"80"'), ['error 7 field.notInteger']],
    [
      'one finding for a type of two alternatives',
      named('Service', 'a', 'spec:\n  ports:\n  - port: 1\n    targetPort: true\n'),
      ['error 8 field.notIntegerOrString'],
    ],
    ['a port out of range', service('a', 99_999), ['error 7 field.outOfRange']],
    ['a choice', named('Service', 'a', 'spec:\n  type: Nodeport\n  ports: [{port: 1}]\n'), ['error 6 field.notOneOf']],
    ['a missing field, at its parent', named('Service', 'a', 'spec:\n  ports:\n  - name: x\n'), ['error 7 field.required']],
    ['an annotation that is no text', named('Namespace', 'a', '  annotations:\n    on: true\n'), ['error 6 field.notString']],
    ['no spec', named('Service', 'a', 'spec: null\n'), ['error 5 service.noPorts']],
    ['no spec of a workload', 'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\nspec:\n', ['error 4 field.required']],
    ['an address', named('Service', 'a', 'spec:\n  clusterIP: 10.96.0\n  ports: [{port: 1}]\n'), ['error 6 field.notIpAddress']],
    ['a Pod without containers', named('Pod', 'a', 'spec:\n  containers: []\n'), ['error 6 workload.noContainers']],
    [
      'a selector that misses its own template',
      'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\nspec:\n  selector: {matchLabels: {app: a}}\n  template:\n    metadata: {labels: {app: b}}\n    spec: {containers: [{name: c}]}\n',
      ['error 7 workload.selectorMismatch'],
    ],
    [
      'an Ingress path that is not absolute',
      'apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: a}\nspec:\n  rules:\n  - http:\n      paths:\n      - path: x\n        pathType: Prefix\n        backend: {service: {name: s, port: {number: 1}}}\n',
      ['error 8 ingress.pathNotAbsolute'],
    ],
  ])('%s', (_name, document, found) => {
    expect(problems(document)).toEqual(found);
    expect(objects(document)).toEqual([]);
    // The neighbours are not touched, and places move with the text above.
    const moved = found.map((line) => line.replace(/ (\d+) /, (_all, number: string) => ` ${Number(number) + 8} `));
    const text = `${service('before')}---\n${document}---\n${service('after')}`;
    expect(problems(text)).toEqual(moved);
    expect(objects(text)).toEqual(['Service default/before', 'Service default/after']);
  });

  test('an unknown field is an error as kubectl has it, and the object stands without it', () => {
    const text = named('Service', 'a', 'spec:\n  selektor: {app: a}\n  ports: [{port: 1, foo: {bar: 1}}]\n');
    const { resources, diagnostics } = read(text);
    expect(diagnostics.map(({ message, range }) => [message.code, message.params.path, message.params.near, range?.line])).toEqual([
      ['manifest.field.unknownNear', 'spec.selektor', 'selector', 6],
      ['manifest.field.unknown', 'spec.ports[0].foo', undefined, 7],
    ]);
    expect(resources[0]?.object).toMatchObject({ spec: { ports: [{ port: 1 }] } });
    expect(resources[0]?.object).not.toHaveProperty('spec.selektor');
  });

  test('a word that kubectl reads as a boolean is text where text is required, with a warning; true itself is not', () => {
    const text = named('Pod', 'n', '  namespace: y\n  labels: {on: no}\nspec: {hostNetwork: on, containers: [{name: c}]}\n');
    expect(problems(text)).toEqual(['warning 6 field.wordAsText', 'warning 4 field.wordAsText', 'warning 5 field.wordAsText']);
    expect(read(text).resources[0]).toMatchObject({
      reference: { namespace: 'y', name: 'n' },
      object: { metadata: { name: 'n', labels: { true: 'no' } }, spec: { hostNetwork: true } },
    });
    expect(problems(named('Namespace', 'true'))).toEqual(['error 4 field.notString']);
  });

  test('a status that does not hold together costs itself, not the object', () => {
    const workload =
      'apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: a}\nspec:\n  selector: {matchLabels: {app: a}}\n  template:\n    metadata: {labels: {app: a}}\n    spec: {containers: [{name: c}]}\n  volumeClaimTemplates: [{metadata: {name: d}, spec: {accessModes: [ReadWriteOnce]}}]\n';
    expect(problems(`${workload}status: {}\n`)).toEqual([]);
    expect(objects(`${workload}status: {}\n`)).toEqual(['StatefulSet default/a']);
    const pod = named('Pod', 'p', 'spec: {containers: [{name: c}]}\nstatus:\n  podIP: 10.1.1.1\n  containerStatuses: [{name: c}]\n');
    expect(problems(pod)).toEqual(['warning 8 status.leftOut']);
    expect(read(pod).resources[0]?.object).toMatchObject({ status: { podIP: '10.1.1.1' } });
  });
});

describe('kinds that are not modelled', () => {
  test('are said once each, with their number, at the first; a warning where they would shape traffic', () => {
    const object = (apiVersion: string, kind: string): string => `apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata: {name: x}\n`;
    const text = [
      object('networking.k8s.io/v1', 'NetworkPolicy'),
      object('example.com/v1', 'Widget'),
      object('networking.k8s.io/v1', 'NetworkPolicy'),
      object('serving.knative.dev/v1', 'Service'),
      object('batch/v1', 'Job'),
      object('kind.x-k8s.io/v1alpha4', 'Cluster'),
      '{"cniVersion": "1.0.0", "name": "net", "plugins": []}\n',
    ].join('---\n');
    const { resources, diagnostics } = read(text);
    expect(resources).toEqual([]);
    expect(diagnostics.map(({ severity, message, range }) => [severity, message.params.kind, message.params.count, range?.line])).toEqual([
      ['warning', 'NetworkPolicy', 2, 1],
      ['info', 'Widget', 1, 5],
      ['info', 'Service', 1, 13],
      ['info', 'Job', 1, 17],
      ['warning', 'Cluster', 1, 21],
      ['warning', 'CNI configuration', 1, 25],
    ]);
  });

  test.each([
    ['v1', 'ConfigMap'],
    ['v1', 'Secret'],
    ['v1', 'ServiceAccount'],
    ['v1', 'PersistentVolumeClaim'],
    ['rbac.authorization.k8s.io/v1', 'ClusterRole'],
    ['storage.k8s.io/v1', 'StorageClass'],
    ['policy/v1', 'PodDisruptionBudget'],
    ['apiextensions.k8s.io/v1', 'CustomResourceDefinition'],
    ['admissionregistration.k8s.io/v1', 'ValidatingWebhookConfiguration'],
    ['coordination.k8s.io/v1', 'Lease'],
    ['apps/v1', 'ControllerRevision'],
  ])('%s %s has no effect on the network and needs no word', (apiVersion, kind) => {
    expect(problems(`apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata: {name: x}\n`)).toEqual([]);
  });
});

describe('reading again', () => {
  const texts = Array.from({ length: 50 }, (_, index) => service(`s${index}`, index + 1));

  test('only the edited document is read again; the others keep their objects and move', () => {
    const reader = createManifestReader();
    const before = reader.read([{ name: 'f', text: texts.join('---\n') }]);
    const edited = texts.map((text, index) => (index === 20 ? `# a\n# b\n${text}` : text));
    const after = reader.read([{ name: 'f', text: edited.join('---\n') }]);
    before.resources.forEach((resource, index) => {
      const now = after.resources[index];
      if (index === 20) expect(now?.object).not.toBe(resource.object);
      else expect(now?.object).toBe(resource.object);
      if (index < 20) expect(now).toBe(resource);
      expect(now?.range?.line).toBe((resource.range?.line ?? 0) + (index < 20 ? 0 : 2));
    });
    // What was returned before still tells the old places.
    expect(before.resources[30]?.rangeOf('/metadata/name')?.line).toBe(30 * 8 + 4);
    expect(after.resources[30]?.rangeOf('/metadata/name')?.line).toBe(30 * 8 + 6);
  });

  test('gives what a new reader gives', () => {
    const reader = createManifestReader();
    const variants = [texts, texts.slice(3), [...texts].reverse(), [...texts, 'a: ['], [], texts];
    for (const variant of variants) {
      const files = [{ name: 'f', text: variant.join('---\n') }];
      const [again, fresh] = [reader.read(files), createManifestReader().read(files)];
      expect(again.diagnostics).toEqual(fresh.diagnostics);
      expect(again.resources.map(({ object, range }) => ({ object, range }))).toEqual(
        fresh.resources.map(({ object, range }) => ({ object, range })),
      );
      expect(again.documents.map(({ index, range, value }) => ({ index, range, value }))).toEqual(
        fresh.documents.map(({ index, range, value }) => ({ index, range, value })),
      );
    }
  });
});

describe('limits', () => {
  test.each<[name: string, text: string, code: string]>([
    ['too many characters', 'a'.repeat(maxCharacters + 1), 'manifest.limit.characters'],
    ['too many documents', '---\na: 1\n'.repeat(maxDocuments + 1), 'manifest.limit.documents'],
  ])('%s: one error, and nothing read', (_name, text, code) => {
    const result = read(text);
    expect(result).toEqual({
      documents: [],
      resources: [],
      diagnostics: [expect.objectContaining({ severity: 'error', message: expect.objectContaining({ code }) })],
    });
  });

  const bomb = [
    'a0: &a0 [x, x]',
    ...Array.from({ length: 30 }, (_, index) => `a${index + 1}: &a${index + 1} [*a${index}, *a${index}]`),
  ].join('\n');
  const chain = ['a0: &a0 [x]', ...Array.from({ length: 200 }, (_, index) => `a${index + 1}: &a${index + 1} [*a${index}]`)].join('\n');
  test.each<[name: string, text: string, code: string]>([
    ['an alias bomb', bomb, 'manifest.limit.expansion'],
    ['an anchor that contains itself', 'a: &a\n  b: *a\n', 'manifest.limit.recursiveAlias'],
    ['aliases that nest deeply', chain, 'manifest.limit.depth'],
    ['deep nesting', `a: ${'['.repeat(5000)}`, 'manifest.limit.depth'],
    ['deep block nesting', Array.from({ length: 300 }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n'), 'manifest.limit.depth'],
    ['many aliases', `a: &a x\nb: [${'*a,'.repeat(10_001)}]`, 'manifest.limit.aliases'],
  ])('%s: one error, and the neighbours stand', (_name, text, code) => {
    const { resources, diagnostics } = read(`${service('a')}---\n${text}\n---\n${service('b')}`);
    expect(resources).toHaveLength(2);
    expect(diagnostics.map(({ message }) => message.code)).toEqual([code]);
  });

  test('a large document without aliases is no alias bomb, whatever stars it holds', () => {
    const text = named(
      'ConfigMap',
      'a',
      `data: {schedule: "* *", ${Array.from({ length: 100_001 }, (_, index) => `k${index}: v`).join(', ')}, list: [${'x,'.repeat(100_001)}]}\n`,
    );
    expect(problems(text)).toEqual([]);
  });

  test('aliases within bounds are read', () => {
    const text = named('Service', 'a', 'spec:\n  selector: &labels {app: web}\n  ports: [{port: 1}]\n').replace(
      'metadata:\n',
      'metadata:\n  labels: {app: web}\n',
    );
    expect(problems(text)).toEqual([]);
  });
});

describe.skipIf(!hasSharedData)('real manifests (needs ../shared)', () => {
  const files = hasSharedData
    ? sharedNames('corpus').flatMap((folder) =>
        folder.includes('.') ? [] : sharedNames(`corpus/${folder}`).map((name) => `corpus/${folder}/${name}`),
      )
    : [];
  test.each(files.filter((path) => path.endsWith('.yaml')))('%s loads with no error', (path) => {
    const { resources, diagnostics, documents } = read(sharedText(path));
    expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(documents.length).toBeGreaterThan(0);
    for (const { range, rangeOf } of resources) expect(rangeOf('')).toEqual(range);
  });
});
