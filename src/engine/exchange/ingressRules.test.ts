/** Hosts, path types and precedence: the conformance features and ingress-nginx's own cases, without annotations that are not modelled. */
import { describe, expect, test } from 'vitest';
import type { Resource } from '../api/resource.ts';
import { hasSharedData, sharedNames, sharedText } from '../testing/sharedData.ts';
import { buildIngressTable, matchesPath, matchIngress, type PathType } from './ingressRules.ts';

type PathRow = readonly [path: string, pathType: PathType, backend: readonly [service: string, port: number | string]];
type RuleRow = readonly [host: string | null, paths: readonly PathRow[] | null];

interface IngressCase {
  readonly name: string;
  readonly ingresses: readonly {
    readonly name: string;
    readonly annotations: Readonly<Record<string, string>>;
    readonly class: string | null;
    readonly default: readonly [string, number | string] | null;
    readonly rules: readonly RuleRow[];
  }[];
  readonly requests: readonly {
    readonly host: string;
    readonly path: string;
    readonly expectStatus: number;
    readonly expectService: string | null;
    readonly expectIngress?: string;
  }[];
}

const backendOf = ([name, port]: readonly [string, number | string]) => ({
  service: { name, port: typeof port === 'number' ? { number: port } : { name: port } },
});

const ingressOf = (row: IngressCase['ingresses'][number]): Resource<'Ingress'> => ({
  kind: 'Ingress',
  reference: { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', namespace: 'default', name: row.name },
  provenance: 'declared',
  rangeOf: () => undefined,
  object: {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { name: row.name },
    spec: {
      ...(row.default === null ? {} : { defaultBackend: backendOf(row.default) }),
      rules: row.rules.map(([host, paths]) => ({
        ...(host === null ? {} : { host }),
        ...(paths === null
          ? {}
          : { http: { paths: paths.map(([path, pathType, backend]) => ({ path, pathType, backend: backendOf(backend) })) } }),
      })),
    },
  },
});

const servedClass = (name: string | null): boolean => name === null || name === 'nginx' || name === 'example';

describe.skipIf(!hasSharedData)('ingress vectors (needs ../shared)', () => {
  const cases = (hasSharedData ? sharedNames('vectors/ingress') : [])
    .map((name): IngressCase => JSON.parse(sharedText(`vectors/ingress/${name}`)))
    .filter((entry) => entry.ingresses.every((ingress) => Object.keys(ingress.annotations).length === 0));

  test('all seven cases without annotations are here', () => expect(cases).toHaveLength(7));

  test.each(cases.map((entry) => [entry.name, entry] as const))('%s', (_name, entry) => {
    const table = buildIngressTable(entry.ingresses.filter((row) => servedClass(row.class)).map(ingressOf));
    for (const request of entry.requests) {
      const rule = matchIngress(table, request.host, request.path.split('?')[0] ?? '/');
      const where = `${request.host}${request.path}`;
      expect([where, rule?.backend.service?.name ?? null]).toEqual([where, request.expectService]);
      if (request.expectIngress !== undefined) expect([where, rule?.ingress.reference.name]).toEqual([where, request.expectIngress]);
    }
  });
});

describe('matchesPath', () => {
  test.each([
    ['/foo', 'Exact', '/foo', true],
    ['/foo', 'Exact', '/foo/', false],
    ['/foo', 'Prefix', '/foobar', false],
    ['/foo/', 'Prefix', '/foo', true],
    ['/', 'Prefix', '/anything/at/all', true],
    ['/foo', 'ImplementationSpecific', '/foobar', true],
  ] as const)('%s %s against %s: %s', (path, pathType, request, expected) => {
    expect(matchesPath({ path, pathType }, request)).toBe(expected);
  });
});

describe('hosts', () => {
  const table = buildIngressTable([
    ingressOf({
      name: 'wild',
      annotations: {},
      class: null,
      default: null,
      rules: [
        ['*.foo.com', [['/', 'Prefix', ['wild', 80]]]],
        ['bar.foo.com', [['/only', 'Prefix', ['bar', 80]]]],
      ],
    }),
  ]);
  test.each([
    ['baz.foo.com', '/', 'wild'],
    ['foo.com', '/', null],
    ['a.b.foo.com', '/', null],
    ['bar.foo.com', '/only', 'bar'],
    // A server block is chosen by host alone: a path that it lacks does not fall through to the wildcard.
    ['bar.foo.com', '/other', null],
  ])('%s%s goes to %s', (host, path, service) => {
    expect(matchIngress(table, host, path)?.backend.service?.name ?? null).toBe(service);
  });
});
