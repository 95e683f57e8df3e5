/**
 * ingress-nginx serving one HTTP request: it matches host and path, reads the EndpointSlices of the backend Service and dials a Pod's port
 * itself (internal/ingress/controller/endpointslices.go, rootfs/etc/nginx/lua/balancer.lua). Round robin starts anywhere: each endpoint is
 * as likely as the others, the next tries follow in order. TLS, rewrites, canaries and authentication are not modelled.
 */
import type { IIngressBackend } from 'kubernetes-models/networking.k8s.io/v1/IngressBackend';
import { originOf } from '../api/resource.ts';
import { type ClusterIndex, endpointsOf, type ServicePortEntry, servicePorts } from '../clusterIndex.ts';
import type { ServiceState } from '../clusterState.ts';
import { addressWithPort, familyOf, type IpAddress } from '../net/address.ts';
import { message } from '../net/message.ts';
import { type Accepted, type Conversation, converse, type Dial, type Served } from './converse.ts';
import { lookUp } from './dns.ts';
import { isCanary, usesServiceUpstream } from './ingressAnnotations.ts';
import { claimIngress } from './ingressClasses.ts';
import { type IngressController, outsideRecords } from './ingressController.ts';
import { buildIngressTable, chooseServer, type IngressPathRule, matchIngress, ruleWords } from './ingressRules.ts';
import type { ConnectionBecause, HttpOutcome } from './probe.ts';
import type { RequestRun } from './requestRun.ts';
import { nodeResolvConf, podResolvConf } from './resolvConf.ts';
import type { HttpRequest } from './resolveDestination.ts';

/** proxy_next_upstream_tries of ingress-nginx's default configuration. */
const mostTries = 3;

interface Upstream {
  readonly ip: IpAddress;
  readonly port: number;
  readonly because: ConnectionBecause;
}

const byItself = (status: number, rule: IngressPathRule | null, location: string | null = null): HttpOutcome => ({
  status,
  service: null,
  rule: rule === null ? null : ruleWords(rule),
  ...(rule === null ? {} : { ruleOrigin: rule.origin }),
  location,
  upstreamPath: null,
});

export function serveIngress(run: RequestRun, accepted: Accepted, request: HttpRequest, controller: IngressController): Served {
  const answer = (http: HttpOutcome): Served => ({ last: accepted.connection, failure: null, http });
  const { state } = run.index;
  const served = state.ingresses.filter(
    (ingress) => !isCanary(ingress) && claimIngress(state, ingress, controller.controllerClass).kind === 'served',
  );
  const table = buildIngressTable(served);
  const path = request.target.replace(/\?.*$/, '');
  if (chooseServer(table, request.host)?.redirectsToHttps === true && request.scheme === 'http') {
    return answer(byItself(308, null, `https://${request.host}${request.target.replace(/\/$/, '')}`));
  }
  const rule = matchIngress(table, request.host, path);
  // The default backend of ingress-nginx answers 404, but /healthz 200.
  if (rule === null) return answer(byItself(path === '/healthz' ? 200 : 404, null));
  const upstreams = upstreamsOf(run, controller, rule);
  if (upstreams.length === 0) return answer(byItself(503, rule));
  return proxy(run, accepted, request, rule, upstreams);
}

function proxy(run: RequestRun, accepted: Accepted, request: HttpRequest, rule: IngressPathRule, upstreams: readonly Upstream[]): Served {
  const service = `${rule.ingress.reference.namespace ?? ''}/${rule.backend.service?.name ?? ''}`;
  const first = run.choices.pick(
    upstreams.map(() => 1 / upstreams.length),
    `upstream of ${service}`,
  );
  const matched = { message: message('exchange.because.ingressRule', { rule: ruleWords(rule) }), origin: rule.origin };
  let last: Conversation | null = null;
  for (let attempt = 0; attempt < mostTries; attempt += 1) {
    const upstream = upstreams[(first + attempt) % upstreams.length];
    if (upstream === undefined) break;
    const again = attempt === 0 ? [] : [{ message: message('exchange.because.nextUpstream', { attempt: attempt + 1, of: mostTries }) }];
    last = converse(run, upstreamDial(accepted, request, upstream, [matched, upstream.because, ...again]), (_run, backend) => ({
      last: backend.connection,
      failure: null,
      http: { ...byItself(200, rule), service, upstreamPath: request.target },
    }));
    if (last.failure === null) return { last: last.last, failure: null, http: last.http };
  }
  const status = last?.failure?.clientSees === 'timeout' ? 504 : 502;
  return { last: last?.last ?? accepted.connection, failure: last?.failure ?? null, http: { ...byItself(status, rule), service } };
}

const upstreamDial = (accepted: Accepted, request: HttpRequest, upstream: Upstream, because: readonly ConnectionBecause[]): Dial => ({
  from: accepted.namespace,
  process: accepted.process,
  source: null,
  sourcePort: null,
  remote: { ip: upstream.ip, port: upstream.port },
  protocol: 'TCP',
  http: request,
  because,
  arrivesAt: null,
  keepAlive: true,
});

/** The addresses that nginx may dial for a rule's backend; none: it answers 503. */
function upstreamsOf(run: RequestRun, controller: IngressController, rule: IngressPathRule): readonly Upstream[] {
  const { index } = run;
  const service = backendService(index, rule);
  if (service === undefined) return [];
  if (service.type === 'ExternalName') return externalUpstreams(run, controller, service, rule.backend);
  const port = backendPort(service, rule.backend);
  if (port === undefined) return [];
  const name = `${service.namespace}/${service.name}`;
  if (run.settings.serviceUpstream || usesServiceUpstream(rule.ingress)) {
    const origin = originOf(service.resource, `/spec/ports/${port.position}`);
    return service.clusterIPs.slice(0, 1).map((ip) => ({
      ip,
      port: port.port,
      because: { message: message('exchange.because.serviceUpstream', { service: name, address: addressWithPort(ip, port.port) }), origin },
    }));
  }
  return endpointsOf(index, service, port.name)
    .filter((endpoint) => endpoint.ready)
    .map((endpoint) => ({
      ip: endpoint.address,
      port: endpoint.port,
      because: {
        message: message('exchange.because.endpointSlice', {
          service: name,
          port: port.port,
          slice: endpoint.slice.reference.name,
          address: addressWithPort(endpoint.address, endpoint.port),
        }),
        origin: originOf(endpoint.slice),
      },
    }));
}

/** The Service of a rule's backend, in the Ingress's own namespace. */
export const backendService = (index: ClusterIndex, rule: Pick<IngressPathRule, 'ingress' | 'backend'>): ServiceState | undefined =>
  index.services.get(`${rule.ingress.reference.namespace ?? ''}/${rule.backend.service?.name ?? ''}`);

export const backendPort = (service: ServiceState, backend: IIngressBackend): ServicePortEntry | undefined => {
  const wanted = backend.service?.port;
  return servicePorts(service).find((port) => (wanted?.name === undefined ? port.port === wanted?.number : port.name === wanted.name));
};

/** nginx resolves an ExternalName itself, with its Pod's resolver, and dials the backend's port number. */
function externalUpstreams(
  run: RequestRun,
  controller: IngressController,
  service: ServiceState,
  backend: IIngressBackend,
): readonly Upstream[] {
  const port = backendPort(service, backend)?.port ?? backend.service?.port?.number;
  if (port === undefined) return [];
  const target = service.resource.object.spec?.externalName ?? '';
  const resolvConf = podResolvConf(run.index.state, controller.pod, nodeResolvConf(''));
  const { answer } = lookUp(run.index, outsideRecords(run.index), resolvConf, `${target.replace(/\.$/, '')}.`);
  const name = `${service.namespace}/${service.name}`;
  return answer.addresses
    .filter((ip) => familyOf(ip) === 'ipv4')
    .map((ip) => ({
      ip,
      port,
      because: {
        message: message('exchange.because.externalUpstream', { service: name, target, address: addressWithPort(ip, port) }),
        origin: originOf(service.resource, '/spec/externalName'),
      },
    }));
}
