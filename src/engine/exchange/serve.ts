/**
 * What the program at the end of a connection does with it: a balancer in proxy mode dials a node port, nginx chooses an upstream by the
 * Ingress rules and dials it, any other program answers. An application's own answer is taken to be 200.
 */
import { originOf } from '../api/resource.ts';
import { servicePorts } from '../clusterIndex.ts';
import type { PodState, ServiceState } from '../clusterState.ts';
import { loadBalancerTargets } from '../dataplane/outside/loadBalancing.ts';
import { familyOf } from '../net/address.ts';
import { message } from '../net/message.ts';
import type { Accepted, Dial, Served } from './converse.ts';
import { converse } from './converse.ts';
import { controllerOf } from './ingressController.ts';
import { serveIngress } from './nginx.ts';
import type { HttpOutcome } from './probe.ts';
import type { RequestRun } from './requestRun.ts';
import type { HttpRequest } from './resolveDestination.ts';

export function serve(run: RequestRun, accepted: Accepted, dial: Dial): Served {
  if (run.cluster.namespaces.get(accepted.namespace)?.kind === 'loadBalancer') return balance(run, accepted, dial);
  const controller = podBehind(run, accepted);
  const nginx = controller === null ? null : controllerOf(controller);
  if (dial.http !== null && nginx !== null && accepted.pair.local.port === nginx.httpPort) {
    return serveIngress(run, accepted, dial.http, nginx);
  }
  return { last: accepted.connection, failure: null, http: dial.http === null ? null : ownAnswer(run, dial, dial.http) };
}

/** The Pod that a connection ended in: its network namespace's, or on a node the one whose process listened. */
export function podBehind(run: RequestRun, accepted: Pick<Accepted, 'namespace' | 'delivery'>): PodState | null {
  const pod = run.index.pods.get(accepted.namespace);
  if (pod !== undefined) return pod;
  const deliver = accepted.delivery.hops.at(-1)?.steps.findLast((step) => step.kind === 'deliver');
  const reference = deliver?.kind === 'deliver' ? deliver.origin?.object : undefined;
  if (reference?.kind !== 'Pod') return null;
  return run.index.pods.get(`${reference.namespace ?? ''}/${reference.name}`) ?? null;
}

function ownAnswer(run: RequestRun, dial: Dial, request: HttpRequest): HttpOutcome {
  const service = run.index.servicesByAddress.get(dial.remote.ip) ?? serviceOfNodePort(run, dial);
  return {
    status: 200,
    service: service === undefined ? null : `${service.namespace}/${service.name}`,
    rule: null,
    location: null,
    upstreamPath: request.target,
  };
}

/** The Service whose node port was dialled at a node's address. */
function serviceOfNodePort(run: RequestRun, { remote, protocol }: Dial): ServiceState | undefined {
  if (!run.index.nodesByAddress.has(remote.ip)) return undefined;
  return run.index.state.services.find((service) =>
    servicePorts(service).some((port) => port.nodePort === remote.port && port.protocol === protocol),
  );
}

/** ipMode Proxy: the balancer ends the client's connection and opens one of its own to a node port, each target as likely as the others. */
function balance(run: RequestRun, accepted: Accepted, dial: Dial): Served {
  const service = run.index.servicesByAddress.get(accepted.pair.local.ip);
  const port =
    service === undefined
      ? undefined
      : servicePorts(service).find((entry) => entry.port === accepted.pair.local.port && entry.protocol === dial.protocol);
  const targets = service === undefined ? [] : targetAddresses(run, service);
  if (service === undefined || port === undefined || port.nodePort === null || targets.length === 0) {
    const failure = { connection: accepted.connection, lost: accepted.delivery, answerLost: false, clientSees: 'refused' } as const;
    return { last: accepted.connection, failure, http: null };
  }
  const name = `${service.namespace}/${service.name}`;
  const chosen =
    targets[
      run.choices.pick(
        targets.map(() => 1 / targets.length),
        `load balancer ${name}`,
      )
    ];
  if (chosen === undefined) throw new Error('a balancer without a target was asked to choose');
  const params = { service: name, node: chosen.node, port: port.nodePort };
  const conversation = converse(
    run,
    {
      ...dial,
      from: accepted.namespace,
      process: accepted.process,
      source: null,
      sourcePort: null,
      remote: { ip: chosen.address, port: port.nodePort },
      because: [
        { message: message('exchange.because.balancer', params), origin: originOf(service.resource, `/spec/ports/${port.position}`) },
      ],
      arrivesAt: null,
    },
    serve,
  );
  return conversation;
}

function targetAddresses(run: RequestRun, service: ServiceState) {
  const family = service.loadBalancerIngress[0] === undefined ? 'ipv4' : familyOf(service.loadBalancerIngress[0].ip);
  return loadBalancerTargets(run.index.state, service).flatMap((target) => {
    const address = target.addresses.find((entry) => entry.family === family)?.address;
    return address === undefined ? [] : [{ node: target.name, address }];
  });
}
