/** Services as kube-proxy reads them, and the health checks it answers. */
import { describe, expect, it } from 'vitest';
import { endpointSliceState, kubeProxyInput, type ServiceSetup, serviceState } from '../../testing/kubeProxySetup.ts';
import { storefront } from '../../testing/storefront.ts';
import { healthCheckNodePorts } from './healthCheckNodePorts.ts';
import { servicePorts } from './servicePorts.ts';

const setup = (part: Partial<ServiceSetup> = {}): ServiceSetup => ({
  namespace: 'shop',
  name: 'web',
  type: 'ClusterIP',
  clusterIP: '10.96.0.9',
  ports: [{ port: 80 }],
  ...part,
});
const read = (...parts: readonly Partial<ServiceSetup>[]) =>
  servicePorts({ family: 'ipv4', services: parts.map((part) => serviceState(setup(part))) });

describe('servicePorts', () => {
  it('sorts by namespace and name, keeps the ports of a Service in order, and names them', () => {
    const ports = read(
      {
        name: 'b',
        ports: [
          { name: 'z', port: 1 },
          { name: 'a', port: 2 },
        ],
      },
      { name: 'a' },
      { namespace: 'app', name: 'z' },
    );
    expect(ports.map((port) => port.name)).toEqual(['app/z', 'shop/a', 'shop/b:z', 'shop/b:a']);
  });

  it.each([
    ['headless', { clusterIP: 'None' }],
    ['ExternalName', { type: 'ExternalName' }],
    ['of the other family', { clusterIP: 'fd00::1' }],
    ['for another proxy', { labels: { 'service.kubernetes.io/service-proxy-name': 'other' } }],
  ] as const)('skips a Service that is %s', (_name, part) => {
    expect(read(part)).toEqual([]);
  });

  it('takes load balancer addresses of mode VIP only', () => {
    const [port] = read({ type: 'LoadBalancer', loadBalancerIngress: [{ ip: '198.51.100.1', ipMode: 'Proxy' }, { ip: '198.51.100.2' }] });
    expect(port?.loadBalancerVIPs).toEqual([{ value: '198.51.100.2', field: '/status/loadBalancer/ingress/1' }]);
  });

  it.each([
    [[' 203.0.113.000/025', 'fd00::/8'], ['203.0.113.0/25']],
    [['203.0.113.0/24', '0.0.0.0/0'], []],
  ])('reads source ranges %j as %j', (loadBalancerSourceRanges, expected) => {
    expect(read({ loadBalancerSourceRanges })[0]?.sourceRanges.map((range) => range.value)).toEqual(expected);
  });

  it.each([
    ['LoadBalancer', { type: 'LoadBalancer' }, true, 32000],
    ['NodePort', { type: 'NodePort' }, true, null],
    ['ClusterIP with external addresses', { externalIPs: ['192.0.2.1'] }, true, null],
    ['ClusterIP', {}, false, null],
  ] as const)('externalTrafficPolicy Local on %s', (_name, part, local, healthCheckNodePort) => {
    const [port] = read({ ...part, externalTrafficPolicy: 'Local', healthCheckNodePort: 32000 });
    expect(port).toMatchObject({ externalPolicyLocal: local, healthCheckNodePort });
  });

  it('remembers clients for three hours when nothing else is said', () => {
    expect(read({ sessionAffinity: 'ClientIP' })[0]?.affinitySeconds).toBe(10_800);
    expect(read({ sessionAffinity: 'None' })[0]?.affinitySeconds).toBeNull();
  });
});

describe('healthCheckNodePorts', () => {
  const input = kubeProxyInput(storefront);
  const answers = (nodeName: string, endpointSlices = input.endpointSlices) =>
    healthCheckNodePorts({ ...input, nodeName, endpointSlices }).map(({ service, port, localEndpoints, status }) => [
      service.name,
      port,
      localEndpoints,
      status,
    ]);

  it('answers 200 where a ready endpoint is, 503 elsewhere', () => {
    expect(answers('node-a')).toEqual([['web', 32000, 1, 200]]);
    expect(answers('node-c')).toEqual([['web', 32000, 0, 503]]);
  });

  it('does not count endpoints that terminate, nor one address twice', () => {
    const slice = (name: string, port: number, ready: boolean) =>
      endpointSliceState({
        namespace: 'shop',
        name,
        service: 'web',
        addressType: 'IPv4',
        ports: [{ name: 'http', port }],
        endpoints: [{ addresses: ['10.244.1.2'], nodeName: 'node-a', ready, serving: true, terminating: !ready }],
      });
    expect(answers('node-a', [slice('a', 8080, true), slice('b', 8081, true)])).toEqual([['web', 32000, 1, 200]]);
    expect(answers('node-a', [slice('a', 8080, false)])).toEqual([['web', 32000, 0, 503]]);
  });
});
