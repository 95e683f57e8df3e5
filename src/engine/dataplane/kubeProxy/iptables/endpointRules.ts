/** The choice among a service port's endpoints, and each endpoint's own chain (pkg/proxy/iptables/proxier.go, writeServiceToEndpointRules). */
import type { Origin } from '../../../api/origin.ts';
import type { Chain, Match, Rule } from '../../../netfilter/ruleset.ts';
import { endpointChainName } from '../chainNames.ts';
import type { ProxyEndpoint } from '../endpoints.ts';
import type { ServicePort } from '../servicePorts.ts';
import type { RenderContext } from './context.ts';
import { bareModules, buildRule, comment, fromHost, jump, toMarkMasquerade } from './ruleParts.ts';

/**
 * First whoever was here before goes where they were sent then (ClientIP affinity); else each endpoint in turn takes its share of
 * what its predecessors left: 1/n, 1/(n-1), … and the last takes the rest.
 */
export function choiceRules(
  context: RenderContext,
  port: ServicePort,
  endpoints: readonly ProxyEndpoint[],
  origin: Origin,
): readonly Rule[] {
  const about = (endpoint: ProxyEndpoint): readonly Match[] =>
    context.isLargeCluster ? [] : [comment(`${port.name} -> ${endpoint.text}`)];
  const named = endpoints.map((endpoint) => ({ endpoint, chain: endpointChainName(port.name, port.protocol, endpoint.text) }));
  const remembered = named.flatMap(({ endpoint, chain }): readonly Rule[] => {
    if (port.affinitySeconds === null) return [];
    const recent: Match = { kind: 'recent', name: chain, operation: { kind: 'rcheck', seconds: port.affinitySeconds, reap: true } };
    return [buildRule({}, [...about(endpoint), recent], jump(chain), origin)];
  });
  const chosen = named.map(({ endpoint, chain }, index) => {
    const left = named.length - index;
    const share: readonly Match[] = left > 1 ? [{ kind: 'statisticRandom', probability: 1 / left }] : [];
    return buildRule({}, [...about(endpoint), ...share], jump(chain), origin);
  });
  return [...remembered, ...chosen];
}

/** KUBE-SEP: an endpoint that talks to itself is masqueraded, else its answer would never leave it; then the address is translated. */
export function endpointChain(context: RenderContext, port: ServicePort, endpoint: ProxyEndpoint): Chain {
  const name = endpointChainName(port.name, port.protocol, endpoint.text);
  const about = context.isLargeCluster ? [] : [comment(port.name)];
  const remember: readonly Match[] = port.affinitySeconds === null ? [] : [{ kind: 'recent', name, operation: { kind: 'set' } }];
  return {
    name,
    policy: null,
    rules: [
      buildRule({ source: fromHost(endpoint.address) }, about, toMarkMasquerade, endpoint.origin),
      buildRule(
        { protocol: port.protocol },
        [...about, ...remember, bareModules[port.protocol]],
        { kind: 'dnat', address: endpoint.address, port: endpoint.port },
        endpoint.origin,
      ),
    ],
  };
}
