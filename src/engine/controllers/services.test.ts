/** Services' addresses and ports: bands, requests honoured, refusals in the API server's words, the ledger. */
import { describe, expect, it } from 'vitest';
import type { KindTypes, Provenance, Resource } from '../api/resource.ts';
import { makeResource } from '../api/resourceList.ts';
import { clusterSettings } from '../bootstrap/settings.ts';
import { emptyLedger, type Ledger } from '../ledger.ts';
import { addressPlus, cidr, cidrContains, ipAddress, prefixOf } from '../net/address.ts';
import { addressAllocator, staticAddressCount } from './addressAllocation.ts';
import { portAllocator, staticBandSize } from './portAllocation.ts';
import { assignServices } from './services.ts';

type Spec = NonNullable<KindTypes['Service']['spec']>;

function service(
  name: string,
  spec: Spec,
  more: { status?: KindTypes['Service']['status']; uid?: string; provenance?: Provenance } = {},
): Resource<'Service'> {
  const metadata = { name, namespace: 'default', ...(more.uid === undefined ? {} : { uid: more.uid }) };
  return makeResource(
    'Service',
    { apiVersion: 'v1', kind: 'Service', namespace: 'default', name },
    { apiVersion: 'v1', kind: 'Service', metadata, spec, ...(more.status === undefined ? {} : { status: more.status }) },
    more.provenance ?? 'declared',
  );
}

const { settings } = clusterSettings([]);
const assign = (services: readonly Resource<'Service'>[], ledger: Ledger = emptyLedger) => assignServices(services, settings, ledger);
const web: Spec = { selector: { app: 'web' }, ports: [{ port: 80 }] };
const specOf = (services: ReturnType<typeof assign>['services'], name: string): Spec | undefined =>
  services.find((candidate) => candidate.name === name)?.resource.object.spec;

describe('bands', () => {
  it.each([
    ['10.0.0.0/24', 16],
    ['10.96.0.0/20', 256],
    ['10.96.0.0/12', 256],
    ['10.0.0.0/28', 0],
    ['10.0.0.0/22', 64],
  ])('leaves addresses of %s to people: %i', (subnet, count) => {
    expect(staticAddressCount(cidr(subnet))).toBe(count);
  });

  it.each([
    [{ first: 30000, last: 32767 }, 86],
    [{ first: 30000, last: 30015 }, 0],
    [{ first: 30000, last: 30099 }, 16],
  ])('leaves ports of %j to people: %i', (range, count) => {
    expect(staticBandSize(range)).toBe(count);
  });

  it('takes the lower band only when the upper one is full, and never the network or broadcast address', () => {
    const subnet = cidr('10.0.0.0/24');
    const allocator = addressAllocator(subnet);
    const all = Array.from({ length: 254 }, (_, index) => allocator.next(`service ${index}`));
    const first = prefixOf(subnet).first;
    const lower = new Set(Array.from({ length: 16 }, (_, index) => addressPlus(first, index + 1)));
    expect(new Set(all).size).toBe(254);
    expect(all.slice(0, 238).some((address) => address === undefined || lower.has(address))).toBe(false);
    expect(all.slice(238).every((address) => address !== undefined && lower.has(address))).toBe(true);
    expect(all).not.toContain(first);
    expect(all).not.toContain(ipAddress('10.0.0.255'));
    expect(allocator.next('one more')).toBeUndefined();
  });

  it('does the same with ports', () => {
    const allocator = portAllocator({ first: 30000, last: 30019 });
    const all = Array.from({ length: 20 }, (_, index) => allocator.next(`port ${index}`));
    expect(all.slice(0, 4).every((port) => port !== undefined && port >= 30016)).toBe(true);
    expect(new Set(all).size).toBe(20);
    expect(allocator.next('one more')).toBeUndefined();
  });
});

describe('defaults', () => {
  it('fills what the API server fills', () => {
    const { services } = assign([service('web', { ...web, type: 'NodePort', sessionAffinity: 'ClientIP' })]);
    const spec = specOf(services, 'web');
    expect(spec).toMatchObject({
      type: 'NodePort',
      externalTrafficPolicy: 'Cluster',
      internalTrafficPolicy: 'Cluster',
      ipFamilies: ['IPv4'],
      ipFamilyPolicy: 'SingleStack',
      sessionAffinityConfig: { clientIP: { timeoutSeconds: 10800 } },
      ports: [{ port: 80, targetPort: 80, protocol: 'TCP' }],
    });
    expect(spec?.clusterIPs).toEqual([spec?.clusterIP]);
    expect(cidrContains(cidr('10.96.0.0/16'), ipAddress(spec?.clusterIP ?? ''))).toBe(true);
    expect(spec?.ports?.[0]?.nodePort).toBeGreaterThanOrEqual(30086);
  });

  it('gives headless and ExternalName no address, and a plain ClusterIP no external policy', () => {
    const { services } = assign([
      service('headless', { ...web, clusterIP: 'None' }),
      service('name', { type: 'ExternalName', externalName: 'example.com' }),
      service('plain', web),
    ]);
    expect(services.map(({ clusterIPs, headless }) => [clusterIPs.length, headless])).toEqual([
      [0, true],
      [0, false],
      [1, false],
    ]);
    expect(specOf(services, 'name')).not.toHaveProperty('clusterIP');
    expect(specOf(services, 'plain')).not.toHaveProperty('externalTrafficPolicy');
  });

  it('assigns one port to TCP and UDP of one number, a health-check port to Local balancers, none without node ports', () => {
    const { services } = assign([
      service('dns', {
        type: 'NodePort',
        ports: [
          { name: 'a', port: 53, protocol: 'UDP' },
          { name: 'b', port: 53, protocol: 'TCP' },
          { name: 'c', port: 54 },
        ],
      }),
      service('local', { ...web, type: 'LoadBalancer', externalTrafficPolicy: 'Local' }),
      service('direct', { ...web, type: 'LoadBalancer', allocateLoadBalancerNodePorts: false }),
    ]);
    const [udp, tcp, other] = specOf(services, 'dns')?.ports?.map(({ nodePort }) => nodePort) ?? [];
    expect(udp).toBe(tcp);
    expect(other).not.toBe(udp);
    expect(specOf(services, 'local')?.healthCheckNodePort).toBeGreaterThan(30085);
    expect(specOf(services, 'direct')?.ports?.[0]?.nodePort).toBeUndefined();
    expect(specOf(services, 'direct')?.healthCheckNodePort).toBeUndefined();
  });
});

describe('refusals, in the words of the API server', () => {
  const taken = service('first', { ...web, type: 'NodePort', clusterIP: '10.96.0.50', ports: [{ port: 80, nodePort: 30080 }] });
  it.each<[string, Spec, string]>([
    [
      'a ClusterIP that is taken',
      { ...web, clusterIP: '10.96.0.50' },
      'The Service "web" is invalid: spec.clusterIPs: Invalid value: ["10.96.0.50"]: failed to allocate IP 10.96.0.50: provided IP is already allocated',
    ],
    [
      'a ClusterIP that is none',
      { ...web, clusterIP: 'abc' },
      'The Service "web" is invalid: spec.clusterIPs[0]: Invalid value: "abc": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)',
    ],
    [
      'a node port that is taken',
      { ...web, type: 'NodePort', ports: [{ port: 81, nodePort: 30080 }] },
      'The Service "web" is invalid: spec.ports[0].nodePort: Invalid value: 30080: provided port is already allocated',
    ],
    [
      'a node port on a ClusterIP',
      { ...web, ports: [{ port: 80, nodePort: 30081 }] },
      'The Service "web" is invalid: spec.ports[0].nodePort: Forbidden: may not be used when `type` is \'ClusterIP\'',
    ],
    [
      'a headless NodePort',
      { ...web, type: 'NodePort', clusterIP: 'None' },
      'The Service "web" is invalid: spec.clusterIPs[0]: Invalid value: "None": may not be set to \'None\' for NodePort services',
    ],
  ])('%s', (_, spec, text) => {
    const { services, diagnostics } = assign([taken, service('web', spec)]);
    expect(services.map(({ name }) => name)).toEqual(['first']);
    expect(diagnostics).toMatchObject([{ severity: 'error', message: { code: 'controlplane.service.refused', params: { text } } }]);
  });
});

describe('what the text states', () => {
  it('is taken before anything is allocated, wherever it stands', () => {
    const free = assign([service('web', web)]).services[0]?.clusterIPs[0] ?? '';
    const { services } = assign([service('web', web), service('later', { ...web, clusterIP: free })]);
    expect(specOf(services, 'later')?.clusterIP).toBe(free);
    expect(specOf(services, 'web')?.clusterIP).not.toBe(free);
  });

  it('is honoured outside the ranges, with a warning for hand-written text and none for a dump', () => {
    const spec: Spec = { ...web, type: 'NodePort', clusterIP: '172.30.0.41', ports: [{ port: 80, nodePort: 3001 }] };
    const written = assign([service('web', spec)]);
    const dumped = assign([service('web', spec, { uid: 'b5a3' })]);
    for (const { services } of [written, dumped])
      expect(specOf(services, 'web')).toMatchObject({ clusterIP: '172.30.0.41', ports: [{ nodePort: 3001 }] });
    expect(written.diagnostics.map(({ severity, message }) => [severity, message.code])).toEqual([
      ['warning', 'controlplane.service.addressOutside'],
      ['warning', 'controlplane.service.nodePortOutside'],
    ]);
    expect(dumped.diagnostics).toEqual([]);
  });
});

describe('load balancers', () => {
  const balancer: Spec = { ...web, type: 'LoadBalancer' };
  it('gives addresses in the order of the text, and an added controller its own', () => {
    const { services } = assign([service('added', balancer, { provenance: 'added' }), service('one', balancer), service('two', balancer)]);
    expect(services.map(({ loadBalancerIngress }) => loadBalancerIngress)).toEqual([
      [{ ip: '198.51.100.20', ipMode: 'VIP' }],
      [{ ip: '198.51.100.21', ipMode: 'VIP' }],
      [{ ip: '198.51.100.22', ipMode: 'VIP' }],
    ]);
  });

  it('honours a status, keeps its mode, and does not give its address again', () => {
    const status = { loadBalancer: { ingress: [{ ip: '198.51.100.21', ipMode: 'Proxy' }] } };
    const { services } = assign([service('one', balancer), service('dumped', balancer, { status })]);
    expect(services.map(({ loadBalancerIngress }) => loadBalancerIngress[0])).toEqual([
      { ip: '198.51.100.22', ipMode: 'VIP' },
      { ip: '198.51.100.21', ipMode: 'Proxy' },
    ]);
  });

  it('leaves a class of its own and a host name without an address, and says so', () => {
    const status = { loadBalancer: { ingress: [{ hostname: 'lb.example.com' }] } };
    const { services, diagnostics } = assign([
      service('class', { ...balancer, loadBalancerClass: 'example.com/lb' }),
      service('aws', balancer, { status }),
    ]);
    expect(services.map(({ loadBalancerIngress }) => loadBalancerIngress)).toEqual([[], []]);
    expect(diagnostics.map(({ message }) => message.code)).toEqual([
      'controlplane.service.balancerClass',
      'controlplane.service.balancerHostname',
    ]);
  });
});

describe('the ledger', () => {
  it('keeps every assignment, whatever else comes before it in the text', () => {
    const balancer = service('web', { ...web, type: 'LoadBalancer', externalTrafficPolicy: 'Local' });
    const first = assign([balancer]);
    const entries = { version: 1, entries: first.ledgerEntries } as const;
    const other = service('aaa', { ...web, type: 'LoadBalancer' });
    const second = assign([other, balancer], entries);
    expect(second.services.find(({ name }) => name === 'web')).toEqual(first.services[0]);
  });

  it('gives way to what the text states', () => {
    const [before] = assign([service('web', web)]).services;
    const ledger: Ledger = { version: 1, entries: { 'v1 Service default/web': { addresses: before?.clusterIPs ?? [] } } };
    const { services } = assign([service('web', web), service('static', { ...web, clusterIP: before?.clusterIPs[0] ?? '' })], ledger);
    expect(specOf(services, 'static')?.clusterIP).toBe(before?.clusterIPs[0]);
    expect(specOf(services, 'web')?.clusterIP).not.toBe(before?.clusterIPs[0]);
  });
});
