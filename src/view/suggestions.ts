/** What the From and To boxes offer: every source and destination of this cluster, in the words of a probe. */
import { namespacedName, type Simulation } from '../engine/index.ts';
import type { EndpointSuggestions } from './model.ts';

type Destination = EndpointSuggestions['destinations'][number];

export function buildSuggestions(simulation: Simulation): EndpointSuggestions {
  const { state, cluster } = simulation;
  const client = cluster.namespaces.get('client')?.interfaces.flatMap((device) => device.addresses)[0]?.address ?? '';
  const running = state.pods.filter((pod) => pod.node !== null && cluster.namespaces.has(namespacedName(pod)));
  return {
    sources: [
      { value: 'external', label: 'client', detail: client, group: 'outside' },
      ...state.nodes.map((node) => ({
        value: `node/${node.name}`,
        label: node.name,
        detail: node.addresses[0]?.address ?? '',
        group: 'node' as const,
      })),
      ...running.map((pod) => ({
        value: `pod/${namespacedName(pod)}`,
        label: pod.name,
        detail: pod.addresses[0] ?? '',
        group: 'pod' as const,
      })),
    ],
    destinations: [...urls(simulation), ...services(simulation), ...nodePorts(simulation), ...pods(simulation), outside],
  };
}

const outside: Destination = { value: '1.1.1.1:443', label: '1.1.1.1:443', detail: '', group: 'outside' };

function urls({ state }: Simulation): readonly Destination[] {
  return state.ingresses.flatMap((ingress) =>
    (ingress.object.spec?.rules ?? []).flatMap((rule) =>
      (rule.http?.paths ?? []).map((path) => {
        const host = rule.host ?? '';
        const value = `http://${host === '' ? 'ingress' : host.replace(/^\*\./, 'www.')}${path.path ?? '/'}`;
        return { value, label: value, detail: namespacedName(ingress.reference), group: 'url' as const };
      }),
    ),
  );
}

function services({ state }: Simulation): readonly Destination[] {
  return state.services.flatMap((service) =>
    (service.resource.object.spec?.ports ?? []).map((port) => {
      const value = `service/${namespacedName(service)}:${port.port}`;
      const address = service.clusterIPs[0] ?? (service.headless ? 'None' : (service.resource.object.spec?.externalName ?? ''));
      return { value, label: `${service.name}:${port.port}`, detail: address, group: 'service' as const };
    }),
  );
}

function nodePorts({ state }: Simulation): readonly Destination[] {
  return state.services.flatMap((service) =>
    (service.resource.object.spec?.ports ?? []).flatMap((port) =>
      port.nodePort === undefined
        ? []
        : state.nodes.map((node) => ({
            value: `node/${node.name}:${port.nodePort}`,
            label: `${node.name}:${port.nodePort}`,
            detail: namespacedName(service),
            group: 'nodePort' as const,
          })),
    ),
  );
}

function pods({ state }: Simulation): readonly Destination[] {
  return state.pods.flatMap((pod) =>
    pod.node === null
      ? []
      : (pod.resource.object.spec?.containers ?? []).flatMap((container) =>
          (container.ports ?? []).map((port) => ({
            value: `pod/${namespacedName(pod)}:${port.containerPort}`,
            label: `${pod.name}:${port.containerPort}`,
            detail: pod.addresses[0] ?? '',
            group: 'pod' as const,
          })),
        ),
  );
}
