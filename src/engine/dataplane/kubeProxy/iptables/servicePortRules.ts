/**
 * The rules of one service port in iptables mode, in the order of pkg/proxy/iptables/proxier.go (syncProxyRules): how its addresses are
 * reached, what happens without endpoints, and the chains that choose one.
 */
import type { Origin } from '../../../api/origin.ts';
import { originOf } from '../../../api/resource.ts';
import { cidr, cidrContains, type IpAddress } from '../../../net/address.ts';
import type { Chain, Match, Rule, Target } from '../../../netfilter/ruleset.ts';
import { type ServiceChainKind, serviceChainName } from '../chainNames.ts';
import { type CategorizedEndpoints, categorizeEndpoints } from '../endpoints.ts';
import { isExternallyAccessible, type ServicePort } from '../servicePorts.ts';
import type { RenderContext } from './context.ts';
import { choiceRules, endpointChain } from './endpointRules.ts';
import {
  buildRule,
  comment,
  counted,
  from,
  fromHost,
  fromLocal,
  jump,
  to,
  toHost,
  toLocal,
  toMarkMasquerade,
  toPort,
} from './ruleParts.ts';

/** What one service port adds to the shared chains, and its own chains. */
export interface ServicePortRules {
  readonly natServices: readonly Rule[];
  readonly natNodePorts: readonly Rule[];
  readonly natChains: readonly Chain[];
  readonly filterServices: readonly Rule[];
  readonly filterExternalServices: readonly Rule[];
  readonly filterNodePorts: readonly Rule[];
  readonly filterProxyFirewall: readonly Rule[];
}

/** A service port with everything that is decided before its rules are written. */
interface Plan {
  readonly context: RenderContext;
  readonly port: ServicePort;
  readonly endpoints: CategorizedEndpoints;
  readonly chain: (kind: ServiceChainKind) => string;
  readonly origin: (field: string) => Origin;
  readonly internalPolicy: 'SVC' | 'SVL';
  readonly externalPolicy: 'SVC' | 'SVL';
  /** Whether the cluster IP, and external addresses from outside, lead to an endpoint on this node's terms. */
  readonly hasInternal: boolean;
  readonly hasExternal: boolean;
  readonly hasSourceRanges: boolean;
}

export function servicePortRules(context: RenderContext, port: ServicePort): ServicePortRules {
  const plan = planOf(context, port);
  return {
    natServices: natServices(plan),
    natNodePorts: natNodePorts(plan),
    natChains: [...externalChain(plan), ...firewallChain(plan), ...policyChains(plan), ...endpointChains(plan)],
    filterServices: plan.hasInternal ? [] : [refusal(plan, 'internal', toHost(port.clusterIP), [toPort(port.protocol, port.port)])],
    filterExternalServices: plan.hasExternal ? [] : externalRefusals(plan),
    filterNodePorts: healthCheckAccept(plan),
    filterProxyFirewall: proxyFirewall(plan),
  };
}

function planOf(context: RenderContext, port: ServicePort): Plan {
  const endpoints = categorizeEndpoints(context.endpoints.of(port), port, context.input);
  const has = (localOnly: boolean): boolean => endpoints.hasAny && (!localOnly || endpoints.local.length > 0);
  return {
    context,
    port,
    endpoints,
    chain: (kind) => serviceChainName(kind, port.name, port.protocol),
    origin: (field) => originOf(port.service.resource, field),
    internalPolicy: port.internalPolicyLocal ? 'SVL' : 'SVC',
    externalPolicy: port.externalPolicyLocal ? 'SVL' : 'SVC',
    hasInternal: has(port.internalPolicyLocal),
    hasExternal: has(port.externalPolicyLocal),
    hasSourceRanges: endpoints.hasAny && port.loadBalancerVIPs.length > 0 && port.sourceRanges.length > 0,
  };
}

/** A rule for one address of the service port: destination, protocol and port. */
const addressRule = ({ port }: Plan, address: IpAddress, text: string, target: Target, origin: Origin): Rule =>
  buildRule(
    { destination: toHost(address), protocol: port.protocol },
    [comment(`${port.name} ${text}`), toPort(port.protocol, port.port)],
    target,
    origin,
  );

function natServices(plan: Plan): readonly Rule[] {
  const { port, origin, chain } = plan;
  const clusterIP = plan.hasInternal
    ? [addressRule(plan, port.clusterIP, 'cluster IP', jump(chain(plan.internalPolicy)), origin(port.field))]
    : [];
  if (!plan.endpoints.hasAny) return clusterIP;
  const entry = chain(plan.hasSourceRanges ? 'FW' : 'EXT');
  return [
    ...clusterIP,
    ...port.externalIPs.map(({ value, field }) => addressRule(plan, value, 'external IP', jump(chain('EXT')), origin(field))),
    ...port.loadBalancerVIPs.map(({ value, field }) => addressRule(plan, value, 'loadbalancer IP', jump(entry), origin(field))),
  ];
}

const localhostRange = cidr('127.0.0.0/8');

function natNodePorts({ context, port, origin, chain, endpoints }: Plan): readonly Rule[] {
  if (port.nodePort === null || !endpoints.hasAny) return [];
  const declared = origin(`${port.field}/nodePort`);
  const modules = [comment(port.name), toPort(port.protocol, port.nodePort)];
  const target = jump(chain('EXT'));
  const any = buildRule({ protocol: port.protocol }, modules, target, declared);
  if (!context.nodePorts.localhost || !context.options.hasNfacct) return [any];
  const counting = [...modules, counted('localhost_nps_accepted_pkts')];
  return [buildRule({ destination: to(localhostRange), protocol: port.protocol }, counting, target, declared), any];
}

/** REJECT when the port has no endpoint anywhere, DROP when only this node has none that its policy would take. */
function refusal(
  { port, origin, endpoints }: Plan,
  side: 'internal' | 'external',
  destination: Match | undefined,
  modules: readonly Match[],
): Rule {
  const header = { protocol: port.protocol, ...(destination === undefined ? {} : { destination }) };
  if (endpoints.hasAny) {
    const decides = origin(side === 'internal' ? '/spec/internalTrafficPolicy' : '/spec/externalTrafficPolicy');
    return buildRule(header, [comment(`${port.name} has no local endpoints`), ...modules], { kind: 'drop' }, decides);
  }
  const reject: Target = { kind: 'reject', with: port.clusterIP.includes(':') ? 'icmp6-port-unreachable' : 'icmp-port-unreachable' };
  const field = port.service.resource.object.spec?.selector === undefined ? port.field : '/spec/selector';
  return buildRule(header, [comment(`${port.name} has no endpoints`), ...modules], reject, origin(field));
}

function externalRefusals(plan: Plan): readonly Rule[] {
  const { port } = plan;
  const atAddress = ({ value }: { readonly value: IpAddress }): Rule =>
    refusal(plan, 'external', toHost(value), [toPort(port.protocol, port.port)]);
  return [
    ...port.externalIPs.map(atAddress),
    ...port.loadBalancerVIPs.map(atAddress),
    ...(port.nodePort === null ? [] : [refusal(plan, 'external', undefined, [toLocal, toPort(port.protocol, port.nodePort)])]),
  ];
}

function healthCheckAccept({ port, origin }: Plan): readonly Rule[] {
  if (port.healthCheckNodePort === null) return [];
  const modules = [comment(`${port.name} health check node port`), toPort('tcp', port.healthCheckNodePort)];
  return [buildRule({ protocol: 'tcp' }, modules, { kind: 'accept' }, origin('/spec/healthCheckNodePort'))];
}

function proxyFirewall(plan: Plan): readonly Rule[] {
  if (!plan.hasSourceRanges) return [];
  const decides = plan.origin('/spec/loadBalancerSourceRanges');
  const text = `traffic not accepted by ${plan.chain('FW')}`;
  return plan.port.loadBalancerVIPs.map(({ value }) => addressRule(plan, value, text, { kind: 'drop' }, decides));
}

/** KUBE-EXT: everything that came for a node port, external IP or load balancer IP. */
function externalChain(plan: Plan): readonly Chain[] {
  const { context, port, chain, origin, endpoints } = plan;
  if (!endpoints.hasAny || !isExternallyAccessible(port)) return [];
  const decides = origin(
    port.service.resource.object.spec?.externalTrafficPolicy === undefined ? port.field : '/spec/externalTrafficPolicy',
  );
  const about = (text: string): Match => comment(`${text} ${port.name} external destinations`);
  const rules: Rule[] = [];
  if (port.externalPolicyLocal) {
    // Pods and the node itself do not come from outside: they may reach every endpoint, as if they had used the cluster IP.
    const everywhere = jump(chain('SVC'));
    if (context.detector !== null) rules.push(buildRule(context.detector.ifLocal, [about('pod traffic for')], everywhere, decides));
    rules.push(buildRule({}, [about('masquerade LOCAL traffic for'), fromLocal], toMarkMasquerade, decides));
    rules.push(buildRule({}, [about('route LOCAL traffic for'), fromLocal], everywhere, decides));
  } else {
    rules.push(buildRule({}, [about('masquerade traffic for')], toMarkMasquerade, decides));
  }
  if (plan.hasExternal) rules.push(buildRule({}, [], jump(chain(plan.externalPolicy)), decides));
  return [{ name: chain('EXT'), policy: null, rules }];
}

/** KUBE-FW: a load balancer IP with source ranges. The node reaches the address with the address itself as source, hence the extra rules. */
function firewallChain({ context, port, chain, origin, hasSourceRanges }: Plan): readonly Chain[] {
  if (!hasSourceRanges) return [];
  const admitted = [comment(`${port.name} loadbalancer IP`)];
  const rules = port.sourceRanges.map(({ value, field }) =>
    buildRule({ source: from(value) }, admitted, jump(chain('EXT')), origin(field)),
  );
  const forNode = port.sourceRanges.find(({ value }) => cidrContains(value, context.input.nodeAddress));
  if (forNode !== undefined) {
    for (const { value } of port.loadBalancerVIPs) {
      rules.push(buildRule({ source: fromHost(value) }, admitted, jump(chain('EXT')), origin(forNode.field)));
    }
  }
  const rest = comment(`other traffic to ${port.name} will be dropped by KUBE-PROXY-FIREWALL`);
  rules.push(buildRule({}, [rest], { kind: 'none' }, origin('/spec/loadBalancerSourceRanges')));
  return [{ name: chain('FW'), policy: null, rules }];
}

/** KUBE-SVC (any endpoint) and KUBE-SVL (this node's): the one that the cluster IP uses begins with its masquerade rule. */
function policyChains(plan: Plan): readonly Chain[] {
  const { context, port, chain, origin, endpoints } = plan;
  const kinds = [
    { kind: 'SVC', choices: endpoints.cluster },
    { kind: 'SVL', choices: endpoints.local },
  ] as const;
  return kinds
    .filter(({ choices }) => choices.length > 0)
    .map(({ kind, choices }) => {
      const masquerade = plan.hasInternal && kind === plan.internalPolicy ? clusterIPMasquerade(plan) : [];
      return { name: chain(kind), policy: null, rules: [...masquerade, ...choiceRules(context, port, choices, origin(port.field))] };
    });
}

/** Traffic to the cluster IP that no Pod sent comes back only when it leaves with the node's address. */
function clusterIPMasquerade({ context, port, origin }: Plan): readonly Rule[] {
  const { masqueradeAll } = context.input.settings;
  if (!masqueradeAll && context.detector === null) return [];
  const header = { destination: toHost(port.clusterIP), protocol: port.protocol, ...(masqueradeAll ? {} : context.detector?.ifNotLocal) };
  const modules = [comment(`${port.name} cluster IP`), toPort(port.protocol, port.port)];
  return [buildRule(header, modules, toMarkMasquerade, origin(port.field))];
}

const endpointChains = ({ context, port, endpoints }: Plan): readonly Chain[] =>
  endpoints.reachable.map((endpoint) => endpointChain(context, port, endpoint));
