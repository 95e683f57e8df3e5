/** Which endpoints a node may use: merged from slices, filtered by readiness, place and hints. */
import { describe, expect, it } from 'vitest';
import { ipAddress } from '../../net/address.ts';
import { type EndpointSliceSetup, endpointSliceState, serviceState } from '../../testing/kubeProxySetup.ts';
import { hasSharedData, sharedText } from '../../testing/sharedData.ts';
import { categorizeEndpoints, indexEndpoints, type ProxyEndpoint } from './endpoints.ts';
import { type Exposure, servicePorts } from './servicePorts.ts';

const exposure = (policies: Pick<Exposure, 'internalPolicyLocal' | 'externalPolicyLocal'>, nodePort: number): Exposure => ({
  ...policies,
  nodePort: nodePort || null,
  externalIPs: [],
  loadBalancerVIPs: [],
});
const texts = (endpoints: readonly ProxyEndpoint[]): readonly string[] => endpoints.map((endpoint) => endpoint.text);

function endpoint(host: number, part: Partial<ProxyEndpoint> = {}): ProxyEndpoint {
  const address = ipAddress(`10.244.0.${host}`);
  const state = { ready: true, serving: true, terminating: false, isLocal: false, zoneHints: [], nodeHints: [] };
  return { address, port: 80, text: `${address}:80`, ...state, ...part };
}
const leaving = { ready: false, serving: true, terminating: true } as const;
const gone = { ready: false, serving: false, terminating: true } as const;
const starting = { ready: false, serving: true, terminating: false } as const;
const here = { isLocal: true } as const;
const node = { nodeName: 'node-a', nodeLabels: { 'topology.kubernetes.io/zone': 'zone-a' } };
const inside = exposure({ internalPolicyLocal: false, externalPolicyLocal: false }, 0);
const external = exposure({ internalPolicyLocal: false, externalPolicyLocal: true }, 30080);
const internal = exposure({ internalPolicyLocal: true, externalPolicyLocal: false }, 0);

describe('categorizeEndpoints', () => {
  it.each([
    ['ready ones', inside, [endpoint(1), endpoint(2, starting), endpoint(3, leaving)], ['1'], [], true],
    ['leaving ones when none is ready', inside, [endpoint(1, leaving), endpoint(2, starting), endpoint(3, gone)], ['1'], [], true],
    ['none that never was ready', inside, [endpoint(1, starting)], [], [], false],
    ['local apart from all', external, [endpoint(1), endpoint(2, here)], ['1', '2'], ['2'], true],
    ['local leaving beside remote ready', external, [endpoint(1), endpoint(2, { ...here, ...leaving })], ['1'], ['2'], true],
    ['none here, but some elsewhere', internal, [endpoint(1)], [], [], true],
    [
      'one for this zone',
      inside,
      [endpoint(1, { zoneHints: ['zone-b'] }), endpoint(2, { zoneHints: ['zone-a', 'zone-b'] })],
      ['2'],
      [],
      true,
    ],
    ['all when one lacks a hint', inside, [endpoint(1, { zoneHints: ['zone-b'] }), endpoint(2)], ['1', '2'], [], true],
    ['all when no hint names this zone', inside, [endpoint(1, { zoneHints: ['zone-b'] })], ['1'], [], true],
    [
      'one for this node rather than for its zone',
      inside,
      [endpoint(1, { zoneHints: ['zone-a'], nodeHints: ['node-b'] }), endpoint(2, { zoneHints: ['zone-b'], nodeHints: ['node-a'] })],
      ['2'],
      [],
      true,
    ],
    ['local ones whatever their hints', external, [endpoint(1, { ...here, zoneHints: ['zone-b'] })], ['1'], ['1'], true],
  ] as const)('%s', (_name, port, endpoints, cluster, local, hasAny) => {
    const result = categorizeEndpoints(endpoints, port, node);
    expect(texts(result.cluster)).toEqual(cluster.map((host) => `10.244.0.${host}:80`));
    expect(texts(result.local)).toEqual(local.map((host) => `10.244.0.${host}:80`));
    expect(result.hasAny).toBe(hasAny);
  });
});

describe('indexEndpoints', () => {
  const slice = (name: string, endpoints: EndpointSliceSetup['endpoints'], part: Partial<EndpointSliceSetup> = {}) =>
    endpointSliceState({
      namespace: 'shop',
      name,
      service: 'web',
      addressType: 'IPv4',
      ports: [{ name: 'http', port: 8080 }],
      endpoints,
      ...part,
    });
  const service = serviceState({
    namespace: 'shop',
    name: 'web',
    type: 'ClusterIP',
    clusterIP: '10.96.0.9',
    ports: [{ name: 'http', port: 80 }],
  });
  const [port] = servicePorts({ family: 'ipv4', services: [service] });
  const find = (...slices: readonly ReturnType<typeof slice>[]) => {
    if (port === undefined) throw new Error('the Service has a port');
    return indexEndpoints({ family: 'ipv4', nodeName: 'node-a', endpointSlices: slices }).of(port);
  };

  it('sorts by text, so that .10 comes before .2', () => {
    expect(texts(find(slice('a', [{ addresses: ['10.0.0.2'] }, { addresses: ['10.0.0.10'] }])))).toEqual([
      '10.0.0.10:8080',
      '10.0.0.2:8080',
    ]);
  });

  it('takes the first address of an endpoint and this family only', () => {
    expect(
      texts(find(slice('a', [{ addresses: ['10.0.0.1', '10.0.0.2'] }]), slice('b', [{ addresses: ['fd00::1'] }], { addressType: 'IPv6' }))),
    ).toEqual(['10.0.0.1:8080']);
  });

  it('finds ports by name and protocol', () => {
    expect(find(slice('a', [{ addresses: ['10.0.0.1'] }], { ports: [{ name: 'http', port: 8080, protocol: 'UDP' }] }))).toEqual([]);
    expect(find(slice('a', [{ addresses: ['10.0.0.1'] }], { ports: [{ name: 'other', port: 8080 }] }))).toEqual([]);
  });

  it('lets a later slice replace an address, unless there it terminates', () => {
    const staying = slice('a', [{ addresses: ['10.0.0.1'], ready: true }]);
    expect(find(staying, slice('b', [{ addresses: ['10.0.0.1'], ready: false }])).map((found) => found.ready)).toEqual([false]);
    expect(find(staying, slice('b', [{ addresses: ['10.0.0.1'], ready: false, terminating: true }])).map((found) => found.ready)).toEqual([
      true,
    ]);
  });

  it('reads absent conditions as the API means them, and no node name as another node', () => {
    expect(find(slice('a', [{ addresses: ['10.0.0.1'] }, { addresses: ['10.0.0.2'], nodeName: 'node-a' }]))).toMatchObject([
      { ready: true, serving: true, terminating: false, isLocal: false },
      { isLocal: true },
    ]);
  });
});

interface SelectionFile {
  readonly cases: readonly {
    readonly name: string;
    readonly preferSameTrafficDistributionEnabled: boolean;
    readonly nodeName: string;
    readonly nodeLabels: Readonly<Record<string, string>> | null;
    readonly service: { readonly internalPolicyLocal: boolean; readonly externalPolicyLocal: boolean; readonly nodePort: number };
    readonly endpoints: readonly {
      readonly endpoint: string;
      readonly ready: boolean;
      readonly serving: boolean;
      readonly terminating: boolean;
      readonly isLocal: boolean;
      readonly zoneHints?: readonly string[];
      readonly nodeHints?: readonly string[];
    }[];
    readonly expected: {
      readonly clusterEndpoints: readonly string[] | null;
      readonly localEndpoints: readonly string[] | null;
      readonly allReachableEndpoints: readonly string[];
      readonly hasAnyEndpoints: boolean;
    };
  }[];
}

describe.skipIf(!hasSharedData)("kube-proxy's cases of endpoint selection (needs ../shared)", () => {
  const file: SelectionFile = hasSharedData ? JSON.parse(sharedText('vectors/kube-proxy/endpoint-selection.json')) : { cases: [] };
  it.each(file.cases)('$name', (selection) => {
    const endpoints = selection.endpoints.map(({ endpoint: text, zoneHints = [], nodeHints = [], ...state }) => {
      const [address = '', port] = text.split(':');
      return { ...state, address: ipAddress(address), port: Number(port), text, zoneHints, nodeHints };
    });
    const { service, expected } = selection;
    const result = categorizeEndpoints(endpoints, exposure(service, service.nodePort), {
      nodeName: selection.nodeName,
      nodeLabels: selection.nodeLabels ?? {},
      honoursNodeHints: selection.preferSameTrafficDistributionEnabled,
    });
    expect(texts(result.cluster)).toEqual(expected.clusterEndpoints ?? []);
    expect(texts(result.local)).toEqual(expected.localEndpoints ?? []);
    expect(texts(result.reachable)).toEqual(expected.allReachableEndpoints);
    expect(result.hasAny).toBe(expected.hasAnyEndpoints);
  });
});
