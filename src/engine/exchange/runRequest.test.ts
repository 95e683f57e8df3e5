/** Whole requests against small clusters: what the client sees, who answered, and what the proxies on the way did. */
import { describe, expect, test } from 'vitest';
import { type Simulation, simulate } from '../simulation.ts';
import { hasSharedData, sharedNames, sharedText } from '../testing/sharedData.ts';
import { emptyKernelState } from '../trace/kernelState.ts';
import type { Probe, RequestBranch } from './probe.ts';
import { type RequestOptions, runRequest } from './runRequest.ts';

const cluster = (text: string): Simulation => {
  const simulation = simulate([{ name: 'test.yaml', text }]);
  expect(simulation.diagnostics.filter((diagnostic) => diagnostic.severity === 'error')).toEqual([]);
  return simulation;
};

const request = (simulation: Simulation, probe: Probe, options?: RequestOptions): readonly RequestBranch[] => {
  const { result } = runRequest(simulation, emptyKernelState, probe, options);
  expect(result.branches.reduce((sum, branch) => sum + branch.probability, 0)).toBeCloseTo(1, 9);
  return result.branches;
};

const pod = (name: string, extra = '', port = 8080): string => `---
apiVersion: v1
kind: Pod
metadata: {name: ${name}, labels: {app: ${name}}}
spec:
  ${extra}
  containers: [{name: main, image: i, ports: [{containerPort: ${port}}]}]
`;
const service = (name: string, app: string, spec = ''): string => `---
apiVersion: v1
kind: Service
metadata: {name: ${name}}
spec: {selector: {app: ${app}}, ports: [{name: http, port: 80, targetPort: 8080}]${spec === '' ? '' : `, ${spec}`}}
`;
const ingress = (backend: string, extra = '', annotations = ''): string => `---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: shop, annotations: {${annotations}}}
spec:
  ingressClassName: nginx
  ${extra}
  rules:
  - host: shop.example
    http: {paths: [{path: /, pathType: Prefix, backend: {service: ${backend}}}]}
`;
const shop = { from: 'external', to: 'http://shop.example/cart?id=1' };

describe('Ingress', () => {
  test('the Pod sees nginx, not the client, and the Service port is in no packet', () => {
    const [branch] = request(cluster(pod('web') + service('web', 'web') + ingress('{name: web, port: {name: http}}')), shop);
    expect(branch).toMatchObject({ disposition: 'delivered', clientSees: 'http', deliveredTo: { pod: 'default/web', port: 8080 } });
    expect(branch?.http).toMatchObject({ status: 200, service: 'default/web', upstreamPath: '/cart?id=1' });
    expect(branch?.connections.map((connection) => connection.dialled.port)).toEqual([80, 8080]);
    expect(branch?.seenByServer?.ip).toBe(branch?.connections[1]?.legs[0]?.trace.hops[0]?.packetOut?.source);
  });

  test.each([
    ['serviceUpstream option', '', { serviceUpstream: true }],
    ['service-upstream annotation', "nginx.ingress.kubernetes.io/service-upstream: 'true'", {}],
  ])('%s dials the ClusterIP, and kube-proxy translates', (_name, annotations, options) => {
    const simulation = cluster(pod('web') + service('web', 'web') + ingress('{name: web, port: {number: 80}}', '', annotations));
    const [branch] = request(simulation, shop, options);
    const clusterIP = simulation.state.services.find((candidate) => candidate.name === 'web' && candidate.namespace === 'default')
      ?.clusterIPs[0];
    expect(branch?.connections[1]?.dialled).toEqual({ ip: clusterIP, port: 80 });
    expect(branch?.translations.map((entry) => entry.from)).toContain(`${clusterIP}:80`);
    expect(branch?.http?.status).toBe(200);
  });

  test.each([
    ['no Pod matches', service('web', 'nobody'), '{name: web, port: {number: 80}}', 503, 'selectorMatchesNothing'],
    ['no such Service', '', '{name: web, port: {number: 80}}', 503, 'backendServiceMissing'],
    ['no such port', pod('web') + service('web', 'web'), '{name: web, port: {number: 81}}', 503, 'backendPortMissing'],
  ])('%s: %i', (_name, documents, backend, status, reason) => {
    const [branch] = request(cluster(documents + ingress(backend)), shop);
    expect(branch).toMatchObject({ clientSees: 'http', http: { status, service: null } });
    expect(branch?.reason?.message.code).toBe(`exchange.reason.${reason}`);
    expect(branch?.reason?.origin?.range?.line).toBeGreaterThan(1);
  });

  test('a Pod that does not listen on the target port: three tries, then 502', () => {
    const [branch] = request(cluster(pod('web', '', 9090) + service('web', 'web') + ingress('{name: web, port: {number: 80}}')), shop);
    expect(branch).toMatchObject({ http: { status: 502 }, clientSees: 'http', disposition: 'noListener', deliveredTo: null });
    expect(branch?.reason?.message.code).toBe('exchange.reason.targetPortClosed');
    expect(branch?.connections.map((connection) => connection.clientSees)).toEqual(['http', 'refused', 'refused', 'refused']);
  });

  test('upstreams that stay silent: 504', () => {
    const local = service('far', 'web', 'internalTrafficPolicy: Local');
    const documents = pod('web', 'nodeName: kind-control-plane') + local + ingress('{name: far, port: {number: 80}}');
    const [branch] = request(cluster(documents), shop, { serviceUpstream: true });
    expect(branch).toMatchObject({ http: { status: 504 }, clientSees: 'http', disposition: 'dropped' });
    expect(branch?.reason?.message.code).toBe('exchange.reason.noLocalEndpoints');
  });

  test('an ExternalName backend is resolved by nginx', () => {
    const alias = `---
apiVersion: v1
kind: Service
metadata: {name: alias}
spec: {type: ExternalName, externalName: web.default.svc.cluster.local}
`;
    const [branch] = request(cluster(pod('web') + service('web', 'web') + alias + ingress('{name: alias, port: {number: 80}}')), shop);
    expect(branch).toMatchObject({ http: { status: 200, service: 'default/alias' }, deliveredTo: { pod: 'default/web' } });
  });

  test('a controller behind a NodePort is found at the node that it runs on', () => {
    const controller = `---
apiVersion: v1
kind: Pod
metadata: {name: nginx, labels: {app: nginx}}
spec: {nodeName: kind-worker2, containers: [{name: controller, image: 'registry.k8s.io/ingress-nginx/controller:v1.13.0', ports: [{containerPort: 80}]}]}
---
apiVersion: v1
kind: Service
metadata: {name: nginx}
spec: {type: NodePort, selector: {app: nginx}, ports: [{port: 80, nodePort: 30080}]}
---
apiVersion: networking.k8s.io/v1
kind: IngressClass
metadata: {name: nginx}
spec: {controller: k8s.io/ingress-nginx}
`;
    const simulation = cluster(controller + pod('web') + service('web', 'web') + ingress('{name: web, port: {number: 80}}'));
    const [branch] = request(simulation, shop);
    expect(branch?.connections[0]?.dialled).toEqual({ ip: '172.18.0.3', port: 30080 });
    expect(branch).toMatchObject({ http: { status: 200, service: 'default/web' }, masqueraded: true });
  });

  test('a host under tls is redirected to https', () => {
    const [branch] = request(
      cluster(pod('web') + service('web', 'web') + ingress('{name: web, port: {number: 80}}', 'tls: [{hosts: [shop.example]}]')),
      { from: 'external', to: 'http://shop.example/' },
    );
    expect(branch?.http).toMatchObject({ status: 308, service: null, location: 'https://shop.example' });
  });

  test('https is walked as far as TCP, and says so', () => {
    const [branch] = request(cluster(pod('web') + service('web', 'web') + ingress('{name: web, port: {number: 80}}')), {
      from: 'external',
      to: 'https://shop.example/',
    });
    expect(branch).toMatchObject({
      disposition: 'unsupported',
      clientSees: 'connected',
      reason: { message: { code: 'exchange.reason.tls' } },
    });
    expect(branch?.connections[0]?.dialled.port).toBe(443);
  });

  test('an Ingress of a class without an object is served by nobody', () => {
    const simulation = cluster(
      pod('web') +
        service('web', 'web') +
        ingress('{name: web, port: {number: 80}}').replace('ingressClassName: nginx', 'ingressClassName: other'),
    );
    expect(request(simulation, shop)[0]?.http?.status).toBe(404);
    expect(simulation.diagnostics.map((diagnostic) => diagnostic.message.code)).toContain('exchange.ingressClass.noClassObject');
  });

  test('an annotation that is not modelled is said', () => {
    const simulation = cluster(
      pod('web') + service('web', 'web') + ingress('{name: web, port: {number: 80}}', '', 'nginx.ingress.kubernetes.io/rewrite-target: /'),
    );
    expect(simulation.diagnostics.map((diagnostic) => diagnostic.message.code)).toContain('exchange.ingress.annotationNotModelled');
  });
});

describe('load balancers', () => {
  const proxied = `${service('web', 'web', 'type: LoadBalancer')}status: {loadBalancer: {ingress: [{ip: 198.51.100.40, ipMode: Proxy}]}}\n`;

  test('ipMode Proxy: two connections, the second from the balancer to a node port', () => {
    const branches = request(cluster(pod('web') + proxied), { from: 'external', to: 'service/default/web:80' });
    expect(branches).toHaveLength(2);
    for (const branch of branches) {
      expect(branch).toMatchObject({ disposition: 'delivered', clientSees: 'connected', deliveredTo: { pod: 'default/web' } });
      expect(branch.connections.map((connection) => connection.from)).toEqual(['client', 'load-balancer']);
    }
  });

  test('ipMode Proxy passes HTTP on, and the answer back', () => {
    const branches = request(cluster(pod('web') + proxied), { from: 'external', to: 'http://198.51.100.40/x' });
    for (const branch of branches) {
      expect(branch).toMatchObject({ clientSees: 'http', http: { status: 200, service: 'default/web', upstreamPath: '/x' } });
      expect(branch.connections.map((connection) => connection.clientSees)).toEqual(['http', 'http']);
    }
  });

  test('ipMode Proxy in front of a Service without endpoints: the client is reset', () => {
    const [branch] = request(cluster(proxied), { from: 'external', to: 'service/default/web:80' });
    expect(branch).toMatchObject({ disposition: 'rejected', clientSees: 'refused', deliveredTo: null });
    expect(branch?.connections[0]?.legs.map((leg) => leg.segment)).toEqual(['SYN', 'SYN-ACK', 'ACK', 'RST']);
  });

  test('a node never balances to nodes that are labelled to be left out', () => {
    const branches = request(cluster(pod('web') + service('web', 'web', 'type: LoadBalancer')), {
      from: 'external',
      to: 'service/default/web:80',
    });
    const visited = new Set(branches.flatMap((branch) => branch.connections[0]?.legs[0]?.trace.hops.map((hop) => hop.namespace)));
    expect(visited.has('kind-control-plane')).toBe(false);
  });
});

describe('protocols', () => {
  const simulation = cluster(pod('web') + pod('client'));
  test.each([
    ['UDP to a closed port is refused by an ICMP error', 'UDP', 'pod/default/web:9', 'noListener', 'refused'],
    ['TCP to a closed port is reset', 'TCP', 'pod/default/web:9', 'noListener', 'refused'],
    ['SCTP to a closed port is aborted', 'SCTP', 'pod/default/web:9', 'noListener', 'refused'],
    ['an echo needs no port', 'ICMP', 'pod/default/web', 'delivered', 'connected'],
  ] as const)('%s', (_name, protocol, to, disposition, clientSees) => {
    expect(request(simulation, { from: 'pod/default/client', to, protocol })[0]).toMatchObject({ disposition, clientSees });
  });
});

describe('what cannot be resolved', () => {
  const simulation = cluster(pod('client') + pod('stuck', 'nodeSelector: {nowhere: here}') + service('web', 'client'));
  test.each([
    ['pod/default/nobody', 'pod/default/client:80', 'noPod', 'unreachable'],
    ['deployment/default/nothing', 'pod/default/client:80', 'noDeployment', 'unreachable'],
    ['node/nowhere', 'pod/default/client:80', 'noNode', 'unreachable'],
    ['pod/default/stuck', 'pod/default/client:80', 'podPending', 'unreachable'],
    ['pod/default/client', 'pod/default/stuck:80', 'podPending', 'unreachable'],
    ['pod/default/client', 'service/default/nothing:80', 'noService', 'unreachable'],
    ['pod/default/client', 'service/default/web:grpc', 'servicePortName', 'unreachable'],
    ['pod/default/client', 'pod/default/client', 'portMissing', 'unreachable'],
    ['pod/default/client', 'nothing:80', 'nameInside', 'nxdomain'],
    ['external', 'web.default.svc.cluster.local:80', 'nameOutside', 'nxdomain'],
  ])('%s to %s: %s', (from, to, code, clientSees) => {
    const [branch] = request(simulation, { from, to });
    expect(branch).toMatchObject({ disposition: 'notResolved', clientSees, connections: [] });
    expect(branch?.reason?.message.code).toBe(`exchange.notResolved.${code}`);
  });
});

describe('choices', () => {
  const simulation = cluster(
    `---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 5
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: main, image: i, ports: [{containerPort: 8080}]}]}
${pod('client')}${service('web', 'web')}${service('sticky', 'web', 'sessionAffinity: ClientIP')}`,
  );
  const probe = { from: 'pod/default/client', to: 'service/default/web:80' };

  test('every endpoint is as likely as the others', () => {
    const branches = request(simulation, probe);
    expect(branches.map((branch) => branch.probability)).toEqual(Array.from({ length: 5 }, () => expect.closeTo(0.2, 9)));
  });

  test('a branch is walked again from its script', () => {
    for (const branch of request(simulation, probe)) {
      const [again] = replay(simulation, probe, branch.script);
      expect(again?.deliveredTo).toEqual(branch.deliveredTo);
    }
  });

  test('a seed draws one way, the same one each time', () => {
    const drawn = Array.from({ length: 20 }, (_, seed) => request(simulation, probe, { seed })[0]?.deliveredTo?.pod);
    expect(new Set(drawn).size).toBeGreaterThan(1);
    expect(Array.from({ length: 20 }, (_, seed) => request(simulation, probe, { seed })[0]?.deliveredTo?.pod)).toEqual(drawn);
  });

  test('beyond the limit the result says that it is not complete', () => {
    const { result } = runRequest(simulation, emptyKernelState, probe, { branchLimit: 2 });
    expect([result.complete, result.branches.length]).toEqual([false, 2]);
  });

  test('session affinity holds in a sequence', () => {
    const sticky = { from: 'pod/default/client', to: 'service/default/sticky:80' };
    const first = runRequest(simulation, emptyKernelState, sticky, { seed: 3 });
    const second = runRequest(simulation, first.state, sticky, { firstSourcePort: 40_100 });
    expect(second.result.branches.map((branch) => branch.deliveredTo?.pod)).toEqual([first.result.branches[0]?.deliveredTo?.pod]);
  });
});

const replay = (simulation: Simulation, probe: Probe, script: readonly number[]): readonly RequestBranch[] =>
  runRequest(simulation, emptyKernelState, probe, { script }).result.branches;

// ---------------------------------------------------------------- vectors, end to end

interface IngressVector {
  readonly name: string;
  readonly ingresses: readonly {
    readonly name: string;
    readonly annotations: Readonly<Record<string, string>>;
    readonly class: string | null;
    readonly default: readonly [string, number] | null;
    readonly rules: readonly (readonly [string | null, readonly (readonly [string, string, readonly [string, number]])[] | null])[];
  }[];
  readonly services: readonly {
    readonly name: string;
    readonly ports: readonly object[];
    readonly selector: Readonly<Record<string, string>>;
  }[];
  readonly deployments: readonly {
    readonly name: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly replicas: number;
    readonly ports: readonly object[];
  }[];
  readonly requests: readonly {
    readonly method: string;
    readonly host: string;
    readonly path: string;
    readonly expectStatus: number;
    readonly expectService: string | null;
  }[];
}

describe.skipIf(!hasSharedData)('ingress vectors, walked (needs ../shared)', () => {
  const vectors = (hasSharedData ? sharedNames('vectors/ingress') : [])
    .map((name): IngressVector => JSON.parse(sharedText(`vectors/ingress/${name}`)))
    .filter((vector) => vector.ingresses.every((entry) => Object.keys(entry.annotations).length === 0));

  test.each(vectors.map((vector) => [vector.name, vector] as const))('%s', (_name, vector) => {
    const simulation = cluster(vectorDocuments(vector));
    for (const { method, host, path, expectStatus, expectService } of vector.requests) {
      const [branch] = request(simulation, { from: 'external', to: `http://${host === '' ? '198.51.100.20' : host}${path}`, method });
      const label = `${method} ${host}${path}`;
      const service = expectService === null ? null : `default/${expectService}`;
      expect([label, branch?.http?.status, branch?.http?.service]).toEqual([label, expectStatus, service]);
    }
  });
});

function vectorDocuments(vector: IngressVector): string {
  const backend = ([name, number]: readonly [string, number]) => ({ service: { name, port: { number } } });
  const items = [
    ...(vector.ingresses.some((entry) => entry.class === 'example')
      ? [
          {
            apiVersion: 'networking.k8s.io/v1',
            kind: 'IngressClass',
            metadata: { name: 'example' },
            spec: { controller: 'k8s.io/ingress-nginx' },
          },
        ]
      : []),
    ...vector.ingresses.map((entry) => ({
      apiVersion: 'networking.k8s.io/v1',
      kind: 'Ingress',
      metadata: { name: entry.name },
      spec: {
        ...(entry.class === null ? {} : { ingressClassName: entry.class }),
        ...(entry.default === null ? {} : { defaultBackend: backend(entry.default) }),
        ...(entry.rules.length === 0 ? {} : { rules: entry.rules.map(ruleDocument) }),
      },
    })),
    ...vector.services.map(({ name, ports, selector }) => ({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name },
      spec: { ports, selector },
    })),
    ...vector.deployments.map(({ name, labels, replicas, ports }) => ({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name },
      spec: {
        replicas,
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: { containers: [{ name: 'echo', image: 'echo', ports }] } },
      },
    })),
  ];
  return JSON.stringify({ apiVersion: 'v1', kind: 'List', items });

  function ruleDocument([host, paths]: IngressVector['ingresses'][number]['rules'][number]): object {
    return {
      ...(host === null ? {} : { host }),
      ...(paths === null
        ? {}
        : { http: { paths: paths.map(([path, pathType, target]) => ({ path, pathType, backend: backend(target) })) } }),
    };
  }
}

describe('what the first pair of packets does not show', () => {
  const two = cluster(pod('client', 'nodeName: kind-worker') + pod('web', 'nodeName: kind-worker'));

  test('a node that never sees the answers takes the ACK for INVALID: the client connects and hears nothing', () => {
    const [branch] = request(two, { from: 'external', to: 'pod/default/web:8080', via: 'kind-worker2' });
    expect(branch).toMatchObject({ disposition: 'dropped', clientSees: 'timeout' });
    expect(branch?.reason?.message.code).toBe('exchange.reason.ruleDroppedInvalid');
    expect(branch?.connections[0]?.legs.map((leg) => leg.segment)).toEqual(['SYN', 'SYN-ACK', 'ACK']);
  });

  test('through its own node the same Pod answers', () => {
    const [branch] = request(two, { from: 'external', to: 'pod/default/web:8080', via: 'destination' });
    expect(branch).toMatchObject({ disposition: 'delivered', clientSees: 'connected' });
  });

  test('a hostPort is said to be missing where its Pod runs, and closed elsewhere', () => {
    const web = pod('web', 'nodeName: kind-worker').replace('containerPort: 8080', 'containerPort: 8080, hostPort: 8088');
    const [here] = request(cluster(web), { from: 'external', to: 'node/kind-worker:8088' });
    expect([here?.disposition, here?.reason?.message.code]).toEqual(['unsupported', 'exchange.reason.hostPort']);
    expect(request(cluster(web), { from: 'external', to: 'node/kind-worker2:8088' })[0]?.disposition).toBe('noListener');
  });

  test('IPv6 between Pods is said to be missing, not unroutable', () => {
    const networks = `---
apiVersion: kubeadm.k8s.io/v1beta4
kind: ClusterConfiguration
networking: {podSubnet: 'fd00:10::/48', serviceSubnet: 'fd00:20::/112'}
`;
    const [branch] = request(cluster(networks + pod('client') + pod('web') + service('web', 'web')), {
      from: 'pod/default/client',
      to: 'web:80',
    });
    expect(branch?.disposition).toBe('unsupported');
    expect(branch?.reason?.message.code).toBe('exchange.reason.ipv6OfPods');
  });
});
